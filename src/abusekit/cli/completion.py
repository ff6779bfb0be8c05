"""`abusekit completion`: shell completion."""

from __future__ import annotations

import click

from abusekit.cli.options import Session, with_session

LINES = {
    "bash": 'command -v abusekit >/dev/null && eval "$(_ABUSEKIT_COMPLETE=bash_source abusekit)"',
    "zsh": 'command -v abusekit >/dev/null && eval "$(_ABUSEKIT_COMPLETE=zsh_source abusekit)"',
    "fish": "command -v abusekit >/dev/null; and _ABUSEKIT_COMPLETE=fish_source abusekit | source",
}
"""For start-up files: silent where abusekit is not found, as outside of its virtual environment."""


@click.command("completion", no_args_is_help=True)
@click.argument("shell", type=click.Choice(sorted(LINES)))
@with_session(case=False)
def completion_command(session: Session, shell: str) -> None:
    """Print the line that turns on completion in your shell.

    \b
    Example:
      abusekit completion bash >> ~/.bashrc
    """
    session.print(LINES[shell])
