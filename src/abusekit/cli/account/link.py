"""`abusekit account link`: a link that a person holds possible."""

from __future__ import annotations

import click

from abusekit.cli.account.deciding import decide
from abusekit.cli.account.grounds import Grounded, Said, grounds, reason_of_a_link
from abusekit.cli.options import Session, with_session


@click.command("link", cls=Grounded)
@click.argument("a", metavar="ACCOUNT")
@click.argument("b", metavar="ACCOUNT")
@grounds
@reason_of_a_link
@with_session(acts=True)
def link_command(
    session: Session,
    a: str,
    b: str,
    basis: tuple[str, ...],
    items: tuple[str, ...],
    findings: str | None,
    anyway: bool,
    reason: str | None,
) -> int:
    """Propose a link between two accounts: somebody has to look at it.

    It stays a proposal, and goes into no paper as more than that, until a person confirms or rejects it.

    \b
    Example:
      abusekit account link x:12345 x:@owl --basis timing --reason "began an hour after the block"
    """
    return decide(session, a, b, Said("proposed", reason, basis, items, findings, anyway))
