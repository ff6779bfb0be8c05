"""The members of a zip. What could show one content here and another one elsewhere is refused or said."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from abusekit.containers.budget import Budget
from abusekit.containers.listing import Listing
from abusekit.containers.member import Member
from abusekit.containers.names import extra_field, refusal, tidy, zip_name
from abusekit.containers.source import Reader, Source
from abusekit.containers.zip_directory import DAMAGED, Directory, Entry, entries, find, local_header
from abusekit.containers.zip_stream import ZipData
from abusekit.errors import InputError

ENCRYPTED = "encrypted: ask for the export without a password, or unpack it with the password first"

_UTF8 = 0x800
_LOCKED = 0x1 | 0x40 | 0x2000
"""Encrypted, strongly, with a masked directory (APPNOTE 4.4.4)."""
_AES = 99
_BEHIND = 24
"""Bytes of sizes that may stand behind a member's data (APPNOTE 4.3.9)."""
_TIMES = 0x5455
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = {
    stat.S_IFLNK: "is a link, which is not followed",
    stat.S_IFCHR: "is a device",
    stat.S_IFBLK: "is a device",
    stat.S_IFIFO: "is a pipe",
    stat.S_IFSOCK: "is a socket",
}


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a zip does: a member, an empty one, or the mark of a split one in one piece."""
    return head.startswith((b"PK\3\4", b"PK\5\6", b"PK00PK\3\4", b"PK\7\x08PK\3\4"))


def has_directory(source: Source) -> bool:
    """Whether a file ends as a zip does, however it begins. Raises InputError: a part of a split zip."""
    reader = source.reader()
    try:
        return find(reader) is not None
    finally:
        reader.close()


def zip_members(listing: Listing, source: Source, prefix: str, budget: Budget) -> Iterator[Member]:
    """Lists the members, in the order of the directory. Raises InputError: no directory, or part of a split zip."""
    reader = source.reader()
    try:
        directory = find(reader)
        if directory is None:
            raise InputError(f"the zip {source.name!a} has no end: it is cut short or damaged", DAMAGED)
        found = _entries(listing, reader, directory)
        places = [_place(listing, reader, directory, entry, prefix) for entry in found]
    finally:
        reader.close()
    shared = _shared(listing, source.name, directory, found, places)
    for number, (entry, start) in enumerate(zip(found, places, strict=True)):
        path = _path(listing, entry, prefix)
        if not path or start < 0:
            continue
        if number in shared:
            listing.refuse(
                path, "shares bytes with another member: such zips are made to deceive or to fill the disk"
            )
            continue
        data = ZipData(source, path, start, entry.packed, entry.size, entry.crc, entry.method, budget)
        member = listing.add(path, entry.size, data, _dos_time(entry), _utc(entry.extra))
        if member is not None:
            yield member


def _entries(listing: Listing, reader: Reader, directory: Directory) -> list[Entry]:
    """What the directory names, as far as it can be read and there is room."""
    name = reader.source.name
    found: list[Entry] = []
    try:
        for entry in entries(reader, directory):
            if not listing.room():
                return found
            found.append(entry)
    except InputError as fault:
        listing.remark(f"{fault.message}; members from number {len(found) + 1} on are not read", fault.hint)
        return found
    if len(found) & 0xFFFF != directory.stated & 0xFFFF:  # more than 65 535 without zip64 are counted modulo
        listing.remark(f"the zip {name!a} says that it has {directory.stated} members, and has {len(found)}")
    if directory.before:
        listing.remark(
            f"{directory.before} bytes stand before the zip in {name!a} and are not read: something was put before "
            "it, or its begin is lost"
        )
    if directory.behind:
        listing.remark(f"{directory.behind} bytes stand behind the end of the zip {name!a} and are not read")
    return found


def _place(listing: Listing, reader: Reader, directory: Directory, entry: Entry, prefix: str) -> int:
    """The byte at which a member's data begin; -1 where they do not lie before the directory."""
    local = local_header(reader, entry)
    if local is None:
        listing.refuse(
            prefix + _name(entry), "is named in the directory of its zip, but does not stand there", DAMAGED
        )
        return -1
    if local.differs:
        listing.refuse(
            prefix + _name(entry),
            f"is described differently before its data and in the directory ({local.differs}); the directory counts",
        )
    if local.start + entry.packed > directory.start:
        listing.refuse(prefix + _name(entry), "reaches beyond the place for members in its zip")
        return -1
    return local.start


def _shared(
    listing: Listing, name: str, directory: Directory, found: list[Entry], places: list[int]
) -> frozenset[int]:
    """The members that lie over one another, by number; a remark about bytes that belong to none."""
    spans = sorted(
        (entry.offset, start + entry.packed, number)
        for number, (entry, start) in enumerate(zip(found, places, strict=True))
        if start >= 0
    )
    shared: set[int] = set()
    owner, reached, stray, first = -1, directory.before, 0, 0
    for offset, end, number in [*spans, (directory.start, directory.start, -1)]:
        if offset < reached and owner >= 0 and number >= 0:
            shared |= {owner, number}
        elif offset - reached > _BEHIND:
            stray, first = stray + offset - reached, first or reached
        if end > reached:
            owner, reached = number, end
    if stray and len(spans) == len(found):
        listing.remark(
            f"{stray} bytes of the zip {name!a} belong to no member that its directory names (the first from byte "
            f"{first} on); they are not read"
        )
    return frozenset(shared)


def _name(entry: Entry) -> str:
    return zip_name(entry.raw, says_utf8=bool(entry.flags & _UTF8), extra=entry.extra)


def _path(listing: Listing, entry: Entry, prefix: str) -> str:
    """The path of a member that is taken; empty for a folder and for what is refused."""
    name = _name(entry)
    path = prefix + tidy(name)
    why = refusal(name)
    if name.endswith("/") and not why:
        if entry.size or entry.packed > 2:  # an empty deflated stream has two bytes
            listing.refuse(path, "is named as a folder, but holds bytes")
        return ""
    if entry.flags & _LOCKED or entry.method == _AES:
        listing.refuse(path, f"is {ENCRYPTED}", ENCRYPTED)
        return ""
    why = why or _KINDS.get(stat.S_IFMT(entry.mode), "")
    if why:
        listing.refuse(prefix + name, why)
        return ""
    return path


def _dos_time(entry: Entry) -> datetime | None:
    """The time of the directory, as the clock of whoever packed it showed it (APPNOTE 4.4.6)."""
    date, time = entry.date, entry.time
    try:
        return datetime(  # noqa: DTZ001 - the zone is not recorded
            (date >> 9) + 1980, date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2
        )
    except ValueError:
        return None


def _utc(extra: bytes) -> datetime | None:
    """The time of change of the Info-ZIP field 0x5455: seconds since 1970, UTC."""
    data = extra_field(extra, _TIMES)
    if len(data) < 5 or not data[0] & 1:
        return None
    return _EPOCH + timedelta(seconds=int.from_bytes(data[1:5], "little", signed=True))
