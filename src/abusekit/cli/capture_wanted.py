"""What `abusekit capture` is to do: which addresses, in which order, and what the person is told before."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from abusekit.cli.options import Session, now

if TYPE_CHECKING:
    from abusekit.capture.address_list import Listed
    from abusekit.capture.deposit import Request
    from abusekit.capture.plan import Plan
    from abusekit.case.folder import Case
    from abusekit.case.settings import Settings
    from abusekit.case.sighting import Sighting
    from abusekit.cli.capture_report import CaptureReport

HOSTS_TOLD = 5


class Chosen(NamedTuple):
    """What the person chose for the whole run."""

    again: bool
    retry_failed: bool
    selection: str
    completeness: str
    identity: str
    """As whom the run visits; empty for nobody."""
    sighting: Sighting | None = None
    """When the person saw what is captured, as they say of all of it."""


def wanted_of(
    case: Case, settings: Settings, lines: list[Listed], run: CaptureReport, chosen: Chosen
) -> Iterator[Request]:
    """What is to do: not what is faulty, repeated, or in the case already."""
    from abusekit.capture.bulk import outcomes_so_far
    from abusekit.capture.deposit import Request
    from abusekit.capture.held_back import held_back
    from abusekit.capture.volatility import priority_of
    from abusekit.case.moment import parse_typed
    from abusekit.errors import UsageError

    held = {} if chosen.again else outcomes_so_far(case.items(), now=now(), identity=chosen.identity)
    never = held_back(case)
    for one in lines:
        if one.problem:
            run.refused(one.address, one.line, "not-an-address", one.problem)
            continue
        if one.same_as is not None:
            run.duplicates += 1
            continue
        if one.address in never:
            why = f"never fetched by this case: see {never[one.address]}, in quarantine or recorded only"
            run.refused(one.address, one.line, "refused", why)
            continue
        outcome = held.get(one.address)
        if outcome == "complete" or (outcome is not None and not chosen.retry_failed):
            run.skip(one.address, outcome)
            continue
        seen = None
        if text := one.about.get("seen_at"):
            try:
                seen = parse_typed(text, settings.zone, what="seen_at")
            except UsageError as fault:
                run.warn(one.address, one.line, f"{fault.message}; kept as text, without a time")
        priority, odd = priority_of(one.address, one.about.get("priority", ""))
        if odd:
            run.warn(one.address, one.line, odd)
        yield Request(
            one.address,
            one.about,
            one.line or None,
            seen,
            priority=priority,
            selection=chosen.selection,
            completeness=chosen.completeness,
            sighting=chosen.sighting,
        )


def ask_selection(session: Session) -> str:
    """Why this was captured and not more (R8), where there is somebody to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or session.quiet or session.json:
        return ""
    text: str = click.prompt(
        "What came before and after, and why is just this captured? (Enter: no note)",
        default="",
        show_default=False,
        err=True,
    )
    return text.strip()


def first_contact(session: Session, case: Case, wanted: list[Request], plan: Plan) -> None:
    """Before hosts are visited for the first time in this case: what the other side may learn (R15).

    The first visit as somebody who is logged in is a first one again: it tells far more.
    """
    from abusekit.capture.browsed import identity_used
    from abusekit.capture.queue import host_of

    whom = identity_used(plan)
    known = {
        host_of(address)
        for item in case.items()
        if item.kind == "capture"
        and isinstance(address := item.source.get("address"), str)
        and item.method.get("identity_used", "") == whom
    }
    new = [host for host in dict.fromkeys(host_of(one.address) for one in wanted) if host not in known]
    if not new:
        return
    named = ", ".join(new[:HOSTS_TOLD]) + (
        f" and {len(new) - HOSTS_TOLD} more" if len(new) > HOSTS_TOLD else ""
    )
    session.say(
        f"first visit to {named}: the other side may learn this computer's network address and the time,"
    )
    if plan.visit is None:
        session.say(f"  and the user agent: {plan.user_agent}")
    elif plan.visit.profile is None:
        session.say("  and which browser this is; nobody is logged in")
    else:
        session.say(
            f"  which browser this is, and who is logged in ({plan.identity or 'not declared'}): stories, profile"
            " views and read receipts may be shown to the other person"
        )
    session.say("  (a link made for one person tells who opened it)")
