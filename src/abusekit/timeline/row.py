"""One row of the timeline: something that has a time, and how certain that time is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

import msgspec

from abusekit.case.custody import instant_text
from abusekit.case.moment import Moment, Precision, offset_text

Kind = Literal[
    "capture",
    "file",
    "export",
    "note",
    "record-only",
    "page-time",
    "photo",
    "file-time",
    "diary",
    "stated",
    "server-time",
    "message",
    "event",
    "custody",
]

KINDS: dict[Kind, str] = {
    "capture": "an address was captured",
    "file": "a file was taken in",
    "export": "an export of a platform was taken in",
    "note": "a diary entry was taken in",
    "record-only": "a record without content was made",
    "page-time": "a time found in a captured page",
    "photo": "a time found in a picture",
    "file-time": "a time found in another file, or in its name",
    "diary": "a time that a diary entry states",
    "stated": "a time that a person stated about an item",
    "server-time": "what the clock of a server or an authority showed",
    "message": "a message, mail or post in an export",
    "event": "a call, notice or other event in an export",
    "custody": "an act in the custody log",
}
"""Kind of row → what it is."""

Certainty = Literal[
    "authority",
    "our clock",
    "server clock",
    "platform",
    "device clock",
    "file clock",
    "stated",
    "claimed",
    "zone by custom",
    "zone declared",
    "zone not recorded",
]

CERTAINTIES: dict[Certainty, tuple[str, str]] = {
    "authority": ("A", "a time-stamp authority signed this time"),
    "our clock": (
        "C",
        "the clock of the computer that runs abusekit; the basis says whether it was compared",
    ),
    "server clock": ("S", "what the clock of the other side's server showed"),
    "platform": ("P", "written by a page or platform, with its zone; it is only as right as its author"),
    "device clock": (
        "D",
        "the clock of a camera or phone, with its zone; such clocks can be wrong or be set",
    ),
    "file clock": ("F", "date of a file or file name, with its zone; copying and renaming change it"),
    "stated": ("W", "what a person said, in a known zone"),
    "claimed": ("?", "whatever the program of the sender wrote: it can be any time"),
    "zone by custom": ("c", "the file names no zone; the platform is known to write UTC"),
    "zone declared": ("~", "the source names no zone; somebody declared which one it is"),
    "zone not recorded": (
        "≈",
        "the source names no zone: it may be any instant of the interval; the row stands at the earliest",
    ),
}
"""Certainty → its sign, and what it means. None of them says that the clock was right."""

_BY_CLOCK: dict[str, Certainty] = {
    "authority": "authority",
    "ours": "our clock",
    "server": "server clock",
    "platform": "platform",
    "camera": "device clock",
    "device": "device clock",
    "claimed": "claimed",
    "file_system": "file clock",
    "person": "stated",
}


class Row(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """Flat, so that a million of them can be sorted on disk. Texts come from outside: escape when shown."""

    earliest: str
    """UTC, `YYYY-MM-DDTHH:MM:SS.ffffffZ`: the first instant that the source can mean; rows are sorted by it."""
    latest: str
    """UTC, same form: the first instant that it can no longer mean."""
    utc: str | None
    """UTC, same form: the reading (a whole day: its start); None: the zone is not recorded."""
    local: str | None
    """What the source's clock showed, ISO 8601 without offset; None where it is the UTC value."""
    zone: str | None
    """Zone of `local`: IANA or ±HH:MM; None: not recorded."""
    precision: Precision
    certainty: Certainty
    basis: str
    """One sentence: why the time is what it is."""
    raw: str
    """The time as its source wrote it; empty where that could be content and is covered."""
    kind: Kind
    what: str
    """What happened then (Timesketch: timestamp_desc)."""
    message: str
    """Neutral: ids, kind, account, category, outcome, reason of an act; never content."""
    item: str
    """`E0001`; empty for acts about the case."""
    exhibit: str
    """`PO/1`, of a message `PO/1#m12`; empty likewise."""
    file: str
    """Stored file in which the time stands, or the path of the log; empty for what a person said."""
    field: str
    """Where in the file it stands."""
    n: int | None
    """Log line from 0: of the act, or the one that admitted the item; None: the log has none."""
    tags: tuple[str, ...] = ()
    """Tags of the item as the log leaves them."""
    withdrawn: str | None = None
    """The reason where the item is withdrawn."""
    content: str | None = None
    """Title, address, file name, words of the diary, text of a message; only where it was asked for."""
    account: str = ""
    """Who wrote a message, as the export names the account; empty for everything else."""
    platform: str = ""
    """Of a message; empty likewise."""
    also: tuple[str, ...] = ()
    """Further exhibits that hold the same message: `AB/9#m3`."""

    def in_zone(self, zone: tzinfo) -> datetime | None:
        """The reading in `zone`, aware; None where the source's zone is not recorded."""
        return None if self.utc is None else read_instant(self.utc).astimezone(zone)

    def shown(self, zone: tzinfo) -> str:
        """For a person: `2026-11-20 22:10 +00:00` in `zone`, as precise as the source was.

        Without a recorded zone the source's reading, said to be so. A whole day is not converted: it is the
        day of the source.
        """
        reading = None if self.local is None else datetime.fromisoformat(self.local)
        at = self.in_zone(zone)
        if at is None or self.precision == "day":
            known = reading or at
            text = spelled(known, self.precision) if known else self.raw
            if at is None:
                return f"{text} ({self._why_open()})"
            return text if self.zone is None or self.zone == str(zone) else f"{text} (day in {self.zone})"
        return with_offset(at, self.precision)

    def _why_open(self) -> str:
        if self.local is None:
            return "day and month order not decided"
        return "the hour came twice" if self.certainty == "zone declared" else "zone not recorded"


def certainty_of(moment: Moment) -> Certainty:
    """The one word for whose clock it was and what is known of its zone."""
    if moment.zone_basis == "unknown":
        return "zone not recorded"
    if moment.zone_basis in ("declared", "repeated"):
        return "zone declared"
    if moment.zone_basis == "convention":
        return "zone by custom"
    return _BY_CLOCK[moment.clock]


def spelled(at: datetime, precision: Precision) -> str:
    """Date and time of day to the second, minute or day; parts of a second stay in the tables."""
    if precision == "day":
        return at.date().isoformat()
    return at.replace(tzinfo=None).isoformat(" ", "minutes" if precision == "min" else "seconds")


def with_offset(at: datetime, precision: Precision) -> str:
    """An aware time as `spelled`, and its offset ±HH:MM."""
    return f"{spelled(at, precision)} {offset_text(at.utcoffset() or timedelta(0))}"


def read_instant(text: str) -> datetime:
    """Aware UTC from the form that rows carry. ValueError for anything else, and for years no moment has."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is not UTC or not 1800 <= at.year <= 2200 or instant_text(at) != text:
        raise ValueError(f"not an instant: {text[:40]!a}")
    return at


def instant_after(text: str) -> str:
    """The instant one microsecond later: our own clock's readings are that precise. ValueError as above."""
    return instant_text(read_instant(text) + timedelta(microseconds=1))
