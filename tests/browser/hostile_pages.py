"""A website of raw sockets with pages that fight: what a browser meets, and must come out of."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field

UPGRADE = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455 section 1.3."""


def page(body: str, title: str = "page") -> bytes:
    return f"<!doctype html><meta charset=utf-8><title>{title}</title>{body}".encode()


PAGES: dict[str, bytes] = {
    "/plain": page("<p>Hello <img src=/dot.png>"),
    "/open": page(
        "<script>new EventSource('/events');new WebSocket('ws://'+location.host+'/socket')"
        ".onopen=e=>e.target.send('from the page');fetch('/forever')</script>"
        "<img src=/dot.png><img src=/missing.png>",
        "open connections",
    ),
    "/by-script": page("<script>location.href='/plain?2'</script>"),
    "/by-meta": page("<meta http-equiv=refresh content='0;url=/plain?3'>"),
    "/meta-loop": page("<meta http-equiv=refresh content='0'>", "meta loop"),
    "/script-loop": page("<script>setTimeout(()=>location.href='/script-loop?'+Math.random(),1)</script>"),
    "/push-loop": page(
        "<script>setInterval(()=>history.pushState(0,'','/push-loop?'+Math.random()),1)</script>"
    ),
    "/dialogs": page(
        "<script>addEventListener('beforeunload',e=>{e.preventDefault();return 'stay'});"
        "alert('one');document.title=String(confirm('two'))+String(prompt('three'))</script>"
    ),
    "/dialog-storm": page("<p>storm</p><script>while(1)alert('again')</script>"),
    "/popups": page("<p>popups</p><script>for(let i=0;i<400;i++)window.open('/popup?'+i)</script>", "popups"),
    "/popup": page("popup"),
    "/to-download": page("<a id=a href=/file.zip download>x</a><p>stays</p><script>a.click()</script>"),
    "/hang": page("<p>before the loop</p><script>setTimeout(()=>{while(1);},50)</script>", "hangs"),
    "/hang-at-once": page("<p>before the loop</p><script>while(1);</script>", "hangs"),
    "/hang-again": page("<p>x</p><script>setInterval(()=>{while(1);},1)</script>", "hangs again"),
    "/endless": page("<div style='height:3000000px;background:linear-gradient(red,blue)'>tall</div>", "tall"),
    "/infinite": page(
        "<div id=feed></div><script>let n=0;function more(){for(let i=0;i<10;i++){"
        "const d=document.createElement('div');d.style.height='200px';d.textContent='post '+n++;feed.append(d)}}"
        "more();addEventListener('scroll',()=>{if(scrollY+innerHeight>document.body.scrollHeight-100&&n<50)"
        "setTimeout(more,100)})</script>",
        "feed",
    ),
    "/box": page(
        "<style>html,body{margin:0;height:100%;overflow:hidden}#b{height:100%;overflow:auto}</style>"
        "<div id=b><div style='height:3000px'>top</div><img src=/dot.png?box loading=lazy width=9 height=9></div>"
    ),
    "/memory": page(
        "<p>m</p><script>const a=[];setTimeout(()=>{while(1)a.push(new Array(1e5).fill(a.length))},50)</script>"
    ),
    "/title": page("<p>x</p>", "a\x1b[31m&#8238;gpj.exe&#10;b\x07" + "z" * 3000),
    "/prompts": page(
        "<script>const out=[];navigator.geolocation.getCurrentPosition(()=>out.push('geo'),e=>out.push('no'+e.code));"
        "navigator.mediaDevices&&navigator.mediaDevices.getUserMedia({video:true}).then(()=>out.push('cam'),"
        "e=>out.push(e.name));Notification.requestPermission().then(r=>out.push(r));"
        "setInterval(()=>document.title=out.join(','),50)</script>"
    ),
    "/frames": page("<iframe src='http://localhost:PORT/inner'></iframe>"),
    "/frames-moving": page("<iframe src='http://localhost:PORT/ticking'></iframe>"),
    "/ticking": page(
        "<style>@keyframes k{to{margin-left:5000px}}#a{animation:k 5s linear infinite;width:1px}</style><p id=a>x</p>"
        "<p id=n></p><script>let i=0;setInterval(()=>n.textContent=++i,20);"
        "setTimeout(()=>location.href='/plain?by-the-frame',30000)</script>"
    ),
    "/frames-hanging": page("<iframe src='http://localhost:PORT/hang-again'></iframe>"),
    "/frames-storm": page("<iframe src='http://localhost:PORT/dialog-storm'></iframe>"),
    "/inner": page("<script>fetch('/inner-data')</script>inner"),
    "/workers": page(
        "<script>new Worker('/worker.js');new SharedWorker('/shared.js');"
        "navigator.serviceWorker.register('/service.js').then(()=>navigator.serviceWorker.ready)"
        ".then(()=>new Promise(r=>navigator.serviceWorker.controller?r():"
        "navigator.serviceWorker.addEventListener('controllerchange',r)))"
        ".then(()=>fetch('/made-up')).then(r=>r.text()).then(t=>document.title=t)</script>"
    ),
    "/posts": page(
        "<div id=t>post</div><form action=/sent><input name=q><button>Show more</button></form>"
        "<a href=/elsewhere role=button>Show more replies</a><button onclick=del()>Delete post</button>"
        "<button id=r>Show 3 more replies</button><div role=button id=g>Weitere Antworten anzeigen …</div>"
        "<details><summary>View replies (2)</summary><p>hidden text</p></details>"
        "<button hidden>Show more</button><a href=/elsewhere><button type=button>Show more</button></a>"
        "<script>function del(){document.title='deleted'};r.onclick=()=>{t.append(' reply');r.remove()};"
        "g.onclick=()=>{t.append(' antwort');g.remove()};</script>",
        "posts",
    ),
    "/endless-button": page(
        "<div id=d><button>Load more</button></div><script>let n=0;d.onclick=()=>{"
        "d.innerHTML='<button>Load more</button>';document.title='pressed '+ ++n}</script>"
    ),
    "/away-button": page("<button onclick=\"location.href='/plain?away'\">Show more replies</button>"),
    "/consent": page(
        "<div id=friend>Anna wants to be your friend "
        "<button onclick=\"document.title='declined'\">Decline</button></div>"
        "<div id=c>We use cookies. <button onclick=\"document.title='accepted'\">Accept all</button>"
        "<button onclick=\"document.title='rejected';c.remove()\">Reject all</button></div>",
        "untouched",
    ),
    "/elsewhere-links": page(
        "<p>x</p><script>setTimeout(()=>{location.href='file:///etc/passwd'},10);setTimeout(()=>{location.href='chrome://version'},60);"
        "setTimeout(()=>{location.href='data:text/html,x'},110);setTimeout(()=>{location.href='javascript:document.title=1'},160)</script>",
        "stays",
    ),
    "/about-me": page(
        "<script>document.title=[navigator.language,Intl.DateTimeFormat().resolvedOptions().timeZone,innerWidth,"
        "innerHeight,navigator.userAgent,navigator.userAgentData.brands.map(b=>b.brand).join('+')].join('|')</script>"
    ),
    "/moves": page(
        "<style>@keyframes k{to{margin-left:5000px}}#a{animation:k 5s linear infinite;width:1px}</style><p id=a>x</p>"
        "<script>let n=0;setInterval(()=>document.title='moved '+ ++n,20)</script>",
        "moved 0",
    ),
    "/refresh-later": page("<meta http-equiv=refresh content='2;url=/plain?later'>", "before the refresh"),
    "/lone": page(
        "<p>x</p><script>document.title='\\ud800x';console.log('\\udfff', {a:1});throw new Error('bad')</script>"
    ),
    "/polls": page(
        "<p>polls</p><script>setInterval(()=>fetch('/dot.png?'+Math.random()),100)</script>", "polls"
    ),
    "/lazy": page(
        "<div style='height:4000px'>top</div><img src=/dot.png?lazy loading=lazy width=9 height=9>"
    ),
    "/forged": page(
        "<p id=p>x</p><div style='height:3000px'></div><script>document.elementFromPoint=()=>{while(1);};"
        "Object.defineProperty(document,'title',{get:()=>'forged'});"
        "Element.prototype.querySelectorAll=()=>{throw 1};window.innerHeight=1e9</script>",
        "true title",
    ),
    "/inner-data": b"inner",
    "/worker.js": b"fetch('/from-worker')",
    "/shared.js": b"fetch('/from-shared')",
    "/service.js": (
        b"addEventListener('install',e=>skipWaiting());addEventListener('activate',e=>e.waitUntil(clients.claim()));"
        b"addEventListener('fetch',e=>{if(e.request.url.endsWith('/made-up'))"
        b"e.respondWith(new Response('synthetic'))});"
        b"fetch('/from-service')"
    ),
    "/from-worker": b"w",
    "/from-shared": b"s",
    "/from-service": b"sw",
    "/dot.png": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    ),
}
TYPES = {".js": "text/javascript", ".png": "image/png", ".zip": "application/zip"}


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    path: str
    # with the query
    head: str

    def header(self, name: str) -> str:
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name.lower():
                return value
        return ""


