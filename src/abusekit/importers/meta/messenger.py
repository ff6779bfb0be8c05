"""Messenger and Facebook: threads as JSON (both schemas) and as HTML, and the lists beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.meta.facebook_lists import Lists
from abusekit.importers.meta.kinds import kind_of, sorted_out, told_apart
from abusekit.importers.meta.threads import Threads
from abusekit.importers.model import Record

NAME = "messenger"
VERSION = 1
LIMITS = (
    "The export names people by display names only; these can be changed at any time and prove nothing.",
    "Names are those of the day of the export: accounts that were deleted since then appear as “Facebook user”, "
    "so keep every older export.",
    "An unsent message keeps its sender and time but in most exports no text.",
    "Newer exports write notices of a group (“Sam left the group”) as if that person had written them.",
    "End-to-end encrypted chats come as a separate download; without it they are missing here.",
    "Whether and when a message was read is not in the export, nor whether it was edited.",
)


def claim(export: Container) -> Sequence[Member]:
    """Threads and lists of Facebook by their content; see `kinds.sorted_out`."""
    return sorted_out(export)["messenger"]


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Threads first, oldest message first in each, then the lists in the order of the export.

    Raises InputError where nothing could be read.
    """
    lists = [member for member in members if kind_of(member) == "facebook_list"]
    owners = frozenset((notes.owner,)) if notes.owner else frozenset[str]()
    threads = Threads(export, NAME, owners, notes)
    chats = [member for member in members if member not in lists]
    if any(not told_apart(member) for member in chats):
        notes.warn(
            "Nothing in some of these files says whether they come from Messenger or from Instagram; "
            "they are listed as Messenger."
        )
    yield from threads.read(chats)
    given = threads.read_any
    others = Lists(export, notes)
    for member in lists:
        for record in others.read(member):
            given = True
            yield record
    if not given and members and notes.damaged:
        raise InputError(
            "no message could be read from this Messenger export",
            "download it again, as JSON, and import the file as it arrives",
        )
