"""`abusekit account confirm`: a person claims a link."""

from __future__ import annotations

import click

from abusekit.cli.account.deciding import decide
from abusekit.cli.account.grounds import Grounded, Said, grounds, reason_of_a_link
from abusekit.cli.options import Session, with_session


@click.command("confirm", cls=Grounded)
@click.argument("a", metavar="ACCOUNT")
@click.argument("b", metavar="ACCOUNT")
@grounds
@reason_of_a_link
@with_session(acts=True)
def confirm_command(
    session: Session,
    a: str,
    b: str,
    basis: tuple[str, ...],
    items: tuple[str, ...],
    findings: str | None,
    anyway: bool,
    reason: str | None,
) -> int:
    """Claim a link between two accounts, in your name, with what it rests on.

    It is your claim and shown as such; the accounts stay two. What speaks against stays visible. It says nothing about
    who runs them, and can be taken back.

    \b
    Examples:
      abusekit account confirm x:1 x:2 --basis same-selector --item E0003 --item E0009 --reason "both give one number"
      abusekit account confirm x:1 x:@owl --basis self-identification --item E0012 --reason "says: my old account x:1"
    """
    return decide(session, a, b, Said("confirmed", reason, basis, items, findings, anyway))
