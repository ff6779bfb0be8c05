"""The three clocks of an item (R21): what the platform showed, what a person says, and ours, with its offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abusekit.case.records import Item
    from abusekit.cli.answers_clocks import ClockReading, Clocks, OurClock

SHOWN_LIMIT = 3
"""Times of the platform that the block shows; all of them stand behind --reveal, and in the timeline."""
RAW_LIMIT = 100
"""Characters: a time as written is short; what is longer may hold anything, and is covered."""
_PLATFORM = ("platform", "camera")


def clocks_of(item: Item) -> Clocks:
    """What each of the three clocks says; a time that cannot be read is left out here, not in the timeline."""
    from abusekit.cli.answers_clocks import Clocks

    shown: list[ClockReading] = []
    seen: list[ClockReading] = []
    for dated in item.dated:
        clock = dated.moment.get("clock")
        if clock not in (*_PLATFORM, "person"):
            continue
        if (reading := _reading(dated.what, dated.field, dated.moment)) is not None:
            (seen if clock == "person" else shown).append(reading)
    return Clocks(shown[:SHOWN_LIMIT], seen, _ours(item))


def _reading(what: str, field: str, facts: Any) -> ClockReading | None:
    from abusekit.case.moment import from_facts, utc_text
    from abusekit.cli.answers_clocks import ClockReading
    from abusekit.errors import InputError

    try:
        moment = from_facts(facts)
    except InputError:
        return None
    raw = moment.raw.strip()
    return ClockReading(
        what=what,
        raw=raw if len(raw) <= RAW_LIMIT else "covered; --reveal shows it",
        utc=None if moment.utc is None else utc_text(moment.utc),
        earliest=utc_text(moment.earliest),
        latest=utc_text(moment.latest),
        zone=moment.zone,
        coarse=moment.precision in ("min", "day"),
        field=field,
    )


def _ours(item: Item) -> OurClock:
    from abusekit.cli.answers_clocks import OurClock

    measured, hosts = _facts(item.method.get("clock")), _facts(item.facts.get("clock"))
    return OurClock(
        at=item.at,
        local=item.local,
        zone=item.zone,
        offset_ms=item.clock_offset_ms,
        uncertainty_ms=_whole(measured.get("uncertainty_ms")),
        result=_text(measured.get("result")) or "not-checked",
        server=_text(measured.get("server")),
        hosts_offset_ms=_whole(hosts.get("offset_ms")),
        hosts_uncertainty_ms=_whole(hosts.get("uncertainty_ms")),
    )


def clock_lines(item: Item, clocks: Clocks) -> list[str]:
    """The block, one line for each reading."""
    lines = [f"shown      {_told(one)}" for one in clocks.shown]
    lines = lines or (["shown      no time of the platform was found"] if item.kind == "capture" else [])
    for one in clocks.seen:
        by = _text(_facts(item.source.get("seen")).get("by")) if one.field == "source.seen" else ""
        lines.append(f"seen       {_told(one)}" + (f", by {by}" if by else ""))
    ours = clocks.captured
    lines.append(f"taken in   {ours.local} ({ours.zone}), {ours.at} by our clock")
    lines.append(f"our clock  {_offset(item, ours)}")
    if ours.hosts_offset_ms is not None and ours.hosts_uncertainty_ms is not None:
        lines.append(
            f"           by the Date of the hosts: {ours.hosts_offset_ms:+} ms ± {ours.hosts_uncertainty_ms} ms"
        )
    return lines


def _told(one: ClockReading) -> str:
    if one.zone is not None:
        meant = one.utc if one.utc is not None and not one.coarse else f"{one.earliest} to {one.latest}"
        meant = f"{meant}, {one.zone}"
    else:
        meant = f"zone not known: {one.earliest} to {one.latest}"
    return f"{one.raw} = {meant}  ({one.what}: {one.field[:60]})"


def _offset(item: Item, ours: OurClock) -> str:
    if ours.offset_ms is None:
        why = _text(_facts(item.method.get("clock")).get("note"))
        state = "time servers disagree" if ours.result == "disagree" else "not compared with time servers"
        return state + (f": {why}" if why else "")
    uncertain = "" if ours.uncertainty_ms is None else f" ± {ours.uncertainty_ms} ms"
    return f"offset {ours.offset_ms:+} ms{uncertain} by {ours.server or 'a time server'}; add it to our times"


def _facts(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None
