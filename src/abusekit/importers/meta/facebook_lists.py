"""Facebook's lists beside the messages: friends, followed and blocked people, the owner's comments, posts, profile.

Keys as in d3i-infra/data-donation-task, timelinize `facebook/models.go` and NorseKode/Waultar-App (content examples).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from abusekit.containers.container import Container, Member
from abusekit.importers import fields as field
from abusekit.importers.fields import Table, WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.meta.attached import Files, links_in
from abusekit.importers.meta.kinds import FACEBOOK_KEYS, head_of
from abusekit.importers.meta.mojibake import LATIN_TO_UTF8, Mender
from abusekit.importers.meta.relations import elements, seconds
from abusekit.importers.model import Account, Attachment, Event, Message, Profile, Record, SourceRef
from abusekit.importers.spans.json_spans import paths

PLATFORM = "facebook"

_KINDS: dict[str, Literal["follow", "block", "notice"]] = {
    "following": "follow", "followers": "follow", "blocked_users": "block", "blocked_profiles": "block",
}  # fmt: skip
_PERSON = frozenset(("name", "timestamp", "contact_info", "marketplace", "uri", "fbid"))
_PART = frozenset(("post", "comment", "update_timestamp", "media", "external_context", "place", "text"))
_POST = frozenset(("timestamp", "attachments", "data", "title", "tags", "via", "edits", "fbid", "media"))


class Lists:
    """Reads the lists of one export."""

    def __init__(self, export: Container, notes: Notes) -> None:
        self._files, self._notes = Files(export, notes), notes
        self._owner = (
            Account(PLATFORM, notes.owner, "display_name", name=notes.owner, owner=True)
            if notes.owner
            else None
        )
        self._member: Member | None = None

    def read(self, member: Member) -> Iterator[Record]:
        """The records of one file, in its order."""
        self._member = member
        keys = [path[1:] for path in sorted(paths(head_of(member))) if FACEBOOK_KEYS.fullmatch(path[1:])]
        profile = next((key for key in keys if key.startswith("profile_")), "")
        if profile:
            yield from elements(member, ((profile,),), PLATFORM, self._notes, self._profile)
        elif keys:
            yield from elements(
                member, tuple((key, "*") for key in keys), PLATFORM, self._notes, self._element
            )
        else:
            yield from elements(member, (("*",),), PLATFORM, self._notes, self._post)

    def _element(self, key: str, fields: Table, mend: Mender, source: SourceRef) -> Iterator[Record]:
        if key.startswith(("comments_", "group_comments_")):
            yield from self._post(key, fields, mend, source)
            return
        name = mend(field.text(fields, "name"))
        if not name:
            raise WrongShapeError("name is missing in a list of people")
        person = Account(PLATFORM, name, "display_name", name=name, name_from="platform")
        kind = _KINDS.get(key.rsplit("_v", 1)[0], "notice")
        theirs = kind == "follow" and key.startswith("followers")
        yield Event(
            kind, PLATFORM, "", person if theirs else self._owner, key, seconds(fields), source,
            self._owner if theirs else person, flags=field.unknown(fields, _PERSON),
        )  # fmt: skip

    def _post(self, key: str, fields: Table, mend: Mender, source: SourceRef) -> Iterator[Record]:
        """A post of the owner, or a comment, whose author stands in it by name."""
        texts: list[str] = []
        authors: list[str] = []
        parts = field.tables(fields, "data")
        for one in parts:
            texts.append(field.text(one, "post"))
            comment = field.table(one, "comment")
            texts.append(field.text(comment, "comment"))
            authors.append(mend(field.text(comment, "author")))
        attached = [one for part in field.tables(fields, "attachments") for one in field.tables(part, "data")]
        texts += [field.text(one, "text") for one in attached]
        written = "\n".join(text for text in texts if text)
        text = "\n".join(mend(text) for text in texts if text)
        attachments, urls = self._attached(attached, mend)
        author = self._owner
        if name := next(filter(None, authors), ""):
            author = Account(PLATFORM, name, "display_name", name=name, name_from="platform")
        message = Message(
            "comment" if key else "post", PLATFORM, "", author, text, seconds(fields), source,
            text_raw=written if written != text else None, title=mend(field.text(fields, "title")),
            attachments=attachments, urls=tuple(dict.fromkeys((*links_in(text), *urls))),
            flags=field.unknown(
                {**fields, **{key: 1 for one in (*parts, *attached) for key in one}}, _POST | _PART
            ),
        )  # fmt: skip
        message.steps = (LATIN_TO_UTF8,) if mend.changed else ()
        yield message

    def _attached(self, parts: list[Table], mend: Mender) -> tuple[tuple[Attachment, ...], list[str]]:
        found: list[Attachment] = []
        urls: list[str] = []
        for one in parts:
            if one.get("media") is not None and self._member is not None:
                found.append(self._files.attachment(field.table(one, "media"), self._member, mend))
            if one.get("place") is not None:
                self._notes.counts["locations"] += 1
            url = field.text(field.table(one, "external_context"), "url")
            urls += [url] if url else []
        return tuple(found), urls

    def _profile(self, key: str, fields: Table, mend: Mender, source: SourceRef) -> Iterator[Record]:
        name = mend(field.text(field.table(fields, "name"), "full_name"))
        handle = mend(field.text(fields, "username"))
        facts = {}
        if created := seconds(fields, "registration_timestamp"):
            facts["created"] = created.at
        emails = field.table(fields, "emails")
        if any(field.elements(emails, kind) for kind in emails):
            self._notes.secret("owner's e-mail", f"{source.member} /{key}/emails")
        if field.elements(fields, "phone_numbers"):
            self._notes.secret("owner's phone", f"{source.member} /{key}/phone_numbers")
        kind: Literal["handle", "display_name"] = "handle" if handle else "display_name"
        yield Profile(
            Account(PLATFORM, handle or name, kind, handle, name, "platform", True), source, "owner", facts
        )
