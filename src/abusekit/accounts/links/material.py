"""What each account wrote and did, gathered in one pass over the exports and the captures of a case.

Nothing is weighed here. Own words only: what is forwarded, quoted with `>` or deleted is no writing of the account.
A message that stands in two exports comes once (`messages.joined`).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from abusekit.accounts.keys import of_record
from abusekit.accounts.links.captured import captured_posts
from abusekit.accounts.model import AccountKey, Where
from abusekit.accounts.signals.reuse import Runs, SharedRun, own_words
from abusekit.accounts.signals.selectors import Selector, selectors
from abusekit.case.decisions import standings
from abusekit.case.folder import Case
from abusekit.case.moment import Moment
from abusekit.errors import AbusekitError, CaseError, EvidenceError, InputError
from abusekit.importers.model import Message, Record, Time
from abusekit.messages.cache import Opened, summary_of
from abusekit.messages.exports import exports
from abusekit.messages.joined import Join, Joined
from abusekit.messages.resolving import moments

MOST_POSTS = 200
"""Posts of one account that style is measured on; evenly spread over all that it wrote."""
MOST_PLACES = 3
"""Places that are kept of one selector, mention or target of an account: the first."""
MOST_KEPT = 2_000
"""Selectors, mentions and targets, each, of one account."""
MOST_MENTIONS = 6
"""Different words around one selector of an account that are kept: the first."""
AROUND = 200
"""Signs of them, on each side."""
MOST_RECIPIENTS = 8
"""Recipients up to which they are looked at one by one: a larger group is a room, no choice of whom to write to."""
TYPED = 20
"""Characters from which a message is taken to have been typed, not tapped, for `seconds`."""
_MAY_SELECT = re.compile(r"\d\D?\d\D?\d|[@$/]|\w\.\w|[(\[{\s]at[)\]}\s]|\w{24}", re.IGNORECASE)
"""What no selector does without: the dear search is spared where it is absent."""
_MENTION = re.compile(r"(?<![\w@/])@([\w.]{2,60})")

SelectorKey = tuple[str, str]
"""Kind and normalised value."""


class Post(NamedTuple):
    text: str
    where: Where


class Mention(NamedTuple):
    """A selector in a text of an account: what stands around it tells whether one text was taken from the other."""

    before: str
    itself: str
    after: str
    where: Where


@dataclass(slots=True)
class Held:
    """One selector at one account."""

    selector: Selector
    where: list[Where] = field(default_factory=list)
    first: str = ""
    # the earliest written time in UTC at which it was written; empty: not known
    said: list[Mention] = field(default_factory=list)
    # in messages, no two in the same words
    profile: list[Mention] = field(default_factory=list)
    # in profile texts
    stated: bool = False
    # as a field of its profile, declared, or its very id


@dataclass(slots=True)
class Told:
    """What one account wrote and did."""

    sample: list[Post] = field(default_factory=list)
    # at most 2 × MOST_POSTS while reading
    posts: int = 0
    # messages with words of its own
    quoted: int = 0
    # forwarded or quoted ones beside them
    hours: dict[str, list[int]] = field(default_factory=dict)
    # `utc` or `local` → 24 counts
    selectors: dict[SelectorKey, Held] = field(default_factory=dict)
    mentions: dict[str, list[Where]] = field(default_factory=dict)
    # handle as written, folded → places
    written_to: dict[AccountKey, list[Where]] = field(default_factory=dict)
    contacts: dict[str, tuple[Record, Opened]] = field(default_factory=dict)
    # export → the first message that its owner received
    seconds: array[int] = field(default_factory=lambda: array("q"))
    # UTC seconds of messages of at least TYPED characters, by a server's clock
    stride: int = 1

    def post(self, text: str, where: Where) -> None:
        """Keep it, or not: every `stride`-th is kept, and the stride doubles when there are too many."""
        if self.posts % self.stride == 0:
            self.sample.append(Post(text, where))
            if len(self.sample) >= 2 * MOST_POSTS:
                del self.sample[1::2]
                self.stride *= 2
        self.posts += 1

    def texts(self) -> list[str]:
        """At most MOST_POSTS, evenly spread."""
        step = -(-len(self.sample) // MOST_POSTS) or 1
        return [one.text for one in self.sample[::step]]


@dataclass(slots=True)
class Material:
    told: dict[AccountKey, Told] = field(default_factory=dict)
    runs: list[SharedRun] = field(default_factory=list)
    # runs of words that two accounts or more have
    texts: Runs | None = None
    # all words, from which the runs come
    unread: list[str] = field(default_factory=list)
    # what could not be read, in words

    def of(self, account: AccountKey) -> Told:
        return self.told.get(account) or Told()


def material(
    case: Case, *, without: Collection[str] = (), progress: Callable[[int], None] = lambda _count: None
) -> Material:
    """One pass over everything that may be read; not what is quarantined, withdrawn or in `without`.

    Raises LogFormError, TornLogError, CaseError, EvidenceError: an act of the log is malformed.
    """
    left_out = _left_out(case) | set(without)
    unread: list[str] = []
    wanted = [one for one in _opened(case, left_out, unread) if one.item.id not in left_out]
    try:
        return _gathered(case, wanted, left_out, unread, progress)
    except (InputError, CaseError, EvidenceError):  # one export; which, is asked one by one
        readable = list(_readable(case, wanted, unread))
        if len(readable) == len(wanted):
            raise
        return _gathered(case, readable, left_out, unread, progress)


def _gathered(
    case: Case,
    opened: list[Opened],
    left_out: Collection[str],
    unread: list[str],
    progress: Callable[[int], None],
) -> Material:
    gathering = _Gathering()
    for count, joined in enumerate(Join(case, opened).untimed() if opened else ()):
        if type(joined.record) is Message:
            gathering.take(joined, joined.record)
        if count % 10_000 == 0:
            progress(count)
    told = list(unread)
    for post in captured_posts(case, left_out, told):
        gathering.write(post.account, post.text, post.where, None)
    return gathering.whole(told)


class _Gathering:
    def __init__(self) -> None:
        self.found = Material()
        self._runs = Runs()

    def whole(self, unread: list[str]) -> Material:
        self.found.runs, self.found.unread, self.found.texts = list(self._runs.shared()), unread, self._runs
        return self.found

    def take(self, joined: Joined, record: Message) -> None:
        if record.author is None:
            return
        item = joined.opened.item.id
        account = of_record(record.author, item).key
        told = self._of(account)
        where = Where(item, record.n)
        if record.forwarded_from:
            told.quoted += 1
        elif record.text:
            self.write(account, record.text, where, record.sent)
        if record.direction == "in" and not record.author.owner:
            known = told.contacts.get(item)
            if known is None or _earlier(record, known[0]):
                told.contacts[item] = (record, joined.opened)
        if len(record.recipients) <= MOST_RECIPIENTS and len(told.written_to) < MOST_KEPT:
            for other in record.recipients:
                _keep(told.written_to, of_record(other, item).key, where)

    def _of(self, account: AccountKey) -> Told:
        told = self.found.told.get(account)
        if told is None:
            told = self.found.told[account] = Told()
        return told

    def write(self, account: AccountKey, text: str, where: Where, sent: Time | None) -> None:
        """Words of the account's own."""
        told = self._of(account)
        words = own_words(text)
        if len(words) < len(text) // 2:
            told.quoted += 1
        if not words.strip():
            return
        told.post(words, where)
        self._runs.add(account, where, words)
        if sent is not None:
            _clocked(told, sent, len(words))
        if _MAY_SELECT.search(words):
            self._select(told, words, where, sent)

    def _select(self, told: Told, words: str, where: Where, sent: Time | None) -> None:
        at = sent.at if sent is not None and sent.at.endswith("Z") else ""
        for one in selectors(words):
            if (held := hold(told.selectors, one, where)) is None:
                continue
            mention(held.said, one, words, where)
            if at:
                held.first = min(held.first or at, at)
        if "@" in words and len(told.mentions) < MOST_KEPT:
            for found in _MENTION.finditer(words):
                _keep(told.mentions, found[1].rstrip(".").casefold(), where)


