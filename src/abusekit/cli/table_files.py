"""What commands that write tables share: files whole or not at all (`-` is standard output), and times as typed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def goes_to_stdout(paths: tuple[Path | None, ...], *, json: bool) -> bool:
    """Whether standard output is for one of the files, and then for nothing else. Raises UsageError."""
    from abusekit.errors import UsageError

    wanted = [path for path in paths if str(path) == "-"]
    if len(wanted) + bool(wanted and json) > 1:
        raise UsageError("standard output can hold one answer only", "name a file for the others")
    return bool(wanted)


@contextmanager
def whole_file(path: Path, written: list[str]) -> Iterator[TextIO]:
    """A file beside its place, which takes the place when the block has ended well. Raises UsageError."""
    import sys

    from abusekit.errors import UsageError

    if str(path) == "-":
        yield sys.stdout
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as out:
            yield out
        temporary.replace(path)
    except BrokenPipeError:  # not the file, but whoever read the rest of the output
        raise
    except OSError as fault:
        raise UsageError(f"{path} cannot be written: {fault.strerror}", "choose another place") from fault
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    written.append(str(path))


def write_whole(path: Path, write: Callable[[TextIO], object], written: list[str]) -> None:
    """The same for a function that writes all of it."""
    with whole_file(path, written) as out:
        write(out)


def instant(text: str | None, zone: str, what: str) -> datetime | None:
    """The first instant of a time as typed, read in the case's `zone`; `what` names the option. Raises UsageError."""
    from abusekit.case.moment import parse_typed

    return parse_typed(text, zone, what=what).earliest if text else None
