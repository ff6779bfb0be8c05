"""One visit: a page is loaded, comes to rest, is scrolled and opened up as the plan says, and is held still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from abusekit.browser.inventory import Inventory
from abusekit.browser.page.behaviours import Act, Alteration
from abusekit.browser.page.cdp import Cdp, CdpClosedError, CdpError, CdpTimeoutError
from abusekit.browser.page.conditions import START_S, Conditions, conditions, refuse_everything
from abusekit.browser.page.ledger import Ledger
from abusekit.browser.page.page import Page
from abusekit.browser.page.pressing import press
from abusekit.browser.page.scrolling import Scrolling
from abusekit.browser.page.settle import until_quiet
from abusekit.browser.page.targets import ATTACH, Targets, Watcher
from abusekit.browser.plan import VisitPlan
from abusekit.browser.run import Frozen, PageRun, hops
from abusekit.browser.values import objects, text, whole, yes
from abusekit.errors import UsageError

SETTLE_S = 10.0
"""Seconds after the answer for a page to come to rest; some never do."""
COMMIT_S = 5.0
COMMIT_FAILED_S = 1.0
"""Seconds between the browser's answer and the document; after a failure there may come none (204, download)."""
REST_SHARE = 0.4
"""Share of the time limit that is kept for pictures and the like…"""
REST_S = 25.0
"""…and no more seconds than this."""

TITLE = "String(document.title).slice(0, 1000)"
PLACE = "String(location.href).slice(0, 16384)"
SIZE = """(() => { const it = document.scrollingElement || document.documentElement;
  return it ? {width: it.scrollWidth, height: it.scrollHeight} : null; })()"""


