"""A capture becomes a draft of an item: archive (with the readable text), technical report, facts and times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from abusekit.capture.facts import plan_facts
from abusekit.capture.result import Capture
from abusekit.capture.technical_report import report_text
from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.decisions import TAG
from abusekit.case.intake import Draft
from abusekit.case.moment import Moment, from_instant, from_local, offset_text
from abusekit.case.records import DatedFact, Legs

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


def deposit(draft: Draft, request: Request, capture: Capture, attempts: tuple[Attempt, ...] = ()) -> None:
    """Fill `draft` with a capture. Raises CaseError (disk), InputError (does not fit the archive's format)."""
    facts = capture.facts()
    with draft.create(WACZ, WACZ_TYPE, "original") as out:
        capture.write_wacz(out, with_text=True)
    source: dict[str, JSON] = {"address": request.address}
    if request.line is not None:
        source["list_line"] = request.line
    if request.listed:
        source["listed"] = dict(request.listed)
    draft.source = source
    category = request.listed.get("category", "")
    draft.tags = [category] if TAG.fullmatch(category) else []
    draft.method = _method(capture, attempts)
    draft.facts = {key: value for key, value in facts.items() if key not in ELSEWHERE}
    draft.facts["page_times_not_understood"] = [
        {"raw": one.raw, "where": one.where} for one in capture.page_times if page_moment(one.raw) is None
    ]
    draft.outcome = capture.outcome
    draft.fidelity = capture.fidelity
    draft.dated, bad_dates = _dated(request, capture)
    draft.limits = list(LIMITS)
    draft.problems = [
        f"{p.label}: {p.detail}" + (f" ({p.where})" if p.where else "") for p in capture.problems
    ] + bad_dates
    draft.legs = Legs(address=True, source=capture.has_content, picture=False)
    report = report_text(request.address, capture, draft)
    draft.write("report.txt", report.encode("utf-8", "replace"), "text/plain; charset=utf-8", "metadata")


def _method(capture: Capture, attempts: tuple[Attempt, ...]) -> dict[str, JSON]:
    """The collection record of R2, as far as this engine knows it."""
    return {
        "engine": "http",
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


def _dated(request: Request, capture: Capture) -> tuple[list[DatedFact], list[str]]:
    """The times of a capture, and the problems with them.

    A time that a page names in several places is one, with all its places.
    """
    found: list[DatedFact] = []
    problems: list[str] = []
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
    places: dict[str, list[str]] = {}
    for one in capture.page_times:
        where = places.setdefault(one.raw, [])
        where += [one.where] if one.where not in where else []
    for raw, where in places.items():
        moment_or_none = page_moment(raw)
        if moment_or_none is not None and len(found) < MAX_DATED:
            field = "; ".join(where)[:MAX_FIELD]
            found.append(DatedFact("time shown on the page", field, WACZ, moment_or_none.to_facts()))
    return found, problems


@lru_cache(maxsize=1024)
def page_moment(raw: str) -> Moment | None:
    """A time as a page writes it for machines (HTML `datetime`, RFC 3339), or None where it is none.

    Whoever made the page chose it; a page can say anything. Without an offset the zone stays unknown.
    """
    text = raw.strip()
    if not 10 <= len(text) <= 40 or not text[:4].isdigit():
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    day_only = len(text) == 10
    offset = at.utcoffset()
    try:
        return from_local(
            at.replace(tzinfo=None),
            raw=raw,
            precision="day" if day_only else "us" if at.microsecond else "s",
            zone=None if offset is None else offset_text(offset),
            zone_basis="unknown" if offset is None else "stated",
            clock="platform",
            basis="as the page states it" + ("" if offset is not None else ", without a time zone"),
        )
    except ValueError:
        return None
