"""`abusekit custody gaps`: when nobody is on record as having an exhibit, or no place is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, with_session

if TYPE_CHECKING:
    from abusekit.case.custody_gaps import Gap


@click.command(name="gaps")
@with_session()
def gaps_command(session: Session) -> int:
    """Times in which an exhibit has no custodian or no place on record.

    Whoever takes an item in has it; a place is known from custody store, or from the settings of that day. What was
    handed over is on the way until it is received: a gap where nobody confirmed it, or only after more than a day.
    Gaps of several exhibits that end alike stand in one line; --json has each. Exit code: 7 when there is a gap.

    \b
    Example:
      abusekit custody gaps
    """
    from abusekit.case.custody_gaps import case_gaps
    from abusekit.case.transfer import counted

    found = case_gaps(session.case())
    exhibits = len({gap.item for gap in found})
    code = 7 if found else 0
    if session.json:
        from abusekit.cli.answers_custody import GapAnswer, GapsAnswer

        gaps = [GapAnswer(g.item, g.exhibit, g.start, g.end, g.missing, g.why) for g in found]
        session.answer(GapsAnswer(gaps, exhibits, code))
        return code
    for group in _alike(found):
        session.print(_line(group))
    session.say(
        f"{counted(exhibits)} with a gap" if found else "no gaps: somebody had every exhibit, somewhere"
    )
    for advice in _advice(found):
        session.say(advice)
    return code


def _alike(found: list[Gap]) -> list[list[Gap]]:
    """Those that lack the same, for the same reason, until the same second."""
    groups: dict[tuple[str, str, str], list[Gap]] = {}
    for gap in found:
        groups.setdefault(((gap.end or "")[:19], gap.missing, gap.why), []).append(gap)
    return list(groups.values())


def _line(group: list[Gap]) -> str:
    starts = sorted({gap.start[:19] for gap in group})
    begin = f"{starts[0]}Z" if len(starts) == 1 else f"{starts[0]}Z (the last: {starts[-1]}Z)"
    end = group[0].end
    until = "until now" if end is None else f"until {end[:19]}Z"
    return f"{_named(group)}  from {begin} {until}  no {group[0].missing}: {group[0].why}"


def _named(group: list[Gap]) -> str:
    from abusekit.cli.verify import ranges

    items = list(dict.fromkeys(gap.item for gap in group))
    if len(items) == 1:
        return f"{items[0]}  {group[0].exhibit}"
    return f"{ranges(items)}  ({len(items)} exhibits)"


def _advice(found: list[Gap]) -> list[str]:
    """What closes gaps: each command once, with the time from which it has to count."""
    advice = []
    places = [gap for gap in found if gap.missing == "place"]
    if places:
        since = min(gap.start for gap in places)[:19]
        advice += [
            "say where they were, from the beginning of the gap on (--since), until a place is on record:",
            f'  abusekit custody store ITEM… --place "…" --since {since}Z --reason "…"',
            'for new items: abusekit settings change --place "…" --reason "…"',
        ]
    if any(gap.end is None and gap.missing != "place" for gap in found):
        advice.append("what is on the way: abusekit custody receive RECEIPT, or custody receive --paper K")
    return advice
