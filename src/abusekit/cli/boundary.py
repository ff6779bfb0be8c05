"""Where every fault ends: one line for a person, what to do next, and the right exit code."""

from __future__ import annotations

import errno
import os
import sys

import click

from abusekit.errors import AbusekitError
from abusekit.plain import safe_text

INTERNAL = 70
"""Exit code of a fault of abusekit itself (EX_SOFTWARE of sysexits.h), so that a script never takes it for 1."""
INTERRUPTED = 130
READER_GONE = 141
"""As a program ends that SIGPIPE stopped."""


def run(arguments: list[str]) -> int:
    """Run one command line; gives its exit code."""
    from abusekit.cli.app import ReaderGoneError, app

    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        result = app.main(args=arguments, prog_name="abusekit", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):  # Ctrl-C, or the end of input at a prompt
        _say("stopped; what was said to be stored is stored", "run the same command again to go on")
        return INTERRUPTED
    except click.ClickException as fault:
        return _wrong_usage(fault)
    except AbusekitError as fault:
        _say(fault.message, fault.hint)
        return fault.exit_code
    except ReaderGoneError:
        _discard_output()
        return READER_GONE
    except Exception as fault:  # noqa: BLE001 - the one place where anything ends as a line for a person
        return _own_fault(fault)
    return result if isinstance(result, int) else 0


def _wrong_usage(fault: click.ClickException) -> int:
    if isinstance(fault, click.exceptions.NoArgsIsHelpError):  # a group alone: its message is its help
        fault.show()
        return 2
    hint = ""
    context = getattr(fault, "ctx", None)
    if context is not None:
        hint = f"see: {context.command_path} --help"
    _say(" ".join(fault.format_message().split()), hint)  # click lists choices on lines of their own
    return 2


def _own_fault(fault: Exception) -> int:
    if isinstance(fault, OSError) and fault.filename is not None:
        _say(f"{fault.strerror}: {fault.filename}", "nothing stored was changed")
        return 3
    if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
        _discard_output()
        _say("the answer could not be written: the disk is full", "what was said to be stored is stored")
        return 3
    if os.environ.get("ABUSEKIT_DEBUG"):
        import traceback

        traceback.print_exc()
    kind = type(fault).__name__
    _say(
        f"a fault in abusekit itself ({kind}: {fault}); nothing stored was changed",
        "set ABUSEKIT_DEBUG=1, run it again, and report what it prints",
    )
    return INTERNAL


def _discard_output() -> None:
    """What is still unwritten goes nowhere, so that Python does not complain of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str, hint: str) -> None:
    sys.stderr.write(f"abusekit: {safe_text(message)}\n")
    if hint:
        sys.stderr.write(f"  → {safe_text(hint)}\n")