def visit_page(
    cdp: Cdp,
    url: str,
    plan: VisitPlan,
    *,
    ends_at: float,
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
    at_rest: Callable[[Frozen], None] | None = None,
    watchers: Sequence[Watcher] = (),
    browser: str = "",
) -> PageRun:
    """Visits `url` in a browser that has just been started, and gives what happened.

    ends_at: monotonic seconds; nothing here waits beyond it by more than a second. now: our clock, UTC.
    at_rest: called once when the page is held still (scripts off), to take pictures and the like; not called
    where there is no page. watchers: hear every event. browser: its name, for its brand in client hints.
    What a page does ends as facts of the run, never as an exception. Raises UsageError when `url` is no http
    or https address, CdpError when the browser does not obey at all. The page stays open.
    Proves nothing of the bytes: it is the browser's word, and partly the page's.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise UsageError("a visit needs an http or https address")
    begun = monotonic()
    reserve = min((ends_at - begun) * REST_SHARE, REST_S)
    ledger = Ledger(now=now, monotonic=monotonic)
    version = cdp.call("Browser.getVersion", timeout=min(START_S, max(ends_at - begun, 0.1)))
    terms = conditions(plan, version, browser)
    targets = Targets(cdp, ledger, terms.everywhere, terms.pages, watchers)
    targets.known = frozenset(
        text(one, "targetId", 200) for one in objects(cdp.call("Target.getTargets"), "targetInfos")
    )
    cdp.listen(targets.take)
    alterations = refuse_everything(cdp, now)
    cdp.call("Target.setAutoAttach", ATTACH)
    cdp.call("Target.createTarget", {"url": "about:blank"})
    if not targets.ready.wait(max(min(START_S, ends_at - monotonic()), 0.1)):
        raise CdpTimeoutError("the browser opened no page in time")
    page = Page(cdp, targets, ledger, ends_at - reserve, ends_at, monotonic)
    return _Visit(page, plan, now, alterations).run(url, terms, at_rest)


@dataclass(slots=True)
class _Visit:
    page: Page
    plan: VisitPlan
    now: Callable[[], datetime]
    alterations: list[Alteration]
    failure: str = ""
    url: str = ""
    title: str = ""
    width: int = 0
    height: int = 0
    settled: datetime | None = None
    answered: datetime | None = field(default=None)

    def run(self, url: str, terms: Conditions, at_rest: Callable[[Frozen], None] | None) -> PageRun:
        page, ledger = self.page, self.page.ledger
        self._put_down(terms)
        started = self.now()
        self._go(url)
        self.answered = self.now()
        quiet = False
        if self._is_there():
            quiet = until_quiet(page, limit=SETTLE_S)
            self._behave()
            self.settled = self.now()
        timed_out = page.monotonic() >= page.load_ends_at
        self.url = ledger.place or url
        if self._is_there():
            self._hold_still()
            if at_rest is not None and not page.gone:
                at_rest(self._frozen())
        page.targets.end()
        inventory = ledger.inventory()
        self._fought(inventory)
        return PageRun(
            final_url=self.url,
            hops=hops(inventory, url),
            title=self.title,
            loaded=ledger.loaded,
            quiet=quiet,
            failure=self.failure,
            started=started,
            answered=self.answered,
            settled=self.settled,
            ended=self.now(),
            height=self.height,
            alterations=tuple(self.alterations),
            inventory=inventory,
            crashed=page.targets.crashed,
            closed=page.gone and not page.targets.crashed,
            hung=page.hung,
            dead=page.dead,
            stopped=page.stopped,
            timed_out=timed_out,
            download=ledger.download,
            recorder_fault=type(page.cdp.fault).__name__ if page.cdp.fault else "",
        )

    def _put_down(self, terms: Conditions) -> None:
        """Sets once more what was set, this time with an answer."""
        for method, what, detail in terms.meant:
            params = next(params for name, params in (*terms.everywhere, *terms.pages) if name == method)
            at = self.now()
            fault = self.page.ask(method, params)
            self.alterations.append(Alteration(what, at, 1, f"refused: {fault}" if fault else "done", detail))

    def _go(self, url: str) -> None:
        """Asks for the address, until its document is there, or there will be none."""
        page = self.page
        try:
            answer = page.call("Page.navigate", {"url": url}, limit=page.load_ends_at - page.monotonic())
        except CdpTimeoutError:
            self.failure = "" if page.ledger.committed else "no answer within the time limit"
            page.cdp.send("Page.stopLoading", session=page.session)
        except CdpClosedError:
            self.failure = "" if page.ledger.committed else "the browser ended"
        except CdpError as fault:
            self.failure = fault.message
        else:
            self.failure = text(answer, "errorText", 300)
            if yes(answer, "isDownload") and page.ledger.download is None:
                page.ledger.download = url
        # The answer comes before the event that tells of the document, also where that is an error page.
        until = page.monotonic() + (COMMIT_FAILED_S if self.failure else COMMIT_S)
        while not (page.ledger.committed or page.ledger.download or page.gone) and page.monotonic() < until:
            page.rest(0.02)
        until = page.monotonic() + COMMIT_FAILED_S
        while page.ledger.download and not page.ledger.downloads and page.monotonic() < until:
            page.rest(0.02)  # its suggested name comes a little later

    def _is_there(self) -> bool:
        """There is a document to look at: an error page of the browser's own counts, a download does not."""
        return not self.page.gone and self.page.ledger.download is None and self.page.ledger.committed > 0

    def _behave(self) -> None:
        """What the plan allows, in this order: consent, scrolling, opening up, scrolling what was opened."""
        page, plan = self.page, self.plan
        if self.failure:  # the browser's own error page: nothing to scroll or press
            return
        page.answers()
        if plan.wait_s:
            at = self.now()
            page.rest(min(plan.wait_s, page.load_ends_at - page.monotonic()))
            self.alterations.append(Alteration("wait", at, 1, "done", f"{plan.wait_s:g} s"))
        if plan.dismiss_consent:
            self._press("consent")
        scrolling = Scrolling(page, screens=plan.scroll_screens, seconds=plan.scroll_s)
        at = self.now()
        outcome = scrolling.run() if plan.scroll_screens else ""
        if plan.expand and self._press("expand") and outcome:
            outcome = scrolling.run()
        if outcome:
            scrolling.back()
            detail = f"{scrolling.height} px"
            self.alterations.append(Alteration("scroll", at, scrolling.steps, outcome, detail))
            until_quiet(page, limit=2.0, quiet=0.2)

    def _press(self, act: Act) -> bool:
        """Whether anything was pressed."""
        at = self.now()
        made = press(self.page, act)
        self.alterations.append(Alteration(act, at, len(made.labels), made.outcome, "", tuple(made.labels)))
        return bool(made.labels)

    def _hold_still(self) -> None:
        """Reads what the page says of itself, then scripts off, animations off, nothing more is loaded."""
        page, at = self.page, self.now()
        still_open = page.ledger.unfinished
        stubborn = page.hold()
        fault = "the page does not answer" if page.dead else ""
        fault = (
            fault
            or page.ask("Animation.enable")
            or page.ask("Animation.setPlaybackRate", {"playbackRate": 0})
        )
        faults = [fault, f"{stubborn} frames of other sites do not obey" if stubborn else ""]
        outcome = f"in part: {'; '.join(filter(None, faults))}" if any(faults) else "done"
        detail = f"{still_open} requests were under way and were ended" if still_open else ""
        self.alterations.append(Alteration("freeze", at, 1, outcome, detail))
        title, url, size = page.evaluate(TITLE), page.evaluate(PLACE), page.evaluate(SIZE)
        if not self.failure:  # else it is the browser's own page
            self.title = title if isinstance(title, str) else ""
        if isinstance(url, str) and url and not url.startswith("chrome-error:"):
            self.url = url
        if isinstance(size, dict):
            self.width, self.height = whole(size, "width") or 0, whole(size, "height") or 0

    def _frozen(self) -> Frozen:
        return Frozen(
            session=self.page.session,
            frame=self.page.ledger.main_frame,
            url=self.url,
            title=self.title,
            width=self.width,
            height=self.height,
            failure=self.failure,
            answers=not self.page.dead,
            ends_at=self.page.ends_at,
            frames=self.page.targets.frames(),
        )

    def _fought(self, found: Inventory) -> None:
        """Dialogs and windows were answered: that is put down too."""
        if found.dialogs:
            count = found.counts["dialogs"]
            self.alterations.append(Alteration("dialog", found.dialogs[0].at, count, "dismissed"))
        opened = [one for one in found.popups if one.opened]
        if opened:
            count = found.counts["opened"]
            self.alterations.append(Alteration("popup", opened[0].at, count, "closed"))
        if self.page.stopped:
            self.alterations.append(Alteration("scripts-off", self.now(), 1, "done", self.page.stopped))
