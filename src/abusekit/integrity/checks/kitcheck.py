"""The programs and pages for others in `kit/`: never evidence, but a forged one would tell a stranger lies."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path

from abusekit.case.hashing import digest_bytes, open_regular
from abusekit.errors import InputError
from abusekit.integrity.findings import Finding, Status

KIT = "kit"
PROGRAMS = ("verify.sh", "verify_case.py")
KIT_FILES = ("VERIFY.html", "VERIFY.txt", *PROGRAMS)
"""All that may lie in `kit/`."""
MAX_PROGRAM = 1 << 20


@lru_cache(1)
def programs() -> dict[str, bytes]:
    """The two programs as this version hands them out, by name."""
    folder = resources.files("abusekit").joinpath("kit", "programs")
    return {name: folder.joinpath(name).read_bytes() for name in PROGRAMS}


def in_kit(path: str) -> bool:
    """Whether a path inside the case is one of the files of the kit."""
    return path.startswith(f"{KIT}/") and path[len(KIT) + 1 :] in KIT_FILES


def check_kit(root: Path, present: Collection[str]) -> Iterator[Finding]:
    """A note that there is a kit; a program in it that this version does not write could have been forged.

    What else lies in `kit/` is found as unlisted, where all is that was never logged.
    """
    there = [name for name in KIT_FILES if f"{KIT}/{name}" in present]
    if there:
        yield Finding("kit", Status.NOTE, "programs and a page for others; not evidence", KIT)
    for name in there:
        if name in PROGRAMS and not _same(root / KIT / name, programs()[name]):
            text = (
                "is not the program that this version writes: get your own copy (a new seal writes it anew)"
            )
            yield Finding("kit", Status.UNCHECKED, text, f"{KIT}/{name}")


def _same(path: Path, expected: bytes) -> bool:
    try:
        fd, status = open_regular(path)
        with open(fd, "rb") as stream:
            if status.st_size > MAX_PROGRAM:
                return False
            return digest_bytes(stream.read(status.st_size)) == digest_bytes(expected)
    except (OSError, InputError):
        return False
