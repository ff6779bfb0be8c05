"""Whose export it is, where exports of a case name several owners: an abuser hands in his copy of a chat, too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from abusekit.accounts.ledger.observed import ItemAccounts
from abusekit.accounts.model import STABLE, AccountKey, Alarm, Where

Owners = Mapping[AccountKey, tuple[Where, ...]]
"""Account → the places that say that an export is its own."""


def disputed_owners(items: Sequence[ItemAccounts], declared: ItemAccounts | None) -> Owners:
    """Owners of exports that are not the victim's own for that alone: another export of the platform has another owner.

    Counted are owners with an id that stays; of one platform they are all hers, or one of them is somebody else's, and
    no export can say which. Whom a person declared to be the victim's own (`account observe --own`) is.
    """
    by_platform: dict[str, dict[AccountKey, tuple[Where, ...]]] = defaultdict(dict)
    for one in items:
        for key, shown in one.shown.items():
            if shown.own and shown.named.basis in STABLE:
                owners = by_platform[shown.named.platform]
                owners[key] = owners.get(key, ()) + shown.own
    said = set() if declared is None else {key for key, shown in declared.shown.items() if shown.own}
    return {
        key: places
        for owners in by_platform.values()
        if len(owners) > 1
        for key, places in owners.items()
        if key not in said
    }


def owner_alarms(disputed: Owners) -> Iterator[Alarm]:
    """One at each account."""
    for key, places in disputed.items():
        text = (
            f"{key} is the owner of an export, and another export of the platform has another owner: that alone does"
            " not make it the victim's own. Say which is hers: abusekit account observe ACCOUNT --own --reason …"
        )
        yield Alarm("conflict", text, (key,), places)
