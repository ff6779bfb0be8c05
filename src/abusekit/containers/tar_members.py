"""The members of a tar (POSIX.1-2017 pax, ustar, GNU long names), read in place.

Own reading in place of `tarfile`: that one calls itself once per extended header and takes such a header of any size
into memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from abusekit.containers.listing import Listing
from abusekit.containers.member import Member
from abusekit.containers.names import refusal, shown, tidy
from abusekit.containers.source import AGAIN, Reader, Source

BLOCK = 512
_IN_A_ROW = 100
"""Extended headers before one member; a real one has two or three."""
_EXTENDED = 1 << 20
"""Bytes of an extended header that are read."""
_LARGEST = (1 << 63) - 1
"""Bytes that a member may claim; it is then cut short."""
_SPARSE = b"GNU.sparse"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = re.compile(rb"(-?)(\d{1,12})(?:\.(\d{1,30}))?")
_KINDS = {
    b"1": "is a hard link, which is not followed",
    b"2": "is a link, which is not followed",
    b"3": "is a device",
    b"4": "is a device",
    b"6": "is a pipe",
    b"S": "is stored with holes (sparse), which is not read",
}


@dataclass(slots=True)
class _Header:
    name: bytes
    size: int
    # bytes of data that follow
    kind: bytes
    modified: datetime | None


@dataclass(slots=True)
class _Extended:
    """What the headers before a member say of it."""

    values: dict[bytes, bytes] = field(default_factory=dict)
    fault: str = ""
    count: int = 0


def is_tar(head: bytes) -> bool:
    """Whether these first 512 bytes are a header whose check sum is right, with or without the mark `ustar`."""
    header = _header(head[:BLOCK])
    return header is not None and bool(header.name.strip(b"\0"))


def tar_members(listing: Listing, source: Source, prefix: str) -> Iterator[tuple[Member, Source]]:
    """Lists the members in their order, each with where it lies. Damage is a remark: what precedes is given."""
    reader = source.reader()
    try:
        for path, header, at in _files(listing, reader, prefix):
            inner = source.part(path, at, header.size)
            member = listing.add(path, header.size, inner.stream, None, header.modified)
            if member is not None:
                yield member, inner
    finally:
        reader.close()


def _files(listing: Listing, reader: Reader, prefix: str) -> Iterator[tuple[str, _Header, int]]:
    """Path, header, first byte of each regular file that is taken."""
    at = 0
    always: dict[bytes, bytes] = {}
    before = _Extended()
    while block := reader.at(at, BLOCK):
        if block.count(0) == BLOCK:
            _look_behind(listing, reader, at + BLOCK)
            return
        header = _header(block)
        if header is None:
            _cut(listing, reader, at, "is damaged")
            return
        at += BLOCK
        size = header.size
        if header.kind in {b"x", b"g", b"L", b"K"}:
            before.count += 1
            if before.count > _IN_A_ROW:
                _cut(listing, reader, at, "describes one member over and over")
                return
            _read_extended(reader, header, at, always, before)
        elif not listing.room():
            return
        else:
            size = _apply(header, {**always, **before.values})
            path = prefix + tidy(shown(header.name))
            why = before.fault or _refused(header, always.keys() | before.values.keys())
            before = _Extended()
            if why:
                listing.refuse(path, why)
            elif header.kind != b"5":
                yield path, header, at
        at += size + -size % BLOCK
    if at > reader.source.size:
        listing.remark(f"the tar {reader.source.name!a} is cut short: its last member is not whole", AGAIN)
    else:
        _cut(listing, reader, at, "has no end")


def _cut(listing: Listing, reader: Reader, at: int, how: str) -> None:
    why = f": {reader.source.fault}" if reader.source.fault else ""
    listing.remark(
        f"the tar {reader.source.name!a} {how} from byte {at} on{why}; what precedes is kept", AGAIN
    )


def _look_behind(listing: Listing, reader: Reader, at: int) -> None:
    """Two empty blocks end a tar; something may stand behind them, such as a second tar."""
    while piece := reader.at(at, 1 << 20):
        if piece.count(0) != len(piece):
            listing.remark(
                f"something stands behind the end of the tar {reader.source.name!a}; it is not read"
            )
            return
        at += len(piece)


def _header(block: bytes) -> _Header | None:
    """One header; None where its check sum is wrong (bytes counted unsigned, or signed as old programs did)."""
    if len(block) < BLOCK:
        return None
    stated = _number(block[148:156])
    total = sum(block) - sum(block[148:156]) + 8 * 32
    if stated != total and stated != total - 256 * sum(byte > 127 for byte in block[:148] + block[156:]):
        return None
    size = _number(block[124:136])
    if size is None or not 0 <= size <= _LARGEST:
        return None
    name = block[:100].split(b"\0", 1)[0]
    kind = block[156:157]
    if block[257:263] == b"ustar\0" and block[345]:
        name = block[345:500].split(b"\0", 1)[0] + b"/" + name
    if kind == b"\0" and name.endswith(b"/"):
        kind = b"5"  # before POSIX a folder was marked so
    elif kind in {b"\0", b"7"}:
        kind = b"0"
    return _Header(
        name, 0 if kind in {b"1", b"2", b"3", b"4", b"5", b"6"} else size, kind, _moment(block[136:148])
    )


def _number(field: bytes) -> int | None:
    """Octal digits, or GNU's binary form; None where it is neither."""
    if field[0] in {0x80, 0xFF}:
        return int.from_bytes(field[1:], "big") - (256 ** (len(field) - 1) if field[0] == 0xFF else 0)
    digits = field.strip(b" \0")
    if not digits:
        return 0
    return int(digits, 8) if digits.isdigit() and not digits.strip(b"01234567") else None


