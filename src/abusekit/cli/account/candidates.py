"""`abusekit account candidates`: possible links between accounts of the case, with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, with_session
from abusekit.cli.views import reason_option

if TYPE_CHECKING:
    from abusekit.accounts.links.candidates import Compared, Comparing
    from abusekit.accounts.model import Ledger
    from abusekit.case.folder import Case

MOST = 20


@click.command("candidates")
@click.argument("typed", nargs=-1, metavar="[ACCOUNT…]")
@click.option(
    "--explain", is_flag=True, help="Each finding in full: where it stands, why its number is no larger."
)
@click.option(
    "--between",
    nargs=2,
    metavar="A B",
    help="Only this pair, explained in full, also where little was found.",
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
    explain: bool,
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
      abusekit account candidates --explain x:12345
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
    _tell(
        session, case, comparing, compared, without, most, everything=everything or bool(two),
        explain=explain or bool(two), reveal=reveal,
    )  # fmt: skip
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
    comparing: Comparing,
    compared: Compared,
    without: tuple[str, ...],
    most: int,
    *,
    everything: bool,
    explain: bool,
    reveal: bool,
) -> None:
    from abusekit.accounts.links.common_selectors import names_a_group
    from abusekit.accounts.links.standing import Standing
    from abusekit.accounts.links.weighing import GROUP_CAPS, SHOWN_FROM
    from abusekit.cli.account.candidates_answer import candidate_answer
    from abusekit.cli.account.candidates_lines import legend, print_line, print_pair
    from abusekit.cli.answers_account_candidates import CandidatesAnswer

    ledger = comparing.ledger
    standing = Standing(case.entries(), without=bool(without))
    shown = [
        one
        for one in compared.candidates
        if everything or one.total >= SHOWN_FROM or any(map(names_a_group, one.findings))
    ]
    hidden, listed = len(compared.candidates) - len(shown), shown[:most]
    notes, unmarked = _notes(compared, ledger, without), _unmarked(compared, ledger)
    # dear: the case is read once more for each item
    anew = comparing.without_each(listed) if explain else {}
    carried = [
        {item: totals[one.a, one.b] for item, totals in anew.items() if (one.a, one.b) in totals}
        for one in listed
    ]
    if session.json:
        session.answer(
            CandidatesAnswer(
                [
                    candidate_answer(one, ledger, standing, reveal=reveal, carried=left)
                    for one, left in zip(listed, carried, strict=True)
                ],
                hidden, len(shown) - len(listed), compared.accounts, compared.bystanders, compared.pairs,
                list(compared.not_compared), list(without), {str(k): v for k, v in GROUP_CAPS.items()},
                unmarked + notes, 0,
            )
        )  # fmt: skip
        return
    for note in unmarked:  # before any number: it can turn every one of them
        print_line(session, f"WARNING: {note}")
        session.print()
    for place, one in enumerate(listed):
        print_pair(
            session,
            f"{place + 1}. ",
            one,
            ledger,
            standing,
            explain=explain,
            reveal=reveal,
            carried=carried[place],
        )
    for line in _end(compared, len(listed), len(shown), hidden):
        print_line(session, line)
    if listed:
        legend(session, explain=explain)
    for note in notes:
        print_line(session, note)


def _end(compared: Compared, listed: int, found: int, hidden: int) -> list[str]:
    lines = []
    if not found:
        lines.append("no possible link with a total of 10 or more was found")
    elif found > listed:
        lines.append(f"and {found - listed} more: --most N lists them")
    if hidden:
        lines.append(f"{hidden} pairs with a total below 10 are not listed: --all")
    lines.append(f"{compared.accounts} accounts, {compared.pairs:,} pairs")
    lines += [f"not compared: {text}" for text in compared.not_compared]
    return lines


def _unmarked(compared: Compared, ledger: Ledger) -> list[str]:
    if not compared.accounts or any(account.own for account in ledger.accounts.values()):
        return []
    return [
        "No account is marked as the victim's own: hers may be among these, and what others copy of her counts. "
        "Do it first: abusekit account observe ACCOUNT --own --reason …"
    ]


def _notes(compared: Compared, ledger: Ledger, without: tuple[str, ...]) -> list[str]:
    from abusekit.accounts.links.cohorts import LEAST_COHORT
    from abusekit.accounts.links.wording import LEAD

    notes = [LEAD[:1].upper() + LEAD[1:] + "."]
    own = any(account.own for account in ledger.accounts.values())
    if compared.accounts < 2:
        besides = " besides the victim's own" if own else ""
        notes.insert(0, f"Fewer than two accounts{besides}: there is nothing to compare.")
    elif compared.bystanders - 2 < LEAST_COHORT:
        notes.insert(
            0,
            f"Fewer than {LEAST_COHORT} bystander accounts: style and hours give no number, and other numbers are "
            "small. Import the whole thread or group, bystanders too.",
        )
    if own:
        notes.insert(0, "The victim's own accounts are not among those compared.")
    if without:
        notes.insert(0, f"Computed as if the case did not hold {', '.join(without)}.")
    return notes
