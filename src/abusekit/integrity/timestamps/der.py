"""DER (X.690) as time stamps need it: read one level at a time, strictly, and written by hand.

Reading never recurses, so that depth in a hostile file costs nothing; every span lies within the one it was
read from, and a length has one spelling only.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, GENERALIZED_TIME, SEQUENCE, SET = 0x0C, 0x18, 0x30, 0x31


class DerError(ValueError):
    """These bytes are not the DER that was expected."""


@dataclass(frozen=True, slots=True)
class Element:
    """One value inside of `data`."""

    data: bytes
    # all bytes of the file that it lies in
    tag: int
    # identifier octet: class, constructed bit and number; numbers above 30 are refused
    begin: int
    # offset of the identifier octet in `data`
    start: int
    # offset of the first content octet
    end: int
    # offset after the last content octet

    @property
    def content(self) -> bytes:
        return self.data[self.start : self.end]

    @property
    def whole(self) -> bytes:
        """Identifier, length and content."""
        return self.data[self.begin : self.end]

    def children(self, tag: int | None = None, *, most: int = 64) -> list[Element]:
        """The elements inside of a constructed one; `tag`: what this one itself has to be. Raises DerError."""
        if tag is not None and self.tag != tag:
            raise DerError(f"tag {self.tag:#04x} where {tag:#04x} was expected")
        if not self.tag & 0x20:
            raise DerError(f"tag {self.tag:#04x} holds no elements")
        found: list[Element] = []
        at = self.start
        while at < self.end:
            if len(found) == most:
                raise DerError(f"more than {most} elements")
            element = _element(self.data, at, self.end)
            found.append(element)
            at = element.end
        return found

    def integer(self) -> int:
        """The value of an INTEGER. Raises DerError."""
        content = self.content
        if self.tag != INTEGER or not content:
            raise DerError("not an INTEGER")
        if len(content) > 1 and (
            (content[0] == 0 and content[1] < 0x80) or (content[0] == 0xFF and content[1] >= 0x80)
        ):
            raise DerError("an INTEGER with needless octets")
        return int.from_bytes(content, "big", signed=True)

    def oid(self) -> str:
        """The value of an OBJECT IDENTIFIER, dotted. Raises DerError."""
        content = self.content
        if self.tag != OID or not content or content[-1] & 0x80 or len(content) > 64:
            raise DerError("not an OBJECT IDENTIFIER")
        arcs, value, fresh = [], 0, True
        for octet in content:
            if fresh and octet == 0x80:
                raise DerError("an OBJECT IDENTIFIER with needless octets")
            value = value << 7 | octet & 0x7F
            fresh = not octet & 0x80
            if fresh:
                arcs.append(value)
                value = 0
        first = min(arcs[0] // 40, 2)
        return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def read(data: bytes) -> Element:
    """The one element that is all of `data`. Raises DerError."""
    element = _element(data, 0, len(data))
    if element.end != len(data):
        raise DerError("bytes follow after the end")
    return element


def _element(data: bytes, at: int, end: int) -> Element:
    if at + 2 > end:
        raise DerError("it ends too early")
    tag, first = data[at], data[at + 1]
    start = at + 2
    if tag & 0x1F == 0x1F:
        raise DerError("a tag number above 30")
    if first < 0x80:
        length = first
    else:
        count = first & 0x7F
        if not 1 <= count <= 4 or start + count > end:
            raise DerError("a length that is indefinite, too large, or cut")
        length = int.from_bytes(data[start : start + count], "big")
        if length < 0x80 or data[start] == 0:
            raise DerError("a length with needless octets")
        start += count
    if start + length > end:
        raise DerError("it ends too early")
    return Element(data, tag, at, start, start + length)


def element(tag: int, *content: bytes) -> bytes:
    """One value, written."""
    body = b"".join(content)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = struct.pack(">I", len(body)).lstrip(b"\0")
    return bytes((tag, 0x80 | len(length))) + length + body


def integer(value: int) -> bytes:
    """An INTEGER, written."""
    octets = (value + (value < 0)).bit_length() // 8 + 1
    return element(INTEGER, value.to_bytes(octets, "big", signed=True))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER, written."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    out = bytearray()
    for arc in (first * 40 + second, *rest):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | arc & 0x7F)
        out += bytes(reversed(octets))
    return element(OID, bytes(out))
