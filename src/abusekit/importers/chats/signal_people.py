"""Signal's recipients and chats: who they are, how the owner calls them, and what of them must not leave."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from abusekit.importers import fields
from abusekit.importers.fields import Table
from abusekit.importers.model import Account, IdKind, NameFrom, Profile, SourceRef

_KEYS = frozenset((
    "mediaRootBackupKey", "profileKey", "masterKey", "rootKey", "adminKey", "packKey", "key", "localKey", "entropy",
    "svrPin", "subscriberId", "purchaseToken", "inviteLinkPassword", "backupKey",
))  # fmt: skip
_ANY_KEY = re.compile(b'"(?:' + "|".join(sorted(_KEYS)).encode() + b')"')
_MOST_DEPTH = 30
_SELF = Account("signal", "self", "display_name", "", "", "unknown", owner=True)


def keys_in(frame: Table, raw: bytes) -> Iterator[str]:
    """Pointers of the keys and passwords in a frame, each once, `*` for elements of lists; `raw`: its bytes."""
    if b"\\" not in raw and _ANY_KEY.search(raw) is None:
        return
    found: set[str] = set()
    _walk(frame, "", found, 0)
    yield from sorted(found)


def _walk(value: Any, pointer: str, found: set[str], depth: int) -> None:
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, dict):
        for key, one in value.items():
            if key in _KEYS and isinstance(one, str) and one:
                found.add(f"{pointer}/{key}")
            elif isinstance(one, (dict, list)) and one:
                _walk(one, f"{pointer}/{key[:60]}", found, depth + 1)
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, (dict, list)):
                _walk(one, f"{pointer}/*", found, depth + 1)


class Chat(NamedTuple):
    conversation: str
    title: str
    recipient: Account | None


@dataclass
class People:
    """Recipients and chats by the numbers that stand for them in this one file."""

    owner: Account = _SELF
    accounts: dict[str, Account] = field(default_factory=dict)
    stable: dict[str, str] = field(default_factory=dict)
    # number of the recipient → id of its conversation that also holds in another export
    chats: dict[str, Chat] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    # aci → number of the recipient
    own_number: str = ""

    def learn_owner(self, record: Table) -> Account:
        """The account frame: no id that others see, only the name and, where there is one, the user name."""
        name = _joined(record, "givenName", "familyName")
        handle = fields.text(record, "username")
        self.owner = Account(
            "signal", handle or "self", "handle" if handle else "display_name", handle, name, "sender", True
        )
        if self.own_number:
            self.accounts[self.own_number] = self.owner
        return self.owner

    def learn(self, record: Table, source: SourceRef) -> Profile | None:
        """A recipient frame: a profile for a person or group, None for the owner and Signal's own lists.

        Raises WrongShapeError.
        """
        number = fields.identity(record, "id")
        if "self" in record:
            self.own_number = number
            self.accounts[number], self.stable[number] = self.owner, "self"
            return None
        if "contact" in record:
            contact = fields.table(record, "contact")
            account = _contact(contact, number)
            self.accounts[number], self.stable[number] = account, account.id
            self.numbers[account.id] = number
            return Profile(
                account,
                source,
                "blocked" if fields.truth(contact, "blocked") else "contact",
                _facts(contact),
            )
        if "group" in record:
            group = fields.table(record, "group")
            title = fields.text(fields.table(fields.table(group, "snapshot"), "title"), "title")
            key = fields.text(group, "masterKey")
            self.stable[number] = _group_id(key) if key else f"group {number}"
            account = Account(
                "signal", self.stable[number], "platform_id", "", title, "platform", owner=False
            )
            self.accounts[number] = account
            facts = {"group": "yes"}
            return Profile(account, source, "blocked" if fields.truth(group, "blocked") else "other", facts)
        kind = next(
            (key for key in ("releaseNotes", "distributionList", "callLink") if key in record), "recipient"
        )
        self.stable[number] = f"{kind} {number}"
        self.accounts[number] = Account("signal", self.stable[number], "display_name", name=kind)
        return None

    def learn_chat(self, record: Table) -> None:
        number = fields.identity(record, "recipientId")
        account = self.accounts.get(number)
        title = account.name or account.handle if account is not None else ""
        self.chats[fields.identity(record, "id")] = Chat(
            self.stable.get(number) or f"recipient {number}", title, account
        )

    def by_aci(self, identity: str) -> Account | None:
        """Whose id it is; None: nobody's in the file."""
        number = self.numbers.get(identity)
        return self.accounts.get(number) if number is not None else None

    def author(self, number: str) -> Account | None:
        """None: the file names nobody by that number."""
        return self.accounts.get(number)


def _group_id(master_key: str) -> str:
    """The same in each export of the group, and of no use to enter it: the hash of its key, not the key."""
    return f"group {hashlib.sha256(master_key.encode()).hexdigest()[:32]}"


def _joined(record: Table, *keys: str) -> str:
    return " ".join(part for part in (fields.text(record, key) for key in keys) if part)


def _contact(contact: Table, number: str) -> Account:
    """Known by aci, else phone number, else pni. The name is their own, else that of the owner's address book."""
    aci, phone = fields.text(contact, "aci"), fields.identity(contact, "e164")
    pni, handle = fields.text(contact, "pni"), fields.text(contact, "username")
    name, name_from = _joined(contact, "profileGivenName", "profileFamilyName"), _SENDER
    if not name:
        book = _joined(contact, "systemGivenName", "systemFamilyName")
        name, name_from = book or _joined(fields.table(contact, "nickname"), "given", "family"), _BOOK
    kind: IdKind = "platform_id" if aci or (pni and not phone) else "phone" if phone else "display_name"
    identity = aci or phone or pni or name or f"recipient {number}"
    return Account("signal", identity, kind, handle, name, name_from if name else "unknown", owner=False)


_SENDER: NameFrom = "sender"
_BOOK: NameFrom = "contact_book"


def _facts(contact: Table) -> dict[str, str]:
    """Of the other person, never of the owner: the number, the user name, and the names that the owner gave."""
    shown = {
        "phone": fields.identity(contact, "e164"),
        "username": fields.text(contact, "username"),
        "name in the owner's address book": _joined(contact, "systemGivenName", "systemFamilyName"),
        "nickname given by the owner": _joined(fields.table(contact, "nickname"), "given", "family"),
    }
    return {key: value for key, value in shown.items() if value}
