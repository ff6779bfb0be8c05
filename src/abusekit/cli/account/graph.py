"""`abusekit account graph`: accounts, their names, links and activity, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, now, with_session
from abusekit.cli.table_files import goes_to_stdout, instant, write_whole

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from pathlib import Path

    from abusekit.accounts.drawing.drawn import Drawn
    from abusekit.accounts.model import AccountKey, Candidate, Decisions, Ledger
    from abusekit.case.folder import Case


@click.command("graph")
@click.argument("typed", nargs=-1, metavar="[ACCOUNT…]")
@click.option(
    "--svg", "svg_path", type=PathParameter(), metavar="FILE", help="A picture; - is standard output."
)
@click.option(
    "--html",
    "html_path",
    type=PathParameter(),
    metavar="FILE",
    help="One page with picture and tables that opens without network.",
)
@click.option(
    "--candidates", "compare", is_flag=True, help="Compare the accounts, too, and draw what comes out."
)
@click.option("--all", "everything", is_flag=True, help="Draw accounts of which nothing is known, too.")
@click.option("--since", metavar="TIME", help="Lanes from this time on.")
@click.option("--until", metavar="TIME", help="Lanes before this time.")
@with_session()
def graph_command(
    session: Session,
    typed: tuple[str, ...],
    svg_path: Path | None,
    html_path: Path | None,
    compare: bool,
    everything: bool,
    since: str | None,
    until: str | None,
) -> int:
    """Draw accounts, their names over time, the links that people claim, and a lane of activity for each account.

    Blocks, reports and suspensions stand on the lanes, so that what begins after them is seen. With ACCOUNTs: only
    these and what a link joins to them. Without: accounts with a link, a block, report or suspension, another handle
    or an alarm, the victim's own, and the 12 that wrote most to the victim; the others are counted, and --all draws
    them. No words of messages are shown. Nothing is compared without --candidates.

    \b
    Examples:
      abusekit account graph
      abusekit account graph --html accounts.html --svg accounts.svg
      abusekit account graph x:12345 --candidates
    """
    from abusekit.accounts.drawing import page, svg
    from abusekit.accounts.drawing.draw import draw
    from abusekit.accounts.ledger.reading import ledger, resolve
    from abusekit.accounts.links.decisions import decisions

    to_stdout = goes_to_stdout((svg_path, html_path), json=session.json)
    case = session.case()
    settings = case.settings()
    first, last = _days(since, until, settings.zone)
    found, decided = ledger(case), decisions(case.entries())
    only = {resolve(found, one).key for one in typed}
    compared = _candidates(case, found, only) if compare else None
    drawn = draw(
        found,
        decided,
        case=settings.reference,
        zone=settings.zone,
        only=only,
        candidates=compared,
        stale=_stale(found, decided, only, compared),
        since=first,
        until=last,
        everything=everything,
    )
    written: list[str] = []
    if svg_path:
        write_whole(svg_path, lambda out: out.write(svg.alone(drawn)), written)
    if html_path:
        write_whole(html_path, lambda out: page.write(drawn, out, made_at=now()), written)
    code = 7 if found.problems else 0
    _tell(session, drawn, found, written, code, to_stdout=to_stdout)
    return code


def _tell(
    session: Session, drawn: Drawn, found: Ledger, written: list[str], code: int, *, to_stdout: bool
) -> None:
    if session.json:
        from abusekit.cli.account.graph_answer import answer_of

        session.answer(answer_of(drawn, found.problems, written, code))
        return
    if not written and not to_stdout:
        from abusekit.accounts.drawing import terminal

        for line in terminal.lines(drawn):
            session.print(line)
    for path in written:
        session.say(f"{len(drawn.nodes)} accounts and {len(drawn.edges)} links written to {path}")
    for problem in found.problems:
        session.say(f"not read: {problem}")


def _days(since: str | None, until: str | None, zone: str) -> tuple[date | None, date | None]:
    """First and last day (UTC) of the lanes. Raises UsageError."""
    from datetime import UTC, timedelta

    from abusekit.errors import UsageError

    start, end = instant(since, zone, "--since"), instant(until, zone, "--until")
    first = start.astimezone(UTC).date() if start else None
    last = (end.astimezone(UTC) - timedelta(microseconds=1)).date() if end else None
    if first and last and last < first:
        raise UsageError("--until lies before --since", "give them the other way round")
    return first, last


def _candidates(case: Case, found: Ledger, only: Collection[AccountKey]) -> list[Candidate]:
    from abusekit.accounts.links.candidates import compare_all

    asked = [key for key in sorted(only) if not found.accounts[key].own]
    if only and not asked:  # the victim's own are no candidates
        return []
    return list(compare_all(case, found, only=asked).candidates)


def _stale(
    found: Ledger, decided: Decisions, only: set[AccountKey], compared: list[Candidate] | None
) -> set[tuple[AccountKey, AccountKey]]:
    """Pairs that were compared now, and whose findings are others than those that the person saw."""
    from abusekit.accounts.links.decisions import stale
    from abusekit.accounts.model import pair

    if compared is None:
        return set()
    by_pair = {pair(one.a, one.b): one for one in compared}
    return {
        ends
        for ends, one in decided.newest.items()
        if (not only or not only.isdisjoint(ends))
        and all(key in found.accounts and not found.accounts[key].own for key in ends)
        and stale(one, by_pair.get(ends))
    }
