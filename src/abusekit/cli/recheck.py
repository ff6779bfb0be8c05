"""`abusekit recheck`: what became of the addresses of a case (R9)."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from abusekit.cli.account_news import announce
from abusekit.cli.acts import refuse_quarantined, resolve_item, resolve_items
from abusekit.cli.capture_options import SECTIONS, with_capture_options
from abusekit.cli.options import Session, now, with_session
from abusekit.cli.sections import SectionedCommand
from abusekit.cli.views import Views, reason_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abusekit.capture.recheck_history import History
    from abusekit.case.decisions import Standing
    from abusekit.case.folder import Case
    from abusekit.cli.capture_options import CaptureOptions
    from abusekit.cli.recheck_report import RecheckReport

JUST_NOW_S = 3600
"""Seconds within which an address is not asked again by itself: a run that was stopped goes on where it was."""
EVERYTHING_NEW = "*"
"""What `--diff` without an item stands for."""


class RecheckCommand(SectionedCommand):
    """Its help has headings."""

    sections = SECTIONS


@click.command("recheck", cls=RecheckCommand)
@click.argument("item_ids", nargs=-1, metavar="[ITEM…]")
@click.option(
    "--due",
    type=click.FloatRange(0, 36_500),
    metavar="DAYS",
    help="Only addresses that were last looked at this long ago.",
)
@click.option("--again", is_flag=True, help="Also those that were re-checked within the last hour.")
@click.option(
    "--diff",
    is_flag=False,
    flag_value=EVERYTHING_NEW,
    metavar="[ITEM]",
    help="Show how the text changed; with an ITEM, of that stored re-check, and ask nobody.",
)
@click.option("--reveal", is_flag=True, help="Show the changed lines themselves. They may be upsetting.")
@reason_option
@with_capture_options
@with_session(acts=True)
def recheck_command(
    session: Session,
    item_ids: tuple[str, ...],
    due: float | None,
    again: bool,
    diff: str | None,
    reveal: bool,
    view_reason: str | None,
    options: CaptureOptions,
) -> int:
    """Look again at captured addresses, and say what became of them.

    Without ITEM: every address once. Each is captured anew, as an item of its own, and compared with the newest
    capture in which it was there: present, edited, renamed, deleted, account-gone, suspended, or why that cannot
    be said. Exit code 7: some could not be judged.

    \b
    Examples:
      abusekit recheck
      abusekit recheck E0001 PO/3 --diff --reveal
      abusekit recheck --diff E0009
    """
    from abusekit.cli.recheck_report import RecheckReport, print_stored_difference
    from abusekit.errors import UsageError

    case = session.case()
    views = Views(session, case, view_reason, reveals=reveal and diff is not None)
    if diff not in (None, EVERYTHING_NEW):
        if item_ids or due is not None or again:
            raise UsageError("--diff ITEM shows what is stored, and asks nobody", "leave the rest out")
        item_id = resolve_item(case, str(diff))
        refuse_quarantined(session, item_id, _standings(case)[item_id])
        return print_stored_difference(session, case, item_id, reveal=reveal, views=views)
    standing_of = _standings(case)
    wanted, skipped, held = _wanted(session, case, standing_of, item_ids, due=due, again=again)
    report = RecheckReport(session, case, skipped, held, diff=diff is not None, reveal=reveal, views=views)
    one_run_at_a_time = nullcontext() if item_ids else case.lock("capture", timeout=0)
    with one_run_at_a_time:
        _look_again(session, case, wanted, options, report)
    code = report.finish()
    announce(session, case, [one.recheck for one in report.found if one.recheck])
    return code


def _look_again(
    session: Session, case: Case, wanted: list[History], options: CaptureOptions, report: RecheckReport
) -> None:
    from abusekit.capture.bulk import capture_all
    from abusekit.capture.deposit import Request
    from abusekit.capture.held_back import held_back
    from abusekit.capture.recheck_history import judge
    from abusekit.case.intake import Intake
    from abusekit.cli.clock_options import run_clock
    from abusekit.cli.stamp_options import stamper

    settings = case.settings()
    producer = settings.producer(session.as_initials)
    engine = options.chosen(session)
    clock = run_clock(session, options.ntp, no_ntp=options.no_ntp)
    stamp = stamper(session, options.tsa, wanted=options.stamp_each)
    requests = [
        Request(history.address, recheck_of=history.first.item, judge=judge(case, history))
        for history in wanted
    ]
    of_address = {history.address: history for history in wanted}
    with Intake(case, producer, clock=now, settings=settings, told=session.say) as intake:
        plan = options.plan(engine, settings, intake.spool)
        politeness = options.politeness(engine)
        never = held_back(case)
        for done in capture_all(
            requests, plan, intake, politeness, now=now, engine=engine, never=never, clock=clock, stamp=stamp
        ):
            report.take(of_address[done.request.address], done)


def _standings(case: Case) -> dict[str, Standing]:
    from abusekit.case.decisions import standings

    return standings(case.entries())


def _wanted(
    session: Session,
    case: Case,
    standing_of: dict[str, Standing],
    typed: tuple[str, ...],
    *,
    due: float | None,
    again: bool,
) -> tuple[list[History], int, int]:
    """The addresses to ask, how many are not due, and how many are never asked. Raises UsageError."""
    from abusekit.capture.held_back import held_back
    from abusekit.capture.recheck_history import histories

    named = resolve_items(case, typed)
    for item_id in named:
        refuse_quarantined(session, item_id, standing_of[item_id])
    known = histories(case, standing_of)
    never = held_back(case)
    if named:
        return _of_named(case, named, known, never), 0, 0
    wanted, skipped = [], 0
    for history in known.values():
        if history.address in never:
            continue
        if _is_due(history, due, again=again):
            wanted.append(history)
        else:
            skipped += 1
    return wanted, skipped, sum(1 for address in known if address in never)


def _of_named(
    case: Case, named: tuple[str, ...], known: dict[str, History], never: Mapping[str, str]
) -> list[History]:
    from abusekit.errors import UsageError

    found: dict[str, History] = {}
    for item_id in named:
        item = case.item(item_id)
        address = str(item.source.get("address", ""))
        if item.kind != "capture":
            raise UsageError(f"{item_id} is no capture of an address", "abusekit list --kind capture")
        if address in never:
            raise UsageError(f"the address of {item_id} is not asked: see {never[address]}", "leave it out")
        if address not in known:
            raise UsageError(f"{item_id} is withdrawn", "name another item of the same address")
        found[address] = known[address]
    return list(found.values())


def _is_due(history: History, due: float | None, *, again: bool) -> bool:
    from datetime import datetime

    age_s = (now() - datetime.fromisoformat(history.newest.at)).total_seconds()
    if due is not None and age_s < due * 86_400:
        return False
    return again or not history.newest.rechecked or age_s >= JUST_NOW_S
