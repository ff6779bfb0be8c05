"""Pictures and videos of Bluesky posts among the files of the export: a CID states the SHA-256 of the file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.social.dag_cbor import sha256_of

_BLOCK = 1 << 20
_MOST = (
    64 << 20
)  # bytes of a file that is looked at; Bluesky takes videos of 100 MB, of which copies are rare


@dataclass(slots=True)
class Blobs:
    """Finds a blob by its content, whatever its file is called; nothing is hashed that no record has the size of."""

    export: Container
    notes: Notes
    _by_size: dict[int, list[Member]] | None = None
    _by_hash: dict[int, dict[str, str]] = field(default_factory=dict)
    # size → hash → path, for the sizes that were asked for

    def member(self, cid: str, size: int | None) -> str:
        """The path of the member whose bytes have this CID; empty: there is none."""
        wanted = sha256_of(cid)
        if not wanted or size is None:
            return ""
        if self._by_size is None:
            self._by_size = {}
            for member in self.export.members:
                self._by_size.setdefault(member.size, []).append(member)
        if size not in self._by_size:
            return ""
        if size not in self._by_hash:
            here = self._by_size[size] if size <= _MOST else []
            self._by_hash[size] = {_sha256(member): member.path for member in reversed(here)}
        found = self._by_hash[size].get(wanted, "")
        if found:
            self.notes.read_members.add(found)
        return found


def _sha256(member: Member) -> str:
    running = hashlib.sha256()
    try:
        with member.open() as stream:
            while block := stream.read(_BLOCK):
                running.update(block)
    except InputError:
        return ""
    return running.hexdigest()
