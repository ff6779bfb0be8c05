"""What one item shows of accounts, before the fold: values with their dates and places, acts, states, tallies.

A pure function of the item; what is kept in `derived/accounts/` is written and read in this form.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from abusekit.accounts.keys import Named
from abusekit.accounts.model import (
    AccountAct,
    AccountKey,
    Alarm,
    DatedBy,
    Field,
    NamedBy,
    Seen,
    Status,
    Tally,
    Where,
)
from abusekit.case.custody import instant_text
from abusekit.case.moment import Moment, from_instant

MOST_PLACES = 5
"""Places of one value that are kept for each item: the first ones and the last."""
MAX_VALUE = 2_000
"""Characters of a value; what is longer is cut, as page facts are."""


class Sighting(msgspec.Struct, omit_defaults=True):
    """One value of one field of an account, as one item shows it."""

    field: Field
    value: str
    first: Seen
    last: Seen
    where: tuple[Where, ...]
    """Never empty."""
    count: int = 1
    named_by: NamedBy = "unknown"
    said_by: str = ""
    """Initials of who declared it; empty: observed."""
    reason: str = ""
    turn: int = 0
    """Order among what was seen at one time: of a change that the platform noted, the new value comes second."""


class ShownPost(msgspec.Struct, omit_defaults=True, frozen=True):
    """One post of an account, as one capture shows it."""

    post: str
    """What it is told apart by, within its account: the platform's id of it, else its address."""
    day: str
    """YYYY-MM-DD in UTC, or as written where the zone is not known; empty: without a time."""
    at: Seen | None
    where: Where


class Shown(msgspec.Struct, omit_defaults=True):
    """One account in one item."""

    named: Named
    places: int = 0
    own: tuple[Where, ...] = ()
    """Places that say that it is the account of the person whose export this is."""
    not_own: bool = False
    """The same item also says that it is not."""
    sightings: list[Sighting] = []
    statuses: list[Status] = []
    tally: Tally = msgspec.field(default_factory=Tally)
    posts: list[ShownPost] = []


class ItemAccounts(msgspec.Struct, omit_defaults=True):
    """All accounts that one item shows, in the order in which it shows them."""

    item: str
    """Empty: the custody log."""
    shown: dict[AccountKey, Shown] = {}
    platforms: list[str] = []
    """Of the records of an export, as the importer names them."""
    acts: list[AccountAct] = []
    alarms: list[Alarm] = []

    def show(self, named: Named) -> Shown:
        """The account, which is new where it was not shown before."""
        found = self.shown.get(named.key)
        if found is None:
            found = self.shown[named.key] = Shown(named)
        return found


def seen_at(moment: Moment, zone: str, dated_by: DatedBy) -> Seen:
    """The interval of a moment, in UTC, and as people of the case's `zone` read it."""
    return Seen(
        instant_text(moment.earliest), instant_text(moment.latest), moment.display(zone)[:200], dated_by
    )


def seen_from_to(began: str, ended: str, zone: str, dated_by: DatedBy) -> Seen:
    """Between two instants of our clock (UTC, as `instant_text` writes them)."""
    return Seen(began, max(began, ended), shown_instant(began, zone), dated_by)


def seen_in_export(item_at: str, zone: str) -> Seen:
    """An export shows the names of the day it was made: any day, but not after it was taken in."""
    shown = f"in an export taken in on {shown_instant(item_at, zone)[:10]}"
    return Seen("", item_at, shown, "export")


@lru_cache(maxsize=4096)
def shown_instant(at: str, zone: str) -> str:
    """An instant of our clock for people, in the case's zone to the second; what is none stays as it is."""
    try:
        instant = datetime.fromisoformat(at.removesuffix("Z")).replace(tzinfo=UTC)
        return from_instant(instant, "ours", "our clock", precision="s").display(zone)
    except (ValueError, OverflowError):
        return at
