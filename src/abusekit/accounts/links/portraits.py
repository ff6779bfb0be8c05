"""The profile pictures of a case, decoded once each."""

from __future__ import annotations

from typing import NamedTuple

from abusekit.accounts.ledger.avatars import avatar_bytes
from abusekit.accounts.model import AccountKey, Ledger, Where
from abusekit.accounts.signals.pictures import Picture, picture
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError, InputError

MOST_PICTURES = 2_000
"""Different pictures that are decoded in one run; identical bytes are seen without."""


class Portrait(NamedTuple):
    sha256: str
    where: tuple[Where, ...]
    picture: Picture | None
    """None: its bytes are not in the case, or not read; then only identical bytes are seen."""


def portraits(case: Case, ledger: Ledger) -> tuple[dict[AccountKey, list[Portrait]], list[str]]:
    """Account → its pictures, and in words which of them could not be looked at."""
    decoded: dict[str, Picture | None] = {}
    found: dict[AccountKey, list[Portrait]] = {}
    unread = skipped = 0
    for account in ledger.accounts.values():
        for span in account.of("avatar"):
            if span.value not in decoded and len(decoded) >= MOST_PICTURES:
                skipped += 1
            elif span.value not in decoded:
                decoded[span.value] = _decoded(case, span.value, span.where)
                unread += decoded[span.value] is None
            known = decoded.get(span.value)
            found.setdefault(account.key, []).append(Portrait(span.value, span.where, known))
    said = (
        [f"{unread} profile pictures could not be looked at: only identical bytes are seen"] if unread else []
    )
    if skipped:
        said.append(f"{skipped} profile pictures beyond the first {MOST_PICTURES} were not looked at")
    return found, said


def _decoded(case: Case, sha256: str, places: tuple[Where, ...]) -> Picture | None:
    for where in places:
        if not where.item:
            continue
        try:
            data = avatar_bytes(case, case.item(where.item), sha256)
            if data is not None:
                return picture(data)
        except InputError:  # no picture, or one that no bound allows
            return None
        except AbusekitError:  # the item cannot be read: the ledger says so
            continue
    return None
