"""The furthest sealed state of each case that this computer has seen .

A case that was cut back to an older seal passes every check over the folder alone. So `seal` notes the
state in the user's own state folder, outside the case, and `verify` compares. Only as good as that
folder: it shows nothing to somebody on another computer.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from abusekit.case.canonical import NotCanonicalError, decode, encode

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


class HighWater(msgspec.Struct, frozen=True):
    case: str
    """UUID."""
    size: int
    """Log lines that the seal covers."""
    root: str
    """RFC 6962 root over them, hex."""
    sealed_at: str
    """By the local clock of that day."""


def read_mark(folder: Path, case: str) -> HighWater | None:
    """What is known of a case here; None where nothing is, or the note cannot be read."""
    if not _UUID.match(case):
        return None
    try:
        data = (folder / f"{case}.json").read_bytes()
        mark = msgspec.convert(decode(data.rstrip(b"\n")), HighWater)
    except (OSError, NotCanonicalError, msgspec.ValidationError):
        return None
    return mark if mark.case == case and mark.size > 0 else None


def note_mark(folder: Path, mark: HighWater) -> None:
    """Note a state, unless a further one is known. Raises OSError."""
    known = read_mark(folder, mark.case)
    if known and known.size >= mark.size:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = folder / f"{mark.case}.{os.getpid()}.new"
    temporary.write_bytes(encode(msgspec.to_builtins(mark)) + b"\n")
    temporary.replace(folder / f"{mark.case}.json")
