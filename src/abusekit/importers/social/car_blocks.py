"""The blocks of a CAR (version 1), each with its byte range. Source: ipld.io/specs/transport/car/carv1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from abusekit.errors import InputError
from abusekit.importers.social.dag_cbor import cid_at, decode, varint

MOST_BLOCK = 8 << 20
"""Bytes; atproto allows 1 MiB for a record and 2 MiB for what a server sends of one."""
_MOST_HEADER = 65_536
_MOST_ROOTS = 1000


@dataclass(frozen=True, slots=True)
class Block:
    cid: bytes
    start: int
    # offset of the content in the file, behind its length and its CID
    raw: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.raw)


@dataclass(slots=True)
class Car:
    """A CAR that is read forwards, once."""

    stream: BinaryIO
    roots: list[bytes] = field(default_factory=list)
    at: int = 0
    # offset of what is read next: where the fault is, when one is raised
    fault: str = ""
    # why reading ended early; empty: the file was whole

    def header(self) -> None:
        """Reads the header. Raises InputError: not a CAR of version 1."""
        raw = self._section(_MOST_HEADER)
        table = decode(raw) if raw else None
        if not isinstance(table, dict) or table.get("version") != 1:
            raise InputError("this is not a CAR of version 1", "order the repository again from the account")
        roots = table.get("roots")
        if not isinstance(roots, list) or not all(isinstance(root, bytes) for root in roots):
            raise InputError(
                "the header of the CAR names no roots", "order the repository again from the account"
            )
        self.roots = roots[:_MOST_ROOTS]

    def blocks(self) -> Iterator[Block]:
        """Block after block; ends at a fault, which `fault` then says, with the offset `at`."""
        try:
            while True:
                began = self.at
                raw = self._section(MOST_BLOCK)
                if raw is None:
                    return
                start = cid_at(raw, 0)
                yield Block(raw[:start], self.at - len(raw) + start, raw[start:])
        except InputError as wrong:
            self.fault, self.at = wrong.message, began

    def _section(self, most: int) -> bytes | None:
        """The bytes behind the length that stands next; None at the end of the file."""
        head = b""
        while not head or head[-1] >= 0x80:
            one = self.stream.read(1)
            if not one and not head:
                return None
            if not one or len(head) == 9:
                raise InputError("the length of a block is cut off or too long")
            head += one
        size, _ = varint(head, 0)
        if size > most:
            raise InputError(f"a block claims {size} bytes, more than any repository has")
        raw = self.stream.read(size)
        if len(raw) < size:
            raise InputError("the file ends inside of a block")
        self.at += len(head) + size
        return raw
