"""Accounts of one export: who wrote, was written to, reacted, is listed; names, acts, tallies. One pass, any size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from abusekit.accounts.keys import Named, of_record
from abusekit.accounts.ledger.observed import (
    MAX_VALUE,
    MOST_PLACES,
    ItemAccounts,
    Shown,
    Sighting,
    seen_at,
    seen_in_export,
)
from abusekit.accounts.ledger.tallies import Counter, Extremes, day_of
from abusekit.accounts.model import AccountAct, AccountKey, ActKind, Alarm, Field, NamedBy, Seen, Where
from abusekit.case.records import Item
from abusekit.importers.model import Account, Event, Message, Profile, Record, Time
from abusekit.messages.declared import Declarations
from abusekit.messages.resolving import moment_of

DATED_BY_MESSAGE = frozenset({"email", "skype"})
"""Platforms whose records carry the name that the sender had when it was written: the From of a mail, Skype's
`displayName`. All other exports print the names of the day on which they were made, on every message."""
MOST_RUNS = 400
"""Changes of a name within one item that are told apart by day; of more, only first and last of each name."""
MOST_CONTACTS = 100
"""Calls of one account in one item that are listed as contacts; the first ones."""
MOST_RECIPIENTS = 8
"""Recipients of a message that are counted one by one; of larger groups only a change of the list is looked at."""

_ACTS: dict[str, ActKind] = {
    "block": "block",
    "unblock": "unblock",
    "follow": "follow",
    "unfollow": "unfollow",
    "name_change": "name_change",
}
_FIELDS: dict[str, Field] = {"bio": "bio", "created": "created", "verified": "verified", "url": "url"}
_RESULT = re.compile(r"\b(?:spf|dkim|dmarc)=[a-z]+")
_X_RENAMED = re.compile(r"@(\w{1,64}) → @(\w{1,64})", re.ASCII)

_Variant = tuple[str, str, str, str, str, str, bool | None]


class _Seen:
    """One spelling of an account, as records repeat it."""

    __slots__ = ("account", "count", "days", "extremes", "first", "last", "last_day", "named", "places")

    def __init__(self, account: Account, named: Named) -> None:
        self.account, self.named = account, named
        self.count = 0
        self.places: list[int] = []
        # the first record numbers, and the last
        self.last = 0
        self.extremes: Extremes | None = None
        self.days: dict[str, tuple[int, Extremes]] = {}


class ExportAccounts:
    """Give it every record of one export, then ask for `accounts`."""

    def __init__(
        self,
        item: Item,
        declared: Declarations,
        zone: str,
        counted: Callable[[int], AccountKey] = lambda _n: "",
    ) -> None:
        """zone: of the case, for times that people read. counted: record number → the account for which another export
        has the same message already; empty: it stands in this one only."""
        self.item, self.declared, self.zone, self._counted = item, declared, zone, counted
        self._zone, self._order = declared.value("timezone"), declared.value("order")
        self._undated = seen_in_export(item.at, zone)
        self._variants: dict[_Variant, _Seen] = {}
        self._platforms: set[str] = set()
        self._counters: dict[str, Counter] = {}
        self._groups: dict[str, tuple[int, str, str]] = {}
        self._acts: list[AccountAct] = []
        self._blocked: list[tuple[Profile, _Seen]] = []
        self._blocks: set[str] = set()
        self._contacts: dict[str, int] = {}
        self._facts: dict[tuple[str, Field, str], list[int]] = {}
        self._renames: list[tuple[Named, str, str, Time, int]] = []
        self._failing: dict[AccountKey, list[int]] = {}
        # account → its mails that fail the checks of the server which received them

    def take(self, record: Record) -> None:
        if type(record) is Message:
            self._platforms.add(record.platform)
            self._message(record)
        elif type(record) is Event:
            self._platforms.add(record.platform)
            self._event(record)
        elif type(record) is Profile:
            self._profile(record)

    def _message(self, record: Message) -> None:
        n, sent = record.n, record.sent
        if record.author is not None:
            seen = self._see(record.author, n, sent)
            if seen is not None:
                self._count(seen.named.key, record)
        for account in self._recipients(record):
            self._see(account, n, sent)
        for reaction in record.reactions:
            if reaction.actor is not None:
                self._see(reaction.actor, n, reaction.at)

    def _count(self, key: AccountKey, record: Message) -> None:
        if self._counted(record.n) == key:
            return
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = Counter()
        sent = record.sent
        day = "" if sent is None else day_of(sent, self._zone, self._order)
        counter.take(sent, record.n, record.direction == "in", day)
        if record.kind == "email" and _fails_its_checks(record):
            self._failing.setdefault(key, []).append(record.n)

    def _recipients(self, record: Message) -> Iterable[Account]:
        listed = record.recipients
        if len(listed) <= MOST_RECIPIENTS:
            return listed
        shape = (len(listed), listed[0].id, listed[-1].id)
        if self._groups.get(record.conversation) == shape:
            return ()
        self._groups[record.conversation] = shape
        return listed

    def _event(self, record: Event) -> None:
        n, sent = record.n, record.sent
        by = self._see(record.author, n, sent) if record.author is not None else None
        to = self._see(record.target, n, sent) if record.target is not None else None
        kind = _ACTS.get(record.kind)
        if kind is not None and "muted" not in record.flags:  # X's muting is no block
            if kind == "name_change":
                self._renamed(record, by or to)
            if kind == "block" and to is not None:
                self._blocks.add(to.named.key)
            self._act(kind, by, to, sent, n)
        elif record.kind in ("call", "missed_call") and by is not None and by.account.owner is not True:
            key = by.named.key
            self._contacts[key] = self._contacts.get(key, 0) + 1
            if self._contacts[key] <= MOST_CONTACTS:
                self._act("contact", by, to, sent, n, record.kind.replace("_", " "))

    def _renamed(self, record: Event, seen: _Seen | None) -> None:
        """X states both handles; of other platforms the act is listed, and no value is read out of its words."""
        found = _X_RENAMED.fullmatch(record.text) if record.platform == "x" else None
        if found is not None and seen is not None and record.sent is not None:
            self._renames.append((seen.named, found[1], found[2], record.sent, record.n))

    def _profile(self, record: Profile) -> None:
        if record.facts.get("group") == "yes":  # Signal lists groups among its recipients
            return
        seen = self._see(record.account, record.n, record.seen)
        if seen is None:
            return
        if record.role == "blocked":
            self._blocked.append((record, seen))
        for name, value in record.facts.items():
            if (field := _FIELDS.get(name)) is not None and value.strip():
                self._facts.setdefault((seen.named.key, field, value[:MAX_VALUE]), []).append(record.n)

    def _see(self, account: Account, n: int, time: Time | None) -> _Seen | None:
        """None: the record names nobody."""
        variant = (
            account.platform,
            account.id,
            account.id_kind,
            account.handle,
            account.name,
            account.name_from,
            account.owner,
        )
        seen = self._variants.get(variant)
        if seen is None:
            if not (account.id or account.handle or account.name or account.owner is True):
                return None
            seen = self._variants[variant] = _Seen(account, of_record(account, self.item.id))
        seen.count += 1
        if seen.count <= MOST_PLACES:
            seen.places.append(n)
        seen.last = n
        if time is not None and account.name and account.platform in DATED_BY_MESSAGE:
            self._date(seen, time, n)
        return seen

    def _date(self, seen: _Seen, time: Time, n: int) -> None:
        if seen.extremes is None:
            seen.extremes = Extremes()
        seen.extremes.take(time, n)
        day = day_of(time, self._zone, self._order)
        if day in seen.days or len(seen.days) < MOST_RUNS:
            count, extremes = seen.days.get(day) or (0, Extremes())
            extremes.take(time, n)
            seen.days[day] = (count + 1, extremes)

    def _act(
        self, kind: ActKind, by: _Seen | None, to: _Seen | None, time: Time | None, n: int, text: str = ""
    ) -> None:
        self._acts.append(
            AccountAct(
                kind,
                "" if by is None else by.named.key,
                "" if to is None else to.named.key,
                self._when(time),
                Where(self.item.id, n),
                text=text,
            )
        )

    def _when(self, time: Time | None) -> Seen:
        """Of what the platform noted; without a time only that it was before the export came in."""
        moment = None if time is None else moment_of(time, self.declared)
        return self._undated if moment is None else seen_at(moment, self.zone, "event")

    def accounts(self) -> ItemAccounts:
        """All that the export shows of accounts."""
        found = ItemAccounts(self.item.id, platforms=sorted(self._platforms))
        said: dict[str, set[bool]] = {}
        several = self._several_names()
        for seen in self._variants.values():
            shown = found.show(seen.named)
            shown.places += seen.count
            owner = seen.account.owner
            if owner is not None:
                said.setdefault(seen.named.key, set()).add(owner)
            if owner and not shown.own:
                shown.own = (Where(self.item.id, seen.places[0], "owner of the export"),)
            self._values(shown, seen, seen.named.key in several)
        for key, both in said.items():
            found.shown[key].not_own = len(both) == 2
        for key, counter in self._counters.items():
            found.shown[key].tally = counter.tally(self.declared, self.zone, self.item.id)
        for (key, field, value), places in self._facts.items():
            where = tuple(Where(self.item.id, n, f"profile {field}") for n in _some(places))
            sighting = Sighting(field, value, self._undated, self._undated, where, len(places), "platform")
            found.shown[key].sightings.append(sighting)
        self._handles_before(found)
        found.acts = [*self._acts, *self._blocks_of_lists(found)]
        found.alarms += self._forged()
        return found

    def _several_names(self) -> set[str]:
        names: dict[str, set[str]] = {}
        for seen in self._variants.values():
            if seen.extremes is not None:
                names.setdefault(seen.named.key, set()).add(seen.account.name)
        return {key for key, different in names.items() if len(different) > 1}

    def _values(self, shown: Shown, seen: _Seen, several: bool) -> None:
        account, item = seen.account, self.item.id
        where = tuple(Where(item, n) for n in _some([*seen.places, seen.last]))
        named_by: NamedBy = account.name_from
        if account.handle:
            shown.sightings.append(
                Sighting(
                    "handle", account.handle[:MAX_VALUE], self._undated, self._undated, where, seen.count
                )
            )
        if not account.name or (account.name == account.id == seen.named.id and seen.named.basis == "phone"):
            return  # a number in the place of a name is none
        name = account.name[:MAX_VALUE]
        if seen.extremes is None:
            shown.sightings.append(
                Sighting("name", name, self._undated, self._undated, where, seen.count, named_by)
            )
            return
        for count, extremes in list(seen.days.values()) if several else [(seen.count, seen.extremes)]:
            first = extremes.first(self.declared, self.zone, item, "message")
            last = extremes.last(self.declared, self.zone, item, "message")
            if first is None or last is None:
                shown.sightings.append(
                    Sighting("name", name, self._undated, self._undated, where, count, named_by)
                )
            else:
                places = tuple(dict.fromkeys((first[1], last[1])))
                shown.sightings.append(Sighting("name", name, first[0], last[0], places, count, named_by))

    def _handles_before(self, found: ItemAccounts) -> None:
        """Of a rename that the platform noted: the old handle ends there, the new one begins."""
        for named, before, after, time, n in self._renames:
            at = self._when(time)
            if at.dated_by != "event":
                continue
            for turn, (handle, said) in enumerate(((before, "before"), (after, "after"))):
                where = (Where(self.item.id, n, f"handle {said} the change"),)
                sighting = Sighting("handle", handle, at, at, where, 1, "platform", turn=turn)
                found.show(named).sightings.append(sighting)

    def _forged(self) -> Iterable[Alarm]:
        for key, places in self._failing.items():
            mails = "one mail" if len(places) == 1 else f"{len(places)} mails"
            text = (
                f"{mails} of {key} in {self.item.id}: the checks of the receiving server failed, as the mail itself"
                " says (Authentication-Results); From may be forged, and nothing but From says whose mail it is"
            )
            where = tuple(Where(self.item.id, n) for n in places[:MOST_PLACES])
            yield Alarm("conflict", text, (key,), where)

    def _blocks_of_lists(self, found: ItemAccounts) -> Iterable[AccountAct]:
        """The list of the blocked says who, mostly not when; what an event says already is not said again."""
        owner = next((key for key, shown in found.shown.items() if shown.own), "")
        for profile, seen in self._blocked:
            if seen.named.key not in self._blocks:
                yield AccountAct(
                    "block",
                    owner,
                    seen.named.key,
                    self._when(profile.seen),
                    Where(self.item.id, profile.n, "list of blocked accounts"),
                )


def _fails_its_checks(record: Message) -> bool:
    """Whether one of the mail's Authentication-Results says that DMARC failed, or SPF with no DKIM signature beside it.

    A signature that was verified here counts as one. Anybody can type such a header: a warning, no proof.
    """
    signed = any(check.what.startswith("DKIM") and check.result == "good" for check in record.checks)
    for check in record.checks:
        if check.what != "Authentication-Results":
            continue
        for stated in check.text.split("; "):  # one server's
            results = set(_RESULT.findall(stated))
            if "dmarc=fail" in results or (
                "spf=fail" in results and not signed and "dkim=pass" not in results
            ):
                return True
    return False


def _some(places: list[int]) -> list[int]:
    found = list(dict.fromkeys(places))
    return found if len(found) <= MOST_PLACES else [*found[: MOST_PLACES - 1], found[-1]]
