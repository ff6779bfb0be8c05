"""The Chrome DevTools Protocol over a pipe: no port is opened, so nobody else on the computer can drive the browser.

Messages are JSON, ended by a NUL byte (`--remote-debugging-pipe`: the browser reads from its descriptor 3 and
writes to 4). Sessions are flat: one pipe for all targets, told apart by `sessionId`. Whatever comes back was
partly chosen by the page: shapes are checked where they are used, and a message beyond MESSAGE_LIMIT ends the
connection.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from abusekit.errors import NetworkError

MESSAGE_LIMIT = 256 << 20
"""Bytes of one message. A picture or a page as MHTML comes as one; larger things are asked for as streams."""

READ_SIZE = 1 << 18

Handler = Callable[[str, dict[str, Any], str], None]


class CdpError(NetworkError):
    """The browser refused a call, or what it answered makes no sense."""


class CdpTimeoutError(CdpError):
    """No answer in time: the page or the browser hangs."""


class CdpClosedError(CdpError):
    """The browser is gone."""


class _Message(msgspec.Struct):
    id: int | None = None
    method: str = ""
    params: dict[str, Any] = {}
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    session: str = msgspec.field(default="", name="sessionId")


class _Call:
    __slots__ = ("answer", "done")

    def __init__(self) -> None:
        self.done = threading.Event()
        self.answer: _Message | None = None


class Cdp:
    """One browser. Calls may come from several threads; events arrive on a thread of their own.

    Takes over both descriptors and closes them.
    """

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._lock = threading.Lock()
        self._calls: dict[int, _Call] = {}
        self._last = 0
        self._handler: Handler | None = None
        self._closed = False
        self.fault: BaseException | None = None
        # what the handler of events raised, if anything: the first
        self._reader = threading.Thread(target=self._read, name="cdp", daemon=True)
        self._reader.start()

    def listen(self, handler: Handler) -> None:
        """Give each event (method, params, session) to `handler`, on the reader's thread: it must not `call`."""
        self._handler = handler

    @property
    def closed(self) -> bool:
        """Whether the browser has gone."""
        return self._closed

    def call(
        self, method: str, params: dict[str, Any] | None = None, *, session: str = "", timeout: float = 10.0
    ) -> dict[str, Any]:
        """Ask, and give the result. timeout: seconds.

        Raises CdpError when the browser says no, CdpTimeoutError when it says nothing, CdpClosedError when it is
        gone.
        """
        call = _Call()
        number = self._send(method, params, session, call)
        if not call.done.wait(max(timeout, 0.0)):
            with self._lock:
                self._calls.pop(number, None)
            raise CdpTimeoutError(f"the browser did not answer {method} within {timeout:.1f} s")
        answer = call.answer
        if answer is None:
            raise CdpClosedError(f"the browser ended during {method}")
        if answer.error is not None:
            raise CdpError(f"{method}: {str(answer.error.get('message', 'refused'))[:300]}")
        return answer.result or {}

    def send(self, method: str, params: dict[str, Any] | None = None, *, session: str = "") -> None:
        """Ask, and do not wait; the answer is dropped, a browser that is gone is no error."""
        with contextlib.suppress(CdpClosedError):
            self._send(method, params, session, None)

    def close(self) -> None:
        """Hang up; the browser ends by itself when its pipe is closed."""
        with self._lock:
            if self._write_fd >= 0:
                os.close(self._write_fd)
                self._write_fd = -1
        if threading.current_thread() is not self._reader:
            self._reader.join(5.0)

    def _send(self, method: str, params: dict[str, Any] | None, session: str, call: _Call | None) -> int:
        with self._lock:
            self._last += 1
            number = self._last
            message: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
            if session:
                message["sessionId"] = session
            if self._closed or self._write_fd < 0:
                raise CdpClosedError(f"the browser is gone: {method} was not sent")
            if call is not None:
                self._calls[number] = call
            rest = memoryview(msgspec.json.encode(message) + b"\0")
            try:
                while rest:
                    rest = rest[os.write(self._write_fd, rest) :]
            except OSError as fault:
                self._calls.pop(number, None)
                raise CdpClosedError(f"the browser is gone: {method} was not sent") from fault
        return number

    def _read(self) -> None:
        decoder = msgspec.json.Decoder(_Message)
        parts: list[bytes] = []
        size = 0
        try:
            while data := os.read(self._read_fd, READ_SIZE):
                *ended, rest = data.split(b"\0")
                for piece in ended:
                    parts.append(piece)
                    self._take(decoder, b"".join(parts))
                    parts, size = [], 0
                if rest:
                    parts.append(rest)
                    size += len(rest)
                if size > MESSAGE_LIMIT:
                    break
        except OSError:
            pass
        finally:
            with self._lock:
                self._closed = True
                waiting, self._calls = list(self._calls.values()), {}
            for call in waiting:
                call.done.set()
            os.close(self._read_fd)

    def _take(self, decoder: msgspec.json.Decoder[_Message], raw: bytes) -> None:
        try:
            message = _decoded(decoder, raw)
        except (ValueError, RecursionError):  # not JSON, not a message: a call that waits for it times out
            return
        if message.id is not None:
            with self._lock:
                call = self._calls.pop(message.id, None)
            if call is not None:
                call.answer = message
                call.done.set()
        elif self._handler is not None and message.method:
            try:
                self._handler(message.method, message.params, message.session)
            except Exception as fault:  # noqa: BLE001 - told by `fault`; the thread must go on, or every call would hang
                self.fault = self.fault or fault


def _decoded(decoder: msgspec.json.Decoder[_Message], raw: bytes) -> _Message:
    """One message. Text of a page may hold half a surrogate pair, which is no Unicode: it becomes `?`."""
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        loose = json.loads(raw.decode("utf-8", "replace"))
        return decoder.decode(json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace"))
