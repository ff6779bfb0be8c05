"""The plain engine: asks for an address over HTTP/1.1, follows redirects by hand, fetches the page's parts."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from abusekit.capture.address import KEPT, RefusedSchemeError, Target, check_address, redirected, target
from abusekit.capture.claims import claims, judged
from abusekit.capture.coding import KEPT_LIMIT, decode
from abusekit.capture.page import Page, decode_text, plain_text, read_page, style_parts
from abusekit.capture.plan import Plan
from abusekit.capture.problems import bounded
from abusekit.capture.result import NO_CONTENT, PARTIAL, Capture, Requisites, retry_after
from abusekit.capture.wire import Budget, body, fetch
from abusekit.errors import InputError
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive.exchange import Exchange, Problem
from abusekit.webarchive.warc import media_type

__all__ = ["check_address", "record"]

REDIRECTS = (301, 302, 303, 307, 308)

ACCEPT_PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"
ACCEPT_TEXT = "text/html,application/xhtml+xml,text/*,application/json;q=0.9"
ACCEPT_PART = "*/*"

HTML = ("text/html", "application/xhtml+xml")

_FREE = nullcontext()


@dataclass(slots=True)
class _Walk:
    """One address followed through its redirects."""

    exchanges: list[Exchange]
    outcome: str
    detail: str

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]


@dataclass(slots=True)
class _Run:
    """The means of one capture."""

    plan: Plan
    policy: AddressPolicy
    budget: Budget
    now: Callable[[], datetime]
    asked: dict[str, Exchange] = field(default_factory=dict)
    """Every exchange of the capture by its address, in their order: no address is asked twice, so that the
    archive has one answer for each."""

    def follow(self, start: Target, accept: str) -> _Walk:
        """Asks for `start` and every redirect, until something ends it."""
        walk = _Walk([], "redirect-limit", f"more than {self.plan.max_redirects} redirects")
        place = start
        seen: set[str] = set()
        for _ in range(self.plan.max_redirects + 1):
            if place.url in seen:
                walk.outcome, walk.detail = "redirect-loop", f"the redirects lead back to {place.url}"
                return walk
            seen.add(place.url)
            one = self.asked.get(place.url) or self.ask(place, accept)
            walk.exchanges.append(one)
            location = one.header("location")
            if one.problem is not None:
                walk.outcome, walk.detail = one.problem.label, one.problem.detail
                return walk
            if one.status not in REDIRECTS or location is None:
                walk.outcome, walk.detail = of_status(one.status or 0)
                return walk
            self.policy = self.policy.after_first(one.dns, place.port)
            try:
                place = _next(place, location)
            except RefusedSchemeError as fault:
                walk.outcome, walk.detail = "refused-scheme", f"redirect not followed: {fault.message}"
                return walk
            except InputError as fault:
                walk.outcome, walk.detail = "bad-response", f"redirect not followed: {fault.message}"
                return walk
        return walk

    def ask(self, place: Target, accept: str) -> Exchange:
        """One exchange with an address that was not asked before."""
        self.asked[place.url] = one = fetch(
            place, accept=accept, plan=self.plan, policy=self.policy, budget=self.budget, now=self.now
        )
        return one


def record(
    url: str,
    plan: Plan,
    *,
    now: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
    computing: AbstractContextManager[object] = _FREE,
) -> Capture:
    """Captures one address: the exact bytes of every request and answer, and what can be read from them.

    now: our clock, aware, UTC. monotonic: seconds, any origin. computing: held while the page is read, which
    takes computing and no waiting; a lock keeps threads from fighting for the interpreter. What servers,
    networks and pages do ends as an `outcome`, never as an exception. Raises InputError when `url` is not an
    address (see `check_address`), UsageError when the plan's CA file holds no certificates, OSError when the
    spool cannot be written.
    Sends no cookies, no credentials, no Referer. Close the capture after use.
    """
    first = target(url)
    started = now()
    budget = Budget(monotonic() + plan.deadline_s, plan.max_bytes, monotonic)
    run = _Run(plan, plan.policy, budget, now)
    walk = run.follow(first, ACCEPT_TEXT if plan.text_only else ACCEPT_PAGE)
    problems: list[Problem] = []
    if walk.outcome != "complete":
        problems.append(Problem(walk.outcome, walk.detail, walk.last.url))
    hops = tuple(one.url for one in walk.exchanges)
    with computing:
        page, text, markup = _read(walk, problems)
        facts, markers = claims(
            url,
            walk.last.url,
            walk.last.status,
            markup,
            page.title if page else None,
            text,
            headers=walk.last.headers,
        )
    outcome, detail = judged(walk.outcome, walk.last.status, markers)
    if outcome != walk.outcome:
        walk.outcome, walk.detail = outcome, detail
        problems.insert(0, Problem(outcome, detail, walk.last.url))
    requisites = Requisites()
    if plan.requisites and page is not None and walk.outcome == "complete":
        run.policy = run.policy.after_first(walk.exchanges[0].dns, first.port)
        requisites = _fetch_parts(run, page, hops, problems)
    exchanges = tuple(run.asked.values())
    problems += _doubts(walk, exchanges)
    return Capture(
        typed=url,
        url=first.url,
        outcome=walk.outcome,
        status=walk.last.status,
        hops=hops,
        exchanges=exchanges,
        title=page.title if page else None,
        text=text,
        page_times=page.times if page else (),
        requisites=requisites,
        problems=bounded(problems),
        retry_after_s=retry_after(walk.last.header("retry-after"), walk.last.head_at),
        started=started,
        ended=now(),
        plan=plan,
        page_facts=facts,
        markers=markers,
    )


def of_status(status: int) -> tuple[str, str]:
    """Outcome and detail of an answer that came whole."""
    if status == PARTIAL:
        return "truncated", "the server sent a part (206) that was not asked for"
    if 200 <= status < 300:
        return "complete", ""
    if status == 429:
        return "rate-limited", "the server answered 429"
    return "http-error", f"the server answered {status}"


def _doubts(walk: _Walk, exchanges: tuple[Exchange, ...]) -> list[Problem]:
    """What leaves the outcome as it is, and must be known all the same."""
    found = []
    if walk.outcome == "complete" and walk.last.status in NO_CONTENT:
        detail = f"the server answered {walk.last.status}: there is no content"
        found.append(Problem("no-content", detail, walk.last.url))
    detail = "the answer states no length: its end cannot be known"
    found += [Problem("end-not-stated", detail, one.url) for one in exchanges if not one.end_stated]
    return found


def _next(base: Target, location: str) -> Target:
    # Header values are bytes; beyond ASCII they are escaped one by one, whatever encoding they are in.
    escaped = "".join(
        letter if letter.isascii() else quote(letter.encode("latin-1"), safe=KEPT) for letter in location
    )
    return redirected(base, escaped)


def _read(walk: _Walk, problems: list[Problem]) -> tuple[Page | None, str | None, str]:
    """Page, text and markup of the last answer; damaged compression becomes the outcome."""
    last = walk.last
    mime = media_type(last)
    packed = last.header("content-encoding")
    is_text = mime in HTML or mime.startswith("text/") or last.header("content-type") is None
    if last.status is None or not (packed or is_text):
        return None, None, ""
    decoded = decode(body(last), packed, keep=KEPT_LIMIT if is_text else 0)
    if decoded.fault and walk.outcome in ("complete", "http-error", "rate-limited"):
        walk.outcome, walk.detail = "bad-encoding", decoded.fault
        problems.insert(0, Problem("bad-encoding", decoded.fault, last.url))
    if decoded.limited:
        problems.append(Problem("decoded-limit", "only a part of the answer was read for its text", last.url))
    if last.header("content-type") is None and decoded.data.lstrip()[:9].lower().startswith(
        (b"<!doctype", b"<html")
    ):
        mime = "text/html"
    if mime in HTML:
        markup = decode_text(decoded.data, last.header("content-type"))
        page = read_page(markup, target(last.url))
        if page.limited:
            problems.append(Problem("parse-limit", "only the start of the page was read", last.url))
        return page, page.text, markup
    if mime.startswith("text/"):
        return None, plain_text(decode_text(decoded.data, last.header("content-type"))), ""
    return None, None, ""


def _fetch_parts(run: _Run, page: Page, hops: tuple[str, ...], problems: list[Problem]) -> Requisites:
    """Fetches what the page is made of, and what its style sheets name: one level deep."""
    pending = [part for part in page.parts if part.url not in hops]
    known = {part.url for part in pending} | set(hops)
    sheets_of_page = set(known)
    fetched = failed = asked = 0
    if page.bad_references:
        detail = f"{page.bad_references} references in the page are no web addresses"
        problems.append(Problem("bad-reference", detail, hops[-1]))
    position = 0
    while position < len(pending) and asked < run.plan.max_requisites and not run.budget.spent():
        part = pending[position]
        position += 1
        asked += 1
        walk = run.follow(part, ACCEPT_PART)
        outcome, detail = walk.outcome, walk.detail
        if outcome == "complete" and (walk.last.header("content-encoding") or _is_sheet(walk.last)):
            decoded = decode(body(walk.last), walk.last.header("content-encoding"))
            if decoded.fault:
                outcome, detail = "bad-encoding", decoded.fault
            elif _is_sheet(walk.last) and part.url in sheets_of_page:
                css = decode_text(decoded.data, walk.last.header("content-type"))
                more = [one for one in style_parts(css, target(walk.last.url)) if one.url not in known]
                known.update(one.url for one in more)
                pending.extend(more)
        if outcome == "complete":
            fetched += 1
        else:
            failed += 1
            problems.append(Problem(outcome, detail, part.url))
    left = len(pending) - asked
    if left:
        label = "requisite-limit" if asked >= run.plan.max_requisites else "not-fetched"
        problems.append(Problem(label, f"{left} parts of the page were not fetched", hops[-1]))
    return Requisites(len(pending), fetched, failed, left)


def _is_sheet(one: Exchange) -> bool:
    return media_type(one) == "text/css"