@dataclass
class HostileSite:
    """Serves PAGES on loopback until closed."""

    context: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.base = f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"
        self.closing = threading.Event()
        self.threads: list[threading.Thread] = []
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)
        for thread in self.threads:
            thread.join(5)

    def paths(self) -> list[str]:
        return [one.path for one in list(self.asked)]

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(0.2)
        received = b""
        try:
            if self.context:
                connection.settimeout(5)
                connection = self.context.wrap_socket(connection, server_side=True)
                connection.settimeout(0.2)
            while b"\r\n\r\n" not in received and not self.closing.is_set():
                try:
                    piece = connection.recv(65536)
                except TimeoutError:
                    continue
                if not piece:
                    return
                received += piece
            if received:
                self._answer(connection, received.decode("latin-1"))
        except OSError:
            pass
        finally:
            connection.close()

    def _answer(self, connection: socket.socket, head: str) -> None:
        asked = Asked(head.split(" ", 2)[1], head.partition("\r\n\r\n")[0])
        self.asked.append(asked)
        path = asked.path.partition("?")[0]
        if path == "/events":
            self._drip(connection, "text/event-stream", b"data: tick\n\n")
        elif path == "/forever":
            self._drip(connection, "text/plain", b"")
        elif path == "/slow":
            self._drip(connection, "text/html", b"<p>drop</p>")
        elif path == "/socket":
            self._socket(connection, asked)
        elif path.startswith("/redirect"):
            to = "/redirect2" if path == "/redirect1" else "/plain?redirected"
            connection.sendall(
                f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
        elif path == "/to-file":
            connection.sendall(
                b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        elif path == "/gone":
            self._reply(connection, "410 Gone", "text/html", page("<p>this post was deleted</p>", "gone"))
        elif path == "/file.zip":
            self._reply(
                connection,
                "200 OK",
                "application/zip",
                b"PK\x05\x06" + bytes(18),
                'Content-Disposition: attachment; filename="../../x.zip"\r\n',
            )
        elif path == "/hanging":
            self._wait(connection)
        elif path in PAGES:
            kind = next(
                (mime for end, mime in TYPES.items() if path.endswith(end)), "text/html; charset=utf-8"
            )
            self._reply(connection, "200 OK", kind, PAGES[path].replace(b"PORT", str(self.port).encode()))
        else:
            self._reply(connection, "404 Not Found", "text/plain", b"no")

    def _reply(self, connection: socket.socket, status: str, kind: str, body: bytes, more: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n"
        head += "Connection: close\r\n\r\n"
        connection.sendall(head.encode() + body)

    def _wait(self, connection: socket.socket) -> None:
        while not self.closing.is_set():
            try:
                if not connection.recv(65536):
                    return
            except TimeoutError:
                continue

    def _drip(self, connection: socket.socket, kind: str, piece: bytes) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode())
        while not self.closing.wait(0.1):
            connection.sendall(piece)
            try:
                if not connection.recv(65536):
                    return
            except TimeoutError:
                continue

    def _socket(self, connection: socket.socket, asked: Asked) -> None:
        key = hashlib.sha1(
            (asked.header("sec-websocket-key") + UPGRADE).encode(), usedforsecurity=False
        ).digest()
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(key) + b"\r\n\r\n"
        )
        connection.sendall(b"\x81\x05hello" + b"\x82\x03\x00\x01\xff")
        big = b"x" * 100_000
        connection.sendall(b"\x81\x7f" + struct.pack("!Q", len(big)) + big)
        self._wait(connection)
