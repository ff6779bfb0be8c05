"""`abusekit authority`: who may tell the time of a seal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.groups import WholeSentences
from abusekit.cli.options import PathParameter, Session, authorities_folder, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.cli.answers_authority import AuthorityAnswer
    from abusekit.integrity.timestamps.authorities import TimeStampAuthority


@click.group("authority", cls=WholeSentences)
def authority_command() -> None:
    """Time-stamp authorities: which can be asked, and which are trusted.

    None is asked unless you name it, or choose it with `authority default`. It gets the digest of a list of
    digests, nothing of the case, and your network address. Its roots come from abusekit or from you, never from
    a case. Two are better than one: each is a check on the clock of the other.
    """


@authority_command.command("list")
@with_session(case=False)
def authority_list(session: Session) -> None:
    """The authorities known here.

    \b
    Example:
      abusekit authority list
    """
    from abusekit.cli.answers_authority import AuthorityListAnswer
    from abusekit.integrity.timestamps import authorities

    folder = authorities_folder()
    asked = authorities.defaults(folder)
    found = authorities.known(folder)
    if session.json:
        session.answer(AuthorityListAnswer([_answer(one, asked) for one in found]))
        return
    for one in found:
        marks = ", ".join(mark for mark in ("default" if one.name in asked else "", one.source) if mark)
        session.print(f"{one.name:16} {one.url or '(trusted, not asked)'}  ({marks})")
    if not asked:
        session.say("none is asked by default; choose two: abusekit authority default digicert sectigo")


@authority_command.command("show")
@click.argument("name")
@with_session(case=False)
def authority_show(session: Session, name: str) -> None:
    """One authority, with the fingerprints of its roots.

    Compare these with what the authority itself publishes.

    \b
    Example:
      abusekit authority show digicert
    """
    from abusekit.integrity.timestamps import authorities

    folder = authorities_folder()
    _one(session, authorities.find(folder, name), authorities.defaults(folder))


@authority_command.command("add")
@click.argument("name")
@click.option("--url", default="", metavar="URL", help="Where to ask (without: it is only trusted).")
@click.option(
    "--root",
    "root",
    type=PathParameter(),
    required=True,
    metavar="FILE",
    help="Its root certificate, PEM; you vouch for it.",
)
@click.option(
    "--note", default="", metavar="TEXT", help="A line for yourself: whose it is, under which contract."
)
@click.option("--default", "default", is_flag=True, help="Ask it for every seal from now on.")
@with_session(case=False)
def authority_add(session: Session, name: str, url: str, root: Path, note: str, default: bool) -> None:
    """Trust an authority of your own choice: a qualified one, a court's, your organisation's.

    Get the root from the authority itself and compare its fingerprint by another way. With a wrong root any time
    could be made to look proved.

    \b
    Example:
      abusekit authority add my-tsa --url https://tsa.example.org/tsr --root root.pem
    """
    from abusekit.cli.named_files import read_named
    from abusekit.errors import UsageError
    from abusekit.integrity.timestamps import authorities
    from abusekit.net.timestamp_http import check_url

    if url:
        check_url(url)
    if default and not url:
        raise UsageError("an authority without an address cannot be asked", "give --url too")
    folder = authorities_folder()
    _not_inside_a_case(folder)
    made = authorities.add(folder, name, url, read_named(root, MOST_BYTES), note)
    asked = authorities.defaults(folder)
    if default:
        asked = [*asked, name]
        authorities.set_defaults(folder, asked)
    _one(session, made, asked)
    session.say("compare the fingerprint with what the authority publishes, before you rely on it")


@authority_command.command("remove")
@click.argument("name")
@with_session(case=False)
def authority_remove(session: Session, name: str) -> None:
    """Forget an authority that you added.

    Its tokens stay in the cases; they are then not checked, since nobody vouches for their root.

    \b
    Example:
      abusekit authority remove my-tsa
    """
    from abusekit.cli.answers_authority import AuthorityRemoved
    from abusekit.integrity.timestamps import authorities

    authorities.remove(authorities_folder(), name)
    if session.json:
        session.answer(AuthorityRemoved(name))
        return
    session.print(f"removed {name}")


@authority_command.command("default")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--none", "nobody", is_flag=True, help="Ask nobody by default.")
@with_session(case=False)
def authority_default(session: Session, names: tuple[str, ...], nobody: bool) -> None:
    """Choose which authorities are asked for every seal; without NAME, show them.

    \b
    Examples:
      abusekit authority default digicert sectigo
      abusekit authority default --none
    """
    from abusekit.cli.answers_authority import AuthorityDefaults
    from abusekit.errors import UsageError
    from abusekit.integrity.timestamps import authorities

    folder = authorities_folder()
    if nobody and names:
        raise UsageError("--none and names exclude each other")
    if names or nobody:
        _not_inside_a_case(folder)
        authorities.set_defaults(folder, list(names))
    asked = authorities.defaults(folder)
    if session.json:
        session.answer(AuthorityDefaults(asked))
        return
    for name in asked:
        session.print(name)
    if not asked:
        session.say("none is asked by default")
    elif len(asked) == 1:
        session.say("a second one is a check on the clock of the first")


MOST_BYTES = 256 << 10
"""Of a file of roots."""


def _answer(one: TimeStampAuthority, asked: list[str]) -> AuthorityAnswer:
    from abusekit.cli.answers_authority import AuthorityAnswer, AuthorityRoot
    from abusekit.integrity.timestamps.authorities import roots_of

    roots = [AuthorityRoot(root.subject, root.fingerprint, root.not_after) for root in roots_of(one.roots)]
    return AuthorityAnswer(one.name, one.url, one.source, one.name in asked, one.note, roots, str(one.path))


def _one(session: Session, one: TimeStampAuthority, asked: list[str]) -> None:
    answer = _answer(one, asked)
    if session.json:
        session.answer(answer)
        return
    session.print(f"{answer.name}  {answer.url or '(trusted, not asked)'}")
    session.print(
        f"from {'abusekit' if answer.source == 'package' else 'you'}{', asked by default' * answer.default}"
    )
    if answer.note:
        session.print(answer.note)
    for root in answer.roots:
        session.print(f"root    {root.subject}, until {root.not_after}")
        session.print(f"SHA-256 {root.sha256}")
    session.print(f"file    {answer.path}")


def _not_inside_a_case(folder: Path) -> None:
    """Roots in a case would be trusted because the case says so. Raises UsageError."""
    from abusekit.case.folder import Case
    from abusekit.errors import CaseError, UsageError

    try:
        Case.find(folder)
    except CaseError:
        return
    raise UsageError(
        f"the folder of authorities lies inside a case: {folder}",
        "set ABUSEKIT_AUTHORITIES to a folder outside",
    )
