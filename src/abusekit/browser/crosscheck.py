"""Two lists of one visit, made apart from each other, compared both ways: what the browser tells, what is recorded.

The browser tells of its requests over CDP; the bytes come from elsewhere (NetLog, or the fallback). A request
that the browser says was answered over the network, and that no recorded exchange answers, is missing evidence.
Neither list proves the other true: both come from the same browser.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlsplit

from abusekit.browser.inventory import URL_LIMIT, Inventory, Request
from abusekit.browser.values import cut
from abusekit.webarchive.exchange import Exchange

LISTED_LIMIT = 500
"""Entries listed of each kind; the counts have them all."""
URL_SHOWN = 2000
"""Characters of an address that is listed."""

ABSENT: tuple[tuple[str, str], ...] = (
    ("local", "made by the browser itself: data:, blob:, about: and the like"),
    ("service-worker", "answered by a service worker of the page, which may make up what it likes"),
    ("memory-cache", "answered from what was already loaded"),
    ("disk-cache", "answered from the browser's cache"),
    ("prefetch-cache", "answered from what was loaded in advance"),
    ("internal", "the browser redirected itself, such as to https"),
    ("blocked", "refused by the browser itself"),
    ("failed", "no answer came: the failure is in the browser's list"),
    ("unanswered", "given up, or still without an answer at the end of the visit"),
)
"""Why the browser tells of a request that is not recorded, and nothing is missing."""

EXTRA: tuple[tuple[str, str], ...] = (
    ("again", "the browser tells of this address, but fewer times: a second try, or a worker's own copy"),
    ("preflight", "asks whether a page may ask (CORS)"),
    ("favicon", "the icon of the site"),
    ("untold", "the browser does not tell of it"),
)
"""Why an exchange is recorded of which the browser tells nothing. None of it is missing evidence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request on one of the lists."""

    method: str
    url: str
    # cut to URL_SHOWN
    status: int | None
    kind: str
    # CDP's resource type; empty where it is not known
    reason: str
    # a word of ABSENT or EXTRA; empty for what is missing


@dataclass(frozen=True, slots=True)
class Difference:
    """A request on both lists that is not the same."""

    method: str
    url: str
    # cut to URL_SHOWN
    told: int
    # status, or bytes, as the browser tells
    recorded: int
    # status, or bytes, as recorded


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """The lists are bounded, the numbers are not."""

    told: int
    # requests (each hop one) and web sockets on the browser's list
    recorded: int
    # exchanges
    matched: int
    # on both lists
    missing: tuple[Entry, ...]
    # told as answered over the network, and not recorded
    missing_count: int
    absent: tuple[Entry, ...]
    # told, not recorded, and known why
    absent_counts: Mapping[str, int]
    # by reason
    extra: tuple[Entry, ...]
    # recorded, and not told
    extra_counts: Mapping[str, int]
    # by reason
    statuses: tuple[Difference, ...]
    # the status differs
    statuses_count: int
    lengths: tuple[Difference, ...]
    # the number of bytes differs, where both count the same thing; no part of the verdict
    lengths_count: int
    lengths_compared: int
    untold: int
    # requests that the browser told of beyond the limit of the inventory: nothing is known of them

    @property
    def whole(self) -> bool:
        """Every answer that the browser tells of is recorded, with its status."""
        return not (self.missing_count or self.statuses_count or self.untold)

    @property
    def verdict(self) -> Literal["whole", "mismatches"]:
        return "whole" if self.whole else "mismatches"

    def to_facts(self) -> dict[str, Any]:
        """For item.json: the canonical subset of JSON."""
        return {
            "verdict": self.verdict,
            "told": self.told,
            "recorded": self.recorded,
            "matched": self.matched,
            "missing": [_entry_facts(one) for one in self.missing],
            "missing_count": self.missing_count,
            "absent": [_entry_facts(one) for one in self.absent],
            "absent_counts": {why.replace("-", "_"): count for why, count in self.absent_counts.items()},
            "extra": [_entry_facts(one) for one in self.extra],
            "extra_counts": {why.replace("-", "_"): count for why, count in self.extra_counts.items()},
            "statuses": [_difference_facts(one) for one in self.statuses],
            "statuses_count": self.statuses_count,
            "lengths": [_difference_facts(one) for one in self.lengths],
            "lengths_count": self.lengths_count,
            "lengths_compared": self.lengths_compared,
            "untold": self.untold,
        }


def crosscheck(inventory: Inventory, exchanges: Iterable[Exchange]) -> CrossCheck:
    """Compares by method and address, in order; of several with the same address, those of the same status first."""
    recorded = list(exchanges)
    left: dict[tuple[str, str], list[Exchange]] = defaultdict(list)
    for exchange in recorded:
        left[_key(exchange.method, exchange.url)].append(exchange)
    told = [_Told.request(one) for one in inventory.requests]
    told += [
        _Told("GET", one.url, one.status, "websocket", "" if one.status else "unanswered", None)
        for one in inventory.sockets
    ]
    missing: list[Entry] = []
    absent: list[Entry] = []
    statuses: list[Difference] = []
    lengths: list[Difference] = []
    matched = compared = 0
    # First those that must be there, so that a request answered from a cache takes no exchange away from them.
    for one in sorted(told, key=lambda entry: bool(entry.reason)):
        found = _taken(left, one)
        if found is None:
            (absent if one.reason else missing).append(one.entry())
            continue
        matched += 1
        if one.status is not None and found.status is not None and one.status != found.status:
            statuses.append(Difference(one.method, cut(one.url, URL_SHOWN), one.status, found.status))
        if one.length is not None and found.form == "wire" and found.complete:
            compared += 1
            if one.length != found.received.size:
                shown = cut(one.url, URL_SHOWN)
                lengths.append(Difference(one.method, shown, one.length, found.received.size))
    known = {_key(one.method, one.url) for one in told}
    extra = [_extra(one, known) for several in left.values() for one in several]
    return CrossCheck(
        told=len(told),
        recorded=len(recorded),
        matched=matched,
        missing=tuple(missing[:LISTED_LIMIT]),
        missing_count=len(missing),
        absent=tuple(absent[:LISTED_LIMIT]),
        absent_counts=_counted(absent),
        extra=tuple(extra[:LISTED_LIMIT]),
        extra_counts=_counted(extra),
        statuses=tuple(statuses[:LISTED_LIMIT]),
        statuses_count=len(statuses),
        lengths=tuple(lengths[:LISTED_LIMIT]),
        lengths_count=len(lengths),
        lengths_compared=compared,
        untold=max(inventory.counts.get("requests", 0) - len(inventory.requests), 0)
        + max(inventory.counts.get("sockets", 0) - len(inventory.sockets), 0),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    method: str
    url: str
    status: int | None
    kind: str
    reason: str
    # why it may be absent
    length: int | None
    # bytes received, where they are comparable

    @classmethod
    def request(cls, one: Request) -> _Told:
        length = one.received if _comparable(one) else None
        return cls(one.method, one.url, one.status, one.kind, _reason(one), length)

    def entry(self) -> Entry:
        return Entry(self.method, cut(self.url, URL_SHOWN), self.status, self.kind, self.reason)


def _comparable(one: Request) -> bool:
    """CDP counts what went over an HTTP/1 connection, heads included. Of a worker's script, which is known by its
    long identifier, it counts the head only."""
    alike = "." in one.id or one.kind == "document"
    over = one.ended in ("finished", "redirected") and one.protocol in ("http/1.0", "http/1.1")
    return alike and over and one.source == "network"


def _reason(one: Request) -> str:
    """Why this request may rightly be absent from what was recorded; empty when it may not."""
    if not one.url.lower().startswith(("http://", "https://")):
        return "local"
    if one.source != "network":
        return one.source
    if one.status is not None:
        return ""
    if one.blocked:
        return "blocked"
    return "failed" if one.failure and not one.canceled else "unanswered"


def _taken(left: dict[tuple[str, str], list[Exchange]], one: _Told) -> Exchange | None:
    several = left.get(_key(one.method, one.url))
    if not several:
        return None
    place = next((n for n, found in enumerate(several) if found.status == one.status), None)
    if place is None and one.reason not in ("", "failed", "unanswered", "blocked"):
        return None  # answered elsewhere: the exchange is another request's
    return several.pop(place or 0)


def _extra(one: Exchange, known: set[tuple[str, str]]) -> Entry:
    if _key(one.method, one.url) in known:
        reason = "again"
    elif one.method == "OPTIONS":
        reason = "preflight"
    elif _path(one.url) == "/favicon.ico":
        reason = "favicon"
    else:
        reason = "untold"
    return Entry(one.method, cut(one.url, URL_SHOWN), one.status, one.kind, reason)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _key(method: str, url: str) -> tuple[str, str]:
    """Web sockets begin as an ordinary GET."""
    plain = url.partition("#")[0]
    if plain.startswith(("ws:", "wss:")):
        plain = "http" + plain[2:]
    return method, cut(plain, URL_LIMIT)


def _counted(entries: Sequence[Entry]) -> Mapping[str, int]:
    return MappingProxyType(dict(sorted(Counter(one.reason for one in entries).items())))


def _entry_facts(one: Entry) -> dict[str, Any]:
    return {
        "method": one.method,
        "url": one.url,
        "status": one.status,
        "kind": one.kind,
        "reason": one.reason,
    }


def _difference_facts(one: Difference) -> dict[str, Any]:
    return {"method": one.method, "url": one.url, "told": one.told, "recorded": one.recorded}
