"""Instagram's lists beside the messages: who follows or is blocked, the owner's comments, logins and profile.

Labels are in the language of the account (pixelfed #4555; d3i-infra/data-donation-task): accounts are read from
links, times from their own field, and only the few labels that are known give a meaning; others are kept as words.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from abusekit.containers.container import Member
from abusekit.importers import fields as field
from abusekit.importers.fields import Table, WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.meta.attached import links_in, secret
from abusekit.importers.meta.kinds import INSTAGRAM_KEYS, head_of
from abusekit.importers.meta.mojibake import LATIN_TO_UTF8, Mender
from abusekit.importers.meta.relations import elements, seconds
from abusekit.importers.model import Account, Event, Message, Profile, Record, SourceRef, Time
from abusekit.importers.spans.json_spans import paths

PLATFORM = "instagram"

_KINDS: dict[str, Literal["follow", "unfollow", "block", "notice"]] = {
    "relationships_followers": "follow", "relationships_following": "follow",
    "relationships_unfollowed_users": "unfollow", "relationships_blocked_users": "block",
}  # fmt: skip
_BY_NAME = (("blocked", "relationships_blocked_users"), ("followers", "relationships_followers"),
    ("following", "relationships_following"))  # fmt: skip
_THEIRS = frozenset(("relationships_followers", "relationships_follow_requests_received"))
_COMMENT = frozenset(("Comment", "Opmerking", "Kommentar", "Commentaire", "Comentario", "Commento", "Comentário",
    "Reactie", "Komentarz", "Kommentti", "Yorum"))  # fmt: skip
_MEDIA_OWNER = frozenset(("Media Owner", "Media-eigenaar", "Medieninhaber", "Medieneigentümer",
    "Propriétaire du contenu multimédia", "Propietario del contenido multimedia",
    "Proprietario del contenuto multimediale", "Proprietário da mídia"))  # fmt: skip
_USERNAME = frozenset(("Username", "Benutzername", "Gebruikersnaam", "Nom d’utilisateur", "Nom d'utilisateur",
    "Nombre de usuario", "Nome utente", "Nome de usuário", "Nome de utilizador", "Nazwa użytkownika",
    "Användarnamn", "Brugernavn", "Brukernavn", "Käyttäjätunnus", "Kullanıcı Adı"))  # fmt: skip
_NAME = frozenset(("Name", "Naam", "Nom", "Nombre", "Nome", "Imię i nazwisko", "Namn", "Navn", "Nimi", "Ad"))
_HANDLE = re.compile(r"https?://(?:www\.)?instagram\.com/(?:_u/)?([A-Za-z0-9._]{1,64})/?(?:\?.*)?", re.DOTALL)
_NO_PERSON = frozenset(("p", "reel", "reels", "stories", "explore", "tv", "accounts"))
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_PHONE = re.compile(r"\+?[\d\s().\-]{7,20}")
_DAY = re.compile(r"\d{4}[-./]\d\d?[-./]\d\d?|\d\d?[-./]\d\d?[-./]\d{4}")
_PERSON = frozenset(
    ("title", "media_list_data", "string_list_data", "timestamp", "label_values", "media", "fbid")
)


class Item:
    """One value of an element, whatever its layout: what it is called, and what it says."""

    __slots__ = ("at", "href", "label", "raw", "value")

    def __init__(self, label: str, raw: str, value: str, href: str, at: Time | None) -> None:
        self.label, self.raw, self.value, self.href, self.at = label, raw, value, href, at


class Lists:
    """Reads the lists of one export; `profiles` first, so that the owner is known to the others."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._member: Member | None = None
        self.owner: Account | None = None
        if notes.owner:
            self.owner = Account(PLATFORM, notes.owner, "display_name", name=notes.owner, owner=True)

    def read(self, member: Member) -> Iterator[Record]:
        self._member = member
        keys = [path[1:] for path in sorted(paths(head_of(member))) if INSTAGRAM_KEYS.fullmatch(path[1:])]
        patterns = tuple((key, "*") for key in keys) or (("*",),)
        yield from elements(member, patterns, PLATFORM, self._notes, self._element)

    def _element(self, key: str, fields: Table, mend: Mender, source: SourceRef) -> Iterator[Record]:
        items = list(_items(fields, mend))
        name = self._member.name if self._member is not None else ""
        if not key:
            key = (
                "comments"
                if "comment" in name
                else next((one for part, one in _BY_NAME if part in name), name)
            )
        if key == "profile_user":
            yield self._profile(items, source)
        elif key.startswith("account_history_"):
            yield self._login(key, items, source)
        elif key.startswith("comments"):
            yield self._comment(items, fields, mend, source)
        else:
            yield self._relation(key, items, fields, mend, source)

    def _relation(self, key: str, items: list[Item], fields: Table, mend: Mender, source: SourceRef) -> Event:
        title = mend(field.text(fields, "title"))
        handles = [
            found[1]
            for item in items
            if (found := _HANDLE.fullmatch(item.href)) and found[1] not in _NO_PERSON
        ]
        labelled = [item.value for item in items if item.label in _USERNAME]
        handle = _first((*handles, *labelled, title, *(item.value for item in items)))
        if not handle:
            raise WrongShapeError("No account stands in this element of a list of accounts")
        at = next((item.at for item in items if item.at is not None), None) or seconds(fields)
        person = Account(PLATFORM, handle, "handle", handle, title if title != handle else "", "platform")
        kind = _KINDS.get(key, "notice")
        theirs = key in _THEIRS
        return Event(
            kind, PLATFORM, "", person if theirs else self.owner, key, at, source,
            self.owner if theirs else person, flags=field.unknown(fields, _PERSON),
        )  # fmt: skip

    def _comment(self, items: list[Item], fields: Table, mend: Mender, source: SourceRef) -> Message:
        """A comment of the owner; where the labels are not known, all words as they stand, with their labels."""
        at = next((item.at for item in items if item.at is not None), None) or seconds(fields)
        title = mend(field.text(fields, "title"))
        comments = [item for item in items if item.label in _COMMENT]
        owners = [item.value for item in items if item.label in _MEDIA_OWNER]
        flags: tuple[str, ...] = ()
        if (
            not comments and "string_list_data" in fields
        ):  # layout until 2022: title: whose post; value: the comment
            comments, owners = [item for item in items if item.value], [title]
        text = "\n".join(item.value for item in comments)
        written = "\n".join(item.raw for item in comments)
        if not comments:
            text = "\n".join(
                f"{item.label}: {item.value or item.href}" for item in items if item.value or item.href
            )
            written, flags = text, ("labels_unknown",)
        whose = _first(owners)
        message = Message(
            "comment", PLATFORM, "", self.owner, text, at, source, text_raw=written if written != text else None,
            recipients=(Account(PLATFORM, whose, "handle", whose, name_from="platform"),) if whose else (),
            direction="out", urls=links_in(text),
            flags=(*flags, *field.unknown(fields, _PERSON | {"string_map_data", "media_map_data"})),
        )  # fmt: skip
        message.steps = (LATIN_TO_UTF8,) if mend.changed else ()
        return message

    def _login(self, key: str, items: list[Item], source: SourceRef) -> Event:
        """A login; address and cookie stay in the source: they are secrets of the owner."""
        agents = []
        for item in items:
            if _is_address(item.value):
                secret(self._notes, "IP address", f"{source.member} {source.at}")
            elif item.value.startswith("*") or "ookie" in item.label:
                secret(self._notes, "cookie", f"{source.member} {source.at}")
            elif item.value.startswith(("Mozilla/", "Instagram ", "Barcelona ")):
                agents.append(item.value)
        at = next((item.at for item in items if item.at is not None), None)
        kind: Literal["login", "notice"] = "login" if "login" in key else "notice"
        return Event(kind, PLATFORM, "", self.owner, _first(agents) or key, at, source)

    def _profile(self, items: list[Item], source: SourceRef) -> Profile:
        handle = _first(item.value for item in items if item.label in _USERNAME)
        name = _first(item.value for item in items if item.label in _NAME)
        facts = {}
        for item in items:
            if _MAIL.fullmatch(item.value):
                secret(self._notes, "owner's e-mail", f"{source.member} {source.at}")
            elif _PHONE.fullmatch(item.value) and not _DAY.fullmatch(item.value):
                secret(self._notes, "owner's phone", f"{source.member} {source.at}")
            elif item.label == "Bio" and item.value:
                facts["bio"] = item.value
        kind: Literal["handle", "display_name"] = "handle" if handle else "display_name"
        self.owner = Account(PLATFORM, handle or name, kind, handle, name, "platform", True)
        return Profile(self.owner, source, "owner", facts)


def _items(fields: Table, mend: Mender) -> Iterator[Item]:
    """The values of the three layouts, in the file's order."""
    for one in field.tables(fields, "string_list_data"):
        yield _item("", one, mend)
    for label, value in field.table(fields, "string_map_data").items():
        if not isinstance(value, dict):
            raise WrongShapeError("string_map_data holds something else than objects")
        yield _item(mend(label), value, mend)
    for one in field.tables(fields, "label_values"):
        yield from _labelled(one, mend, 0)


def _labelled(one: Table, mend: Mender, depth: int) -> Iterator[Item]:
    yield _item(mend(field.text(one, "label")), one, mend)
    for deeper in field.tables(one, "dict") + field.tables(one, "vec"):
        if depth < 5:
            yield from _labelled(deeper, mend, depth + 1)


def _item(label: str, fields: Table, mend: Mender) -> Item:
    at = seconds(fields) or seconds(fields, "timestamp_value")
    value = field.text(fields, "value")
    return Item(label, value, mend(value), mend(field.text(fields, "href")), at)


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value.strip())
    except ValueError:
        return False
    return True


def _first(values: Iterable[str]) -> str:
    """The first that is not empty."""
    return next(filter(None, values), "")
