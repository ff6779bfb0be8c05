"""The clock inside of Discord's ids: bits 22 and up count milliseconds since the start of 2015, in UTC.

Source: Discord developer documentation, "Snowflakes"; compared with written times of the samples. The id is given by
the server when a message is stored. It proves nothing about who wrote it, and an export can be edited, id and all.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from abusekit.case.moment import EASTMOST, WESTMOST, offset_text
from abusekit.importers import times
from abusekit.importers.model import Time

_EPOCH_MS = 1_420_070_400_000
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_QUARTER = timedelta(minutes=15)
_MILLISECOND = timedelta(milliseconds=1)


def _is_snowflake(identity: str) -> bool:
    return 15 <= len(identity) <= 19 and identity.isascii() and identity.isdigit()


def instant(identity: str) -> Time | None:
    """The time inside of an id, to the millisecond; None: the text is no snowflake."""
    if not _is_snowflake(identity):
        return None
    return times.epoch((int(identity) >> 22) + _EPOCH_MS, raw=identity, clock="server", basis="native_id")


def settle(written: str, identity: str) -> Time | None:
    """A written time together with the one inside of its id. None: neither can be read.

    Where the text states its zone, `agrees` says how far the id is away. Where it does not, the id settles the zone,
    if some zone has that offset and the rest is less than a second. From a second on, and where the text cannot be
    read, `agrees` says CONFLICT.
    """
    time = times.iso(written, clock="server")
    if time is not None and time.at.endswith("Z") and _is_snowflake(identity):
        away = times.utc_of(time) - (_EPOCH + (int(identity) >> 22) * _MILLISECOND)
        time.agrees = (_compared(away),)
        return time
    inside = instant(identity)
    if inside is None:
        return time
    if time is None:
        return replace(
            inside, raw=written, agrees=("CONFLICT: the written time is not read, this is the id's",)
        )
    away = datetime.fromisoformat(time.at).replace(tzinfo=UTC) - times.utc_of(inside)
    offset = (
        round((away + _SECOND / 2) / _QUARTER) * _QUARTER
    )  # half a second: a written time has no fraction
    if WESTMOST <= offset <= EASTMOST and abs(away - offset) < _SECOND:
        return replace(inside, raw=written, zone=offset_text(offset), agrees=("id: same second",))
    return replace(time, agrees=(f"CONFLICT: the id says {inside.at}",))


def conflict(time: Time | None) -> bool:
    """Whether the two clocks that `settle` compared differ."""
    return time is not None and bool(time.agrees) and time.agrees[0].startswith("CONFLICT")


def _compared(away: timedelta) -> str:
    milliseconds = away // _MILLISECOND
    return f"{'CONFLICT: ' if abs(away) >= _SECOND else ''}id: {milliseconds:+,} ms"
