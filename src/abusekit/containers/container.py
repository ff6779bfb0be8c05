"""One view of an export, whether it came as a file, a zip, a tar, a folder, or several of these together."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType

from abusekit.containers.folder_members import folder_members, modified_utc
from abusekit.containers.listing import Listing
from abusekit.containers.member import HEAD, Member
from abusekit.containers.names import received
from abusekit.containers.packed import list_nested, list_packed
from abusekit.containers.source import Source
from abusekit.errors import InputError

__all__ = ["HEAD", "Container", "Member", "open_container"]


@dataclass(eq=False, slots=True)
class Container:
    """All members of one export, in the order in which they stand there. Use as a context manager."""

    name: str
    # as received: the file's or folder's own name, without path; of several parts the first
    members: list[Member]
    problems: list[str] = field(default_factory=list)
    # members refused, each one sentence: absolute or `..` names, links, devices, encrypted, over the limits
    closers: list[Callable[[], None]] = field(default_factory=list, repr=False)
    _by_path: dict[str, Member] = field(default_factory=dict, repr=False)

    def __enter__(self) -> Container:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self.closers:
            self.closers.pop()()

    def get(self, path: str) -> Member | None:
        """The member of exactly this path."""
        if len(self._by_path) != len(self.members):
            self._by_path = {member.path: member for member in self.members}
        return self._by_path.get(path)

    def ending(self, *endings: str) -> Iterator[Member]:
        """Members whose path ends so, letters of either case."""
        wanted = tuple(ending.lower() for ending in endings)
        return (member for member in self.members if member.path.lower().endswith(wanted))


def open_container(parts: Sequence[tuple[Path, str]], *, spool: Path | None = None) -> Container:
    """Open an export: (path on disk, name as received) for each part; folders are walked, links in them refused.

    `spool`: the folder in which what must be unpacked is kept, in a file without a name that vanishes with the
    container; None: where the system keeps temporary files. A part of several that cannot be read is a problem.
    Raises InputError: not readable, or nothing in it.
    """
    if not parts:
        raise InputError("no export was given", "name a file or a folder")
    listing = Listing(spool)
    container = Container(received(parts[0][1]), listing.members, closers=listing.closers)
    with ExitStack() as undone:
        undone.push(container)
        for number, (path, name) in enumerate(parts, 1):
            listing.part = number
            try:
                _list_part(listing, path, received(name))
            except InputError as fault:
                if len(parts) == 1:
                    raise
                listing.remark(f"part {number}: {fault.message}", fault.hint)
        container.problems = listing.problems()
        if not container.members:
            why = "; ".join(container.problems[:3]) or "it is empty"
            raise InputError(
                f"nothing in {container.name!a} can be read: {why}",
                listing.hints[0] if listing.hints else "give another export",
            )
        undone.pop_all()
    return container


def _list_part(listing: Listing, path: Path, name: str) -> None:
    try:
        is_folder = stat.S_ISDIR(path.lstat().st_mode)
    except OSError as fault:
        raise InputError(
            f"{name!a} cannot be read: {fault.strerror}", "give the path of a file or folder"
        ) from fault
    if is_folder:
        list_nested(listing, folder_members(listing, path), depth=0, budget=None)
        return
    source = Source.opened(path, name)
    listing.closers.append(partial(os.close, source.fd))
    if not list_packed(listing, source):
        modified = modified_utc(source.before) if source.before else None
        listing.add(name, source.size, source.stream, None, modified)
        if name.lower().endswith((".zip", ".tgz", ".gz", ".tar")):
            listing.remark(f"{name!a} is not what its name says: it is read as a file of its own")
