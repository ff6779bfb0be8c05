"""Undoing the compression of a body, in bounded memory, and saying when it is damaged."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

DECODED_LIMIT = 20 << 20
"""Bytes that a body is unpacked to; a bomb stops here."""

KEPT_LIMIT = 8 << 20
"""Bytes of the unpacked body that are kept; the rest is only looked at for damage."""

STEP = 1 << 18
"""Bytes unpacked at once."""

CODINGS_LIMIT = 3
"""Content codings on top of each other."""


class CodingError(Exception):
    """The compressed data is damaged, cut short, or of an unknown kind."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body as far as it could be unpacked."""

    data: bytes
    # its first bytes, at most `keep`
    fault: str | None
    # why the rest is missing; None when it was unpacked to its end or to the limit
    limited: bool
    # there was more than the limit, or than was to be kept


def decode(
    pieces: Iterable[bytes], encoding: str | None, *, limit: int = DECODED_LIMIT, keep: int = KEPT_LIMIT
) -> Decoded:
    """Unpacks a body. encoding: the Content-Encoding header, or None. keep: bytes wanted of it.

    Never raises for bad data. Reading stops at `limit` bytes, so that damage after it is not seen.
    """
    names = [name.strip().lower() for name in (encoding or "").split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if len(names) > CODINGS_LIMIT:
        return Decoded(b"", "more content codings than anybody needs", limited=False)
    flow: Iterator[bytes] = iter(pieces)
    for name in reversed(names):
        flow = _undone(name, flow)
    out = bytearray()
    total = 0
    try:
        for piece in flow:
            out += piece[: max(keep - total, 0)]
            total += len(piece)
            if total > limit:
                return Decoded(bytes(out), None, limited=True)
    except CodingError as fault:
        return Decoded(bytes(out), str(fault), limited=False)
    return Decoded(bytes(out), None, limited=total > keep > 0)


def _undone(name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if name in ("gzip", "x-gzip"):
        return _inflated(pieces, 31)
    if name == "deflate":
        return _deflate(pieces)
    if name == "br":
        return _brotli(pieces)
    return _unknown(name)


def _unknown(name: str) -> Iterator[bytes]:
    raise CodingError(f"unknown content coding {name[:30]!r}")
    yield b""


def _deflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """RFC 9110 section 8.4.1.2: zlib format; some servers send it raw, as the note there says.

    Reads nothing before it is asked: what lies below may be damaged, and only `decode` reports that.
    """
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= 2:
            break
    is_zlib = len(first) >= 2 and first[0] & 0x0F == 8 and (first[0] << 8 | first[1]) % 31 == 0

    def whole() -> Iterator[bytes]:
        yield first
        yield from pieces

    yield from _inflated(whole(), 15 if is_zlib else -15)


def _inflated(pieces: Iterator[bytes], window: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(window)
    started = False
    for piece in pieces:
        data = piece
        while data:
            if inflater.eof:
                if window != 31 or data[:1] != b"\x1f":
                    return  # what follows is not compressed data; gzip ignores it, and so do browsers
                inflater = zlib.decompressobj(window)  # RFC 1952 section 2.2: members may follow each other
            started = True
            try:
                out = inflater.decompress(data, STEP)
            except zlib.error as fault:
                raise CodingError(f"damaged compressed data ({fault})") from fault
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            yield out
    while started and not inflater.eof:
        try:
            out = inflater.decompress(b"", STEP)
        except zlib.error as fault:
            raise CodingError(f"damaged compressed data ({fault})") from fault
        if not out:
            raise CodingError("the compressed data is cut short")
        yield out


def _brotli(pieces: Iterator[bytes]) -> Iterator[bytes]:
    import brotlicffi

    decoder = brotlicffi.Decompressor()
    started = False
    try:
        for piece in pieces:
            started = True
            yield decoder.decompress(piece, output_buffer_limit=STEP)
            while not decoder.can_accept_more_data():
                yield decoder.decompress(b"", output_buffer_limit=STEP)
    except brotlicffi.error as fault:
        raise CodingError(f"damaged brotli data ({fault})") from fault
    if started and not decoder.is_finished():
        raise CodingError("the compressed data is cut short")
