"""What `show --json` says of the three clocks of an item (R21)."""

from __future__ import annotations

import msgspec


class ClockReading(msgspec.Struct):
    """A time as one clock, or one person, gave it."""

    what: str
    """What happened then, in words."""
    raw: str
    """As it stands in the source."""
    utc: str | None
    """What it means in UTC, as far as that is known; null: the zone is not known."""
    earliest: str
    """UTC: the earliest instant that it can mean."""
    latest: str
    """UTC: the end of the latest."""
    zone: str | None
    coarse: bool
    """A whole minute or day is meant, not the start of it."""
    field: str
    """Where it stands."""


class OurClock(msgspec.Struct):
    """When it was taken in, and how our clock stood."""

    at: str
    """UTC, our clock."""
    local: str
    zone: str
    offset_ms: int | None
    """Milliseconds to add to our clock, by time servers; null: not measured."""
    uncertainty_ms: int | None
    """Milliseconds, plus and minus."""
    result: str
    """`checked`, `disagree`, `not-checked`."""
    server: str
    hosts_offset_ms: int | None
    """The same by the `Date` of the hosts captured; null: no answer counts, or they disagree."""
    hosts_uncertainty_ms: int | None


class Clocks(msgspec.Struct):
    """The three clocks: shown by the platform, seen by a person, captured by us."""

    shown: list[ClockReading]
    """By the platform, the camera, the page; the first of them."""
    seen: list[ClockReading]
    """As a person says."""
    captured: OurClock
