"""The captures of each address in a case, in their order, and the judge that compares a new one with them (R9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from abusekit.capture.address_ids import address_ids
from abusekit.capture.page_facts import shown_among
from abusekit.capture.recheck import RULES_VERSION, verdict
from abusekit.capture.result import Capture
from abusekit.capture.seen import Seen, Sign
from abusekit.capture.signs import GONE
from abusekit.capture.verdicts import LIVE, Verdict
from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.decisions import Standing
from abusekit.case.folder import Case
from abusekit.case.hashing import open_regular
from abusekit.case.records import Item
from abusekit.errors import AbusekitError
from abusekit.webarchive.wacz import page_text

MAX_MARKERS = 20
"""Markers of one re-check that its record lists."""
MAX_WORDS = 300
"""Characters of a marker's name, and of where it stands."""
_FROM_ADDRESS = ("address", "canonical")
"""Facts whose place begins so were read off an address: they say nothing of what the page shows."""


@dataclass(frozen=True, slots=True)
class Look:
    """One capture of an address, as far as the history needs it."""

    item: str
    # its id
    at: str
    # taken in: UTC, our clock
    began: str
    # the capture: UTC, our clock
    ended: str
    # the capture: UTC, our clock
    rechecked: bool
    # False: captured, but not compared with an earlier one
    live: bool
    # the thing was there
    gone: bool
    # the site said that it is not there any more


@dataclass(frozen=True, slots=True)
class History:
    """All captures of one address that count: neither withdrawn nor in quarantine."""

    address: str
    # as typed, the same in all of them
    looks: tuple[Look, ...]
    # in the order of the log, never empty

    @property
    def first(self) -> Look:
        return self.looks[0]

    @property
    def newest(self) -> Look:
        return self.looks[-1]

    @property
    def last_live(self) -> Look | None:
        """The newest capture in which it was there."""
        return next((look for look in reversed(self.looks) if look.live), None)

    @property
    def first_gone(self) -> Look | None:
        """The first capture behind the last live one in which the site said that it is gone."""
        after = self.looks[self.looks.index(self.last_live) + 1 :] if self.last_live else ()
        return next((look for look in after if look.gone), None)


def histories(case: Case, standing_of: dict[str, Standing]) -> dict[str, History]:
    """Address as typed → its captures. Raises EvidenceError: an item cannot be read."""
    counted = (
        case.item(item_id)
        for item_id, standing in standing_of.items()
        if standing.quarantined is None and standing.withdrawn is None
    )
    return histories_of(counted)


def histories_of(items: Iterable[Item]) -> dict[str, History]:
    """The same of items that were read, neither withdrawn nor in quarantine, in the order of the log."""
    found: dict[str, list[Look]] = {}
    for item in items:
        address = item.source.get("address")
        if item.kind == "capture" and isinstance(address, str):
            found.setdefault(address, []).append(look_of(item))
    return {address: History(address, tuple(looks)) for address, looks in found.items()}


def seen_of_capture(capture: Capture) -> Seen:
    """A capture that was just made."""
    return Seen(
        outcome=capture.outcome,
        status=capture.status,
        address=capture.typed,
        final_url=capture.final_url,
        hops=capture.hops,
        title=capture.title or "",
        text=capture.text,
        facts=_by_name([(one.name, one.value, one.where) for one in capture.page_facts], capture.text),
        markers=capture.markers,
        fidelity=capture.fidelity,
        engine=capture.engine,
        page_kind=_page_kind(capture.typed),
    )


def seen_of_item(case: Case, item: Item) -> Seen:
    """A stored capture; its readable text comes from its archive. Raises CaseError, EvidenceError."""
    facts = item.facts
    address = _text(item.source.get("address"))
    status = facts.get("status")
    text = stored_text(case, item)
    return Seen(
        outcome=item.outcome,
        status=status if type(status) is int else None,
        address=address,
        final_url=_text(facts.get("final_url")) or address,
        hops=tuple(_text(hop) for hop in _list(facts.get("hops"))),
        title=_text(facts.get("title")),
        text=text,
        facts=_by_name(
            [
                (_text(one.get("name")), _text(one.get("value")), _text(one.get("where")))
                for one in _list(facts.get("page_facts"))
                if isinstance(one, dict)
            ],
            text,
        ),
        markers=tuple(_markers(facts)),
        fidelity=item.fidelity,
        engine=_text(facts.get("engine")) or "http",
        page_kind=_page_kind(address),
    )


