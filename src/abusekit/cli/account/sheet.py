"""`abusekit account sheet`: one page on confirmed accounts, for the officer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, now, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.accounts.model import AccountKey, Candidate, Decisions, Ledger
    from abusekit.case.folder import Case


@click.command("sheet")
@click.argument("accounts", nargs=-1, required=True, metavar="ACCOUNT…")
@click.option("--html", "html_path", type=PathParameter(), metavar="FILE", help="A page to print.")
@click.option(
    "--pdf", "pdf_path", type=PathParameter(), metavar="FILE", help="The same, printed by the browser here."
)
@click.option("--markdown", "markdown_path", type=PathParameter(), metavar="FILE", help="The same as text.")
@click.option(
    "--with-findings",
    is_flag=True,
    help="Compare the accounts now, and print what was found with its weight.",
)
@click.option(
    "--not-confirmed", is_flag=True, help="Also links that nobody confirmed; every page says NOT CONFIRMED."
)
@with_session(acts=True)
def sheet_command(
    session: Session,
    accounts: tuple[str, ...],
    html_path: Path | None,
    pdf_path: Path | None,
    markdown_path: Path | None,
    with_findings: bool,
    not_confirmed: bool,
) -> int:
    """Print one sheet on the accounts that confirmed links join with ACCOUNT, for the officer.

    Ids, names over time, who says what links them and what speaks against, counts of messages, blocks, what to ask the
    platform, exhibits with their digests. A lead to be tested, no expert opinion; it names no person.

    \b
    Examples:
      abusekit account sheet x:12345
      abusekit account sheet x:12345 --pdf sheet.pdf --with-findings
    """
    from abusekit.accounts.ledger.reading import ledger, resolve
    from abusekit.accounts.links.decisions import decisions, stale
    from abusekit.accounts.papers import sheet_layout
    from abusekit.accounts.papers.exhibits import exhibits
    from abusekit.accounts.papers.paper import lines
    from abusekit.accounts.papers.sheet import members, sheet
    from abusekit.cli.account.paper_answers import sheet_answer
    from abusekit.cli.account.paper_files import PaperFiles, printer, told_unread, write_paper
    from abusekit.cli.table_files import goes_to_stdout

    to_stdout = goes_to_stdout((html_path, markdown_path), json=session.json)
    files = PaperFiles(html_path, markdown_path, pdf_path)
    browser = printer(files)
    case = session.case()
    by = session.producer(case).initials
    entries = list(case.entries())
    decided, found = decisions(entries), ledger(case)
    wanted = dict.fromkeys(resolve(found, typed).key for typed in accounts)
    keys, confirmed = members(decided, found, tuple(wanted), not_confirmed=not_confirmed)
    at = now()
    compared = _compared(case, found, keys, _pairs_of(keys)) if with_findings else None
    shared = _shared(
        compared if compared is not None else _compared(case, found, keys, _by_selector(decided, keys))
    )
    made = sheet(
        found, decided, keys, exhibits(entries), confirmed=confirmed, stale=stale, now=at, by=by, tool=tool_words(),
        compared=compared, shared=shared, case=case.settings().reference,
        constants=sheet_layout.CONSTANTS,
    )  # fmt: skip
    written = write_paper(
        files, browser, lambda name: sheet_layout.paper(made, findings=with_findings, renderer=name), at
    )
    if session.json:
        session.answer(sheet_answer(made, written))
    elif not (written or to_stdout):
        for line in lines(sheet_layout.paper(made, findings=with_findings)):
            session.print(line)
    elif not to_stdout:
        for path in written:
            session.print(path)
    return told_unread(session, found.problems)


def tool_words() -> str:
    """What made a paper, as it stands on it."""
    from abusekit import __version__

    return f"abusekit {__version__}"


def _pairs_of(keys: tuple[AccountKey, ...]) -> list[tuple[AccountKey, AccountKey]]:
    return [(one, other) for place, one in enumerate(keys) for other in keys[place + 1 :]]


def _by_selector(decided: Decisions, keys: tuple[AccountKey, ...]) -> list[tuple[AccountKey, AccountKey]]:
    """The pairs of which somebody said that they name the same number, address or payment handle: to tell which."""
    found = ((pair, decided.of(*pair)) for pair in _pairs_of(keys))
    return [
        pair
        for pair, said in found
        if said and said.decided in ("confirmed", "proposed") and "same-selector" in said.basis
    ]


def _shared(
    compared: dict[tuple[AccountKey, AccountKey], Candidate],
) -> dict[tuple[AccountKey, AccountKey], tuple[str, ...]]:
    """What both show, but addresses of pages and invitations, which can spell words that upset."""
    from abusekit.accounts.links.wording import HIDDEN_SIGNALS

    return {
        key: tuple(
            dict.fromkeys(
                one.value
                for one in candidate.findings
                if one.group == "selectors" and one.value and one.signal not in HIDDEN_SIGNALS
            )
        )
        for key, candidate in compared.items()
    }


def _compared(
    case: Case, found: Ledger, keys: tuple[AccountKey, ...], pairs: list[tuple[AccountKey, AccountKey]]
) -> dict[tuple[AccountKey, AccountKey], Candidate]:
    """What is found about each of the pairs; those about which nothing is found are absent."""
    if not pairs:
        return {}
    from abusekit.accounts.links.candidates import Comparing
    from abusekit.accounts.model import pair

    comparing = Comparing(case, found)
    comparing.check(keys)
    return {
        pair(candidate.a, candidate.b): candidate
        for one, other in pairs
        for candidate in comparing.one(one, other).candidates
    }
