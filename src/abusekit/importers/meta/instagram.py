"""Instagram: threads as JSON and as HTML, and the lists beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.meta.instagram_lists import Lists
from abusekit.importers.meta.kinds import head_of, kind_of, sorted_out
from abusekit.importers.meta.threads import Threads
from abusekit.importers.model import Profile, Record

NAME = "instagram"
VERSION = 1
LIMITS = (
    "Messages name their senders by display names only; these can be changed at any time and prove nothing.",
    "Names are those of the day of the export: a deleted account appears as “Instagram user”, "
    "so keep every older export.",
    "An unsent message keeps its sender and time but no text; disappearing messages are missing.",
    "Comments that others wrote under the owner's posts are not in the export.",
    "The list of blocked accounts holds those that are blocked today, not those that once were.",
    "Whether and when a message was read is not in the export, nor whether it was edited.",
)


def claim(export: Container) -> Sequence[Member]:
    """Threads and lists of Instagram by their content; see `kinds.sorted_out`."""
    return sorted_out(export)["instagram"]


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The owner's profile, then the threads, oldest message first in each, then the lists in the export's order.

    In threads the owner has only a display name. Where somebody declared the owner by handle, and the profile says
    which display name belongs to it, that name counts as declared; without a declaration nobody is the owner there.
    Raises InputError where nothing could be read.
    """
    lists = [member for member in members if kind_of(member) == "instagram_list"]
    profiles = [member for member in lists if b'"profile_user"' in head_of(member)]
    reader = Lists(notes)
    owners = {notes.owner} if notes.owner else set()
    given = False
    for record in (record for member in profiles for record in reader.read(member)):
        given = True
        if isinstance(record, Profile) and record.account.handle in owners and record.account.name:
            owners.add(record.account.name)
        yield record
    threads = Threads(export, NAME, frozenset(owners), notes)
    yield from threads.read([member for member in members if member not in lists])
    for member in lists:
        if member not in profiles:
            for record in reader.read(member):
                given = True
                yield record
    if not given and not threads.read_any and members and notes.damaged:
        raise InputError(
            "no message could be read from this Instagram export",
            "download it again, as JSON, and import the file as it arrives",
        )
