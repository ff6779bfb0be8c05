"""A small site on a raw socket that knows what it answered: the ground truth for a recorder."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
BIG = b"0123456789abcdef" * 200_000
PAGE = """<!doctype html><html lang=en><head><title>site</title><link rel=stylesheet href=/s.css>
<link rel=icon href=/icon.png></head><body><h1>Site</h1><img src=/moved><iframe src="//OTHER/framed"></iframe>
<script>
const said = {}; window.said = said;
const note = (name, promise) => promise.then(async (r) => { said[name] = r.status + ":" + (await r.text()).length },
  (e) => { said[name] = "failed" }).catch((e) => { said[name] = "cut" });
note("post", fetch("/post", {method: "POST", body: "a=1&b=\\u00e9", headers: {"Content-Type": "text/x"}}));
note("nothing", fetch("/nothing"));
note("head", fetch("/head", {method: "HEAD"}));
note("count1", fetch("/count", {cache: "no-store"}).then((r) => {
  note("count2", fetch("/count", {cache: "no-store"})); return r; }));
note("cut", fetch("/cut"));
note("reset", fetch("/reset"));
note("big", fetch("/big"));
note("put", fetch("//OTHER/put", {method: "PUT", body: "x"}));
note("missing", fetch("/missing"));
note("data", fetch("data:text/plain,hello"));
const stream = new EventSource("/events"); let events = 0;
stream.onmessage = () => { said.events = ++events };
fetch("/drip").then(async (r) => { const reader = r.body.getReader(); let n = 0;
  for (;;) { const {value, done} = await reader.read(); if (done) break; n += value.length; said.drip = n } });
const socket = new WebSocket("ws://" + location.host + "/socket");
socket.onopen = () => { said.socket = "open" };
const worker = new Worker("/worker.js"); worker.onmessage = (e) => { said.worker = e.data };
</script></body></html>"""
WORKER = "fetch('/of-worker').then(r => r.text()).then(t => postMessage(t.length))"


@dataclass(slots=True, eq=False)
class Answer:
    """One request as it came, and what went back."""

    method: str
    # "GET"
    path: str
    # as sent
    request: bytes
    # head and body as received
    head: bytes
    # the response's head as sent, blank line included; empty when nothing was sent
    body: bytes
    # without its codings; what was sent of it
    whole: bool = True
    # the message ended


@dataclass(slots=True)
class Site:
    """Serves until it is closed; `answers` grows in the order of the requests."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def other(self) -> str:
        """The same server as another site."""
        return f"localhost:{self.port}"

    def of(self, path: str) -> list[Answer]:
        return [one for one in self.answers if one.path == path]


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    listener = socket.create_server(("127.0.0.1", 0))
    site = Site(listener.getsockname()[1])
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            one = threading.Thread(target=_serve, args=(site, connection), daemon=True)
            threads.append(one)
            one.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield site
    finally:
        site.closing.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)
        for one in threads:
            one.join(5)


def _serve(site: Site, connection: socket.socket) -> None:
    connection.settimeout(0.2)
    with connection, contextlib.suppress(OSError):
        while not site.closing.is_set():
            request = _request(site, connection)
            if request is None or not _answer(site, connection, request):
                return


def _request(site: Site, connection: socket.socket) -> bytes | None:
    data = b""
    wanted = -1
    while wanted < 0 or len(data) < wanted:
        try:
            piece = connection.recv(65_536)
        except TimeoutError:
            if site.closing.is_set():
                return None
            continue
        if not piece:
            return None
        data += piece
        if wanted < 0 and (end := data.find(b"\r\n\r\n")) >= 0:
            length = [
                line for line in data[:end].split(b"\r\n") if line.lower().startswith(b"content-length:")
            ]
            wanted = end + 4 + (int(length[0].split(b":")[1]) if length else 0)
    return data


def _answer(site: Site, connection: socket.socket, request: bytes) -> bool:
    """Answers one request; False when the connection ends with it."""
    method, path, _ = request.split(b"\r\n")[0].decode().split(" ")
    one = Answer(method, path, request, b"", b"")
    site.answers.append(one)
    fields: list[str] = [
        "Date: Wed, 04 Mar 2026 05:06:07 GMT",
        "X-Twice: one",
        "Set-Cookie: a=1",
        "x-twice: two",
    ]
    status, kind, body, sent = "200 OK", "text/plain", b"", None
    if path in ("/", "/framed"):
        kind = "text/html; charset=utf-8"
        body = PAGE.replace("OTHER", site.other).encode() if path == "/" else b"<p>in the other site</p>"
        if path == "/":
            packed = gzip.compress(body, mtime=0)
            fields += ["Content-Encoding: gzip", "Transfer-Encoding: chunked"]
            sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:100], packed[100:]))
            sent += b"0\r\n\r\n"
    elif path == "/s.css":
        kind, body = "text/css", b"body { color: rgb(1, 2, 3) }\n" * 50
        sent = gzip.compress(body, mtime=0)
        fields.append("Content-Encoding: gzip")
    elif path == "/moved":
        status, body = "302 Found", b"moved, see elsewhere"
        fields.append("Location: /picture.png")
    elif path in ("/picture.png", "/icon.png"):
        kind, body = "image/png", PNG
    elif path == "/worker.js":
        kind, body = "text/javascript", WORKER.encode()
    elif path == "/count":
        body = b"answer " + b"x" * len(site.of("/count"))
    elif path == "/big":
        body = BIG
    elif path == "/nothing":
        status = "204 No Content"
    elif path == "/missing":
        status, body = "404 Not Found", b"there is nothing here"
    elif path == "/reset":
        one.whole = False
        connection.shutdown(socket.SHUT_RDWR)
        return False
    elif path == "/put":
        fields += ["Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"]
        body = b"taken" if method == "PUT" else b""
    elif path == "/socket":
        return _upgrade(site, connection, one)
    elif path in ("/events", "/drip"):
        return _stream(site, connection, one, fields)
    else:
        body = f"{method} {path}".encode()
    if path not in ("/", "/nothing"):
        length = len(sent if sent is not None else body) + (1000 if path == "/cut" else 0)
        fields.append(f"Content-Length: {length}")
    if path != "/nothing":
        fields.append(f"Content-Type: {kind}")
    one.head = "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode()
    one.body = b"" if method == "HEAD" else body
    connection.sendall(one.head + (b"" if method == "HEAD" else sent if sent is not None else body))
    if path == "/cut":
        one.whole = False
        return False
    return True


def _stream(site: Site, connection: socket.socket, one: Answer, fields: list[str]) -> bool:
    """An answer that never ends."""
    kind = "text/event-stream" if one.path == "/events" else "application/x-ndjson"
    one.whole = False
    one.head = "\r\n".join(["HTTP/1.1 200 OK", *fields, f"Content-Type: {kind}", "", ""]).encode()
    connection.sendall(one.head)
    number = 0
    while not site.closing.is_set():
        number += 1
        piece = b"data: %d\n\n" % number
        connection.sendall(piece)
        one.body += piece
        time.sleep(0.05)
    return False


def _upgrade(site: Site, connection: socket.socket, one: Answer) -> bool:
    """A web socket that says nothing (RFC 6455 section 4.2.2)."""
    key = next(
        line.split(b":")[1].strip()
        for line in one.request.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key:")
    )
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", usedforsecurity=False).digest()
    accept = base64.b64encode(digest).decode()
    fields = ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}"]
    one.head = "\r\n".join(["HTTP/1.1 101 Switching Protocols", *fields, "", ""]).encode()
    one.whole = False
    connection.sendall(one.head)
    site.closing.wait(30)
    return False
