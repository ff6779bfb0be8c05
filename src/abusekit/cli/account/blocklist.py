"""`abusekit account blocklist`: files for the victim to block accounts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, with_session

if TYPE_CHECKING:
    from pathlib import Path


@click.command("blocklist")
@click.argument("folder", type=PathParameter(), metavar="DIR")
@click.argument("accounts", nargs=-1, metavar="[ACCOUNT…]")
@with_session()
def blocklist_command(session: Session, folder: Path, accounts: tuple[str, ...]) -> int:
    """Write files to block accounts with, into a new folder: CSV by platform, import forms, a watch list.

    The accounts of confirmed links, and those that are named. For the victim's own use: publishing such a list may be
    defamatory.

    \b
    Examples:
      abusekit account blocklist blocklist
      abusekit account blocklist blocklist x:12345
    """
    from abusekit.accounts.ledger.reading import ledger, resolve
    from abusekit.accounts.links.decisions import decisions, left_out, without_ground
    from abusekit.accounts.papers.blocklist import WARNING, blocked, files_of
    from abusekit.cli.account.paper_files import cell, told_unread
    from abusekit.cli.answers_account_papers import BlockedAnswer, BlocklistAnswer
    from abusekit.errors import UsageError

    case = session.case()
    decided, found = decisions(case.entries()), ledger(case)
    listed = blocked(found, decided, {resolve(found, typed).key for typed in accounts})
    for line in filter(None, (left_out(decided, found), without_ground(decided))):
        session.say(line)
    if not listed:
        raise UsageError(
            "no account has a confirmed link",
            "name those to block: abusekit account blocklist DIR ACCOUNT…, or confirm a link first",
        )
    written = write_folder(folder, files_of(listed, cell))
    if session.json:
        answers = [
            BlockedAnswer(one.key, one.platform, one.handle, one.id, one.url, one.reason, one.weak)
            for one in listed
        ]
        session.answer(BlocklistAnswer(answers, WARNING, list(found.problems), written))
        return told_unread(session, found.problems)
    for path in written:
        session.print(path)
    session.say(WARNING)
    return told_unread(session, found.problems)


def write_folder(folder: Path, files: dict[str, str]) -> list[str]:
    """A new folder with these files, whole or not at all; gives their paths. Raises UsageError."""
    import os
    import shutil

    from abusekit.errors import UsageError

    if os.path.lexists(folder):
        raise UsageError(f"there is something already: {folder}", "choose a new folder")
    target = folder.absolute()
    building = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        building.mkdir(mode=0o700)
        for name, text in files.items():
            (building / name).write_bytes(text.encode("utf-8"))
        building.rename(target)
    except OSError as fault:
        raise UsageError(f"{folder} cannot be written: {fault.strerror}", "choose another place") from fault
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return [str(folder / name) for name in files]
