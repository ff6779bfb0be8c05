"""`abusekit completion`: shell completion."""

from __future__ import annotations

import click

from abusekit.cli.options import Session, with_session

LINES = {
    "bash": 'eval "$(_ABUSEKIT_COMPLETE=bash_source abusekit)"',
    "zsh": 'eval "$(_ABUSEKIT_COMPLETE=zsh_source abusekit)"',
    "fish": "_ABUSEKIT_COMPLETE=fish_source abusekit | source",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(sorted(LINES)))
@with_session(case=False)
def completion_command(session: Session, shell: str) -> None:
    """Print the line that turns on completion in your shell.

    \b
    Example:
      abusekit completion bash >> ~/.bashrc
    """
    session.print(LINES[shell])
