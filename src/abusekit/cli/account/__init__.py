"""`abusekit account`: accounts, their names over time, and links that people claim."""

from __future__ import annotations

import click

from abusekit.cli.groups import WholeSentences


@click.group("account", cls=WholeSentences)
def account_command() -> None:
    """Accounts over their changes of name, and links between them.

    An account is never a person, and accounts are never merged: a person claims a link, with a reason.
    """
