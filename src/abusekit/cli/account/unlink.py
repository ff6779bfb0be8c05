"""`abusekit account unlink`: a decision about a link is taken back."""

from __future__ import annotations

import click

from abusekit.cli.account.deciding import decide
from abusekit.cli.account.grounds import Said, reason_of_a_link
from abusekit.cli.options import Session, with_session


@click.command("unlink")
@click.argument("a", metavar="ACCOUNT")
@click.argument("b", metavar="ACCOUNT")
@reason_of_a_link
@with_session(acts=True)
def unlink_command(session: Session, a: str, b: str, reason: str | None) -> int:
    """Take back what was said about a link between two accounts; the log keeps both.

    \b
    Example:
      abusekit account unlink x:12345 x:@owl --reason "the number is that of a charity"
    """
    return decide(session, a, b, Said("undecided", reason))
