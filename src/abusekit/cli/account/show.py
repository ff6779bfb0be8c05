"""`abusekit account show`: one account, with the history of its names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, now, with_session
from abusekit.cli.views import Views, reason_option

if TYPE_CHECKING:
    from abusekit.accounts.model import Account


@click.command("show")
@click.argument("account")
@click.option(
    "--reveal", is_flag=True, help="Show the account's own prose, such as its bio. It may be upsetting."
)
@reason_option
@with_session(acts=True)
def show_command(session: Session, account: str, reveal: bool, view_reason: str | None) -> int:
    """Show one account: every name it had and when, its state, messages, blocks, reports, and claims about links.

    ACCOUNT is its key (x:12345, x:@owl), a handle, a name or a number. Each fact says what dates it and where it
    stands. What was not seen in between is shown as a gap.

    \b
    Examples:
      abusekit account show x:@owl
      abusekit account show x:12345 --reveal
    """
    from abusekit.accounts.ledger.reading import ledger, resolve
    from abusekit.accounts.links.decisions import decisions, fallen, left_out, standing_links
    from abusekit.cli.account.shown_answer import answer
    from abusekit.cli.account.shown_lines import lines

    case = session.case()
    views = Views(session, case, view_reason, reveals=reveal)
    claimed = decisions(case.entries())
    found = ledger(case)
    decided = standing_links(claimed, found)
    one = resolve(found, account)
    views.seen(one.items, "account show --reveal")
    if session.json:
        session.answer(answer(found, one, decided, now=now(), reveal=reveal))
        return 7 if found.problems else 0
    for line in lines(found, one, decided, fallen(case.entries()), now=now(), reveal=reveal):
        session.print(line)
    if nowhere := left_out(claimed, found, one.key):
        session.say(nowhere)
    for problem in found.problems:
        session.say(f"not read, so this may lack something: {problem}")
    _say_next(session, one, reveal=reveal)
    return 7 if found.problems else 0


def _say_next(session: Session, account: Account, *, reveal: bool) -> None:
    from abusekit.cli.account.shown_lines import newest_declared
    from abusekit.cli.account.typed_next import typed_key

    key = typed_key(account.key) or "ACCOUNT"
    if not reveal and any(span.field in ("bio", "other") for span in account.spans):
        session.say("its own prose is covered: --reveal")
    if line := newest_declared(account):
        session.say(
            f"to take back what a person declared: abusekit account observe {key} --take-back {line} --reason …"
        )
    if account.own:
        session.say("the victim's own account: it is compared with no other as a suspect's")
        return
    session.say(f"possible links, and what speaks against: abusekit account candidates {key}")
    session.say(
        f"what you know and no item shows: abusekit account observe {key} --blocked --when … --reason …"
    )
