"""Keys that no longer count: what the user noted beside a key, and the act that says so in a case.

A revocation is the word of whoever made it. It takes nothing from signatures that a trusted time stamp
shows to be older; of those without a stamp nobody can tell, so they count no more.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from abusekit.case.custody import Act, instant_text, is_instant
from abusekit.case.folder import Case
from abusekit.case.writing import When
from abusekit.errors import UsageError
from abusekit.integrity.keys.keyfile import check_store, damaged, read_owned

REVOKED_WHY = ("lost", "stolen", "retired")
"""Why a key no longer counts."""

_MOST = 50  # acts about one key


@dataclass(frozen=True, slots=True)
class Revocation:
    """Since when one key no longer counts, and why."""

    since: datetime
    # aware, UTC, as the person said it
    why: str
    # lost, stolen or retired
    reason: str
    # in the person's words


class _Noted(msgspec.Struct):
    """A line of `NAME.revoked`."""

    key: str
    # fingerprint: a key of the same name that came later is another
    since: str
    # custody.instant_text
    why: str
    reason: str
    noted: str
    # when it was written down, by the clock of this computer
    undo: bool = False
    # True: what stands before it about this key counts no more


def last_valid(since: datetime) -> datetime:
    """The last whole second of which a signature counts: `valid-before` of `allowed_signers` includes its second."""
    return since.astimezone(UTC).replace(microsecond=0) - timedelta(seconds=1)


def read_revocation(store: Path, name: str, fingerprint: str) -> Revocation | None:
    """The earliest of what was noted about this key. Raises UsageError, InputError (damaged)."""
    found = _standing(_read(store / f"{name}.revoked"), fingerprint)
    if not found:
        return None
    first = min(found, key=lambda noted: noted.since)
    return Revocation(datetime.fromisoformat(first.since), first.why, first.reason)


def note_revocation(store: Path, name: str, fingerprint: str, said: Revocation, *, now: datetime) -> None:
    """Adds a line to `NAME.revoked`; nothing that stands there goes, and the earliest `since` counts.

    Raises UsageError (an earlier time stands there already, the folder cannot be written), InputError.
    """
    path = store / f"{name}.revoked"
    noted = _read(path)
    since = instant_text(said.since)
    if any(one.since <= since for one in _standing(noted, fingerprint)):
        raise UsageError(f"key {name} is revoked already, since then or earlier", f"abusekit key show {name}")
    _add(store, name, noted, _Noted(fingerprint, since, said.why, said.reason, instant_text(now)))


def undo_revocation(store: Path, name: str, fingerprint: str, reason: str, *, now: datetime) -> None:
    """Adds a line after which no earlier one about this key counts; nothing goes, least of all what a case logged.

    Raises UsageError (it is not revoked, the folder cannot be written), InputError.
    """
    noted = _read(store / f"{name}.revoked")
    standing = _standing(noted, fingerprint)
    if not standing:
        raise UsageError(f"key {name} is not revoked", f"abusekit key show {name}")
    last = standing[-1]
    _add(store, name, noted, _Noted(fingerprint, last.since, last.why, reason, instant_text(now), undo=True))


def _standing(noted: list[_Noted], fingerprint: str) -> list[_Noted]:
    """What was noted of a key since it was last undone."""
    found: list[_Noted] = []
    for one in noted:
        if one.key == fingerprint:
            found = [] if one.undo else [*found, one]
    return found


def _add(store: Path, name: str, noted: list[_Noted], line: _Noted) -> None:
    path = store / f"{name}.revoked"
    if len(noted) >= _MOST:
        raise UsageError(f"key {name} was revoked or brought back {_MOST} times")
    draft = store / f".{path.name}.{secrets.token_hex(8)}.new"
    try:
        check_store(store)
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(b"".join(msgspec.json.encode(one) + b"\n" for one in [*noted, line]))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(store, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        raise UsageError(f"the key store {store} cannot be written: {fault.strerror}") from fault
    finally:
        draft.unlink(missing_ok=True)


def log_revocation(case: Case, fingerprint: str, said: Revocation, *, by: str, now: When) -> int:
    """Log `key.revoke`; gives the number of the line. Raises UsageError (said before), CaseError."""
    since = instant_text(said.since)
    for entry in case.entries():
        if (
            entry["do"] == "key.revoke"
            and entry.get("key") == fingerprint
            and str(entry.get("since")) <= since
        ):
            raise UsageError(
                f"the log of this case says already that {fingerprint} counts no more",
                f"line {entry['n'] + 1}",
            )
    facts = {"key": fingerprint, "since": since, "why": said.why, "reason": said.reason}
    return int(case.record([Act("key.revoke", facts)], by=by, now=now)[0]["n"])


def _read(path: Path) -> list[_Noted]:
    if not os.path.lexists(path):
        return []
    data = read_owned(path, 0o022)
    try:
        noted = [msgspec.json.decode(line, type=_Noted) for line in data.splitlines()]
    except msgspec.MsgspecError as fault:
        raise damaged(path, str(fault)) from fault
    for one in noted:
        if not is_instant(one.since) or one.why not in REVOKED_WHY:
            raise damaged(path, "it names no time or reason")
    return noted
