"""Writes `docs/commands.md` from the code: commands, exit codes, JSON schemas. `--check` compares instead.

Run as `python -m abusekit.cli.docs`; not a command of the program.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from abusekit.capture.outcome import NOTES, OUTCOMES, WITHOUT_ITEM
from abusekit.cli import COMMANDS
from abusekit.cli.answers import ANSWERS
from abusekit.cli.boundary import INTERNAL, INTERRUPTED, READER_GONE
from abusekit.errors import EXIT_CODES
from abusekit.integrity.findings import PROVES

TARGET = Path(__file__).resolve().parents[3] / "docs" / "commands.md"


def main(arguments: list[str]) -> int:
    text = document()
    if "--check" not in arguments:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(text, "utf-8")
        return 0
    if not TARGET.exists() or TARGET.read_text("utf-8") != text:
        sys.stderr.write("docs/commands.md is not what the code says: run make docs\n")
        return 1
    return 0


def document() -> str:
    """The whole file."""
    parts = [
        "# Commands\n\nGenerated from the code by `make docs`; do not edit.\n",
        "## Exit codes\n\n| code | meaning |\n|---|---|\n",
        *(f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES),
        f"| {INTERNAL} | a fault of abusekit itself: please report it |\n",
        f"| {INTERRUPTED} | stopped by Ctrl-C; what was said to be stored is stored |\n",
        f"| {READER_GONE} | whoever read the output stopped reading, as `head` does |\n",
        "\n## How a capture can end\n\n| outcome | meaning |\n|---|---|\n",
        *(f"| `{outcome}` | {meaning} |\n" for outcome, meaning in OUTCOMES),
        "\nWithout an item, in a run of `capture`:\n\n| outcome | meaning |\n|---|---|\n",
        *(f"| `{outcome}` | {meaning} |\n" for outcome, meaning in WITHOUT_ITEM),
        "\nRemarks that leave the outcome as it is:\n\n| label | meaning |\n|---|---|\n",
        *(f"| `{label}` | {meaning} |\n" for label, meaning in NOTES),
        "\n## What each check of `verify` shows\n\n| check | shows |\n|---|---|\n",
        *(f"| `{check}` | {meaning} |\n" for check, meaning in PROVES.items()),
    ]
    for command in COMMANDS:
        parts += _command(command.module)
    return "".join(parts)


def _command(name: str) -> Iterator[str]:
    module = importlib.import_module(f"abusekit.cli.{name}")
    root: click.Command = getattr(module, f"{name}_command")
    for words, command in _leaves(root, [root.name or name]):
        context = click.Context(command, info_name="abusekit " + " ".join(words), max_content_width=100)
        context.terminal_width = 100
        yield f"\n## abusekit {' '.join(words)}\n\n```\n{command.get_help(context)}\n```\n"
    for schema in _answers(root.name or name):
        title = schema.__name__
        text = json.dumps(msgspec.json.schema(schema), indent=1, sort_keys=True, ensure_ascii=False)
        yield f"\n<details><summary>JSON schema of `--json`: {title}</summary>\n\n```json\n{text}\n```\n</details>\n"


def _leaves(command: click.Command, words: list[str]) -> Iterator[tuple[list[str], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _leaves(command.commands[name], [*words, name])


def _answers(name: str) -> list[type[msgspec.Struct]]:
    """What the command or its subcommands answer, each once."""
    return list(dict.fromkeys(answer for words, answer in ANSWERS.items() if words.split()[0] == name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
