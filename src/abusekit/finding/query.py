"""What is looked for: words, and facts that must hold beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import get_args

from abusekit.case.moment import Moment
from abusekit.case.records import Kind
from abusekit.errors import UsageError
from abusekit.finding.folding import Words, fold
from abusekit.importers.model import Account, Event, Message, Profile, Record
from abusekit.timeline.messages import EVENT_WORDS, MESSAGE_WORDS

ITEM_KINDS: tuple[str, ...] = get_args(Kind)
PROFILE = "profile"
KINDS: frozenset[str] = frozenset((*ITEM_KINDS, *MESSAGE_WORDS, *EVENT_WORDS, "event", PROFILE))
"""`message` and `event` stand for all of them, as on the timeline."""
CHANGED = "changed_between_exports"
AUTHOR = "author_differs"
STATES = ("present", "missing", "omitted", "not_exported", "corrupt")
"""Of an attachment."""


@dataclass(frozen=True, slots=True)
class Query:
    """The empty query takes everything. Facts of one kind are alternatives, of several kinds all must hold."""

    words: Words = field(default_factory=lambda: Words(()))
    since: datetime | None = None
    # aware; what was certainly over before it is left out
    until: datetime | None = None
    # aware, not included; what certainly began at or after it is left out
    kinds: frozenset[str] = frozenset()
    # of KINDS
    items: frozenset[str] = frozenset()
    # item ids
    tags: frozenset[str] = frozenset()
    # of the item as a whole, or of the part itself
    accounts: tuple[str, ...] = ()
    # texts that stand in the name, the handle or the id of who wrote, of whom it concerns, or who is listed
    platforms: frozenset[str] = frozenset()
    # in small letters
    flags: frozenset[str] = frozenset()
    # names of flags, without what follows the colon; CHANGED and AUTHOR among them
    attachments: frozenset[str] = frozenset()
    # of STATES
    unparsed: bool = False
    # only what was not understood

    def __post_init__(self) -> None:
        """Raises UsageError."""
        for what, given, known in (
            ("kind", self.kinds, KINDS),
            ("state of an attachment", self.attachments, frozenset(STATES)),
        ):
            if unknown := given - known:
                raise UsageError(
                    f"unknown {what}: {', '.join(sorted(unknown))}", f"one of {', '.join(sorted(known))}"
                )
        if any(not fold(account).strip() for account in self.accounts):
            raise UsageError("an account without a name", 'such as: --account "Sam"')
        for name, at in (("--from", self.since), ("--to", self.until)):
            if at is not None and at.utcoffset() is None:
                raise UsageError(f"{name} has no time zone", "such as 2026-11-20T22:10+00:00")
        if self.since and self.until and self.since >= self.until:
            raise UsageError("--from is not before --to", "turn the two round")

    @property
    def anything(self) -> bool:
        """Whether nothing is asked for."""
        facts = (self.kinds, self.items, self.tags, self.attachments, self.unparsed)
        return not (self.words or self.of_records or any(facts) or self.timed)

    @property
    def timed(self) -> bool:
        return self.since is not None or self.until is not None

    @property
    def of_records(self) -> bool:
        """Whether only records of exports can be meant."""
        return bool(self.accounts or self.platforms or self.flags or self.attachments or self.unparsed)

    @property
    def takes_items(self) -> bool:
        return not self.of_records and (not self.kinds or not self.kinds.isdisjoint(ITEM_KINDS))

    @property
    def takes_records(self) -> bool:
        return not self.kinds or not self.kinds <= frozenset(ITEM_KINDS)

    def kind_of_item(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    def tagged(self, tags: Iterable[str]) -> bool:
        return not self.tags or not self.tags.isdisjoint(tags)

    def in_time(self, moment: Moment) -> bool:
        """Whether it may have been then: a time without a zone is any instant of its interval."""
        return (self.since is None or moment.latest > self.since) and (
            self.until is None or moment.earliest < self.until
        )


class Judge:
    """Whether a record is what is looked for: all but its time and what only several exports show together."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._named: Callable[[str, str, str], bool] = lru_cache(4096)(self._is_named)
        self._accounts = tuple(fold(account).strip() for account in query.accounts)

    def facts(self, record: Record) -> bool:
        query = self._query
        return (
            (not query.kinds or self._kind(record))
            and (not query.platforms or _platform(record).lower() in query.platforms)
            and (not query.unparsed or (isinstance(record, Event) and record.kind == "unparsed"))
            and (
                not query.attachments
                or (
                    isinstance(record, Message)
                    and any(one.state in query.attachments for one in record.attachments)
                )
            )
            and (not self._accounts or any(self._of(account) for account in _accounts(record)))
        )

    def flagged(self, record: Record) -> bool:
        """Whether the record itself has one of the flags; true where none is asked for."""
        flags = self._query.flags
        if not flags:
            return True
        return not isinstance(record, Profile) and any(
            flag.partition(":")[0] in flags for flag in record.flags
        )

    def _kind(self, record: Record) -> bool:
        kinds = self._query.kinds
        if isinstance(record, Profile):
            return PROFILE in kinds
        return record.kind in kinds or ("message" if isinstance(record, Message) else "event") in kinds

    def _of(self, account: Account) -> bool:
        return self._named(account.name, account.handle, account.id)

    def _is_named(self, *names: str) -> bool:
        folded = [fold(name) for name in names if name]
        return any(wanted in name for wanted in self._accounts for name in folded)


def _platform(record: Record) -> str:
    return record.account.platform if isinstance(record, Profile) else record.platform


def _accounts(record: Record) -> list[Account]:
    if isinstance(record, Profile):
        return [record.account]
    target = record.target if isinstance(record, Event) else None
    return [account for account in (record.author, target) if account is not None]
