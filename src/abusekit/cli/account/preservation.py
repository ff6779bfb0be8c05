"""`abusekit account preservation`: what police can ask the platforms to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, now, with_session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from abusekit.accounts.model import AccountKey, Decisions, Ledger


@click.command("preservation")
@click.argument("accounts", nargs=-1, metavar="[ACCOUNT…]")
@click.option("--cluster", is_flag=True, help="Also the accounts that confirmed links join with those named.")
@click.option(
    "--csv", "csv_path", type=PathParameter(), metavar="FILE", help="A table; - is standard output."
)
@click.option("--html", "html_path", type=PathParameter(), metavar="FILE", help="A page to print.")
@click.option("--markdown", "markdown_path", type=PathParameter(), metavar="FILE", help="The same as text.")
@click.option(
    "--pdf", "pdf_path", type=PathParameter(), metavar="FILE", help="The same, printed by the browser here."
)
@with_session(acts=True)
def preservation_command(
    session: Session,
    accounts: tuple[str, ...],
    cluster: bool,
    csv_path: Path | None,
    html_path: Path | None,
    markdown_path: Path | None,
    pdf_path: Path | None,
) -> int:
    """List what police can ask the platforms to keep: ids, days in UTC, data, and where to ask.

    Without ACCOUNT: all with a confirmed link, and all that wrote to the victim. Days left are counted from
    the last activity, out of 90, which is a nudge from a weak source. Only authorities can ask.

    \b
    Examples:
      abusekit account preservation
      abusekit account preservation x:12345 --cluster --html preservation.html
    """
    from functools import partial

    from abusekit.accounts.ledger.reading import ledger
    from abusekit.accounts.links.decisions import decisions, left_out, without_ground
    from abusekit.accounts.papers import preservation_layout as layout
    from abusekit.accounts.papers.exhibits import exhibits
    from abusekit.accounts.papers.paper import lines
    from abusekit.accounts.papers.preservation import WANTED, WEAK_SOURCE, WHO_CAN_ASK, requests, unclaimed
    from abusekit.cli.account.paper_answers import request_answer
    from abusekit.cli.account.paper_files import (
        PaperFiles,
        cell,
        printer,
        refuse_taken,
        told_unread,
        write_paper,
    )
    from abusekit.cli.account.sheet import tool_words
    from abusekit.cli.answers_account_papers import PreservationAnswer
    from abusekit.cli.table_files import goes_to_stdout, write_whole

    to_stdout = goes_to_stdout((csv_path, html_path, markdown_path), json=session.json)
    if csv_path is not None and str(csv_path) != "-":
        refuse_taken(csv_path)
    files = PaperFiles(html_path, markdown_path, pdf_path)
    browser = printer(files)
    case = session.case()
    by = session.producer(case).initials
    entries = list(case.entries())
    decided, found = decisions(entries), ledger(case)
    of_log = exhibits(entries)
    own_known = any(account.own for account in found.accounts.values())
    lacking = unclaimed(found, of_log)
    keys, bystanders = _wanted(
        found, decided, accounts, cluster=cluster, hint=how_to_mark(own_known, lacking)
    )
    at = now()
    asked = requests(found, keys, of_log, now=at)
    made = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    reference = case.settings().reference
    lay_out = partial(
        layout.paper, asked, found.cite, case=reference, made=made, by=by, tool=tool_words(), bystanders=bystanders,
        problems=found.problems, own_known=own_known,
    )  # fmt: skip
    written = write_paper(files, browser, lambda name: lay_out(renderer=name), at)
    if csv_path is not None:
        write_whole(csv_path, lambda out: layout.write_csv(asked, out, cell), written)
    if session.json:
        answers = [request_answer(one) for one in asked]
        session.answer(
            PreservationAnswer(
                reference,
                made,
                answers,
                bystanders,
                own_known,
                lacking,
                list(WANTED),
                WHO_CAN_ASK,
                WEAK_SOURCE,
                list(found.problems),
                written,
            )
        )
    elif not (written or to_stdout):
        for line in lines(lay_out()):
            session.print(line)
    elif not to_stdout:
        for path in written:
            session.print(path)
    if bystanders:
        session.say(
            f"{len(bystanders)} accounts are on it only because they wrote where the victim reads: there may be"
            " bystanders among them; name those that you mean"
        )
    for line in filter(None, (left_out(decided, found), without_ground(decided))):
        session.say(line)
    if lacking or not own_known:
        session.say(how_to_mark(own_known, lacking))
    return told_unread(session, found.problems)


def how_to_mark(own_known: bool, lacking: Sequence[str]) -> str:
    """What to do so that it is known who wrote to the victim. `lacking`: exports of which the owner is not known."""
    declare = (
        f"say whose export it is: abusekit import --item {lacking[0]} --declare owner=ID --reason TEXT"
        if lacking
        else ""
    )
    mark = (
        ""
        if own_known
        else "mark the victim's own account first: abusekit account observe KEY --own --reason TEXT"
    )
    return "; or ".join(one for one in (mark, declare) if one) or "name one: abusekit account list shows them"


def _wanted(
    found: Ledger, decided: Decisions, typed: tuple[str, ...], *, cluster: bool, hint: str
) -> tuple[list[AccountKey], list[AccountKey]]:
    """All accounts of the paper, and those of them that nobody named and no confirmed link holds. Raises UsageError."""
    from abusekit.accounts.ledger.reading import resolve
    from abusekit.accounts.links.decisions import grounded_links, standing_links
    from abusekit.accounts.papers.preservation import chosen
    from abusekit.errors import UsageError

    if not typed:
        confirmed, others = chosen(found, decided)
        if not confirmed and not others:
            raise UsageError(
                "no account has a confirmed link, and none is known to have written to the victim",
                f"{hint}; or confirm a link, or name accounts: abusekit account list",
            )
        return confirmed + others, others
    keys = list(dict.fromkeys(resolve(found, one).key for one in typed))
    if own := next((key for key in keys if found.accounts[key].own), None):
        raise UsageError(f"{own} is the victim's own account", "name the others: abusekit account list")
    if cluster:
        standing = grounded_links(standing_links(decided, found))
        joined = {key for one in standing.clusters() if set(one) & set(keys) for key in one}
        keys += [
            key for key, one in found.accounts.items() if key in joined and key not in keys and not one.own
        ]
    return keys, []
