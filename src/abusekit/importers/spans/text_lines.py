"""Lines of a text file with their byte offsets, and how their bytes become text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

_BLOCK = 1 << 20
_SURROGATE = re.compile("[\ud800-\udfff]")

NOT_UTF8 = "not UTF-8: read as windows-1252"
LONE_SURROGATE = "lone surrogate replaced"
UNDECODABLE = "undecodable bytes replaced"


def lines(stream: BinaryIO, *, most: int = 4 << 20) -> Iterator[tuple[int, bytes]]:
    """Each line with its offset in the stream, its line end (LF or CR LF) left on it; a CR alone ends no line.

    A line of more than `most` bytes comes in pieces of `most`, all but the last without a line end. After the byte
    order mark of UTF-16 a line ends after the two bytes of its line feed. The bytes are all given, each once.
    InputError of the stream (a broken archive) passes through, after the lines that precede it.
    """
    held = stream.read(_BLOCK)
    if len(held) == 1:
        held += stream.read(_BLOCK)  # a byte order mark has two bytes
    base = 0
    feed = {b"\xff\xfe": b"\n\0", b"\xfe\xff": b"\0\n"}.get(held[:2], b"\n")
    most = max(most - most % 2, 2)
    while held:
        at = 0
        while True:
            end = _after_feed(held, feed, at)
            if end < 0 or end - at > most:
                if len(held) - at <= most:
                    break
                end = at + most
            yield base + at, held[at:end]
            at = end
        held = held[at:]
        base += at
        more = stream.read(max(_BLOCK, len(held)))
        if not more:
            break
        held += more
    if held:
        yield base, held


def _after_feed(held: bytes, feed: bytes, at: int) -> int:
    """The offset after the next line feed; -1: none. `at` stands at an even place of UTF-16, and so must the feed."""
    found = held.find(feed, at)
    while len(feed) == 2 and found >= 0 and (found - at) % 2:
        found = held.find(feed, found + 1)
    return found + len(feed) if found >= 0 else -1


def decode(raw: bytes, encoding: str = "utf-8") -> tuple[str, tuple[str, ...]]:
    """The text, and what had to be done to get it: nothing, where the bytes are good `encoding`.

    Bytes that are no UTF-8 are read as windows-1252 as a whole (`NOT_UTF8`); surrogates without a partner become
    U+FFFD (`LONE_SURROGATE`), bytes that stand for nothing too (`UNDECODABLE`). Never raises for the encodings of
    `encoding_of`.
    """
    try:
        return raw.decode(encoding), ()
    except UnicodeDecodeError:
        pass
    if not encoding.startswith("utf-8"):
        return _decode_utf_16(raw, encoding)
    try:
        return whole(raw.decode(encoding, "surrogatepass"))
    except UnicodeDecodeError:
        pass
    raw = raw.removeprefix(b"\xef\xbb\xbf") if encoding == "utf-8-sig" else raw
    try:
        return raw.decode("windows-1252"), (NOT_UTF8,)
    except UnicodeDecodeError:
        return raw.decode("windows-1252", "replace"), (NOT_UTF8, UNDECODABLE)


def _decode_utf_16(raw: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    text, steps = whole(raw[: len(raw) & ~1].decode(encoding, "surrogatepass"))
    if len(raw) % 2:
        return text + "\ufffd", (*steps, UNDECODABLE)
    return text, steps


def whole(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without lone surrogates (U+FFFD in their place), and the step that says so."""
    if _SURROGATE.search(text) is None:
        return text, ()
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _SURROGATE.sub("\ufffd", joined), (LONE_SURROGATE,)


def encoding_of(head: bytes) -> str:
    """`utf-8-sig`, `utf-16-le`, `utf-16-be` by byte order mark, or UTF-16 by where its NUL bytes stand; else `utf-8`.

    The mark itself stays in what `decode` gives for UTF-16, as U+FEFF. UTF-8 is the word of nothing but habit:
    bytes that are not UTF-8 are told by `decode`.
    """
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be"
    sample = head[:4096]
    half = len(sample) // 2
    if half >= 4:
        if sample[1::2].count(0) > half * 0.7 and sample[::2].count(0) < half * 0.1:
            return "utf-16-le"
        if sample[::2].count(0) > half * 0.7 and sample[1::2].count(0) < half * 0.1:
            return "utf-16-be"
    return "utf-8"
