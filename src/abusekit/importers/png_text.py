"""The text chunks of a PNG, read without decoding a pixel.

Source: PNG (W3C Recommendation, third edition) 5.3 and 11.3.3 (tEXt, zTXt, iTXt). Text may stand after the
image data, where readers that stop at the pixels miss it. Checksums are not checked: a picture viewer's
business, and the bytes themselves are under our own digest.
"""

from __future__ import annotations

import zlib
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 10_000
MAX_TEXTS = 50
MAX_CHUNK_BYTES = 1 << 20
MAX_TEXT_BYTES = 256 * 1024
"""Of one text, after decompression; more is cut off, which `read_texts` tells."""


def read_texts(handle: BinaryIO, problems: list[str]) -> list[tuple[str, str]]:
    """Keyword and text of each text chunk, in file order; none where the file is not a PNG.

    Bounded in chunks, texts and bytes; whatever is wrong goes to `problems`, nothing is raised for content.
    """
    handle.seek(0)
    texts: list[tuple[str, str]] = []
    if handle.read(8) != SIGNATURE:
        return texts
    for _ in range(MAX_CHUNKS):
        header = handle.read(8)
        if len(header) < 8:
            problems.append("the PNG ends without its end chunk: it is cut off")
            return texts
        length, kind = int.from_bytes(header[:4], "big"), header[4:]
        if kind == b"IEND":
            return texts
        if kind not in (b"tEXt", b"zTXt", b"iTXt") or length > MAX_CHUNK_BYTES:
            if kind in (b"tEXt", b"zTXt", b"iTXt"):
                problems.append(f"a PNG text of {length} bytes was not read")
            handle.seek(length + 4, 1)
            continue
        if len(texts) == MAX_TEXTS:
            problems.append(f"the PNG has more than {MAX_TEXTS} texts; the others were not read")
            return texts
        found = _text(kind, handle.read(length), problems)
        if found:
            texts.append(found)
        handle.seek(4, 1)
    problems.append(f"the PNG has more than {MAX_CHUNKS} chunks; the others were not looked at")
    return texts


def _text(kind: bytes, chunk: bytes, problems: list[str]) -> tuple[str, str] | None:
    keyword, nul, rest = chunk.partition(b"\x00")
    name = keyword.decode("latin-1")
    if not nul or not 1 <= len(keyword) <= 79:
        problems.append("a PNG text chunk has no keyword")
        return None
    if kind == b"tEXt":
        return name, rest[:MAX_TEXT_BYTES].decode("latin-1")
    if kind == b"zTXt":
        return name, _inflated(name, rest[1:], problems).decode("latin-1")
    # iTXt: compression flag, compression method, language tag, translated keyword, text (UTF-8)
    flag, fields = rest[:1], rest[2:].split(b"\x00", 2)
    if len(fields) < 3:
        problems.append(f"the PNG text {name!r} is cut short")
        return None
    body = _inflated(name, fields[2], problems) if flag == b"\x01" else fields[2][:MAX_TEXT_BYTES]
    return name, body.decode("utf-8", "replace")


def _inflated(name: str, packed: bytes, problems: list[str]) -> bytes:
    try:
        unpacker = zlib.decompressobj()
        body = unpacker.decompress(packed, MAX_TEXT_BYTES)
    except zlib.error:
        problems.append(f"the PNG text {name!r} could not be decompressed")
        return b""
    if unpacker.unconsumed_tail:
        problems.append(f"the PNG text {name!r} is longer than {MAX_TEXT_BYTES} bytes; the rest was not read")
    return body
