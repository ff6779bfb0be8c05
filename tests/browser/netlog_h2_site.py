"""An HTTP/2 server of one file: it notes each header list and each body, and uses what the standard allows.

Padding, priorities, continued header lists, interim answers, trailers, interleaved streams, resets. `Stream` is
what the server saw and sent; `body` is the payload of its DATA frames without their padding.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import hpack

DATA, HEADERS, RST_STREAM, SETTINGS, CONTINUATION = 0, 1, 3, 4, 9
END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY = 0x1, 0x4, 0x8, 0x20

Fields = list[tuple[str, str]]


@dataclass
class Stream:
    number: int
    asked: Fields
    asked_body: bytearray = field(default_factory=bytearray)
    answered: list[Fields] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    @property
    def path(self) -> str:
        return dict(self.asked)[":path"]


def frame(kind: int, flags: int, number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + number.to_bytes(4, "big") + payload


class Writer:
    """Frames of one connection, each page adding its own; one lock, since streams are answered side by side."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection = connection
        self.encoder = hpack.Encoder()
        self.lock = threading.Lock()

    def head(
        self, stream: Stream, fields: Fields, *, end: bool = False, pieces: int = 1, pad: int = 0
    ) -> None:
        stream.answered.append(fields)
        with self.lock:
            block = self.encoder.encode(fields)
            size = -(-len(block) // pieces)
            parts = [block[at : at + size] for at in range(0, len(block), size)]
            flags = (END_STREAM if end else 0) | (END_HEADERS if len(parts) == 1 else 0)
            first = parts[0]
            if pad:
                flags |= PADDED | WITH_PRIORITY
                first = bytes([pad]) + b"\0\0\0\0\x10" + first + b"\0" * pad
            frames = frame(HEADERS, flags, stream.number, first)
            for number, part in enumerate(parts[1:], 2):
                frames += frame(CONTINUATION, END_HEADERS if number == len(parts) else 0, stream.number, part)
            self.connection.sendall(frames)

    def data(self, stream: Stream, data: bytes, *, end: bool = False, pad: int = 0) -> None:
        stream.body += data
        flags = (END_STREAM if end else 0) | (PADDED if pad else 0)
        payload = bytes([pad]) + data + b"\0" * pad if pad else data
        with self.lock:
            self.connection.sendall(frame(DATA, flags, stream.number, payload))

    def reset(self, stream: Stream, code: int) -> None:
        with self.lock:
            self.connection.sendall(frame(RST_STREAM, 0, stream.number, code.to_bytes(4, "big")))


Page = Callable[[Writer, Stream], None]

SCRIPT = b"""<!doctype html><title>page</title><link rel=icon href=data:,><script>
const get = (url, more) => fetch(url, {cache: 'no-store', ...more}).then(r => r.text()).catch(e => String(e));
(async () => {
  await get('/post', {method: 'POST', body: 'x'.repeat(40000)});
  await Promise.all(['/padded', '/continued', '/trailer', '/large', '/large?2', '/hints', '/empty', '/rst',
                     '/rstmid'].map(one => get(one)));
  await get('/head', {method: 'HEAD'});
  await get('/done');
})();
</script>"""


def _plain(body: bytes, *more: tuple[str, str]) -> Page:
    def page(out: Writer, stream: Stream) -> None:
        out.head(stream, [(":status", "200"), ("content-length", str(len(body))), *more])
        out.data(stream, body, end=True)

    return page


def _padded(out: Writer, stream: Stream) -> None:
    out.head(stream, [(":status", "200"), ("x-own", "once"), ("x-own", "twice")], pad=9)
    out.data(stream, b"first ", pad=200)
    out.data(stream, b"", pad=3)
    out.data(stream, b"second", end=True, pad=1)


def _continued(out: Writer, stream: Stream) -> None:
    many = [(f"x-number-{one}", hashlib.sha256(b"%d" % one).hexdigest()) for one in range(100)]
    out.head(stream, [(":status", "200"), *many], pieces=5, pad=1)
    out.data(stream, b"continued", end=True)


def _trailer(out: Writer, stream: Stream) -> None:
    out.head(stream, [(":status", "200"), ("trailer", "x-end")])
    out.data(stream, b"with a trailer")
    out.head(stream, [("x-end", "yes")], end=True)


def _large(out: Writer, stream: Stream) -> None:
    out.head(stream, [(":status", "200"), ("content-type", "application/octet-stream")])
    for one in range(40):
        out.data(stream, hashlib.sha512(b"%d" % one).digest() * 250)
    out.data(stream, b"", end=True)


def _hints(out: Writer, stream: Stream) -> None:
    out.head(stream, [(":status", "103"), ("link", "</x>; rel=preload; as=style")])
    out.head(stream, [(":status", "200")])
    out.data(stream, b"after hints", end=True)


def _rstmid(out: Writer, stream: Stream) -> None:
    out.head(stream, [(":status", "200"), ("content-length", "100")])
    out.data(stream, b"only this")
    out.reset(stream, 2)


class H2Site:
    """https on loopback; `streams` in the order in which they were asked for."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.pages: dict[str, Page] = {
            "/": _plain(SCRIPT, ("content-type", "text/html"), ("set-cookie", "a=1"), ("set-cookie", "b=2")),
            "/post": _plain(b"thanks"),
            "/padded": _padded,
            "/continued": _continued,
            "/trailer": _trailer,
            "/large": _large,
            "/large?2": _large,
            "/hints": _hints,
            "/empty": lambda out, stream: out.head(stream, [(":status", "204")], end=True),
            "/rst": lambda out, stream: out.reset(stream, 8),
            "/rstmid": _rstmid,
            "/head": lambda out, stream: out.head(
                stream, [(":status", "200"), ("content-length", "9")], end=True
            ),
            "/done": _plain(b"done"),
        }
        self.streams: list[Stream] = []
        self.done = threading.Event()
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.base = f"https://localhost:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), self.context.wrap_socket(plain, server_side=True) as connection:
            out = Writer(connection)
            connection.sendall(frame(SETTINGS, 0, 0, b""))
            decoder = hpack.Decoder(max_header_list_size=1 << 20)
            decoder.max_allowed_table_size = 4096
            open_streams: dict[int, Stream] = {}
            for kind, flags, number, payload in _frames(connection):
                if kind == SETTINGS and not flags & 1:
                    out.connection.sendall(frame(SETTINGS, 1, 0, b""))
                elif kind == HEADERS:
                    assert flags & END_HEADERS and not flags & PADDED
                    block = payload[5:] if flags & WITH_PRIORITY else payload
                    stream = Stream(number, [(str(a), str(b)) for a, b in decoder.decode(block)])
                    open_streams[number] = stream
                    self.streams.append(stream)
                elif kind == DATA:
                    open_streams[number].asked_body += payload
                    size = len(payload).to_bytes(4, "big")
                    if payload:
                        connection.sendall(frame(8, 0, 0, size) + frame(8, 0, number, size))
                if kind in (HEADERS, DATA) and flags & END_STREAM:
                    threading.Thread(
                        target=self._answer, args=(out, open_streams[number]), daemon=True
                    ).start()

    def _answer(self, out: Writer, stream: Stream) -> None:
        with contextlib.suppress(OSError):
            self.pages.get(stream.path, _plain(b"no"))(out, stream)
        if stream.path == "/done":
            self.done.set()


def _frames(connection: ssl.SSLSocket) -> Iterator[tuple[int, int, int, bytes]]:
    buffer = b""
    preface = False
    while data := connection.recv(65536):
        buffer += data
        if not preface and len(buffer) >= 24:
            assert buffer.startswith(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            buffer, preface = buffer[24:], True
        while preface and len(buffer) >= 9 and len(buffer) >= 9 + int.from_bytes(buffer[:3], "big"):
            end = 9 + int.from_bytes(buffer[:3], "big")
            yield buffer[3], buffer[4], int.from_bytes(buffer[5:9], "big"), buffer[9:end]
            buffer = buffer[end:]
