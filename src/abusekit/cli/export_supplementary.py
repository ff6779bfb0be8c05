"""`abusekit export supplementary`: what is new about confirmed accounts since the last hand-over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, now, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.accounts.papers.supplementary import Supplement


@click.command(name="supplementary")
@click.option(
    "--since",
    metavar="SEAL|TRANSFER|TIME",
    help="seal:12, transfer:2 or a time (default: the newest hand-over, else the newest seal).",
)
@click.option(
    "--to", "path", type=PathParameter(), metavar="FILE", help="Write the list as Markdown; - is stdout."
)
@with_session(acts=True)
def supplementary_command(session: Session, since: str | None, path: Path | None) -> int:
    """List what is new about accounts with a confirmed link since the last hand-over.

    New exhibits with their digests, accounts confirmed since, on what basis, and the root of the earlier seal. This is
    the list only: the pack itself comes later; until then `export partial --items` copies the exhibits.

    \b
    Examples:
      abusekit export supplementary
      abusekit export supplementary --since seal:40 --to new.md
    """
    from abusekit.accounts.ledger.reading import ledger
    from abusekit.accounts.papers.exhibits import exhibits
    from abusekit.accounts.papers.paper import lines
    from abusekit.accounts.papers.sheet_markdown import markdown
    from abusekit.accounts.papers.supplementary import earlier, paper, supplement
    from abusekit.cli.account.paper_files import refuse_taken, told_unread
    from abusekit.cli.account.sheet import tool_words
    from abusekit.cli.table_files import goes_to_stdout, write_whole

    to_stdout = goes_to_stdout((path,), json=session.json)
    if path is not None and not to_stdout:
        refuse_taken(path)
    case = session.case()
    by = session.producer(case).initials
    settings = case.settings()
    entries = list(case.entries())
    found = supplement(ledger(case), entries, exhibits(entries), earlier(case, entries, since, settings.zone))
    made = now().isoformat(timespec="seconds").replace("+00:00", "Z")
    laid_out = paper(found, case=settings.reference, made=made, by=by, tool=tool_words())
    written: list[str] = []
    if path is not None:
        text = markdown(laid_out)
        write_whole(path, lambda out: out.write(text), written)
    if session.json:
        _answer(session, found, settings.reference, made, written)
    elif path is None:
        for line in lines(laid_out):
            session.print(line)
    else:
        for name in written:
            session.print(name)
    if found.new and not to_stdout:
        ids = ",".join(one.item for one in found.new[:20]) + (",…" if len(found.new) > 20 else "")
        session.say(f"to copy them: abusekit export partial --items {ids} OUT")
    return told_unread(session, found.not_read)


def _answer(session: Session, found: Supplement, case: str, made: str, written: list[str]) -> None:
    from abusekit.cli.account.paper_answers import decision_answer, exhibit_answer
    from abusekit.cli.answers_account_papers import SupplementaryAnswer

    session.answer(
        SupplementaryAnswer(
            case=case,
            made=made,
            since=found.since.said,
            seal=found.since.seal,
            root=found.since.root,
            accounts=list(found.accounts),
            links=[decision_answer(one) for one in found.links],
            new=[exhibit_answer(one) for one in found.new],
            before=[exhibit_answer(one) for one in found.before],
            accounts_of={
                one.item: list(found.of[one.item]) for one in dict.fromkeys((*found.new, *found.before))
            },
            not_read=list(found.not_read),
            written=written,
        )
    )
