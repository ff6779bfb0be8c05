"""Which of many texts may stand in a stream: one pass that thins it out, then short searches. Misses none."""

from __future__ import annotations

from collections.abc import Iterable

_COMMON = frozenset(b" \naetnsrldu\x00")
"""Two thirds of a text, and the zero bytes of UTF-16. Left out on both sides, what stood together still does."""
_RARE = b'\xa9\\\t<>JXGSUAEM:"/'
"""The rarest first: that a sign is nowhere is seen at once, so the text it belongs to is not looked for."""


class Gate:
    """What of these texts may stand in a piece, or in the bytes before it that are looked at again with it."""

    __slots__ = ("_drop", "_overlap", "_parts")

    def __init__(self, texts: Iterable[bytes], overlap: int) -> None:
        wanted = dict.fromkeys(texts)
        keep = frozenset(b"".join(wanted)) - _COMMON
        self._drop = bytes(sign for sign in range(256) if sign not in keep)
        self._parts = []
        for text in wanted:
            part = text.translate(None, self._drop)
            rarest = next((bytes([sign]) for sign in _RARE if sign in part), part[:1])
            self._parts.append((text, part, rarest))
        self._overlap = overlap

    def possible(self, tail: bytes, piece: bytes) -> tuple[frozenset[bytes], bytes]:
        """The texts that may stand there, with zero bytes between theirs or without; in doubt all of them.

        tail: what the call before gave as the second, empty at first.
        """
        thin = tail + piece.translate(None, self._drop)
        found = frozenset(text for text, part, sign in self._parts if sign in thin and part in thin)
        return found, thin[-self._overlap :]
