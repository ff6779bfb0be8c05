"""`abusekit account reject`: a person says that two accounts are not linked."""

from __future__ import annotations

import click

from abusekit.cli.account.deciding import decide
from abusekit.cli.account.grounds import Grounded, Said, grounds, reason_of_a_link
from abusekit.cli.options import Session, with_session


@click.command("reject", cls=Grounded)
@click.argument("a", metavar="ACCOUNT")
@click.argument("b", metavar="ACCOUNT")
@grounds
@reason_of_a_link
@with_session(acts=True)
def reject_command(
    session: Session,
    a: str,
    b: str,
    basis: tuple[str, ...],
    items: tuple[str, ...],
    findings: str | None,
    anyway: bool,
    reason: str | None,
) -> int:
    """Say that a link between two accounts does not hold; that weighs as much as a confirmation, and is shown as well.

    \b
    Example:
      abusekit account reject x:12345 x:@owl --reason "x:@owl wrote while x:12345 was on the phone with us"
    """
    return decide(session, a, b, Said("rejected", reason, basis, items, findings, anyway))
