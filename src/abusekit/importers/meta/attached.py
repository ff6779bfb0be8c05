"""Files that Meta's messages refer to, found in the export by the rules of the format."""

from __future__ import annotations

import posixpath
import re

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers import times
from abusekit.importers.fields import Table, elements, table, text, whole
from abusekit.importers.importer import Notes
from abusekit.importers.media import HEAD_BYTES, OCTETS, media_type
from abusekit.importers.meta.mojibake import Mender
from abusekit.importers.model import Attachment

_ROOT = re.compile(r"(?P<root>(?:[^/]+/)*?)(?P<inside>your_\w+/)?messages/", re.ASCII)
_FAILED = "Failed to download media"
_URL = re.compile(r"https?://[^\s<>\"]{1,2000}")


class Files:
    """The members of an export, to be found by the `uri` of a message, post or comment."""

    def __init__(self, export: Container, notes: Notes) -> None:
        self._members = {member.path: member for member in export.members}
        self._notes = notes

    def attachment(self, fields: Table, member: Member, mend: Mender, note: str = "") -> Attachment:
        """What one `{uri, creation_timestamp}` names, and whether it is there. Raises WrongShapeError."""
        uri = mend(text(fields, "uri"))
        seconds = whole(fields, "creation_timestamp")
        created = None
        if seconds:
            created = times.epoch(seconds, 1, clock="server")
            if created is None:
                note = f"{note}; creation_timestamp {seconds} is no possible time".removeprefix("; ")
        self._secrets(fields, member)
        note = f"{note}; {mend(text(fields, 'title'))}".strip("; ") if fields.get("title") else note
        if _FAILED in uri:
            return Attachment("", "omitted", created=created, note=f"the export says: {uri}")
        if "://" in uri or not uri:
            return Attachment(uri, "not_exported", created=created, note=note)
        found = self._find(uri, member.path)
        if found is None:
            return Attachment(uri, "missing", created=created, note=note)
        self._notes.read_members.add(found.path)
        try:
            with found.open() as stream:
                kind = media_type(stream.read(HEAD_BYTES))
        except InputError as fault:
            return Attachment(uri, "corrupt", found.path, created=created, note=fault.message)
        kind = "" if kind == OCTETS else kind
        return Attachment(uri, "present", found.path, kind, size=found.size, created=created, note=note)

    def _find(self, uri: str, path: str) -> Member | None:
        """The first of: relative to the export's root, as it stands, relative to the file (end-to-end encrypted
        chats), and in the thread's own folder, where that folder alone was handed over."""
        here = posixpath.dirname(path)
        root = _ROOT.match(path)
        places = [] if root is None else [root["root"] + uri, root["root"] + (root["inside"] or "") + uri]
        places += [uri, posixpath.join(here, uri)]
        tail = uri.split("/")
        if len(tail) > 2 and re.search(r"(?:^|/)messages/", uri):
            places.append(posixpath.join(here, *tail[-2:]))
        for place in places:
            found = self._members.get(posixpath.normpath(place))
            if found is not None:
                return found
        return None

    def _secrets(self, fields: Table, member: Member) -> None:
        """The address from which a photo was uploaded stands beside it: the owner's, in what the owner uploaded."""
        metadata = fields.get("media_metadata")
        if not isinstance(metadata, dict):
            return
        for kind in metadata.values():
            data = elements(kind, "exif_data") if isinstance(kind, dict) else []
            for one in data:
                if isinstance(one, dict) and one.get("upload_ip"):
                    secret(self._notes, "IP address", f"{member.path} media_metadata/…/upload_ip")
                if isinstance(one, dict) and (one.get("latitude") or one.get("longitude")):
                    secret(self._notes, "location", f"{member.path} media_metadata/…/latitude")


def secret(notes: Notes, kind: str, where: str) -> None:
    """Tell of a secret once for each place."""
    if not any(one.kind == kind and one.where == where for one in reversed(notes.secrets[-20:])):
        notes.secret(kind, where)


def links_in(words: str) -> tuple[str, ...]:
    """The web addresses in a text, each once, as they stand there (without a closing full stop or bracket)."""
    if "://" not in words:
        return ()
    return tuple(dict.fromkeys(match.rstrip(".,;:!?)]}'") for match in _URL.findall(words)))


def shared(fields: Table, mend: Mender) -> tuple[Attachment, str, str]:
    """What a message shares: the thing, its address and its text. The thing itself is never in the export."""
    link = mend(text(fields, "link"))
    words = mend(text(fields, "share_text"))
    owner = mend(text(fields, "original_content_owner"))
    place = table(fields, "place") if isinstance(fields.get("place"), dict) else {}
    parts = ["shared"]
    if words:
        parts.append(f"text: {words}")
    if owner:
        parts.append(f"by: {owner}")
    if place.get("name"):
        parts.append(f"place: {mend(text(place, 'name'))}")
    return Attachment(link, "not_exported", note="; ".join(parts)), link, words
