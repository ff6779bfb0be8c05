"""`abusekit init`: a new case."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, now, with_session
from abusekit.plain import safe_text

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.case.settings import Producer


@click.command("init")
@click.argument("folder", type=PathParameter(), metavar="DIR")
@click.option("--ref", "reference", metavar="TEXT", help="Reference of the case, such as OP-1.")
@click.option("--title", default="", metavar="TEXT", help="A neutral title; no victim's name.")
@click.option(
    "--producer",
    "producers",
    multiple=True,
    metavar="INITIALS:NAME:ROLE",
    help='Who takes evidence in: "PO:Producer One:volunteer". Repeat for more people.',
)
@click.option(
    "--timezone", "zone", metavar="ZONE", help="IANA zone that local times mean, such as Europe/London."
)
@click.option("--exhibit-style", default="{initials}/{n}", show_default=True, metavar="STYLE")
@click.option(
    "--allow-network",
    "networks",
    multiple=True,
    metavar="CIDR",
    help="A private network that captures of this case may reach.",
)
@click.option("--place", default="", metavar="TEXT", help="Where items are kept: encrypted drive 1, office.")
@click.option(
    "--policy",
    "rules",
    multiple=True,
    type=click.Choice(["log-views"]),
    help="Keep the case to this: every look at content is logged with a reason.",
)
@click.option("--yes", is_flag=True, help="Ask nothing; for scripts. The safety notes stay empty.")
@with_session(case=False)
def init_command(
    session: Session,
    folder: Path,
    reference: str | None,
    title: str,
    producers: tuple[str, ...],
    zone: str | None,
    exhibit_style: str,
    networks: tuple[str, ...],
    place: str,
    rules: tuple[str, ...],
    yes: bool,
) -> None:
    """Start a case in a new folder.

    \b
    Example:
      abusekit init mycase --ref OP-1 --producer "PO:Producer One:volunteer" --timezone Europe/London
    """
    from abusekit import safety
    from abusekit.case.folder import Case
    from abusekit.case.settings import Settings, canonical_zone, check_settings, check_width, parse_producer
    from abusekit.errors import CaseError

    folder = folder if folder.name else folder.resolve()  # `init .`
    if folder.is_dir() and any(folder.iterdir()):  # said before a person answers many questions
        raise CaseError(f"there is something already: {folder}", "choose a new folder")
    _refuse_inside_a_case(folder)
    for network in networks:
        check_width(network)
    ask = not yes and sys.stdin.isatty()
    session.say("The time zone and the initials cannot be changed later: exhibits and times hang on them.")
    reference = reference or _asked("--ref", "Reference of the case", _printable, ask)
    people = tuple(parse_producer(text) for text in producers) or _ask_producer(ask)
    zone = canonical_zone(zone) if zone else _asked(
        "--timezone", "Time zone (IANA name, such as Europe/London)", canonical_zone, ask, _system_zone()
    )  # fmt: skip
    _check_folder_name(folder, title, people)
    settings = check_settings(
        Settings(
            case="",
            reference=reference,
            title=title,
            zone=zone,
            producers=people,
            exhibit_style=exhibit_style,
            allowed_networks=networks,
            place=place.strip(),
            policy=tuple(dict.fromkeys(rules)),
        )
    )
    session.say(safety.UNDER_18)
    if ask:
        session.say("Questions about your safety (Enter skips; kept in private/ only)")
    answers = {key: _answer(question) for key, question in safety.QUESTIONS} if ask else {}
    at = now()
    case = Case.create(folder, settings, now=at)
    (case.private / "safety-notes.txt").write_text(safety.notes_text(answers, at), "utf-8")
    made = case.settings()
    if session.json:
        from abusekit.cli.answers import Started

        session.answer(Started(str(folder), made.case, made.reference, [p.initials for p in made.producers]))
        return
    for text in (safety.KEEP, safety.PRIVATE, safety.BACKUP):
        session.say(text)
    checked, posts = safety.signposts()
    session.say(f"Where people find help (checked {checked}):")
    for post in posts:
        session.say(f"  {', '.join(post.where):6} {post.about}: {post.text}")
    session.print(f"case {made.reference} started in {folder}")
    named = shlex.quote(str(folder))
    session.say(f"next: abusekit capture --case {named} URL    or: abusekit add --case {named} FILE")


def _refuse_inside_a_case(folder: Path) -> None:
    """A case in a case would be neither sealed nor verified with it. Raises UsageError."""
    from abusekit.case.folder import Case
    from abusekit.errors import CaseError, UsageError

    try:
        around = Case.find(folder.resolve().parent)
    except CaseError:
        return
    raise UsageError(f"{folder} lies inside the case {around.root}", "choose a folder outside of it")


def _asked(
    option: str, question: str, check: Callable[[str], str], ask: bool, default: str | None = None
) -> str:
    """The answer of a person, asked again until `check` takes it. Raises UsageError: there is nobody to ask."""
    from abusekit.errors import UsageError

    if not ask:
        raise UsageError(f"{option} is needed", "see: abusekit init --help")
    return _prompt(question, check, default)


def _prompt(question: str, check: Callable[[str], str], default: str | None = None) -> str:
    from abusekit.errors import UsageError

    def checked(typed: str) -> str:
        try:
            return check(typed.strip())
        except UsageError as fault:  # click asks again after an error of its own kind
            raise click.UsageError(safe_text(f"{fault.message} ({fault.hint})")) from fault

    answer: str = click.prompt(question, default=default, value_proc=checked, err=True)
    return answer


def _printable(typed: str) -> str:
    from abusekit.errors import UsageError

    if not typed or not typed.isprintable():
        raise UsageError("not a text that can be shown", "type it again")
    return typed


def _system_zone() -> str | None:
    """The zone that this computer is set to, where it says so by an IANA name."""
    from abusekit.case.settings import check_zone
    from abusekit.errors import UsageError

    named = os.environ.get("TZ", "").lstrip(":")
    link = os.path.realpath("/etc/localtime")
    name = named or (link.split("/zoneinfo/", 1)[1] if "/zoneinfo/" in link else "")
    try:
        check_zone(name)
    except UsageError:
        return None
    return name


def _ask_producer(ask: bool) -> tuple[Producer, ...]:
    from abusekit.case.settings import parse_producer
    from abusekit.errors import UsageError

    if not ask:
        raise UsageError("--producer is needed", '--producer "PO:Producer One:volunteer"')
    initials = _prompt("Your initials", lambda typed: parse_producer(f"{typed}:a:b").initials)
    name = _prompt("Your full name (as in a statement)", _printable)
    role = _prompt("Your role (victim, volunteer, …)", _printable)
    return (parse_producer(":".join((initials, name.replace(":", " "), role.replace(":", " ")))),)


def _answer(question: str) -> str:
    answer: str = click.prompt(question, default="", show_default=False, err=True)
    return answer


def _check_folder_name(folder: Path, title: str, people: tuple[Producer, ...]) -> None:
    """A folder's name is seen in backups, screens and logs: it names nobody."""
    from abusekit.errors import UsageError

    words = {word.lower() for person in people for word in re.findall(r"\w{4,}", person.name)}
    found = [word for word in re.findall(r"[^\W_]{4,}", folder.name) if word.lower() in words]
    if found:
        raise UsageError(
            f"the folder's name holds a person's name: {found[0]}", "choose a neutral one, such as case-1"
        )