def _moment(field: bytes) -> datetime | None:
    seconds = _number(field)
    return None if seconds is None else _utc(seconds, 0)


def _utc(seconds: int, microseconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(seconds=seconds, microseconds=microseconds)
    except OverflowError:
        return None


def _read_extended(
    reader: Reader, header: _Header, at: int, always: dict[bytes, bytes], before: _Extended
) -> None:
    """Takes over what an extended header says of all further members (g) or of the next one."""
    if header.size > _EXTENDED:
        before.fault = "has a description of more than a MiB before it"
        return
    data = reader.at(at, header.size)
    if header.kind in {b"L", b"K"}:
        if header.kind == b"L":
            before.values[b"path"] = data.split(b"\0", 1)[0]
        return
    found = _records(data)
    if found is None:
        before.fault = "has a damaged description before it"
    elif header.kind == b"g":
        always.update(found)
        for gone in [key for key, value in always.items() if not value]:
            del always[gone]
    else:
        before.values.update(found)


def _records(data: bytes) -> dict[bytes, bytes] | None:
    """What is needed of the `length key=value` lines of a pax header; None where they do not fit."""
    found = {}
    at = 0
    while at < len(data) and data[at]:
        digits, blank, _ = data[at : at + 9].partition(b" ")
        if not blank or not digits.isdigit():
            return None
        end = at + int(digits)
        key, sign, value = data[at + len(digits) + 1 : end - 1].partition(b"=")
        if not sign or end > len(data) or data[end - 1 : end] != b"\n":
            return None
        if key in {b"path", b"size", b"mtime"}:
            found[key] = value
        elif key.startswith(b"GNU.sparse"):
            found[_SPARSE] = b"1"
        at = end
    return found


def _apply(header: _Header, values: dict[bytes, bytes]) -> int:
    """Puts what the extended headers say into the header; gives the bytes of data that follow it."""
    if values.get(b"path"):
        header.name = values[b"path"]
    stated = values.get(b"size", b"")
    if stated.isdigit() and len(stated) < 20 and header.kind not in {b"1", b"2", b"3", b"4", b"5", b"6"}:
        header.size = min(int(stated), _LARGEST)
    time = _SECONDS.fullmatch(values.get(b"mtime", b""))
    if time:
        sign = -1 if time[1] else 1
        header.modified = _utc(sign * int(time[2]), sign * int((time[3] or b"0")[:6].ljust(6, b"0")))
    return header.size


def _refused(header: _Header, described: set[bytes]) -> str:
    """Why a member is not taken; empty where it is."""
    why = refusal(shown(header.name)) if header.kind != b"5" or header.name.strip(b"./") else ""
    if why:
        return why
    if _SPARSE in described:
        return _KINDS[b"S"]
    if header.kind in {b"0", b"5"}:
        return ""
    return _KINDS.get(header.kind, f"is of a kind that is not read ({shown(header.kind)!a})")
