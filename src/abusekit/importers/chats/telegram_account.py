"""What an export of a whole Telegram account holds beside its chats: the owner, contacts, sessions, stories."""

from __future__ import annotations

from typing import NamedTuple

from abusekit.importers import fields
from abusekit.importers.chats.records import Files
from abusekit.importers.chats.telegram_times import moment
from abusekit.importers.fields import Table
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Event, Message, Profile, Record, SourceRef

OWNER = "personal_information"
PATTERNS = (
    (OWNER,),
    ("contacts", "list", "*"),
    ("frequent_contacts", "list", "*"),
    ("sessions", "list", "*"),
    ("web_sessions", "list", "*"),
    ("profile_pictures", "*"),
    ("stories", "*"),
)


class Owner(NamedTuple):
    """The account that exported, as far as the file says."""

    id: str = ""
    name: str = ""
    handle: str = ""


def owner(record: Table) -> Owner:
    """Raises WrongShapeError."""
    return Owner(fields.identity(record, "user_id"), _name(record), fields.text(record, "username"))


def tell_secrets(record: Table, member: str, notes: Notes) -> None:
    if record.get("phone_number"):
        notes.secret("owner's phone", f"{member} /{OWNER}/phone_number")


def _name(record: Table) -> str:
    return " ".join(
        part for part in (fields.text(record, "first_name"), fields.text(record, "last_name")) if part
    )


def record_of(
    kind: str, record: Table, source: SourceRef, owner_: Owner, notes: Notes, files: Files, folder: str
) -> Record | None:
    """The record of one such entry; None where a profile that was given says the same. Raises WrongShapeError."""
    mine = Account(
        "telegram", f"user{owner_.id}" if owner_.id else owner_.name, "platform_id" if owner_.id else "display_name",
        owner_.handle, owner_.name, "sender", owner=True,
    )  # fmt: skip
    if kind == OWNER:
        bio = fields.text(record, "bio")
        return Profile(mine, source, "owner", {"bio": bio} if bio else {})
    if kind == "contacts":
        return Profile(_contact(record), source, "contact", seen=moment(record, "date", "export"))
    if kind == "frequent_contacts":
        return Profile(_frequent(record), source, "other", {"listed as": fields.text(record, "category")})
    if kind in ("sessions", "web_sessions"):
        return _session(record, source, mine, notes)
    path = fields.text(record, "photo") or fields.text(record, "media")
    attached: tuple[Attachment, ...] = (files.attached(path, folder, path),) if path else ()
    taken = moment(record, "date", "server")
    if kind == "stories":
        return Message(
            "post", "telegram", "stories", mine, "", taken, source, direction="out", attachments=attached
        )
    text = f"profile picture of the owner: {path}"
    return Event("system", "telegram", "", mine, text, taken, source)


def _contact(record: Table) -> Account:
    number, phone, name = (
        fields.identity(record, "user_id"),
        fields.text(record, "phone_number"),
        _name(record),
    )
    if number:
        return Account("telegram", f"user{number}", "platform_id", "", name, "contact_book", owner=False)
    return Account(
        "telegram", phone or name, "phone" if phone else "display_name", "", name, "contact_book", owner=False
    )


def _frequent(record: Table) -> Account:
    kind, number = fields.text(record, "type"), fields.identity(record, "id")
    prefix = "user" if kind == "user" else "chat" if kind == "private_group" else "channel"
    return Account("telegram", f"{prefix}{number}", "platform_id", "", fields.text(record, "name"))


def _session(record: Table, source: SourceRef, mine: Account, notes: Notes) -> Event:
    """A device or website on which the owner is logged in; its address is a secret and stays in the original."""
    if record.get("last_ip"):
        notes.secret("IP address", f"{source.member} {source.at}/last_ip")
    shown = [
        f"{key} {fields.laid_out(record[key])}"
        for key in (
            "application_name", "application_version", "device_model", "platform", "system_version", "browser",
            "domain_name", "bot_username", "last_active", "last_country",
        )
        if record.get(key)
    ]  # fmt: skip
    created = moment(record, "created", "server")
    return Event("login", "telegram", "", mine, "; ".join(shown), created, source)