def stored_text(case: Case, item: Item) -> str | None:
    """The readable text in an item's archive; None where there is none. Raises CaseError, EvidenceError."""
    if not any(stored.name == "capture.wacz" for stored in item.files):
        return None
    fd, _ = open_regular(case.root / f"evidence/{item.id}/capture.wacz")
    with open(fd, "rb") as stream:
        return page_text(stream)


def judge(case: Case, history: History) -> Callable[[Capture], dict[str, JSON]]:
    """What fills `facts.recheck` of a new capture of this address (docs/case-format.md). May run in any thread."""

    def judged(capture: Capture) -> dict[str, JSON]:
        live = history.last_live
        earlier, unread = None, ""
        if live is not None:
            try:
                earlier = seen_of_item(case, case.item(live.item))
            except (AbusekitError, OSError):
                unread = f"{live.item} cannot be read, so nothing was compared; run abusekit verify"
        found = verdict(earlier, seen_of_capture(capture))
        return _facts(history, capture, found, unread)

    return judged


def _facts(history: History, capture: Capture, found: Verdict, unread: str) -> dict[str, JSON]:
    live, gone = history.last_live, history.first_gone
    last_live = _bracket(live.item, live.began) if live else None
    first_gone = _bracket(gone.item, gone.ended) if gone else None
    if found.kind in LIVE:
        last_live, first_gone = _bracket("", instant_text(capture.started)), None
    elif found.kind in GONE and live is not None and gone is None:
        first_gone = _bracket("", instant_text(capture.ended))
    difference = found.difference
    return {
        "rules_version": RULES_VERSION,
        "verdict": found.kind,
        "confidence": found.confidence,
        "markers": [
            {
                "kind": one.kind,
                "marker": _safe(one.marker),
                "confidence": one.confidence,
                "where": _safe(one.where),
            }
            for one in found.markers[:MAX_MARKERS]
        ],
        "reasons": [*found.reasons, *([unread] if unread else [])],
        "not_shown": found.not_shown,
        "alarm": found.alarm,
        "previous": history.newest.item,
        "compared_with": live.item if live and not unread else None,
        "last_live": last_live,
        "first_gone": first_gone,
        "lines_added": difference.added if difference else None,
        "lines_removed": difference.removed if difference else None,
    }


def look_of(item: Item) -> Look:
    """One stored capture, as far as the history of its address needs it."""
    recheck = item.facts.get("recheck")
    said = _text(recheck.get("verdict")) if isinstance(recheck, dict) else ""
    hidden = any(one.confidence != "low" for one in _markers(item.facts))
    return Look(
        item.id,
        item.at,
        _text(item.facts.get("started")) or item.at,
        _text(item.facts.get("ended")) or item.at,
        rechecked=bool(said),
        live=said in LIVE if said else item.outcome == "complete" and not hidden,
        gone=said in GONE,
    )


def _bracket(item: str, at: str) -> dict[str, JSON]:
    """A deletion lies after the beginning of a capture that showed it, and before the end of one that did not."""
    return {"item": item, "at": at}


def _markers(facts: dict[str, JSON]) -> Iterator[Sign]:
    for one in _list(facts.get("markers")):
        if isinstance(one, dict):
            kind, marker, sure, where = (_text(one.get(k)) for k in ("kind", "marker", "confidence", "where"))
            yield Sign(kind, marker, sure, where)


def _by_name(found: list[tuple[str, str, str]], text: str | None) -> dict[str, tuple[str, ...]]:
    """Without the texts of the post that the page does not show, where it shows another one."""
    looked: dict[str, set[str]] = {}
    for name, value, where in found:
        if name == "post.text_shown":
            looked.setdefault(where, set()).add(value)
    names: dict[str, dict[str, None]] = {}
    if not looked and any(name == "post.text" for name, _, _ in found):
        names["post.text_shown"] = {"no": None}  # there was no text to look in
    any_shown = any("yes" in said for said in looked.values())
    for name, value, where in found:
        if name == "post.text" and any_shown:
            said = looked.get(where, set())
            if "yes" not in said or ("no" in said and not shown_among([value], text or "")):
                continue
        if name and where.partition(" ")[0] not in _FROM_ADDRESS:
            names.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in names.items()}


def _page_kind(address: str) -> str:
    ids = address_ids(address)
    return ids.kind if ids is not None else ""


def _safe(text: str) -> str:
    return text[:MAX_WORDS].encode("utf-8", "replace").decode("utf-8")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
