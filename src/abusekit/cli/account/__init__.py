"""`abusekit account`: accounts, their names over time, and links that people claim."""

from __future__ import annotations

import click

from abusekit.cli.account.blocklist import blocklist_command
from abusekit.cli.account.candidates import candidates_command
from abusekit.cli.account.confirm import confirm_command
from abusekit.cli.account.graph import graph_command
from abusekit.cli.account.link import link_command
from abusekit.cli.account.list import list_command
from abusekit.cli.account.observe import observe_command
from abusekit.cli.account.preservation import preservation_command
from abusekit.cli.account.reject import reject_command
from abusekit.cli.account.sheet import sheet_command
from abusekit.cli.account.show import show_command
from abusekit.cli.account.unlink import unlink_command
from abusekit.cli.groups import WholeSentences

_MERGING = ("merge", "join", "combine", "unite")
"""Verbs that people try; there is none of them, on purpose."""


class _Accounts(WholeSentences):
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in _MERGING:
            from abusekit.errors import UsageError

            raise UsageError(
                "accounts are never merged",
                "a person can claim that two belong together: abusekit account confirm A B --basis … --reason …",
            )
        return super().resolve_command(ctx, args)


@click.group("account", cls=_Accounts)
def account_command() -> None:
    """Accounts over their changes of name, and links between them.

    An account is never a person, and accounts are never merged: a person claims a link, with a reason.
    """


for command in (
    list_command,
    show_command,
    observe_command,
    link_command,
    confirm_command,
    reject_command,
    unlink_command,
    candidates_command,
    graph_command,
    sheet_command,
    preservation_command,
    blocklist_command,
):
    account_command.add_command(command)
