"""What `account candidates` prints: pairs, in short or explained, in lines that fit a terminal, and how to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abusekit.accounts.links.standing import Standing
    from abusekit.accounts.model import Candidate, Ledger
    from abusekit.cli.options import Session


def print_pair(
    session: Session,
    number: str,
    one: Candidate,
    ledger: Ledger,
    standing: Standing,
    *,
    explain: bool,
    reveal: bool,
    carried: Mapping[str, float],
) -> None:
    """In short, or with all that was found; then what to type, where it is a pair to decide about."""
    from abusekit.accounts.links.in_short import short_lines
    from abusekit.accounts.links.wording import candidate_lines
    from abusekit.cli.account.typed_next import decide_lines

    decided = standing.line(one)
    said = short_lines(one, ledger, decided, reveal=reveal)
    if explain:
        said = candidate_lines(one, ledger, decided, reveal=reveal, carried=carried)
    for place, line in enumerate(said):
        print_line(session, line if explain else f"   {line}", number if place == 0 else "")
    if standing.is_open(one) and one.strength != "none":
        for line in decide_lines(session, one):
            session.print(f"   {line}")
    session.print()


def print_line(session: Session, line: str, number: str = "") -> None:
    """On lines of at most WIDTH signs, further ones indented by two more; words longer than that stay whole."""
    import textwrap

    from abusekit.cli.account.typed_next import WIDTH
    from abusekit.plain import safe_text

    plain = safe_text(f"{number}{line.lstrip()}" if number else line)
    indent = " " * (len(plain) - len(plain.lstrip()) + (5 if number else 2))
    for part in textwrap.wrap(
        plain, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ):
        session.print(part)


def legend(session: Session, *, explain: bool) -> None:
    """Once for all pairs. The first line is what every LR means, and is not broken."""
    from abusekit.accounts.links.wording import LR_MEANS, STRENGTHS, limits

    session.print(LR_MEANS)
    print_line(session, STRENGTHS)
    if not explain:  # else it stands with each pair
        print_line(session, limits())
    print_line(
        session,
        "bystanders: the accounts of the comparison group. Accounts that may be run by whoever runs one of the pair "
        "are left out of it, so that a decision about one pair changes the numbers of others. (+2): two more places",
    )
    print_line(
        session,
        "next: paste the line under a pair and add your reason in quotes; `reject` in place of `confirm` says that it "
        "does not hold",
    )
    if not explain:
        print_line(session, "--explain tells each finding in full, --between A B one pair")
