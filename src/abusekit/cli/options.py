"""What all commands share: which case, who acts, how to answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from abusekit.plain import safe_text

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.case.settings import Producer

Function = TypeVar("Function", bound=Callable[..., Any])


def now() -> datetime:
    """The clock of every command: aware, UTC. The core reads none."""
    return datetime.now(UTC)


class Session(NamedTuple):
    """One run of one command."""

    folder: Path | None
    """`--case`; None: the case we stand in."""
    as_initials: str | None
    """`--as`."""
    json: bool
    quiet: bool

    def case(self) -> Case:
        from pathlib import Path

        from abusekit.case.folder import Case

        case = Case.open(self.folder) if self.folder else Case.find(Path.cwd())
        case.known_here = readings_folder()
        return case

    def producer(self, case: Case) -> Producer:
        return case.settings().producer(self.as_initials)

    def say(self, text: str = "") -> None:
        """Talk, on stderr; silent with --quiet."""
        if not self.quiet:
            sys.stderr.write(safe_text(text) + "\n")

    def print(self, text: str = "") -> None:
        """A result, on stdout."""
        sys.stdout.write(safe_text(text) + "\n")

    def answer(self, result: Any) -> None:
        """The result as one line of JSON (`--json`): a struct with a documented schema."""
        import msgspec

        try:
            text = msgspec.json.encode(result).decode("utf-8")
        except UnicodeEncodeError:  # a file name that is no UTF-8: spelled \udcNN, which Python reads back
            text = "\udcff"
        if not text.isprintable():  # nothing that a terminal could obey, or that turns the reading round
            import json

            text = json.dumps(msgspec.to_builtins(result), separators=(",", ":")).replace("\x7f", "\\u007f")
        sys.stdout.write(text + "\n")


class PathParameter(click.Path):
    """A path of the command line, as a `pathlib.Path`; a help text, which has none, does not wait for pathlib."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        from pathlib import Path

        return Path(os.fsdecode(super().convert(value, param, ctx)))


_FILE_NAMES = frozenset({"paths", "listing", "addresses"})
"""Parameters that may be any bytes: names of files, and addresses, which are checked as such."""


def _check_text(name: str, value: Any) -> None:
    """Bytes that are no UTF-8 arrive as lone surrogates; neither log nor item can hold them. Raises UsageError."""
    from abusekit.errors import UsageError

    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str) and name not in _FILE_NAMES and not text.isprintable():
            try:
                text.encode("utf-8")
            except UnicodeEncodeError as fault:
                raise UsageError(f"not UTF-8 text: {text[:60]}", "type it again, or paste it anew") from fault


def with_session(*, case: bool = True, acts: bool = False) -> Callable[[Function], Function]:
    """Adds --json and --quiet, --case unless the command needs none, --as where a person acts."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def wrapper(*args: Any, **values: Any) -> Any:
            session = Session(
                folder=values.pop("case", None),
                as_initials=values.pop("as_initials", None),
                json=values.pop("json", False),
                quiet=values.pop("quiet", False),
            )
            for name, value in values.items():
                _check_text(name, value)
            return function(session, *args, **values)

        wrapped: Any = wrapper
        wrapped = click.option("--quiet", "-q", is_flag=True, help="Say nothing but results and faults.")(
            wrapped
        )
        wrapped = click.option("--json", is_flag=True, help="Answer in JSON, for scripts.")(wrapped)
        if acts:
            wrapped = click.option(
                "--as",
                "as_initials",
                metavar="INITIALS",
                envvar="ABUSEKIT_AS",
                help="Which producer of the case acts.",
            )(wrapped)
        if case:
            wrapped = click.option(
                "--case",
                type=PathParameter(),
                metavar="DIR",
                envvar="ABUSEKIT_CASE",
                help="The case folder (default: the one we stand in).",
            )(wrapped)
        return wrapped  # type: ignore[no-any-return]

    return decorate


def key_store() -> Path:
    """Where the user's signing keys are."""
    from pathlib import Path

    if named := os.environ.get("ABUSEKIT_KEYS"):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("abusekit", appauthor=False) / "keys"


def authorities_folder() -> Path:
    """Where the time-stamp authorities are that the user added."""
    from pathlib import Path

    if named := os.environ.get("ABUSEKIT_AUTHORITIES"):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("abusekit", appauthor=False) / "authorities"


def marks_folder() -> Path:
    """Where the furthest sealed state of each case is noted."""
    from pathlib import Path

    if named := os.environ.get("ABUSEKIT_STATE"):
        return Path(named) / "marks"
    from platformdirs import user_state_path

    return user_state_path("abusekit", appauthor=False) / "marks"


def readings_folder() -> Path:
    """Where it is noted what this computer read of exports."""
    return marks_folder().with_name("readings")


def profiles_folder() -> Path:
    """Where the browser's profiles with their sessions are: outside of every case."""
    from pathlib import Path

    if named := os.environ.get("ABUSEKIT_PROFILES"):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("abusekit", appauthor=False) / "browser-profiles"


def passphrase(fd: int | None, *, confirm: bool = False, prompt: str = "Passphrase") -> bytes:
    """The passphrase: from `--passphrase-fd`, ABUSEKIT_PASSPHRASE, or a prompt. Raises UsageError."""
    from abusekit.errors import UsageError

    if fd is not None:
        try:
            with os.fdopen(fd, "rb") as stream:
                return stream.readline(4096).rstrip(b"\r\n")
        except OSError as fault:
            raise UsageError(
                f"file descriptor {fd} cannot be read", "such as: --passphrase-fd 3 3< FILE"
            ) from fault
    if (named := os.environ.get("ABUSEKIT_PASSPHRASE")) is not None:
        return named.encode("utf-8")
    if not sys.stdin.isatty():
        raise UsageError(
            "a passphrase is needed, and there is nobody to ask",
            "set ABUSEKIT_PASSPHRASE, or use --passphrase-fd",
        )
    typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return typed.encode("utf-8")


def passphrase_option(function: Function) -> Function:
    return click.option(
        "--passphrase-fd",
        type=click.IntRange(0, 65_535),
        metavar="N",
        help="Read the passphrase from this file descriptor (else ABUSEKIT_PASSPHRASE, else a prompt).",
    )(function)
