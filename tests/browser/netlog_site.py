"""A website that logs each byte and keeps its connections: the truth that a NetLog is held to.

It answers HTTP/1.1 from scripts and notes each message as it was received and sent. A script is a list of steps:
bytes are sent, a number waits that many seconds, CLOSE and the like end the connection.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import itertools
import socket
import ssl
import struct
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

CLOSE = "close"
HALF = "half"
"""Closed without the alert of TLS."""
RESET = "reset"

Step = bytes | float | str
Script = Iterable[Step]


@dataclass
class Message:
    """One request and its answer as the server saw them; `sent` is everything, interim heads too."""

    method: str
    path: str
    received: bytes
    sent: bytearray = field(default_factory=bytearray)
    after: bytearray = field(default_factory=bytearray)
    # what the client sent after a switch of protocols


class TruthSite:
    """HTTP/1.1 with kept-alive connections. `pages`: path → script, or a function of the request."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Script | Callable[[Message], Script]] = {}
        self.messages: list[Message] = []
        self.done = threading.Event()
        self.refused = threading.Event()
        # a client that did not want the certificate
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.base = f"{'https' if context else 'http'}://localhost:{self.port}"
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()
        for one in self.connections:
            one.close()

    def asked(self, path: str) -> list[Message]:
        return [one for one in self.messages if one.path == path]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            buffer = b""
            if self.context:
                try:
                    connection = self.context.wrap_socket(connection, server_side=True)
                    # TLS 1.3: a client refuses after the server's side of the handshake is over
                    connection.settimeout(30)
                    buffer = _some(connection)
                except OSError:
                    self.refused.set()
                    raise
            while True:
                while b"\r\n\r\n" not in buffer:
                    buffer += _some(connection)
                head, _, rest = buffer.partition(b"\r\n\r\n")
                length = 0
                for line in head.split(b"\r\n")[1:]:
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                while len(rest) < length:
                    rest += _some(connection)
                body, buffer = rest[:length], rest[length:]
                method, path, _ = head.split(b"\r\n")[0].decode("ascii").split(" ")
                message = Message(method, path, head + b"\r\n\r\n" + body)
                self.messages.append(message)
                if path == "/done":
                    self.done.set()
                if not self._answer(connection, message):
                    break
        with contextlib.suppress(OSError, ValueError):
            if isinstance(connection, ssl.SSLSocket):
                connection = connection.unwrap()
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _answer(self, connection: socket.socket, message: Message) -> bool:
        script = self.pages.get(message.path, [b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"])
        for step in script(message) if callable(script) else script:
            if isinstance(step, bytes):
                message.sent += step
                connection.sendall(step)
            elif step == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
                return False
            elif step in (CLOSE, HALF):
                if step == HALF:
                    connection.shutdown(socket.SHUT_WR)
                    connection.close()
                return False
            elif step == "websocket":
                while not message.after.startswith(b"\x88", -6):  # an empty closing frame and its mask
                    message.after += _some(connection)
                message.sent += b"\x88\0"
                connection.sendall(b"\x88\0")
                return False
            else:
                assert isinstance(step, int | float)
                time.sleep(step)
        return True


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise OSError
    return data


def answer(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(body: bytes, *headers: bytes, size: int = 1000, trailer: bytes = b"") -> bytes:
    head = b"\r\n".join([b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked", *headers]) + b"\r\n\r\n"
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        head += b"%x;part=%d\r\n%s\r\n" % (len(piece), start, piece)
    return head + b"0\r\n" + trailer + b"\r\n"


SCRIPT = b"""<!doctype html><title>page</title><link rel=icon href=data:,><img src=/picture><p>text<script>
const get = (url, more) => fetch(url, {cache: 'no-store', ...more}).then(r => r.text()).catch(e => String(e));
const socket = () => new Promise(done => {
  const one = new WebSocket(location.href.replace(/^http/, 'ws') + 'socket');
  one.onopen = () => one.send('hello'); one.onmessage = () => one.close(); one.onclose = one.onerror = done; });
(async () => {
  await get('/gzip'); await get('/head', {method: 'HEAD'}); await get('/none');
  await get('/post', {method: 'POST', body: 'a=1&b=2'.repeat(5000), headers: {'X-Own': 'one'}});
  await get('/same'); await get('/same'); await get('/redirect'); await get('/trailer'); await get('/notmodified');
  await Promise.all(['/cut', '/cutchunk', '/toclose', '/half', '/odd', '/big', '/error'].map(one => get(one)));
  await get('/reset'); await get('/garbage'); await get('/l%C3%A4ngs/?q=%E2%82%AC&x=a b'); await socket();
  await get('/done');
})();
</script>"""


def _socket(message: Message) -> Script:
    key = next(
        line.split(b":")[1].strip()
        for line in message.received.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key")
    )
    proof = b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return [head + b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n", b"\x81\x05there", "websocket"]


def fill(site: TruthSite) -> None:
    """The page of the tests and everything it asks for."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </picture>; rel=preload; as=image\r\n\r\n"
    noise = hashlib.sha256(b"noise").digest()
    big = b"".join(hashlib.sha256(noise + b"%d" % n).digest() for n in range(30_000))
    count = itertools.count(1)
    site.pages |= {
        "/": [
            hints,
            0.2,  # a busy machine sees the request late by some milliseconds
            chunked(gzip.compress(SCRIPT), b"Content-Encoding: gzip", b"Content-Type: text/html"),
        ],
        "/picture": [answer(b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;", b"Content-Type: image/gif")],
        "/gzip": [chunked(gzip.compress(b"packed " * 900), b"Content-Encoding: gzip", size=7)],
        "/head": [b"HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n"],
        "/none": [b"HTTP/1.1 204 No Content\r\n\r\n"],
        "/post": [answer(b"thanks")],
        "/same": lambda _: [answer(b"answer number %d" % next(count))],
        "/redirect": [b"HTTP/1.1 302 Found\r\nLocation: /target\r\nContent-Length: 3\r\n\r\nto!"],
        "/target": [answer(b"the target")],
        "/trailer": [chunked(b"with a trailer", b"Trailer: X-End", trailer=b"X-End: yes\r\n")],
        "/notmodified": [b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'],
        "/cut": [b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"c" * 1200, CLOSE],
        "/cutchunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n50\r\nxy", CLOSE],
        "/toclose": [b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n", 0.01, b"until the end", CLOSE],
        "/half": [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of it", HALF],
        "/odd": [b"HTTP/1.1 200 OK\nX-Odd : a\n folded\nx-low: \xe4\r\nContent-Length: 2\r\n\r\nod"],
        "/big": [answer(big)],
        "/error": [answer(b"broken", status=b"500 Internal Server Error")],
        "/reset": [0.01, RESET],
        "/garbage": [b"\x00\x01\x02 this is not HTTP\r\n\r\n", CLOSE],
        "/l%C3%A4ngs/?q=%E2%82%AC&x=a%20b": [answer(b"umlauts")],
        "/socket": _socket,
        "/done": [answer(b"done")],
    }