def hold(held: dict[SelectorKey, Held], selector: Selector, where: Where) -> Held | None:
    """Note that a selector stands at `where`; None where there are too many already."""
    key = (selector.kind, selector.value)
    one = held.get(key)
    if one is None:
        if len(held) >= MOST_KEPT:
            return None
        one = held[key] = Held(selector._replace(start=0, end=0))
    if len(one.where) < MOST_PLACES and where not in one.where:
        one.where.append(where)
    return one


def mention(known: list[Mention], selector: Selector, text: str, where: Where) -> None:
    """Note in which words it stands, unless it stood in the same ones before, or in too many."""
    start, end = selector.start, selector.end
    one = Mention(text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND], where)
    if len(known) < MOST_MENTIONS and all(one[:3] != other[:3] for other in known):
        known.append(one)


def _keep(places: dict[str, list[Where]], key: str, where: Where) -> None:
    if len(known := places.setdefault(key, [])) < MOST_PLACES:
        known.append(where)


def _clocked(told: Told, sent: Time, length: int) -> None:
    at = sent.at
    if len(at) < 13 or sent.precision == "day" or sent.order == "undecided":
        return
    utc = at.endswith("Z")
    hours = told.hours.setdefault("utc" if utc else "local", [0] * 24)
    try:
        hours[int(at[11:13])] += 1
        if utc and length >= TYPED and sent.clock == "server" and sent.precision != "min":
            told.seconds.append(_second(at))
    except (ValueError, IndexError):
        return  # no time of a day: `find` shows it as it stands


