"""The browser engine: visits an address as a person would, and judges what came of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

from abusekit.browser.inventory import Request
from abusekit.browser.plan import VisitPlan
from abusekit.browser.process.chromium import BrowserProcess, Executable
from abusekit.browser.process.watchdog import kill_group
from abusekit.browser.visit import Means, Visit, visit
from abusekit.capture.address import Target, target
from abusekit.capture.claims import claims, closed_text, judged
from abusekit.capture.coding import decode
from abusekit.capture.http import HTML
from abusekit.capture.http import record as record_by_http
from abusekit.capture.page import PARSE_LIMIT, TITLE_LIMIT, Page, decode_text, read_page
from abusekit.capture.plan import Plan
from abusekit.capture.problems import bounded
from abusekit.capture.result import Capture, Requisites, retry_after
from abusekit.capture.visit_outcome import outcome_of, problems_of
from abusekit.capture.wire import body
from abusekit.errors import InputError
from abusekit.webarchive.exchange import Exchange, Problem
from abusekit.webarchive.warc import media_type

_FREE = nullcontext()
ABORT_S = 15.0
"""Seconds that browsers have to end when a run is stopped."""

UNUSABLE = 3
"""After so many visits in a row without a usable NetLog, the rest of a run does not ask for one: each address would
be visited twice. Not after one: a page must not be able to lower the fidelity of all that follow."""

FACT_TYPES = ("application/activity+json", "application/ld+json", "application/json+oembed")
"""Answers beside the page in which facts of it may stand."""
FACT_BODIES = 20
FACT_BYTES = 1 << 20


@dataclass(slots=True)
class BrowserEngine:
    """See `engines.Engine`. Every address gets a process and a profile of its own."""

    executable: Executable
    name: str = "browser"
    _running: set[BrowserProcess] = field(default_factory=set)
    _visits: int = 0
    _aborted: bool = False
    _unusable: int = 0
    # visits in a row whose NetLog could not be used
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def record(
        self,
        url: str,
        plan: Plan,
        *,
        now: Callable[[], datetime],
        computing: AbstractContextManager[object] = _FREE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> Capture:
        """One address. Raises InputError when `url` is none, UsageError and NetworkError when no browser starts."""
        with self._changed:
            if self._aborted:
                raise InputError("the run was stopped")
            self._visits += 1
        mine: list[BrowserProcess] = []

        def started(process: BrowserProcess) -> None:
            mine.append(process)
            with self._changed:
                self._running.add(process)
                if self._aborted:
                    kill_group(process.pid)

        if self._unusable >= UNUSABLE and plan.visit is not None:
            plan = replace(plan, visit=replace(plan.visit, recorder="decoded"))
        try:
            made = record(
                url, plan, self.executable, now=now, computing=computing, monotonic=monotonic, started=started
            )
            fell_back = made.visit is not None and made.visit.recorder == "decoded"
            self._unusable = self._unusable + 1 if fell_back else 0
            return made
        finally:
            with self._changed:
                self._running.difference_update(mine)
                self._visits -= 1
                self._changed.notify_all()

    def abort(self) -> None:
        """End all browsers, and wait until their visits are over."""
        with self._changed:
            self._aborted = True
            for process in self._running:
                kill_group(process.pid)
            self._changed.wait_for(lambda: not self._visits, timeout=ABORT_S)


def record(
    url: str,
    plan: Plan,
    executable: Executable,
    *,
    now: Callable[[], datetime],
    computing: AbstractContextManager[object] = _FREE,
    monotonic: Callable[[], float] = time.monotonic,
    started: Callable[[BrowserProcess], None] = lambda _process: None,
) -> Capture:
    """Captures one address with a browser; see `http.record` for what is alike.

    An address that turns out to be a download is fetched by the plain engine, and the capture says so.
    """
    first = target(url)
    at, begun = now(), monotonic()
    means = Means(
        policy=plan.policy,
        typed=(first.host, first.port),
        deadline_s=plan.deadline_s,
        max_bytes=plan.max_bytes,
        spool=plan.spool,
        extra_ca=plan.extra_ca,
        now=now,
        monotonic=monotonic,
        started=started,
    )
    seen = visit(first.url, plan.visit or VisitPlan(), executable, means)
    if seen.run is not None and seen.run.download is not None:
        for one in seen.exchanges:
            one.close()
        seen.close()
        left = max(plan.deadline_s - (monotonic() - begun), 1.0)
        fetched = record_by_http(
            url, replace(plan, deadline_s=left), now=now, computing=computing, monotonic=monotonic
        )
        note = Problem(
            "download", "a browser is offered this as a file: fetched by the http engine", fetched.url
        )
        return replace(fetched, problems=bounded([*fetched.problems, note]))
    try:
        with computing:
            return _judged(url, first, plan, seen, at, now)
    except BaseException:
        for one in seen.exchanges:
            one.close()
        seen.close()
        raise


def _judged(
    url: str, first: Target, plan: Plan, seen: Visit, at: datetime, now: Callable[[], datetime]
) -> Capture:
    main = seen.exchanges[len(seen.hops) - 1]
    outcome, detail = outcome_of(seen, main)
    markup = _text_of(seen, "dom", PARSE_LIMIT)
    page = _page(markup, main)
    text = _text_of(seen, "text", None) if any(a.kind == "text" for a in seen.taken.artefacts) else None
    title = " ".join(seen.run.title.split())[:TITLE_LIMIT] if seen.run else ""
    facts, markers = claims(
        url, seen.hops[-1], main.status, markup, title, text, _fact_bodies(seen.exchanges), main.headers
    )
    walled, why = judged(outcome, main.status, markers)
    if walled != outcome:
        outcome, detail = walled, why
    problems = [Problem(outcome, detail, main.url)] if outcome != "complete" else []
    problems += problems_of(seen, main)
    if text is not None and closed_text(markup, seen.hops[-1]):
        problems.append(Problem("text-cut", "text.txt: without closed shadow roots, which stand in dom.html"))
    return Capture(
        typed=url,
        url=seen.exchanges[0].url,
        outcome=outcome,
        status=main.status,
        hops=seen.hops,
        exchanges=seen.exchanges,
        title=title or (page.title if page else None),
        text=text,
        page_times=page.times if page else (),
        requisites=_requisites(seen),
        problems=bounded(problems),
        retry_after_s=retry_after(main.header("retry-after"), main.head_at),
        started=at,
        ended=now(),
        plan=plan,
        page_facts=facts,
        markers=markers,
        visit=seen,
    )


def _requisites(seen: Visit) -> Requisites:
    """Parts of the page by the browser's own list."""
    asked = [one for one in (seen.run.inventory.requests if seen.run else ()) if _is_part(one)]
    fetched = sum(1 for one in asked if one.status is not None and one.status < 400 and not one.failure)
    given_up = sum(1 for one in asked if one.canceled and not one.blocked)
    return Requisites(len(asked), fetched, max(len(asked) - fetched - given_up, 0), 0)


