"""The bytes of one direction of an HTTP/2 connection, cut into frames (RFC 9113 section 4).

Padding is taken out, pieces of a header list are joined and unpacked (HPACK, RFC 7541). Sizes are bounded, a
side that breaks the rules is not read further.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from abusekit.browser.recorder.netlog_draft import HEAD_LIMIT

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What a client sends first (section 3.4)."""

FRAME_LIMIT = 1 << 20
"""Bytes of one frame. Chromium allows servers the 16 KiB of the standard."""

TABLE_LIMIT = 1 << 16
"""Bytes of one HPACK table; Chromium allows and uses no more."""

DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, GOAWAY, CONTINUATION = 0, 1, 3, 4, 5, 7, 9
END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY, ACK = 0x1, 0x4, 0x8, 0x20, 0x1

Fields = list[tuple[bytes, bytes]]


class BrokenError(Exception):
    """What follows on this connection cannot be read."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, or a header list with all the frames that carried it."""

    kind: int
    flags: int
    stream: int
    payload: bytes
    # without padding; b"" for a header list
    fields: Fields | None = None
    # the header list of HEADERS and PUSH_PROMISE


class Side:
    """One direction. preface: what has to come before the first frame."""

    def __init__(self, preface: bytes = b"") -> None:
        import hpack

        self._buffer = bytearray()
        self._preface = preface
        self._decoder = hpack.Decoder(max_header_list_size=2 * HEAD_LIMIT)
        self._block = bytearray()
        self._open: Frame | None = None
        # whose header list goes on

    def allow(self, size: int) -> None:
        """The other side lets this one use a table of `size` bytes. Never lowered: acknowledged is not known."""
        wanted = min(max(size, 4096), TABLE_LIMIT)
        self._decoder.max_allowed_table_size = max(self._decoder.max_allowed_table_size, wanted)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole now; to be used up before the next call. Raises BrokenError."""
        self._buffer += data
        if self._preface:
            if len(self._buffer) < len(self._preface):
                return
            if not self._buffer.startswith(self._preface):
                raise BrokenError("it does not start like HTTP/2")
            del self._buffer[: len(self._preface)]
            self._preface = b""
        at = 0
        try:
            while len(self._buffer) - at >= 9:
                length = int.from_bytes(self._buffer[at : at + 3], "big")
                if length > FRAME_LIMIT:
                    raise BrokenError(f"a frame of {length} bytes")
                if len(self._buffer) - at < 9 + length:
                    break
                kind, flags = self._buffer[at + 3], self._buffer[at + 4]
                number = int.from_bytes(self._buffer[at + 5 : at + 9], "big") & 0x7FFFFFFF
                payload = bytes(self._buffer[at + 9 : at + 9 + length])
                at += 9 + length
                found = self._whole(Frame(kind, flags, number, payload))
                if found is not None:
                    yield found
        finally:
            del self._buffer[:at]

    def _whole(self, one: Frame) -> Frame | None:
        """The frame without padding, or the header list that it completes; None while one goes on."""
        if self._open is not None:
            if one.kind != CONTINUATION or one.stream != self._open.stream:
                raise BrokenError("a header list is interrupted")
            return self._listed(self._open, one.payload, one.flags)
        if one.kind == CONTINUATION:
            raise BrokenError("a header list goes on that never began")
        if one.kind == DATA:
            return Frame(one.kind, one.flags, one.stream, _unpadded(one))
        if one.kind not in (HEADERS, PUSH_PROMISE):
            return one
        block = _unpadded(one)
        skipped = 4 if one.kind == PUSH_PROMISE else 5 if one.flags & WITH_PRIORITY else 0
        if len(block) < skipped:
            raise BrokenError("a frame that is too short")
        return self._listed(one, block[skipped:], one.flags)

    def _listed(self, first: Frame, piece: bytes, flags: int) -> Frame | None:
        self._block += piece
        if len(self._block) > HEAD_LIMIT:
            raise BrokenError(f"a header list of more than {HEAD_LIMIT} bytes")
        if not flags & END_HEADERS:
            self._open = first
            return None
        block, self._block, self._open = bytes(self._block), bytearray(), None
        return Frame(first.kind, first.flags, first.stream, b"", self._fields(block))

    def _fields(self, block: bytes) -> Fields:
        import hpack

        try:
            return [(bytes(one[0]), bytes(one[1])) for one in self._decoder.decode(block, raw=True)]
        except (hpack.HPACKError, ValueError, LookupError, OverflowError) as fault:
            raise BrokenError("a header list could not be unpacked") from fault


def _unpadded(one: Frame) -> bytes:
    if not one.flags & PADDED:
        return one.payload
    if not one.payload or one.payload[0] >= len(one.payload):
        raise BrokenError("a frame with more padding than bytes")
    return one.payload[1 : len(one.payload) - one.payload[0]]
