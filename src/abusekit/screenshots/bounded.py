"""Another program, run with bounds on memory, time and what it writes: for programs that see hostile bytes.

A small process of ours sets the bounds for itself and becomes the program then: nothing runs between fork and exec in
a process that may have threads. As a module of its own (`python -m`), it takes the bounds and the command line.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MEMORY = 2 << 30
"""Bytes of address space."""
WRITTEN = 256 << 20
"""Bytes of one file that it writes."""
_NO_SUCH = 127
"""What a shell says of a program that cannot be started."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int | None
    # exit code, negative for a signal; None: it took too long and was ended
    said: str
    # the last of what it said on standard error


def run(
    command: Sequence[str],
    *,
    seconds: int,
    folder: Path,
    output: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program in `folder`, with `seconds` of time and of processor; standard output goes to `output`.

    Never raises for what the program does. Raises OSError where no process can be started at all.
    """
    ours = [sys.executable, "-P", "-m", "abusekit.screenshots.bounded", str(seconds), *command]
    kept = ("PATH", "TESSDATA_PREFIX", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
    outside = {name: os.environ[name] for name in kept if name in os.environ}
    said = folder / "said"
    with open(output or os.devnull, "wb") as out, said.open("wb") as err:
        process = subprocess.Popen(
            ours,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=folder,
            env={"LC_ALL": "C.UTF-8", "TMPDIR": str(folder), **outside, **(environment or {})},
            start_new_session=True,
        )
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:  # also where a person presses Ctrl-C
            if process.poll() is None:
                process.kill()
                process.wait()
    with said.open("rb") as stream:
        stream.seek(max(said.stat().st_size - 2_000, 0))
        return Ended(code, stream.read().decode("utf-8", "replace").strip())


def bound(seconds: int) -> None:
    """Set the bounds for this process and what it becomes. What the system does not know stays as it is."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        here = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (here, here))
        except (ValueError, OSError):  # macOS knows no bound of address space
            continue


def _become(arguments: list[str]) -> int:
    bound(int(arguments[0]))
    try:
        os.execvp(arguments[1], arguments[1:])  # noqa: S606
    except OSError:
        return _NO_SUCH


if __name__ == "__main__":
    sys.exit(_become(sys.argv[1:]))
