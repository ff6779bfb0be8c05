"""Everything in a case that has a time: items, the times found in them, the diary, the custody log.

A pure function of the log and the `item.json` files. Nothing is verified here but the form and chain of the
log: whether files are unchanged is for `abusekit verify`. What cannot be read is a row that says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import get_args

from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.decisions import Standing, standings
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError, EvidenceError, UsageError
from abusekit.messages.exports import exports
from abusekit.messages.joined import Join
from abusekit.timeline.acts import QUARANTINE, WORDS, act_content, act_message, text
from abusekit.timeline.items import TAKEN_IN, ItemRows, our_instant
from abusekit.timeline.messages import MessageRows
from abusekit.timeline.ordered import OrderedRows
from abusekit.timeline.row import Kind, Row, read_instant

LOG = "custody/log.jsonl"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows are wanted; the empty filter takes all. Rows whose time may lie inside are kept."""

    since: datetime | None = None
    # aware; rows that are certainly over before it are left out
    until: datetime | None = None
    # aware, not included; rows that certainly begin at or after it are left out
    kinds: frozenset[str] = frozenset()
    # of `row.KINDS`; empty: all
    items: frozenset[str] = frozenset()
    # item ids; acts about the case as a whole are then left out
    tags: frozenset[str] = frozenset()
    # an item with any of them; likewise
    include_custody: bool = True
    # acts of the custody log
    accounts: tuple[str, ...] = ()
    # messages whose account contains one of these texts, letters of either case; all else is then left out
    platforms: frozenset[str] = frozenset()
    # messages of these platforms; likewise
    reveal: bool = False
    # carry content: titles, addresses, names, words of the diary

    def __post_init__(self) -> None:
        """Raises UsageError."""
        unknown = self.kinds - set(get_args(Kind))
        if unknown:
            raise UsageError(
                f"unknown kind: {', '.join(sorted(unknown))}", f"one of {', '.join(get_args(Kind))}"
            )
        for name, at in (("since", self.since), ("until", self.until)):
            if at is not None and at.utcoffset() is None:
                raise UsageError(f"{name} has no time zone", "such as 2026-11-20T22:10+00:00")
        if self.since and self.until and self.since >= self.until:
            raise UsageError("since is not before until", "turn the two round")


def rows(case: Case, filters: Filters | None = None) -> Iterator[Row]:
    """The rows in order, once; see `gather`."""
    with gather(case, filters) as ordered:
        yield from ordered


def gather(case: Case, filters: Filters | None = None) -> OrderedRows:
    """The rows of the case by earliest possible instant, to be iterated as often as there are outputs.

    Rows of the same instant stand in the order of the log. Close it (context manager). Raises LogFormError,
    TornLogError, CaseError, EvidenceError (a log line whose time is none).
    """
    ordered = OrderedRows(case.derived)
    try:
        reader = _Reader(case, filters or Filters())
        ordered.held_back = tuple(i for i, standing in reader.standing.items() if standing.quarantined)
        for row in reader.all_rows():
            ordered.add(row)
    except BaseException:
        ordered.close()
        raise
    return ordered


