"""What holds for every command: help, its line in the table, its examples, and a quick start."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator

import click
import pytest
from command_runner import Abusekit

from abusekit.cli import COMMANDS, Command
from abusekit.cli.answers import ANSWERS
from abusekit.cli.app import app

HEAVY = (
    "PIL", "asyncio", "brotlicffi", "cryptography", "dataclasses", "email", "exifread", "filelock", "h11", "httpx",
    "jinja2", "msgspec", "pathlib", "platformdirs", "playwright", "pydantic", "requests", "rich", "selectolax",
    "ssl", "subprocess", "warcio", "yaml",
)  # fmt: skip
"""Modules that no `--help` may wait for."""


def leaves() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command line that can be typed, groups and their subcommands too."""
    for command in COMMANDS:
        module = importlib.import_module(f"abusekit.cli.{command.module}")
        found: click.Command = getattr(module, f"{command.module}_command")
        yield (command.name,), found
        if isinstance(found, click.Group):
            for name, inner in sorted(found.commands.items()):
                yield (command.name, name), inner


LEAVES = list(leaves())


def help_of(words: tuple[str, ...], command: click.Command) -> str:
    return command.get_help(click.Context(command, info_name="abusekit " + " ".join(words)))


@pytest.mark.parametrize(
    ("words", "command"), LEAVES, ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
def test_help_shows_an_example_that_parses(words: tuple[str, ...], command: click.Command) -> None:
    text = help_of(words, command)
    if isinstance(command, click.Group):
        assert all(name in text for name in command.commands)
        assert "..." not in text.partition("Commands:")[2], "a line is cut short"
        return
    after = re.split(r"^  Examples?:\n", text, flags=re.M)
    assert len(after) == 2, "no example in the help"
    lines = [line.strip() for line in re.match(r"(?:    \S.*\n?)+", after[1])[0].splitlines()]  # type: ignore[index]
    assert any(line.startswith("abusekit " + " ".join(words)) for line in lines)
    for line in lines:
        for part in line.split("&&"):
            parse(shlex.split(re.sub(r"\s>>?\s*\S+", "", part), comments=True)[1:])


def parse(arguments: list[str]) -> None:
    """The arguments parse, down to the last subcommand; nothing is run. Raises click.UsageError."""
    command: click.Command = app
    context = app.make_context("abusekit", list(arguments), resilient_parsing=False)
    while isinstance(command, click.Group):
        rest = (
            [*context._protected_args, *context.args] if hasattr(context, "_protected_args") else context.args
        )
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command, context = found, found.make_context(name, rest, parent=context)


def test_an_example_that_does_not_parse_is_found() -> None:
    with pytest.raises(click.UsageError):
        parse(["show", "E0003", "--no-such-option"])
    with pytest.raises(click.UsageError):
        parse(["key", "creat", "me"])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_table_says_what_the_help_says(command: Command) -> None:
    module = importlib.import_module(f"abusekit.cli.{command.module}")
    found: click.Command = getattr(module, f"{command.module}_command")
    assert found.name == command.name
    first = re.sub(r"\s+", " ", (found.help or "").split("\n\n")[0])
    assert first.startswith(command.line.rstrip(".")), first


def test_every_module_of_a_command_is_in_the_table() -> None:
    """A verb that is not in the table cannot be called."""
    from pathlib import Path

    import abusekit.cli

    folder = Path(abusekit.cli.__file__).parent
    verbs = {
        path.parent.name if path.name == "__init__.py" else path.stem
        for path in (*folder.glob("*.py"), *folder.glob("*/__init__.py"))
        if re.search(r"^@click\.(command|group)\(\"", path.read_text(), re.M)
    }
    assert verbs == {command.module for command in COMMANDS}


NO_ANSWER = {"completion": "prints a line for a shell to read; there is nothing for a script to take apart"}
"""Commands that answer with no struct."""


def unanswered(leaves: Iterable[tuple[tuple[str, ...], click.Command]]) -> set[str]:
    """The commands with --json whose answer is not in the table."""
    return {
        " ".join(words)
        for words, command in leaves
        if any("--json" in parameter.opts for parameter in command.params) and " ".join(words) not in ANSWERS
    }


def test_every_answer_is_in_the_table() -> None:
    """docs/commands.md takes the JSON schemas from it."""
    assert unanswered(LEAVES) == set(NO_ANSWER)
    assert set(ANSWERS) <= {" ".join(words) for words, _ in LEAVES}
    order = [command.name for command in COMMANDS if command.name not in NO_ANSWER]
    assert list(dict.fromkeys(words.split()[0] for words in ANSWERS)) == order


def test_an_answer_that_is_not_in_the_table_is_found() -> None:
    json = click.Option(["--json"], is_flag=True)
    new = click.Command("new", params=[json])
    assert unanswered([(("key", "new"), new), (("key",), click.Group("key"))]) == {"key new"}


def imported(*arguments: str) -> set[str]:
    """The modules that one run imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "abusekit", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Usage" in done.stdout
    return {
        line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")
    }


@pytest.mark.parametrize(
    "words", [(), *(words for words, _ in LEAVES)], ids=lambda words: "-".join(words) or "abusekit"
)
def test_help_starts_fast(words: tuple[str, ...]) -> None:
    modules = imported(*words, "--help")
    assert "abusekit.cli.app" in modules  # the list is of the run that is meant
    assert not {module for module in modules if module.split(".")[0] in HEAVY}
    core = {
        m for m in modules if m.startswith("abusekit.") and m.split(".")[1] not in ("cli", "errors", "plain")
    }
    assert core == set(), "help loads a part that only the work needs"


def test_the_list_of_imports_would_show_a_heavy_one() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import ssl"], capture_output=True, text=True, check=True
    )
    assert "ssl" in {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines()}


def test_an_unknown_command_names_the_nearest(abusekit: Abusekit) -> None:
    ended = abusekit("captre", expect=2)
    assert "did you mean capture?" in ended.err and "--help" in ended.err
    assert "no command 'frobnicate'" in abusekit("frobnicate", expect=2).err


def test_version(abusekit: Abusekit) -> None:
    import abusekit as package

    assert abusekit("--version", expect=0).out == f"abusekit {package.__version__}\n"


@pytest.mark.parametrize("words", ["custody", "settings", "key", "completion"])
def test_a_group_alone_prints_its_help(abusekit: Abusekit, words: str) -> None:
    ended = abusekit(words, expect=2)
    assert f"Usage: abusekit {words}" in ended.out + ended.err and "\n  " in ended.err
    assert "\\x0a" not in ended.err and not ended.err.startswith("abusekit:")


def test_the_program_alone_prints_its_help(abusekit: Abusekit) -> None:
    ended = abusekit()
    assert ended.code in (0, 2) and "Usage: abusekit" in ended.out + ended.err
    assert "\\x0a" not in ended.out + ended.err


def test_a_fault_with_choices_is_one_line(abusekit: Abusekit) -> None:
    err = abusekit("completion", "tcsh", expect=2).err
    assert "\\x0a" not in err and "bash" in err and len(err.splitlines()) == 2


@pytest.mark.parametrize("words", [(), ("list",), ("key", "create"), ("custody",)])
def test_help_as_a_word(abusekit: Abusekit, words: tuple[str, ...]) -> None:
    assert abusekit("help", *words, expect=0).out == abusekit(*words, "--help", expect=0).out
    assert "no command 'captre'" in abusekit("help", "captre", expect=2).err


@pytest.mark.parametrize("verb", ["remove", "delete", "rm", "unwithdraw"])
def test_nothing_is_deleted(abusekit: Abusekit, verb: str) -> None:
    err = abusekit(verb, "E0001", expect=2).err
    assert "nothing is deleted\n  → see: abusekit withdraw --help" in err and "did you mean" not in err