def _is_part(one: Request) -> bool:
    web = one.url.startswith(("http://", "https://"))
    if one.url.partition("?")[0].endswith("/favicon.ico"):  # asked for by the browser, not by the page
        return False
    return web and not one.main and one.source == "network" and one.ended in ("finished", "failed")


def _text_of(seen: Visit, kind: str, limit: int | None) -> str:
    """An artefact that is text; "" where there is none."""
    for made in seen.taken.artefacts:
        if made.kind == kind:
            size = made.spool.size if limit is None else min(made.spool.size, limit * 4)
            return made.spool.read(0, size).decode("utf-8", "replace")[:limit]
    return ""


def _page(markup: str, main: Exchange) -> Page | None:
    if not markup or media_type(main) not in HTML:
        return None
    try:
        return read_page(markup, target(main.url))
    except InputError:  # a browser follows addresses that are longer than those we take
        return None


def _fact_bodies(exchanges: tuple[Exchange, ...]) -> list[tuple[str, str, str]]:
    """Address, media type and text of the answers in which facts of the page may stand."""
    found: list[tuple[str, str, str]] = []
    for one in exchanges:
        kind = media_type(one)
        if kind in FACT_TYPES and one.status == 200 and len(found) < FACT_BODIES:
            packing = None if one.form == "decoded" else one.header("content-encoding")
            decoded = decode(body(one), packing, keep=FACT_BYTES)
            found.append((one.url, kind, decode_text(decoded.data, one.header("content-type"))))
    return found
