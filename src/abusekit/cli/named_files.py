"""Files that are named on the command line: regular ones of a bounded size, so that none can keep us waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST_SIGNERS = 1 << 20
"""Bytes of a file of signers."""


def read_named(path: str | Path, most: int) -> bytes:
    """All of a file; a link is followed. Raises InputError: not to be read, a pipe or device, or above `most` bytes."""
    from abusekit.case.hashing import read_regular
    from abusekit.errors import InputError

    try:
        return read_regular(path, most, follow=True)
    except InputError as fault:
        if fault.message.startswith("not a regular file"):
            raise InputError(
                f"{path} is not a regular file", "a pipe or a device could keep us waiting: save it to a file"
            ) from fault
        raise InputError(f"{path} {fault.message}") from fault
