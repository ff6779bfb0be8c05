"""The files of a folder on this machine. Links are not followed: they may lead to anything that this user can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from abusekit.containers.listing import Listing
from abusekit.containers.member import Member
from abusekit.containers.names import refusal, shown
from abusekit.containers.source import Source

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def folder_members(listing: Listing, folder: Path) -> Iterator[tuple[Member, Source]]:
    """Lists the files in the order of `walk`, each with where it lies."""
    for name, place, status in walk(folder, listing.refuse):
        if not listing.room():
            return
        source = Source(name, status.st_size, path=place, before=status)
        member = listing.add(name, status.st_size, source.stream, None, modified_utc(status))
        if member is not None:
            yield member, source


def walk(folder: Path, refuse: Callable[[str, str], None]) -> Iterator[tuple[str, str, os.stat_result]]:
    """Each regular file: its name in the folder, its place on this machine, its status; sorted by the names' bytes.

    What is no regular file or cannot be read is told to `refuse`, with its name and why.
    """
    levels = [_sorted(os.fspath(folder), "", refuse)]
    while levels:
        if not levels[-1]:
            levels.pop()
            continue
        entry, name = levels[-1].pop()
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as fault:
            refuse(name, f"cannot be read: {fault.strerror}")
            continue
        if stat.S_ISDIR(status.st_mode):
            levels.append(_sorted(entry.path, name + "/", refuse))
        elif not stat.S_ISREG(status.st_mode):
            linked = stat.S_ISLNK(status.st_mode)
            refuse(name, "is a link, which is not followed" if linked else "is a pipe, a socket or a device")
        elif why := refusal(name):
            refuse(name, why)
        else:
            yield name, entry.path, status


def _sorted(
    place: str, prefix: str, refuse: Callable[[str, str], None]
) -> list[tuple[os.DirEntry[str], str]]:
    """What stands in one folder, last first, each with its name in the whole."""
    try:
        with os.scandir(place) as found:
            entries = sorted(found, key=lambda entry: os.fsencode(entry.name), reverse=True)
    except OSError as fault:
        refuse(prefix or place, f"cannot be read: {fault.strerror}")
        return []
    return [(entry, prefix + shown(os.fsencode(entry.name))) for entry in entries]


def modified_utc(status: os.stat_result) -> datetime | None:
    """The time of last change that the disk holds, UTC; None where it lies outside of years 1 to 9999."""
    try:
        return _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
    except OverflowError:
        return None
