"""The programs and pages for others in `kit/`: never evidence, but a forged one would tell a stranger lies."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path

from abusekit.case.hashing import digest_bytes, read_regular
from abusekit.errors import InputError
from abusekit.integrity.findings import Finding, Status

KIT = "kit"
PROGRAMS = ("verify.sh", "verify_case.py")
KIT_FILES = ("VERIFY.html", "VERIFY.txt", *PROGRAMS)
"""All that may lie in `kit/`."""
MAX_PROGRAM = 1 << 20
PAGES = ("VERIFY.html", "VERIFY.txt")
MAX_PAGE = 1 << 18
RELEASED: dict[str, str] = {}
"""SHA-256 of each program of an earlier release → its version; verify_case.py has the same list. A release enters the
two of the one before it: a case that was sealed by that one is not suspect for it."""
_PLAIN_TAG = re.compile(
    rb'<(?:!doctype html|/?(?!script)[a-z][a-z0-9]*(?: (?:lang|charset|name|class|content)="[^"<>]*"'
    rb'| http-equiv="Content-Security-Policy")*)>'
)
_STYLE = re.compile(rb"<style[^<]*")


@lru_cache(1)
def programs() -> dict[str, bytes]:
    """The two programs as this version hands them out, by name."""
    folder = resources.files("abusekit").joinpath("kit", "programs")
    return {name: folder.joinpath(name).read_bytes() for name in PROGRAMS}


def in_kit(path: str) -> bool:
    """Whether a path inside the case is one of the files of the kit."""
    return path.startswith(f"{KIT}/") and path[len(KIT) + 1 :] in KIT_FILES


def check_kit(root: Path, present: Collection[str]) -> Iterator[Finding]:
    """A note that there is a kit; a program in it that no version writes could have been forged.

    What else lies in `kit/` is found as unlisted, where all is that was never logged.
    """
    there = [name for name in KIT_FILES if f"{KIT}/{name}" in present]
    if there:
        text = "programs and pages for others; not evidence, and what the pages say is not compared"
        yield Finding("kit", Status.NOTE, text, KIT)
    for name in there:
        if name in PAGES:
            yield from _page(root, name)
        if name in PROGRAMS:
            yield from _program(root, name)


def _page(root: Path, name: str) -> Iterator[Finding]:
    """A page of another version cannot be compared; but ours is short, runs nothing and loads nothing."""
    path = f"{KIT}/{name}"
    try:
        size = (root / path).lstat().st_size
        page = read_regular(root / path, MAX_PAGE) if size <= MAX_PAGE else b""
    except (OSError, InputError) as fault:
        yield Finding("kit", Status.UNCHECKED, f"cannot be read: {fault}", path)
        return
    if size > MAX_PAGE:
        yield Finding("kit", Status.CHANGED, f"is no page of a kit: {size} bytes", path)
    elif name.endswith(".html") and not plain(page):
        text = (
            "holds a script, a link or what only other pages have: do not open it (a new seal writes it anew)"
        )
        yield Finding("kit", Status.UNCHECKED, text, path)


def plain(page: bytes) -> bool:
    """Whether an HTML page can neither run nor load anything: few attributes, no script, no address in its style."""
    rest = _PLAIN_TAG.sub(b"", page)
    styles = b"".join(_STYLE.findall(page)).lower()
    return b"<" not in rest and not any(word in styles for word in (b"\\", b"@import", b"url("))


def _program(root: Path, name: str) -> Iterator[Finding]:
    path = f"{KIT}/{name}"
    try:
        sha256 = digest_bytes(read_regular(root / path, MAX_PROGRAM)).sha256
    except InputError:
        sha256 = ""
    if sha256 == digest_bytes(programs()[name]).sha256:
        return
    if sha256 in RELEASED:
        text = f"is the program of version {RELEASED[sha256]} (a new seal writes this version's)"
        yield Finding("kit", Status.NOTE, text, path)
    else:
        text = "is no program that this or an earlier version writes: get your own copy (a new seal writes it anew)"
        yield Finding("kit", Status.UNCHECKED, text, path)
