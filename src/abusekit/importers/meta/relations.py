"""What Meta's lists have in common: who follows, befriends or blocks whom, each with its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers import fields as field
from abusekit.importers import times
from abusekit.importers.fields import UNREADABLE, Table, WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.meta.mojibake import Mender, spells_bytes
from abusekit.importers.model import Record, SourceRef, Time
from abusekit.importers.spans.json_spans import JsonDamagedError, Pattern, Value, scan
from abusekit.importers.spans.places import ref

Element = Callable[[str, Table, Mender, SourceRef], Iterator[Record]]
"""Reads one element of a list: the list's key (empty for a root array), the element, its mender and its place."""

_CHUNK = 1 << 20


def elements(
    member: Member, patterns: tuple[Pattern, ...], platform: str, notes: Notes, read: Element
) -> Iterator[Record]:
    """Each element of the wanted lists of a file, in its order; `unparsed` where it is not understood."""
    try:
        bytewise = _spells_bytes(member)
        with member.open() as stream:
            for value in scan(stream, patterns):
                yield from _one(member, value, patterns[value.pattern], bytewise, platform, read)
    except JsonDamagedError as fault:
        notes.damaged.append(f"{member.path!a}: {fault.message}; what precedes it was read.")
    except InputError as fault:
        notes.damaged.append(f"{member.path!a}: {fault.message}")


def _one(
    member: Member, value: Value, pattern: Pattern, bytewise: bool, platform: str, read: Element
) -> Iterator[Record]:
    source = ref(member.path, value.start, value.end, value.raw, value.pointer)
    key = value.pointer.split("/")[1] if len(pattern) > 1 or pattern != ("*",) else ""
    try:
        records = list(read(key, field.record(value.raw), Mender(value.raw, bytewise), source))
    except UNREADABLE as fault:
        records = [field.unparsed(platform, "", fault, source, key)]
    yield from records


def _spells_bytes(member: Member) -> bool:
    """As `spells_bytes`, in pieces; a piece ends at a comma's end, where no escape is."""
    with member.open() as stream:
        held = b""
        while block := stream.read(_CHUNK):
            held += block
            cut = held.rfind(b",") + 1
            if not spells_bytes(held[:cut].removeprefix(b"\xef\xbb\xbf")):
                return False
            held = held[cut:]
        return spells_bytes(held.removeprefix(b"\xef\xbb\xbf"))


def seconds(fields: Table, key: str = "timestamp") -> Time | None:
    """Seconds since 1970; None where absent or 0, which these lists write for `no time`. Raises WrongShapeError."""
    count = field.whole(fields, key)
    if not count:
        return None
    time = times.epoch(count, 1, clock="server")
    if time is None:
        raise WrongShapeError(f"{key} {str(count)[:30]} is no possible time")
    return time
