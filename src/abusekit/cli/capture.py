"""`abusekit capture`: addresses into items."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from abusekit.cli.capture_report import CaptureReport
from abusekit.cli.options import PathParameter, Session, now, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.capture.address_list import Listed
    from abusekit.capture.deposit import Request
    from abusekit.case.folder import Case
    from abusekit.case.settings import Settings
    from abusekit.net.policy import AddressPolicy


@click.command("capture")
@click.argument("addresses", nargs=-1, metavar="[URL…]")
@click.option(
    "--from",
    "listing",
    metavar="FILE|-",
    help="A list: text, CSV (url, note, account, category, seen_at), JSON Lines.",
)
@click.option(
    "--engine", type=click.Choice(["http"]), default="http", show_default=True, help="How to record."
)
@click.option("--again", is_flag=True, help="Capture anew what the case holds already.")
@click.option("--retry-failed", is_flag=True, help="Capture anew what ended as anything but complete.")
@click.option(
    "--failures",
    type=PathParameter(),
    metavar="FILE",
    help="Write the addresses that failed here, one a line.",
)
@click.option(
    "--no-requisites", is_flag=True, help="Only the address itself: no images, style sheets, scripts, frames."
)
@click.option(
    "--allow-private", is_flag=True, help="Allow addresses of private networks and of this computer."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 32),
    default=8,
    show_default=True,
    help="Captures at once, over all hosts.",
)
@click.option(
    "--per-host",
    type=click.IntRange(1, 32),
    default=1,
    show_default=True,
    help="Captures at once on one host.",
)
@click.option(
    "--delay",
    type=click.FloatRange(0, 3600),
    default=1.0,
    show_default=True,
    metavar="S",
    help="Pause of a host between captures.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(1, 3600),
    default=60.0,
    show_default=True,
    metavar="S",
    help="For one address in all.",
)
@click.option(
    "--max-bytes",
    type=click.IntRange(1, 2 << 30),
    default=100 << 20,
    show_default=True,
    help="For one address in all.",
)
@click.option("--user-agent", metavar="TEXT", help="User agent to send (default: names abusekit); recorded.")
@click.option(
    "--ca-file",
    type=PathParameter(exists=True),
    metavar="PEM",
    help="Trust these roots, too; recorded.",
)
@with_session(acts=True)
def capture_command(
    session: Session,
    addresses: tuple[str, ...],
    listing: str | None,
    engine: str,
    again: bool,
    retry_failed: bool,
    failures: Path | None,
    no_requisites: bool,
    allow_private: bool,
    jobs: int,
    per_host: int,
    delay: float,
    time_limit: float,
    max_bytes: int,
    user_agent: str | None,
    ca_file: Path | None,
) -> int:
    """Capture addresses into the case.

    Connects to the hosts of the addresses, and to nothing else. The exact bytes of every request and answer
    are kept; a failure is kept, too, and labelled. The other side sees this computer's network address and
    the name abusekit (--user-agent). A list goes on where it stopped when the same command is run again.

    \b
    Examples:
      abusekit capture https://example.org/post/1
      abusekit capture --from urls.txt --failures failed.txt
    """
    from abusekit.capture.bulk import Politeness, capture_all
    from abusekit.capture.plan import USER_AGENT, Plan
    from abusekit.case.intake import Intake
    from abusekit.errors import UsageError

    if bool(addresses) == bool(listing):
        raise UsageError(
            "nothing to capture" if not listing else "either addresses or --from", "abusekit capture URL"
        )
    _check_files(failures, ca_file)
    case = session.case()
    settings = case.settings()
    producer = settings.producer(session.as_initials)
    lines = _lines(addresses, listing, session.say)
    one_list_at_a_time = case.lock("capture", timeout=0) if listing else nullcontext()
    with one_list_at_a_time:
        run = CaptureReport(session, failures)
        with Intake(case, producer, clock=now, settings=settings, told=session.say) as intake:
            wanted = list(
                _wanted(case, settings, lines, run, again=again or not listing, retry_failed=retry_failed)
            )
            plan = Plan(
                user_agent=user_agent or USER_AGENT,
                deadline_s=time_limit,
                max_bytes=max_bytes,
                requisites=not no_requisites,
                policy=_policy(settings, allow_private),
                extra_ca=ca_file,
                spool=intake.spool,
            )
            politeness = Politeness(jobs=max(jobs, per_host), per_host=per_host, delay_s=delay)
            run.begin(len(wanted))
            try:
                for done in capture_all(wanted, plan, intake, politeness, now=now):
                    run.take(done)
            finally:
                run.end()
    return run.finish()


def _check_files(failures: Path | None, ca_file: Path | None) -> None:
    """What would otherwise be noticed after the work. Raises UsageError."""
    from abusekit.errors import UsageError

    if failures is not None and not os.access(failures.resolve().parent, os.W_OK):
        raise UsageError(f"{failures} cannot be written", "choose another place for --failures")
    if ca_file is not None:
        from abusekit.capture import tls

        tls.context(ca_file)


def _policy(settings: Settings, allow_private: bool) -> AddressPolicy:
    from ipaddress import ip_network

    from abusekit.net.policy import AddressPolicy

    return AddressPolicy(tuple(ip_network(n) for n in settings.allowed_networks), allow_private)


def _lines(addresses: tuple[str, ...], listing: str | None, told: Callable[[str], None]) -> list[Listed]:
    from pathlib import Path

    from abusekit.capture.address import check_address
    from abusekit.capture.address_list import MAX_LIST, Listed, read_list
    from abusekit.errors import InputError

    if listing is None:
        for address in addresses:
            check_address(address)
        unique = dict.fromkeys(addresses)
        return [Listed(0, address) for address in unique]
    try:
        if listing == "-":
            return read_list(sys.stdin.buffer.read(MAX_LIST + 1), "standard input", told)
        with Path(listing).open("rb") as stream:
            return read_list(stream.read(MAX_LIST + 1), listing, told)
    except OSError as fault:
        raise InputError(f"{listing} cannot be read: {fault.strerror}", "give a list of addresses") from fault


def _wanted(
    case: Case,
    settings: Settings,
    lines: list[Listed],
    run: CaptureReport,
    *,
    again: bool,
    retry_failed: bool,
) -> Iterator[Request]:
    """What is to do: not what is faulty, repeated, or in the case already."""
    from abusekit.capture.bulk import outcomes_so_far
    from abusekit.capture.deposit import Request
    from abusekit.case.moment import parse_typed
    from abusekit.errors import UsageError

    held = {} if again else outcomes_so_far(case.items())
    for one in lines:
        if one.problem:
            run.refused(one.address, one.line, "not-an-address", one.problem)
            continue
        if one.same_as is not None:
            run.duplicates += 1
            continue
        outcome = held.get(one.address)
        if outcome == "complete" or (outcome is not None and not retry_failed):
            run.skip(one.address, outcome)
            continue
        seen = None
        if text := one.about.get("seen_at"):
            try:
                seen = parse_typed(text, settings.zone, what="seen_at")
            except UsageError as fault:
                run.warn(one.address, one.line, f"{fault.message}; kept as text, without a time")
        yield Request(one.address, one.about, one.line or None, seen)
