"""`abusekit record`: what must not be copied is only described (R60, R61)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, now, with_session
from abusekit.cli.sighting_options import sighting_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abusekit.capture.record_only import Recorded
    from abusekit.case.records import Item


@click.command("record")
@click.argument("address", metavar="URL")
@click.option("--description", metavar="TEXT", help="What kind of thing it is, in neutral words. Asked for.")
@click.option("--account", default="", metavar="TEXT", help="The account, as shown.")
@click.option(
    "--id", "ids", multiple=True, metavar="NAME=VALUE", help="An id, such as account=1234; repeat for more."
)
@click.option("--platform", default="", metavar="TEXT", help="The platform.")
@click.option(
    "--seen-at",
    "--seen",
    "seen_at",
    metavar="TIME",
    help="When it was seen: 2026-11-20T22:10 (case's zone), or a day.",
)
@click.option("--seen-by", default="", metavar="WHO", help="Who saw it then, as stated.")
@click.option("--police-ref", default="", metavar="TEXT", help="Reference of a report to the police.")
@click.option("--iwf-ref", default="", metavar="TEXT", help="Reference of a report to a hotline (IWF, …).")
@click.option("--category", default="", metavar="TAG", help="A label.")
@click.option("--yes", is_flag=True, help="Ask nothing; for scripts.")
@with_session(acts=True)
def record_command(
    session: Session,
    address: str,
    description: str | None,
    account: str,
    ids: tuple[str, ...],
    platform: str,
    seen_at: str | None,
    seen_by: str,
    police_ref: str,
    iwf_ref: str,
    category: str,
    yes: bool,
) -> None:
    """Record an address without fetching it: only what you say about it.

    For what may be illegal to copy, such as a sexual image that may show anyone under 18. No connection is
    made, nothing is opened or kept but your words. The same address is then not captured by this case.

    \b
    Example:
      abusekit record https://example.org/p/1 --yes --description "image in a public post, seems to show a child"
    """
    from abusekit.capture.record_only import make_record

    session.case()  # that there is one is known before anything is asked
    seen = sighting_of(session, (seen_at, seen_by))
    warn_before_recording(session, yes=yes)
    record = make_record(
        address,
        asked_description(description),
        account=account,
        ids=ids,
        platform=platform,
        seen=seen,
        police_ref=police_ref,
        iwf_ref=iwf_ref,
        category=category,
    )
    answer_recorded(session, store_records(session, [record]))


def record_addresses(
    session: Session,
    addresses: Iterable[str],
    description: str | None,
    *,
    yes: bool,
    seen: tuple[str | None, str] = (None, ""),
) -> int:
    """Record several addresses with the same words (`capture --record-only`); the exit code. Asks no network."""
    from abusekit.capture.record_only import make_record

    sighting = sighting_of(session, seen)
    warn_before_recording(session, yes=yes)
    words = asked_description(description)
    records = [make_record(address, words, seen=sighting) for address in dict.fromkeys(addresses)]
    answer_recorded(session, store_records(session, records))
    return 0


def warn_before_recording(session: Session, *, yes: bool) -> None:
    """The warning of R60, before anything else; a person at a terminal says that they have read it.

    Raises UsageError: there is nobody to ask, or the person stopped.
    """
    from abusekit import safety
    from abusekit.errors import UsageError

    session.say(safety.UNDER_18)
    session.say(safety.RECORD_ONLY)
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to read the warning", "add --yes when you have read it")
    if not click.confirm("Note the address and your words, and nothing else?", err=True):
        raise UsageError("stopped: nothing was recorded", "abusekit record --help says what it does")


def asked_description(given: str | None) -> str:
    """The description as given, or as typed now. Raises UsageError: there is nobody to ask."""
    from abusekit.errors import UsageError

    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError("a description is needed", '--description "image in a public post"')
    typed: str = click.prompt("What kind of thing is it? Neutral words", err=True)
    return typed


def store_records(session: Session, records: Iterable[Recorded]) -> list[Item]:
    """The records as items. Raises CaseError."""
    from abusekit.capture.record_only import fill
    from abusekit.case.intake import Intake

    case = session.case()
    settings = case.settings()
    producer = settings.producer(session.as_initials)
    with Intake(case, producer, clock=now, settings=settings, told=session.say) as intake:
        drafts = []
        for record in records:
            drafts.append(intake.draft("record-only"))
            fill(drafts[-1], record)
        return intake.commit(drafts)


def answer_recorded(session: Session, items: list[Item]) -> None:
    """The result, and whom to tell."""
    from abusekit import safety

    if session.json:
        from abusekit.cli.answers_recheck import RecordAnswer, RecordedItem

        session.answer(RecordAnswer([RecordedItem(item.id, item.exhibit) for item in items]))
        return
    for item in items:
        session.print(f"{item.id}  {item.exhibit}  recorded; no content is held")
    session.say("Tell somebody who may look at it:")
    for post in safety.under_18_posts():
        session.say(f"  {', '.join(post.where):6} {post.about}: {post.text}")