def _second(at: str) -> int:
    """Since 1970. Raises ValueError."""
    return _midnight(at[:10]) + int(at[11:13]) * 3600 + int(at[14:16]) * 60 + int(at[17:19])


@lru_cache(maxsize=8_192)
def _midnight(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def _earlier(one: Record, other: Record) -> bool:
    """By the written times of one export."""
    ours, theirs = (getattr(record, "sent", None) for record in (one, other))
    return ours is not None and (theirs is None or ours.at < theirs.at)


def first_contact(told: Told) -> tuple[Moment, Where] | None:
    """When the owner of an export first received something of the account, as far as any export shows."""
    found: list[tuple[Moment, Where]] = []
    for item, (record, opened) in told.contacts.items():
        ((_, moment),) = moments([record], opened.declared)
        if moment is not None:
            found.append((moment, Where(item, record.n)))
    return min(found, key=lambda one: (one[0].earliest, one[0].latest, one[1].item), default=None)


def _left_out(case: Case) -> set[str]:
    try:
        found = standings(entry for entry in case.entries() if entry["do"].startswith("item."))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise EvidenceError(
            f"an act in the custody log is malformed: {fault}", "run: abusekit verify"
        ) from fault
    return {item for item, one in found.items() if one.withdrawn is not None or one.quarantined is not None}


def _opened(case: Case, left_out: Collection[str], unread: list[str]) -> Iterable[Opened]:
    try:
        return list(exports(case))
    except AbusekitError:  # one of them; which, is asked one by one
        found: list[Opened] = []
        for entry in case.entries():
            if entry["do"] == "item.add" and entry.get("kind") == "export" and entry["item"] not in left_out:
                try:
                    found += exports(case, (entry["item"],))
                except AbusekitError as fault:
                    unread.append(f"{entry['item']}: {fault.message}")
        return found


def _readable(case: Case, opened: Iterable[Opened], unread: list[str]) -> Iterator[Opened]:
    for one in opened:
        try:
            summary_of(case, one)
        except AbusekitError as fault:
            unread.append(f"{one.item.id}: {fault.message}")
            continue
        yield one
