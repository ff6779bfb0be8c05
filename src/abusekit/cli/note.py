"""`abusekit note`: a diary entry."""

from __future__ import annotations

import sys

import click

from abusekit.cli.acts import resolve_item
from abusekit.cli.options import Session, now, with_session


@click.command("note")
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option(
    "--at", metavar="TIME", help="When it happened: 2026-11-20T22:10 (case's zone), …+01:00, or 2026-11-20."
)
@click.option("--noticed", metavar="TIME", help="When it was noticed, if later.")
@click.option("--told-by", metavar="NAME", help="Somebody told it; leave out what was seen or heard oneself.")
@click.option("--effect", metavar="TEXT", help="Effect: fear, distress, changes to daily life, cost.")
@click.option("--action", metavar="TEXT", help="Action taken: asked to stop, blocked, reported.")
@click.option("--place", metavar="TEXT", help="Where, if it was somewhere.")
@click.option("--corrects", metavar="ITEM", help="The entry that this one corrects; the old one stays.")
@with_session(acts=True)
def note_command(
    session: Session,
    words: tuple[str, ...],
    at: str | None,
    noticed: str | None,
    told_by: str | None,
    effect: str | None,
    action: str | None,
    place: str | None,
    corrects: str | None,
) -> None:
    """Write a diary entry, in the person's own words.

    The text is the argument; `-` reads standard input; without either, $EDITOR opens.

    \b
    Example:
      abusekit note "He stood at the gate and filmed." --at 2026-11-20T22:10 --effect "could not sleep"
    """
    from abusekit.case.intake import Intake
    from abusekit.case.moment import from_instant, parse_typed
    from abusekit.diary import fill_draft, make_entry
    from abusekit.errors import UsageError

    if len(words) > 1:
        raise UsageError("the text came in several words", 'put the words in quotes: abusekit note "…"')
    case = session.case()
    settings = case.settings()
    producer = settings.producer(session.as_initials)
    if corrects is not None:
        corrects = resolve_item(case, corrects)
        _check_corrected(case.item(corrects).kind, corrects)
    entry = make_entry(
        _text(words[0] if words else None),
        recorded=from_instant(now(), "ours", "our clock when the entry was written"),
        recorded_by=producer.initials,
        event=parse_typed(at, settings.zone, what="--at") if at is not None else None,
        noticed=parse_typed(noticed, settings.zone, what="--noticed") if noticed is not None else None,
        source="told" if told_by is not None else "seen",
        told_by=told_by,
        effect=effect,
        action=action,
        place=place,
        corrects=corrects,
    )
    with Intake(case, producer, clock=now, settings=settings, told=session.say) as intake:
        draft = intake.draft("note")
        fill_draft(draft, entry, settings.zone)
        item = intake.commit([draft])[0]
    if session.json:
        from abusekit.cli.answers import Noted

        session.answer(Noted(item.id, item.exhibit, at))
        return
    session.print(f"{item.id}  {item.exhibit}  diary entry")
    if not at:
        session.say("no time of the event was given: --at makes the entry far more useful")
    session.say(
        f"next: the person whose words these are reads it and says so: abusekit verify-note {item.id} --by NAME"
    )


def _check_corrected(kind: str, item_id: str) -> None:
    from abusekit.errors import UsageError

    if kind != "note":
        raise UsageError(f"{item_id} is not a diary entry", "abusekit list shows which items are")


def _text(argument: str | None) -> str:
    from abusekit.errors import UsageError

    if argument == "-" or (argument is None and not sys.stdin.isatty()):
        return sys.stdin.buffer.read(1 << 20).decode("utf-8", "surrogateescape")
    if argument is not None:
        return argument
    try:
        typed = click.edit("", require_save=True)
    except click.ClickException as fault:
        raise UsageError(
            f"no editor could be started: {fault.message}", "give the text as an argument"
        ) from fault
    if not typed:
        raise UsageError("nothing was written", "give the text as an argument, or save it in the editor")
    return typed
