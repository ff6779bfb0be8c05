"""The `abusekit` command itself: a group that loads a verb's module only when that verb is called."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from abusekit import __version__
from abusekit.cli import COMMANDS

DELETING = ("remove", "delete", "rm", "unwithdraw")
"""Verbs that people try; this program has none of them, on purpose."""


class ReaderGoneError(Exception):
    """Whoever read our output stopped (`abusekit list | head`). Click would make exit code 1 of it, and 1 is
    the verdict that the evidence does not check out."""


@contextmanager
def _output() -> Iterator[None]:
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # here, not when Python ends: a fault then would be neither told nor counted
    except BrokenPipeError as fault:
        raise ReaderGoneError from fault


class LazyGroup(click.Group):
    """Lists commands from the table; imports none of them to do so."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        with _output():  # `--help` writes here
            return super().make_context(*args, **options)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] == "help":  # `abusekit help key create`: as with --help at the end
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with _output():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [command.name for command in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for command in COMMANDS:
            if command.name == cmd_name:
                module = importlib.import_module(f"abusekit.cli.{command.module}")
                loaded: click.Command = getattr(module, f"{command.module}_command")
                return loaded
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(command.name, command.line) for command in COMMANDS])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        known = ctx.resilient_parsing or name in self.list_commands(ctx)  # the former: completion asks
        if name and not name.startswith("-") and not known:
            if name in DELETING:
                from abusekit.errors import UsageError

                raise UsageError("nothing is deleted", "see: abusekit withdraw --help")
            from difflib import get_close_matches

            near = get_close_matches(name, self.list_commands(ctx), 1)
            ctx.fail(
                f"no command {name!a}" + (f"; did you mean {near[0]}?" if near else "; see abusekit --help")
            )
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    name="abusekit",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Nothing here is legal advice. In danger: call the emergency number first (999 in the UK, 112 in Europe).",
)
@click.version_option(__version__, message="abusekit %(version)s")
def app() -> None:
    """Turn online abuse into evidence that police, prosecutors and courts can check.

    \b
    Start:    abusekit init mycase
    Collect:  abusekit capture --case mycase https://…
    Seal:     abusekit seal --case mycase --key me
    Check:    abusekit verify --case mycase
    """
