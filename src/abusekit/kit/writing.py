"""Puts the kit into a case or a pack: two programs, and a page about what really lies there."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from abusekit.case.folder import disk_error
from abusekit.case.hashing import digest_bytes
from abusekit.integrity.checks.kitcheck import KIT, programs
from abusekit.kit.facts import gather
from abusekit.kit.page import as_html, as_text, sections


def write_kit(root: Path) -> None:
    """Writes `kit/` in the case or pack `root`; each file replaces the one before it whole.

    It tells what lies in `root` and nothing else, so a partial copy keeps to itself. Never evidence, never
    logged. Raises CaseError: no log to tell of, or the folder cannot be written; what was sealed is not touched.
    """
    facts = gather(root)
    stored = programs()
    parts = sections(facts, {name: digest_bytes(data).sha256 for name, data in sorted(stored.items())})
    files = {"VERIFY.txt": as_text(parts).encode(), "VERIFY.html": as_html(parts).encode(), **stored}
    try:
        (root / KIT).mkdir(mode=0o700, exist_ok=True)
        folder = os.open(root / KIT, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            for name, data in files.items():
                _replace(folder, name, data, _aside(root))
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        raise disk_error("kit/ could not be written", fault) from fault


def _aside(root: Path) -> str:
    """Where a file is written before it takes its place: where nothing is evidence, if there is such a folder."""
    derived = root / "derived"
    return str(derived) if derived.is_dir() and not derived.is_symlink() else ""


def _replace(folder: int, name: str, data: bytes, aside: str) -> None:
    """A new file in the place of `name`; a crash leaves the old one or the new one. Raises OSError."""
    draft = f"kit-{secrets.token_hex(8)}.new"
    where = (
        os.open(aside, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        if aside
        else os.dup(folder)
    )
    try:
        fd = os.open(
            draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=where
        )
        try:
            with os.fdopen(fd, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.replace(draft, name, src_dir_fd=where, dst_dir_fd=folder)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(draft, dir_fd=where)
            raise
    finally:
        os.close(where)
