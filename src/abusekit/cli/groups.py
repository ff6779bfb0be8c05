"""How a group of commands lists them: each with the whole of its first sentence."""

from __future__ import annotations

import click

_LONGEST = 400
"""Characters of a first sentence; more than any has."""


class WholeSentences(click.Group):
    """Wraps the line of a command where it is long; click would cut it with an ellipsis."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        lines = [(name, one.get_short_help_str(_LONGEST)) for name, one in found if one and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(lines)
