"""Two connections tied together: what comes from one goes to the other, unread and unaltered.

No more than one piece waits in each direction: a side that does not read stops the other side's sender. An
orderly end is passed on as such, a broken connection as a broken one: the browser must not take an answer that
was cut for one that ended.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
from collections.abc import Callable

PIECE = 1 << 16
"""Bytes read at once."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: `close` sends RST in place of FIN (socket(7))."""


class OneWay:
    """One direction of a connection."""

    __slots__ = ("count", "ended", "pending", "sink", "source")

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source = source
        self.sink = sink
        self.pending = b""
        self.count = 0
        # bytes handed to the other side
        self.ended = False
        # the source said that nothing more comes, and the sink was told

    def read(self, allowance: Callable[[int], int]) -> None:
        """Takes what has come, if there is room; `allowance` says how many of n bytes may pass. Raises OSError."""
        if self.ended or self.pending:
            return
        try:
            data = self.source.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return
        if not data:
            self.ended = True
            with contextlib.suppress(OSError):
                self.sink.shutdown(socket.SHUT_WR)
            return
        self.pending = data[: allowance(len(data))]
        self.write()

    def write(self) -> None:
        """Hands on what is waiting. Raises OSError."""
        if not self.pending:
            return
        try:
            sent = self.sink.send(self.pending)
        except (BlockingIOError, InterruptedError):
            return
        self.count += sent
        self.pending = self.pending[sent:]


def reading(way: OneWay) -> int:
    """The selector's mask for the source of `way`."""
    return 0 if way.ended or way.pending else selectors.EVENT_READ


def writing(way: OneWay) -> int:
    """The selector's mask for the sink of `way`."""
    return selectors.EVENT_WRITE if way.pending else 0


def close(connection: socket.socket | None, *, broken: bool = False) -> None:
    """Closes; `broken`: so that the other side sees a reset, not an end."""
    if connection is None:
        return
    with contextlib.suppress(OSError):
        if broken:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    with contextlib.suppress(OSError):
        connection.close()
