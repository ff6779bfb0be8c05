"""The leak scan as needs: one for each item and kind (R68)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from abusekit.leaks.leak import KINDS, Leak, Unread
from abusekit.readiness.need import Need, accept

_SETTLE: dict[str, tuple[str, str]] = {
    "session": (
        "log out of that account everywhere, then hand the file to the police only, encrypted",
        "abusekit browser list",
    ),
    "position": ("hand the original to the police only, and say that this was decided", accept("leak")),
}
"""Kind of leak → what would settle it, and a command."""
_ELSE = "look at it, decide who may have it (no stored file is changed), and say so"


def leak_needs(leaks: Iterable[Leak], exhibit: str) -> Iterator[Need]:
    """Of the leaks of one item, or of the case. What is low is told with the leaks, and weighs nothing."""
    of_kind: dict[str, list[Leak]] = {}
    for leak in leaks:
        if leak.severity != "low":
            of_kind.setdefault(leak.kind, []).append(leak)
    for kind, same in of_kind.items():
        first = same[0]
        place = f"{first.file}, {first.where}" if first.where else first.file
        more = (
            f", and in {'one more place' if len(same) == 2 else f'{len(same) - 1} more'}"
            if len(same) > 1
            else ""
        )
        raise_by, typed = _SETTLE.get(kind, (_ELSE, accept("leak")))
        typed = typed if first.item else ""
        what = f"{kind}: {KINDS[kind]}; in {place}{more}"
        blocking = any(leak.severity == "high" for leak in same)
        yield Need("leak", what, first.item, exhibit, raise_by, typed, blocking)


def unread_needs(unread: Iterable[Unread], exhibit: str) -> Iterator[Need]:
    for one in unread:
        typed = accept("not-scanned") if one.item else ""
        raise_by = "look through it in another way, and say so"
        yield Need("not-scanned", f"{one.file}: {one.why}", one.item, exhibit, raise_by, typed)
