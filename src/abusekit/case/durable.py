"""Make written files survive a power cut, with as few waits for the disk as the batch allows."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

FEW_FILES = 8
"""Up to here each file is synced by itself: syncfs would also wait for what other programs wrote."""


@cache
def _syncfs() -> Callable[[int], int] | None:
    """syncfs(2) of Linux; Python has no binding of it. None elsewhere."""
    try:
        return ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError):
        return None


def make_durable(folders: Iterable[Path], files_in_all: int) -> None:
    """Data and names of all files below `folders` (one level) are on the disk when this returns. Raises OSError."""
    folders = list(folders)
    syncfs = _syncfs()
    if files_in_all > FEW_FILES and syncfs is not None:
        fd = os.open(folders[0], os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if syncfs(fd) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number))
        finally:
            os.close(fd)
        return
    for folder in folders:
        for path in folder.iterdir():
            _sync(path, os.O_RDONLY)
        _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    fd = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
