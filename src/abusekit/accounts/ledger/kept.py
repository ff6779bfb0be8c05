"""What was found of accounts in exports, kept in `derived/accounts/`: made again when it is absent, never trusted.

As with streams of messages (`messages.cache`) a file is used only where its SHA-256 is the one that this user's
abusekit noted outside of the case when it made it (`Case.known_here`), for these exports, importers, declarations, this
time zone and this version of the reading. Without such a folder nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from abusekit.accounts.ledger.observed import ItemAccounts
from abusekit.accounts.model import Where
from abusekit.case.canonical import JSON, encode
from abusekit.case.folder import Case, disk_error
from abusekit.case.hashing import digest_bytes, open_regular
from abusekit.errors import InputError, UsageError
from abusekit.importers.formats import importer
from abusekit.messages.cache import Opened, inputs_digest

FORMAT = "abusekit-accounts/2"
"""To be raised with every change of what is read of an export."""
MAX_KEPT = 1 << 30
SEVERAL = "exports"
"""Name of the file of what exports show among the others."""
PICTURES = "pictures"
"""Name of the file of the profile pictures that captures hold."""
Pictures: TypeAlias = dict[str, tuple[str, Where] | None]
_Form = TypeVar("_Form")


class Kept:
    """What is kept for one case. Reading and writing never stop the work: without it all is read again."""

    def __init__(self, case: Case, zone: str, *, writes: bool = True) -> None:
        """writes: False where only a part of the case is looked at, which would take the place of the whole."""
        self._case, self._zone, self._writes = case, zone, writes
        self._folder = case.derived / "accounts"

    @cached_property
    def _uuid(self) -> str:
        return self._case.settings().case

    def of_item(self, opened: Opened) -> ItemAccounts | None:
        found = self._load(opened.item.id, self._made_from([opened]), dict[str, ItemAccounts])
        return None if found is None else found.get(opened.item.id)

    def keep_item(self, opened: Opened, accounts: ItemAccounts) -> None:
        self._store(opened.item.id, self._made_from([opened]), {opened.item.id: accounts})

    def of_several(self, opened: Sequence[Opened]) -> dict[str, ItemAccounts] | None:
        return self._load(SEVERAL, self._made_from(opened), dict[str, ItemAccounts])

    def keep_several(self, opened: Sequence[Opened], accounts: dict[str, ItemAccounts]) -> None:
        self._store(SEVERAL, self._made_from(opened), accounts)

    def clear(self, counted: Collection[str]) -> None:
        """Take away what is kept of items that do not count any more: erased, in quarantine, withdrawn."""
        names = {f"{name}.json" for name in (*counted, PICTURES)}
        with suppress(OSError):
            if not stat.S_ISDIR(self._folder.lstat().st_mode):
                return
            present = {path.name for path in self._folder.iterdir()}
            if gone := present - names - {f"{SEVERAL}.json"}:
                for name in (*gone, f"{SEVERAL}.json", f"{PICTURES}.json"):
                    (self._folder / name).unlink(missing_ok=True)

    def pictures(self) -> Pictures:
        """Item and digest of its archive → profile picture in it."""
        return self._load(PICTURES, FORMAT, Pictures) or {}

    def keep_pictures(self, pictures: Pictures) -> None:
        self._store(PICTURES, FORMAT, pictures)

    def _made_from(self, opened: Sequence[Opened]) -> str:
        """SHA-256 over all that the accounts depend on; empty: the log states no reading, and nothing is kept.

        The order of the exports counts: the first keeps a message.
        """
        exports: list[JSON] = []
        for one in opened:
            if one.logged is None:
                return ""
            exports.append(
                [
                    one.item.id,
                    one.item.at,
                    inputs_digest(one.item, one.declared),
                    one.declared.newest(),
                    [one.logged.inputs, one.logged.importers, one.logged.sha256],
                    _versions(one.logged.importers),
                ]
            )
        return digest_bytes(encode({"format": FORMAT, "zone": self._zone, "exports": exports})).sha256

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _note(self, name: str) -> Path | None:
        here = self._case.known_here
        return None if here is None else here / f"{self._uuid}-accounts-{name}.txt"

    def _load(self, name: str, made_from: str, form: type[_Form]) -> _Form | None:
        note = self._note(name)
        if note is None or not made_from:
            return None
        try:
            noted = note.read_text("utf-8")
            if not stat.S_ISDIR(self._folder.lstat().st_mode):
                return None
            fd, status = open_regular(self._path(name))
            with os.fdopen(fd, "rb") as stream:
                if status.st_size > MAX_KEPT:
                    return None
                data = stream.read(status.st_size)
        except (OSError, UnicodeDecodeError, InputError):
            return None
        if noted != _noted(made_from, data):
            return None
        try:
            return msgspec.json.decode(data, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _store(self, name: str, made_from: str, value: object) -> None:
        note = self._note(name)
        if note is None or not made_from or not self._writes:
            return
        try:
            data = msgspec.json.encode(value)
        except UnicodeEncodeError:  # a lone surrogate: read again each time
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not stat.S_ISDIR(self._folder.lstat().st_mode):
                return
            _replace(self._path(name), data)
            note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(note, _noted(made_from, data).encode())


def forget(case: Case, item_id: str) -> None:
    """Take what was kept of an item, and of the exports together, out of `derived/`. Raises CaseError."""
    try:
        for name in (item_id, SEVERAL, PICTURES):
            (case.derived / "accounts" / f"{name}.json").unlink(missing_ok=True)
    except OSError as fault:
        raise disk_error("what was found of accounts could not be removed", fault) from fault


def _versions(importers: str) -> list[JSON]:
    """Of these importers, as this program has them: another version reads otherwise."""
    found: list[JSON] = []
    for named in importers.split(", "):
        name = named.partition("/")[0]
        try:
            found.append([name, importer(name).VERSION])
        except UsageError:
            found.append([name, 0])
    return found


def _noted(made_from: str, data: bytes) -> str:
    return f"{made_from} {hashlib.sha256(data).hexdigest()}\n"


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with open(fd, "wb") as out:
            out.write(data)
        fresh.replace(path)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
