"""The mark of a change that touches more than the log, from its first step until its line is durable."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abusekit.case.custody import sync_folder
from abusekit.case.folder import PENDING, Case, disk_error


class Mark:
    """The mark of a change that is under way."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def taken_back(self, *made: Path) -> None:
        """The change failed: remove what it had made (files and folders that no log line names), and the mark."""
        for path in made:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self.gone()

    def gone(self) -> None:
        self._path.unlink(missing_ok=True)


@contextmanager
def marked(case: Case) -> Iterator[Mark]:
    """Put the mark around a change of several steps; the caller holds the lock.

    A fault leaves the mark, unless the change was taken back: the next writer looks. Raises CaseError.
    """
    mark = Mark(case.root / PENDING)
    try:
        _put(case.root / PENDING)
    except OSError as fault:
        raise disk_error("the case cannot be changed", fault) from fault
    yield mark
    mark.gone()


def _put(path: Path) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    sync_folder(path.parent)
