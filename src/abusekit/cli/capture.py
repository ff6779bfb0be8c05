"""`abusekit capture`: addresses into items."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from abusekit.cli.account_news import announce
from abusekit.cli.capture_options import SECTIONS, CaptureOptions, with_capture_options
from abusekit.cli.capture_report import CaptureReport
from abusekit.cli.capture_wanted import Chosen, ask_selection, first_contact, wanted_of
from abusekit.cli.options import PathParameter, Session, now, with_session
from abusekit.cli.sections import SectionedCommand
from abusekit.cli.sighting_options import sighting_of, with_sighting

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.capture.address_list import Listed


class CaptureCommand(SectionedCommand):
    """Its help has headings."""

    sections = (
        (
            "What belongs to it",
            ("with_profile", "with_thread", "media", "selection", "complete", "seen_at", "seen_by"),
        ),
        ("Nothing but a description", ("record_only", "description")),
        *SECTIONS,
    )


@click.command("capture", cls=CaptureCommand)
@click.argument("addresses", nargs=-1, metavar="[URL…]")
@click.option(
    "--from",
    "listing",
    metavar="FILE|-",
    help="A list: text, CSV (url, note, account, category, seen_at, priority), JSON Lines.",
)
@click.option("--again", is_flag=True, help="Capture anew what the case holds already.")
@click.option("--retry-failed", is_flag=True, help="Capture anew what ended as anything but complete.")
@click.option(
    "--failures",
    type=PathParameter(),
    metavar="FILE",
    help="Write the addresses that failed here, one a line.",
)
@click.option("--with-profile", is_flag=True, help="Capture the author's profile right after a post.")
@click.option("--with-thread", is_flag=True, help="Capture what a post answers, and its answers, one level.")
@click.option("--media", is_flag=True, help="Fetch the video behind a post with yt-dlp.")
@click.option("--selection", metavar="TEXT", help="Why this and not more: what came before and after?")
@click.option(
    "--complete",
    type=click.Choice(["whole-thread", "partial", "single-item"]),
    help="How much of the exchange this is.",
)
@click.option(
    "--record-only",
    is_flag=True,
    help="Fetch and keep nothing: address, ids, time and --description only.",
)
@click.option("--description", metavar="TEXT", help="With --record-only: what was seen, in neutral words.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@with_sighting
@with_capture_options
@with_session(acts=True)
def capture_command(
    session: Session,
    addresses: tuple[str, ...],
    listing: str | None,
    again: bool,
    retry_failed: bool,
    failures: Path | None,
    with_profile: bool,
    with_thread: bool,
    media: bool,
    selection: str | None,
    complete: str | None,
    record_only: bool,
    description: str | None,
    yes: bool,
    seen: tuple[str | None, str],
    options: CaptureOptions,
) -> int:
    """Capture addresses into the case.

    Connects to the hosts of the addresses and to what their pages load, through a gate that lets nothing reach
    private networks. The exact bytes of every request and answer are kept; a failure is kept, too, and labelled.
    The other side sees this computer's network address, the browser (or the name abusekit: --engine http), and
    with --profile who is logged in. A list goes on where it stopped when the same command is run again.

    \b
    Examples:
      abusekit capture https://example.org/post/1 --with-profile
      abusekit capture --from urls.txt --failures failed.txt
    """
    from dataclasses import replace

    from abusekit.capture.browsed import identity_used
    from abusekit.capture.bulk import capture_all
    from abusekit.capture.held_back import held_back
    from abusekit.case.intake import Intake
    from abusekit.cli.clock_options import run_clock
    from abusekit.cli.stamp_options import stamper
    from abusekit.errors import UsageError

    if bool(addresses) == bool(listing):
        raise UsageError(
            "nothing to capture" if not listing else "either addresses or --from", "abusekit capture URL"
        )
    if record_only:
        from abusekit.cli.record import record_addresses

        listed = _lines(addresses, listing, session.say)
        for faulty in (one for one in listed if one.problem):
            session.say(f"line {faulty.line}: not recorded: {faulty.problem}")
        wanted_addresses = [one.address for one in listed if not one.problem]
        code = (
            record_addresses(session, wanted_addresses, description, yes=yes, seen=seen)
            if wanted_addresses
            else 4
        )
        return code or (7 if len(wanted_addresses) < len(listed) else 0)
    _check_failures(failures)
    sighting = sighting_of(session, seen)
    clock = run_clock(session, options.ntp, no_ntp=options.no_ntp)
    stamp = stamper(session, options.tsa, wanted=options.stamp_each)
    if media:
        from abusekit.capture.media import find

        find()
    engine = options.chosen(session)
    case = session.case()
    settings = case.settings()
    producer = settings.producer(session.as_initials)
    lines = _lines(addresses, listing, session.say)
    if not listing and not yes:
        selection = selection or ask_selection(session)
    one_list_at_a_time = case.lock("capture", timeout=0) if listing else nullcontext()
    with one_list_at_a_time:
        run = CaptureReport(session, failures, settings)
        with Intake(case, producer, clock=now, settings=settings, told=session.say) as intake:
            plan = replace(
                options.plan(engine, settings, intake.spool),
                with_profile=with_profile,
                with_thread=with_thread,
                media=media,
            )
            chosen = Chosen(
                again or not listing,
                retry_failed,
                selection or "",
                complete or "",
                identity_used(plan),
                sighting,
            )
            wanted = list(wanted_of(case, settings, lines, run, chosen))
            first_contact(session, case, wanted, plan)
            run.begin(len(wanted))
            try:
                for done in capture_all(
                    wanted,
                    plan,
                    intake,
                    options.politeness(engine),
                    now=now,
                    engine=engine,
                    never=held_back(case),
                    told=session.say,
                    clock=clock,
                    stamp=stamp,
                ):
                    run.take(done)
            finally:
                run.end()
    code = run.finish()
    announce(session, case, [one.item for one in run.captured if one.item])
    return code


def _check_failures(failures: Path | None) -> None:
    """What would otherwise be noticed after the work. Raises UsageError."""
    from abusekit.errors import UsageError

    if failures is not None and not os.access(failures.resolve().parent, os.W_OK):
        raise UsageError(f"{failures} cannot be written", "choose another place for --failures")


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
