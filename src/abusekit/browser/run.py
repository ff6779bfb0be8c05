"""What came of a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from abusekit.browser.inventory import Inventory, Request
from abusekit.browser.page.behaviours import Alteration

TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Frozen:
    """The page, held still: no script runs, nothing moves. What `at_rest` is called with."""

    session: str
    # CDP session of the page
    frame: str
    # id of the main frame
    url: str
    # as the page shows it
    title: str
    width: int
    # CSS pixels of the whole page; 0 when it did not answer
    height: int
    # CSS pixels of the whole page; a page may be endless
    failure: str
    # not empty: this is the browser's own page about a failure ("net::ERR_…"), nothing that a server sent
    answers: bool
    # False: its script cannot be ended, so that it answers nothing and no picture can be taken
    ends_at: float
    # monotonic
    frames: tuple[str, ...] = ()
    # CDP sessions of frames that live in processes of their own


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from the typed address to the page that was seen."""

    url: str
    status: int | None
    # of the answer; None where there was none
    reason: str
    # typed, redirect, script, meta-refresh, header-refresh, link, form; within-document for the last one only
    request: Request | None = None
    # on the browser's list; None where no document was asked for


@dataclass(frozen=True, slots=True)
class PageRun:
    """Facts of one visit; nothing in them proves what a server sent."""

    final_url: str
    # as the page shows it at the end, fragment included; the typed one where nothing was loaded
    hops: tuple[Hop, ...]
    # of the main frame, the typed address first
    title: str
    # of the page, at most 1,000 characters, chosen by the page: may hold control characters
    loaded: str
    # none, committed, dom, load: how far the main document came
    quiet: bool
    # it came to rest by itself
    failure: str
    # why nothing was loaded: "net::ERR_…", or that it took too long; empty otherwise
    started: datetime
    # UTC, our clock: when the browser was told to go to the address
    answered: datetime | None
    # UTC, our clock: when the main document was there, or failed
    settled: datetime | None
    # UTC, our clock: when it was at rest, or was no longer waited for
    ended: datetime
    # UTC, our clock
    height: int
    # CSS pixels of the page when it was held still; 0 unknown
    alterations: tuple[Alteration, ...]
    inventory: Inventory
    crashed: bool
    # the page's process ended
    closed: bool
    # the page closed itself, or the browser ended
    hung: bool
    # a script of the page ran without end and was broken off
    dead: bool
    # and could not be: nothing can be asked of the page, so its title and height are not known
    stopped: str
    # why its scripts were switched off before the end: page-hung, storm, navigation-limit; or empty
    timed_out: bool
    # the time limit for loading was reached
    download: str | None
    # the address, when the main frame became a download: there is no page
    recorder_fault: str
    # a fault of our own while listening; the inventory may lack something

    @property
    def status(self) -> int | None:
        """The status of the last main document."""
        return self.inventory.main.status if self.inventory.main else None


def hops(inventory: Inventory, typed: str) -> tuple[Hop, ...]:
    """How the main frame came to where it is: redirects, then what scripts and refreshes did."""
    reasons = {one.loader: one.reason for one in inventory.navigations if one.loader}
    made: list[Hop] = []
    for one in inventory.requests:
        if not one.main or one.target != "page":
            continue
        reason = "redirect" if one.hop else (reasons.get(one.id, "other") if made else TYPED)
        made.append(Hop(one.url, one.status, reason, one))
    last = inventory.navigations[-1] if inventory.navigations else None
    if last is not None and last.reason == "within-document":
        made.append(Hop(last.url, None, last.reason))
    return tuple(made) or (Hop(typed, None, TYPED),)
