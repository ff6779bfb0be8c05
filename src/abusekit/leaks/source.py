"""A stream that is read forwards once, and into which one may look ahead a little."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

PIECE = 1 << 18
"""Bytes taken at once."""


class Source:
    """Bytes from an iterator of pieces. Memory: one piece, and what was looked at ahead."""

    __slots__ = ("_held", "_pieces")

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = b""

    def peek(self, count: int) -> bytes:
        """The next `count` bytes without taking them; fewer only at the end."""
        if len(self._held) < count:
            parts, have = [self._held], len(self._held)
            while have < count and (piece := next(self._pieces, None)) is not None:
                parts.append(piece)
                have += len(piece)
            self._held = b"".join(parts)
        return self._held[:count]

    def read(self, count: int) -> bytes:
        """The next `count` bytes; fewer only at the end. For small counts: they are held in memory."""
        found = self.peek(count)
        self._held = self._held[len(found) :]
        return found

    def take(self, most: int = PIECE) -> bytes:
        """Some of the next bytes, at most `most`; empty only at the end."""
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._held = piece
        if len(self._held) <= most:
            found, self._held = self._held, b""
        else:
            found, self._held = self._held[:most], self._held[most:]
        return found

    def give_back(self, data: bytes) -> None:
        """Bytes that were taken and belong to what comes next."""
        self._held = data + self._held

    def up_to(self, count: int) -> Iterator[bytes]:
        """The next `count` bytes in pieces."""
        while count and (piece := self.take(min(count, PIECE))):
            count -= len(piece)
            yield piece

    def rest(self) -> Iterator[bytes]:
        while piece := self.take():
            yield piece
