"""A capture becomes a draft of an item: archive (with the readable text), technical report, facts and times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from abusekit.capture import browsed
from abusekit.capture.embedded_times import checks, dated_facts
from abusekit.capture.facts import plan_facts
from abusekit.capture.fitting import fit
from abusekit.capture.host_clocks import clock_facts
from abusekit.capture.result import Capture
from abusekit.capture.stated_times import stated_moment
from abusekit.capture.technical_report import report_text
from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.decisions import TAG
from abusekit.case.intake import Draft
from abusekit.case.moment import Moment, from_instant
from abusekit.case.records import DatedFact, Legs
from abusekit.case.sighting import Sighting

WACZ = "capture.wacz"
WACZ_TYPE = "application/wacz+zip"
MAX_DATED = 500
ELSEWHERE = ("plan", "outcome", "fidelity", "software", "page_times")
"""Facts of a capture that stand in other members of `item.json`."""
MAX_FIELD = 300
LIMITS = (
    "no picture of the page: this engine runs no scripts and draws nothing, so a browser may show more or other things",
    "a recording shows what this client received; it does not show what others saw",
    "the readable text may hold what the page hides, and lack what scripts add",
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An earlier try at the same address in the same run, which the server asked to repeat later."""

    at: datetime
    outcome: str
    status: int | None
    retry_after_s: int | None


@dataclass(frozen=True, slots=True)
class Request:
    """An address to capture, and what its list says of it."""

    address: str
    """As typed."""
    listed: dict[str, str] = field(default_factory=dict)
    line: int | None = None
    """In the list, from 1."""
    seen: Moment | None = None
    """When it was seen, as the list says."""
    sighting: Sighting | None = None
    """When it was seen, as a person says of all addresses of the call."""
    priority: int = 0
    """Lower is sooner; what is volatile goes before what is not (`volatility`)."""
    selection: str = ""
    """Why this was captured and what was not, in the person's words (R8)."""
    completeness: str = ""
    """`whole-thread`, `partial`, `single-item`; empty: not said."""
    context: str = ""
    """What it is to the item `context_of`: `profile`, `thread`; empty for what a person asked for."""
    context_of: str = ""
    """Item of the same run that led here."""
    recheck_of: str = ""
    """First item of this address, where this looks again."""
    judge: Callable[[Capture], dict[str, JSON]] | None = None
    """Facts of a re-check (`facts.recheck`), from the new capture."""


def deposit(draft: Draft, request: Request, capture: Capture, attempts: tuple[Attempt, ...] = ()) -> None:
    """Fill `draft` with a capture. Raises CaseError (disk), InputError (does not fit the archive's format)."""
    facts = capture.facts()
    with draft.create(WACZ, WACZ_TYPE, "original") as out:
        capture.write_wacz(out, with_text=True)
    seen = capture.visit
    if seen is not None:
        browsed.store(draft, seen)
    draft.source = _source(request)
    category = request.listed.get("category", "")
    draft.tags = [category] if TAG.fullmatch(category) else []
    draft.method = _method(capture, attempts)
    draft.facts = {key: value for key, value in facts.items() if key not in ELSEWHERE}
    draft.facts["page_times_not_understood"] = [
        {"raw": one.raw, "where": one.where} for one in capture.page_times if stated_moment(one.raw) is None
    ]
    draft.facts["id_time_checks"] = [
        msgspec.to_builtins(one) for one in checks(capture.page_facts, now=capture.ended)
    ]
    if (clock := clock_facts(capture.exchanges)) is not None:
        draft.facts["clock"] = clock
    if request.judge is not None:
        draft.facts["recheck"] = request.judge(capture)
    draft.outcome = capture.outcome
    draft.fidelity = capture.fidelity
    draft.dated, bad_dates = _dated(request, capture)
    draft.limits = list(LIMITS if seen is None else browsed.LIMITS)
    if seen is not None and browsed.identity_used(capture.plan):
        draft.limits.append(browsed.WITH_SESSION)
    draft.problems = [
        f"{p.label}: {p.detail}" + (f" ({p.where})" if p.where else "") for p in capture.problems
    ] + bad_dates
    fit(draft)
    pictured = seen is not None and browsed.pictured(seen)
    draft.legs = Legs(address=True, source=capture.has_content, picture=pictured)
    report = report_text(request.address, capture, draft)
    draft.write("report.txt", report.encode("utf-8", "replace"), "text/plain; charset=utf-8", "metadata")


def _source(request: Request) -> dict[str, JSON]:
    """Where it comes from: the address as typed, and what the list, the person and the run say of it."""
    source: dict[str, JSON] = {"address": request.address}
    if request.line is not None:
        source["list_line"] = request.line
    if request.listed:
        source["listed"] = dict(request.listed)
    if request.sighting is not None:
        source["seen"] = request.sighting.facts()
    for name in ("selection", "completeness", "context", "context_of", "recheck_of"):
        if value := getattr(request, name):
            source[name] = value
    return source


def _method(capture: Capture, attempts: tuple[Attempt, ...]) -> dict[str, JSON]:
    """The collection record of R2, as far as the engine knows it."""
    method: dict[str, JSON] = {
        "engine": capture.engine,
        "options": plan_facts(capture.plan),
        "identity": "none: neither cookies nor credentials are sent",
        "route": "direct",
        "egress_ip": "not recorded: asking an outside service would tell it of the capture",
        "alterations": [],
        "attempts": [
            {
                "at": instant_text(a.at),
                "outcome": a.outcome,
                "status": a.status,
                "retry_after_s": a.retry_after_s,
            }
            for a in attempts
        ],
    }
    if capture.visit is not None:
        method |= browsed.method(capture.visit, capture.plan)
    return method


def _dated(request: Request, capture: Capture) -> tuple[list[DatedFact], list[str]]:
    """The times of a capture, and the problems with them.

    A time that a page names in several places is one, with all its places.
    """
    found: list[DatedFact] = []
    problems: list[str] = []
    if request.sighting is not None:
        found.append(request.sighting.dated())
    if request.seen:
        found.append(
            DatedFact("seen, as the list says", "source.listed.seen_at", "", request.seen.to_facts())
        )
    clock = capture.server_clock
    if clock and clock.utc:
        basis = "the server's own clock, as it says in its Date header"
        try:
            moment = from_instant(clock.utc, "server", basis, raw=clock.raw, precision="s")
        except (ValueError, OverflowError):
            problems.append(f"bad-date: the server's clock says {clock.raw}, which is no time to be placed")
        else:
            found.append(DatedFact("answered, by the server's clock", "http.date", WACZ, moment.to_facts()))
    file = WACZ if capture.visit is None else browsed.MARKUP
    found += dated_facts(capture.page_facts, file, now=capture.ended)
    known = {one.moment.get("raw") for one in found}
    places: dict[str, list[str]] = {}
    for one in capture.page_times:
        if one.raw in known:
            continue
        where = places.setdefault(one.raw, [])
        where += [one.where] if one.where not in where else []
    for raw, where in places.items():
        moment_or_none = stated_moment(raw)
        if moment_or_none is not None and len(found) < MAX_DATED:
            field = "; ".join(where)[:MAX_FIELD]
            found.append(DatedFact("time shown on the page", field, file, moment_or_none.to_facts()))
    return found[:MAX_DATED], problems
