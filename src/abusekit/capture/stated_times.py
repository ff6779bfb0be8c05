"""A time as a page or a platform's JSON writes it for machines, read as a `Moment`.

Whoever made the page chose it; a page can say anything.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from abusekit.case.moment import Moment, Precision, from_instant, from_local, offset_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED = re.compile(r"([0-9]{9,10})(?:\.0{1,6})?|([0-9]{12,13})", re.ASCII)
"""Seconds or milliseconds since 1970: of the digits that times between 1973 and 2286 have."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CTIME = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-]\d\d):?(\d\d) (\d{4})", re.ASCII
)
"""`Wed Oct 10 20:19:24 +0000 2018`, as X writes it."""


@lru_cache(maxsize=1024)
def stated_moment(raw: str) -> Moment | None:
    """The moment that `raw` states, or None where it is none of the known forms.

    HTML `datetime` and RFC 3339, seconds or milliseconds since 1970, and X's form. Without an offset the zone
    stays unknown.
    """
    text = raw.strip()
    try:
        if count := COUNTED.fullmatch(text):
            return _counted(raw, count[1], count[2])
        if at := CTIME.fullmatch(text):
            month = MONTHS.index(at[1]) + 1
            text = f"{at[8]}-{month:02}-{at[2]}T{at[3]}:{at[4]}:{at[5]}{at[6]}:{at[7]}"
        return _iso(raw, text)
    except (ValueError, OverflowError):
        return None


def _counted(raw: str, seconds: str | None, milliseconds: str | None) -> Moment:
    unit: Precision = "s" if seconds else "ms"
    since = timedelta(seconds=int(seconds)) if seconds else timedelta(milliseconds=int(milliseconds or 0))
    words = "seconds" if seconds else "milliseconds"
    return from_instant(
        EPOCH + since, "platform", f"as the page states it, {words} since 1970", raw=raw, precision=unit
    )


def _iso(raw: str, text: str) -> Moment | None:
    if not 10 <= len(text) <= 40 or not text[:4].isdigit():
        return None
    at = datetime.fromisoformat(text)
    day_only = len(text) == 10
    offset = at.utcoffset()
    return from_local(
        at.replace(tzinfo=None),
        raw=raw,
        precision="day" if day_only else "us" if at.microsecond else "s",
        zone=None if offset is None else offset_text(offset),
        zone_basis="unknown" if offset is None else "stated",
        clock="platform",
        basis="as the page states it" + ("" if offset is not None else ", without a time zone"),
    )