class _Reader:
    def __init__(self, case: Case, filters: Filters) -> None:
        self.case = case
        self.filters = filters
        self.since = "" if filters.since is None else instant_text(filters.since)
        self.until = "" if filters.until is None else instant_text(filters.until)
        self.size = 0
        self.exhibits: dict[str, str] = {}
        self.admitted: dict[str, int] = {}
        self.accounts = tuple(account.casefold() for account in self.filters.accounts)
        try:
            self.standing = standings(self._counted())
            for standing in self.standing.values():
                if not all(isinstance(said, str) for said in (*standing.tags, standing.withdrawn or "")):
                    raise TypeError("a tag or a reason is not text")
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise EvidenceError(
                f"an act in the custody log is malformed: {fault}", "run: abusekit verify"
            ) from fault

    def _counted(self) -> Iterator[dict[str, JSON]]:
        for entry in self.case.entries():
            self.size += 1
            if entry["do"] == "item.add":
                self.exhibits[text(entry.get("item"))] = text(entry.get("exhibit"))
                self.admitted[text(entry.get("item"))] = entry["n"]
            yield entry

    def all_rows(self) -> Iterator[Row]:
        for row in self._unfiltered():
            if self._wanted(row):
                yield row

    def _unfiltered(self) -> Iterator[Row]:
        # The log may grow while it is read a second time; the standings are of its first lines.
        for entry in islice(self.case.entries(), self.size):
            item_id = text(entry.get("item"))
            if self._quarantined(item_id) and entry["do"] not in QUARANTINE:
                continue  # R62: nothing of it is shown, and no act that could say what it holds
            if entry["do"] == "item.add":
                if self._item_wanted(item_id):
                    yield from self._item(item_id, entry)
            elif self.filters.include_custody and self._item_wanted(item_id):
                yield self._act(entry, item_id)
        for item_id in self.case.item_ids():
            if item_id not in self.exhibits and self._item_wanted(item_id):
                yield from self._unlogged(item_id)
        yield from self._messages()

    def _messages(self) -> Iterator[Row]:
        """What the exports say. One that cannot be read has its own row already, and is said there."""
        if self.filters.kinds and self.filters.kinds.isdisjoint(("message", "event")):
            return
        opened = [one for one in exports(self.case, self.filters.items) if one.item.id in self.exhibits]
        yield from MessageRows(
            Join(self.case, opened), self.standing, self.admitted, reveal=self.filters.reveal
        )

    def _item_wanted(self, item_id: str) -> bool:
        if self.filters.items and item_id not in self.filters.items:
            return False
        standing = self.standing.get(item_id)
        return not self.filters.tags or (
            standing is not None and not self.filters.tags.isdisjoint(standing.tags)
        )

    def _quarantined(self, item_id: str) -> bool:
        standing = self.standing.get(item_id)
        return standing is not None and standing.quarantined is not None

    def _wanted(self, row: Row) -> bool:
        return (
            (not self.filters.kinds or row.kind in self.filters.kinds)
            and (not self.since or row.latest > self.since)
            and (not self.until or row.earliest < self.until)
            and (not self.filters.platforms or row.platform in self.filters.platforms)
            and (not self.accounts or any(one in row.account.casefold() for one in self.accounts))
            and (
                not self.filters.tags
                or row.kind not in ("message", "event")  # of all others the item was asked already
                or not self.filters.tags.isdisjoint(row.tags)
            )
        )

    def _act(self, entry: dict[str, JSON], item_id: str) -> Row:
        standing = self.standing.get(item_id, Standing())
        exhibit = self.exhibits.get(item_id, "")
        return Row(
            **our_instant(_logged_at(entry)),
            basis="our clock when the act was logged",
            kind="custody",
            what=WORDS.get(text(entry["do"]), text(entry["do"])),
            message=act_message(entry, exhibit),
            item=item_id,
            exhibit=exhibit,
            file=LOG,
            field="at",
            n=entry["n"],
            tags=() if standing.quarantined else tuple(standing.tags),
            withdrawn=None if standing.quarantined else standing.withdrawn,
            content=(act_content(entry) or None) if self.filters.reveal else None,
        )

    def _item(self, item_id: str, entry: dict[str, JSON]) -> Iterator[Row]:
        about = self._rows_of(item_id, self.exhibits[item_id], entry["n"])
        try:
            item = self.case.item(item_id)
        except AbusekitError as fault:
            about.label = f"{text(entry.get('kind'))}, {text(entry.get('outcome'))}"
            why = f"its item.json cannot be used, run: abusekit verify ({fault.message})"
            yield about.taken_in(_logged_at(entry), _kind_of(entry.get("kind")), "item taken in", why)
            return
        yield from about.rows(item, _logged_at(entry), "")

    def _unlogged(self, item_id: str) -> Iterator[Row]:
        try:
            item = self.case.item(item_id)
            at = instant_text(read_instant(item.at))
        except (AbusekitError, ValueError):
            return  # not an item, and nothing says when it came: `recover` and `verify` speak of it
        about = self._rows_of(item_id, item.exhibit, None)
        yield from about.rows(item, at, "not in the log yet, run: abusekit recover")

    def _rows_of(self, item_id: str, exhibit: str, n: int | None) -> ItemRows:
        standing = self.standing.get(item_id, Standing())
        return ItemRows(item_id, exhibit, n, standing, reveal=self.filters.reveal)


def _logged_at(entry: dict[str, JSON]) -> str:
    at: str = entry["at"]
    try:
        read_instant(at)
    except ValueError as fault:
        raise EvidenceError(
            f"log line {entry['n'] + 1}: {at} is not a time", "run: abusekit verify"
        ) from fault
    return at


def _kind_of(kind: JSON) -> Kind:
    return kind if kind in TAKEN_IN else "record-only"
