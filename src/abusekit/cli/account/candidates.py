"""`abusekit account candidates`: possible links between accounts of the case, with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, with_session
from abusekit.cli.views import reason_option

if TYPE_CHECKING:
    from abusekit.accounts.links.candidates import Compared
    from abusekit.accounts.model import Candidate, Decision, Finding, Ledger
    from abusekit.case.folder import Case
    from abusekit.cli.answers_account_candidates import CandidateAnswer, ComparedAccount, FindingAnswer

MOST = 20


@click.command("candidates")
@click.argument("typed", nargs=-1, metavar="[ACCOUNT…]")
@click.option(
    "--between",
    nargs=2,
    metavar="A B",
    help="Only this pair, with all that was found, also where it is little.",
)
@click.option("--all", "everything", is_flag=True, help="Also pairs with a total below 10.")
@click.option(
    "--without",
    "left_out",
    multiple=True,
    metavar="ITEM",
    help="As if the case had no such item; repeat for more.",
)
@click.option(
    "--most", type=click.IntRange(1), default=MOST, metavar="N", help=f"List so many (default {MOST})."
)
@click.option("--reveal", is_flag=True, help="Show addresses of pages, too. They may be upsetting.")
@reason_option
@with_session(acts=True)
def candidates_command(
    session: Session,
    typed: tuple[str, ...],
    between: tuple[str, str] | None,
    everything: bool,
    left_out: tuple[str, ...],
    most: int,
    reveal: bool,
    view_reason: str | None,
) -> int:
    """Possible links between accounts that are in the case, best first, each with what speaks against it and for it.

    Only what the case holds is compared; nothing is looked up anywhere, and nothing is decided. A likelihood ratio
    tells how much more probable the findings are if two accounts are run by one person than if they are run by
    different people of a comparison group; it is no statement about who anybody is. With ACCOUNTs: only pairs with one
    of them.

    \b
    Examples:
      abusekit account candidates
      abusekit account candidates --between x:12345 telegram:user77
      abusekit account candidates --without E0007
    """
    from abusekit.accounts.ledger.reading import ledger, resolve
    from abusekit.accounts.links.candidates import Comparing
    from abusekit.cli.acts import resolve_items
    from abusekit.cli.views import Views
    from abusekit.errors import UsageError

    if typed and between:
        raise UsageError("ACCOUNTs and --between exclude each other", "name the pair with --between only")
    case = session.case()
    without = resolve_items(case, left_out)
    views = Views(session, case, view_reason, reveals=reveal)
    found = ledger(case, without=without)
    only = [resolve(found, one).key for one in typed]
    two = tuple(resolve(found, one).key for one in between or ())
    if len(set(two)) == 1:
        raise UsageError("both mean the same account", "name two accounts: abusekit account list shows them")
    comparing = Comparing(case, found, without=without, progress=lambda count: _progress(session, count))
    comparing.check((*only, *two))
    compared = comparing.one(*two) if len(two) == 2 else comparing.all(dict.fromkeys(only))
    if reveal:
        views.seen(_items(compared, most), "account candidates --reveal")
    _tell(session, case, found, compared, without, most, everything=everything or bool(two), reveal=reveal)
    return 0


def _progress(session: Session, count: int) -> None:
    if count and count % 200_000 == 0:
        session.say(f"{count:,} messages read")


def _items(compared: Compared, most: int) -> list[str]:
    from abusekit.accounts.links.weighing import items_of

    return sorted({item for one in compared.candidates[:most] for item in items_of(one.findings)})


def _tell(
    session: Session,
    case: Case,
    ledger: Ledger,
    compared: Compared,
    without: tuple[str, ...],
    most: int,
    *,
    everything: bool,
    reveal: bool,
) -> None:
    from abusekit.accounts.links.decisions import decisions, stale
    from abusekit.accounts.links.weighing import GROUP_CAPS, SHOWN_FROM
    from abusekit.accounts.links.wording import candidate_lines
    from abusekit.cli.answers_account_candidates import CandidatesAnswer

    decided = decisions(entry for entry in case.entries() if entry["do"] == "account.link")
    shown = [one for one in compared.candidates if everything or one.total >= SHOWN_FROM]
    hidden, listed = len(compared.candidates) - len(shown), shown[:most]
    notes = _notes(compared, without)
    if session.json:
        session.answer(
            CandidatesAnswer(
                [_answer(one, ledger, decided.of(one.a, one.b), reveal=reveal) for one in listed],
                hidden, len(shown) - len(listed), compared.accounts, compared.bystanders, compared.pairs,
                list(compared.not_compared), list(without), {str(k): v for k, v in GROUP_CAPS.items()}, notes, 0,
            )
        )  # fmt: skip
        return
    for place, one in enumerate(listed):
        decision = decided.of(one.a, one.b)
        is_stale = decision is not None and stale(decision, one)
        lines = candidate_lines(one, ledger, decision, is_stale=is_stale, reveal=reveal)
        for number, line in enumerate(lines):
            session.print(line if number else f"{place + 1}. {line}")
        session.print()
    for line in _end(compared, len(listed), len(shown), hidden):
        session.print(line)
    for note in notes:
        session.print(note)
    if listed:
        one = listed[0]
        session.print(
            f"next: abusekit account confirm {one.a[:120]} {one.b[:120]} --reason …, or account reject; "
            "--between A B shows one pair"
        )


def _end(compared: Compared, listed: int, found: int, hidden: int) -> list[str]:
    lines = []
    if not found:
        lines.append("no possible link with a total of 10 or more was found")
    elif found > listed:
        lines.append(f"and {found - listed} more: --most N lists them")
    if hidden:
        lines.append(f"{hidden} pairs with a total below 10 are not listed: --all")
    lines.append(
        f"{compared.accounts} accounts, {compared.pairs:,} pairs; the victim's own are not among them"
    )
    lines += [f"not compared: {text}" for text in compared.not_compared]
    return lines


def _notes(compared: Compared, without: tuple[str, ...]) -> list[str]:
    from abusekit.accounts.links.cohorts import LEAST_COHORT
    from abusekit.accounts.links.wording import LEAD

    notes = [LEAD[:1].upper() + LEAD[1:] + "."]
    if compared.accounts < 2:
        notes.insert(0, "Fewer than two accounts besides the victim's own: there is nothing to compare.")
    elif compared.bystanders - 2 < LEAST_COHORT:
        notes.insert(
            0,
            f"Fewer than {LEAST_COHORT} bystander accounts: style and hours give no number, and other numbers are "
            "small. Import the whole thread or group, bystanders too.",
        )
    if without:
        notes.insert(0, f"Computed as if the case did not hold {', '.join(without)}.")
    return notes


def _answer(one: Candidate, ledger: Ledger, decision: Decision | None, *, reveal: bool) -> CandidateAnswer:
    from abusekit.accounts.links.decisions import stale
    from abusekit.accounts.links.weighing import carried
    from abusekit.accounts.links.wording import proposition
    from abusekit.cli.answers_account_candidates import CandidateAnswer, LinkState

    state = None
    if decision is not None:
        state = LinkState(decision.decided, decision.who, decision.at, stale(decision, one))
    return CandidateAnswer(
        a=_account(ledger, one.a),
        b=_account(ledger, one.b),
        state=state,
        total=one.total,
        strength=one.strength,
        proposition=proposition(one),
        groups={str(group): value for group, value in one.groups.items()},
        findings=[_finding(finding, ledger, reveal=reveal) for finding in one.findings],
        cohort=one.cohort,
        cohort_of=one.cohort_of,
        expected=one.expected,
        pairs=one.pairs,
        not_compared=list(one.not_compared),
        carried=carried(one.findings),
        findings_digest=one.digest,
    )


def _account(ledger: Ledger, key: str) -> ComparedAccount:
    from abusekit.cli.answers_account_candidates import ComparedAccount

    account = ledger.accounts[key]
    return ComparedAccount(key, account.handle[:500], account.basis)


def _finding(finding: Finding, ledger: Ledger, *, reveal: bool) -> FindingAnswer:
    from abusekit.accounts.links.weighing import items_of
    from abusekit.accounts.links.wording import HIDDEN_SIGNALS
    from abusekit.cli.answers_account_candidates import FindingAnswer

    return FindingAnswer(
        group=finding.group,
        signal=finding.signal,
        text=finding.text,
        against=finding.against,
        lr=finding.lr,
        raw=finding.raw,
        cap=finding.cap,
        among=finding.among,
        shared_by=finding.shared_by,
        value="" if finding.signal in HIDDEN_SIGNALS and not reveal else finding.value,
        why=finding.why,
        here=[ledger.cite(where) for where in finding.here],
        there=[ledger.cite(where) for where in finding.there],
        items=items_of([finding]),
    )
