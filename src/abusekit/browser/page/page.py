"""The page that is visited, as an object: asked in an isolated world, with a limit on every question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from abusekit.browser.page import frames
from abusekit.browser.page.cdp import Cdp, CdpClosedError, CdpError, CdpTimeoutError
from abusekit.browser.page.ledger import Ledger
from abusekit.browser.page.targets import Targets
from abusekit.browser.values import inner, whole

ANSWER_S = 5.0
"""Seconds that a page has for one answer."""
STOPS = 8
STOP_S = 0.5
"""How often scripts are told to end, and seconds for the page to answer in between."""
NAVIGATIONS_LIMIT = 20
STORM_LIMIT = 60
"""Dialogs and windows after which the scripts of a page are stopped."""
WORLD = "abusekit"


@dataclass(slots=True)
class Page:
    """Raises nothing that a page could provoke: a question that is not answered gives None."""

    cdp: Cdp
    targets: Targets
    ledger: Ledger
    load_ends_at: float
    # monotonic: end of loading, scrolling and pressing
    ends_at: float
    # monotonic: end of everything
    monotonic: Callable[[], float]
    hung: bool = False
    # did not answer, and its scripts were broken off
    dead: bool = False
    # does not answer, whatever is done
    stopped: str = ""
    # why its scripts were switched off before the end: page-hung, storm, navigation-limit
    _world: tuple[str, int] = field(default=("", 0))
    # isolated world: session and context, until the page goes somewhere else

    @property
    def session(self) -> str:
        return self.targets.page

    def over(self) -> bool:
        """The page is gone, fights, or has no time left for loading."""
        if not self.stopped:
            if self.ledger.documents > NAVIGATIONS_LIMIT:
                self.stop("navigation-limit")
            elif self.ledger.asked() > STORM_LIMIT:
                self.stop("storm")
        return bool(self.stopped) or self.gone or self.monotonic() >= self.load_ends_at

    @property
    def gone(self) -> bool:
        """Crashed, closed itself, or the browser has ended."""
        return self.targets.gone.is_set() or self.cdp.closed

    def rest(self, seconds: float) -> None:
        """Sleeps, but not beyond the end of the page."""
        self.targets.gone.wait(max(min(seconds, self.ends_at - self.monotonic()), 0.0))

    def call(
        self, method: str, params: dict[str, Any] | None = None, *, limit: float = ANSWER_S
    ) -> dict[str, Any]:
        """Raises CdpError and its kinds."""
        if self.gone:
            raise CdpClosedError(f"the page is gone: {method} was not sent")
        left = min(limit, self.ends_at - self.monotonic())
        return self.cdp.call(method, params, session=self.session, timeout=max(left, 0.1))

    def ask(self, method: str, params: dict[str, Any] | None = None, *, limit: float = ANSWER_S) -> str:
        """Empty when it was done; else why not."""
        try:
            self.call(method, params, limit=limit)
        except CdpError as fault:
            return fault.message
        return ""

    def evaluate(self, source: str, *, limit: float = ANSWER_S) -> Any:
        """The value of `source` (a JSON value), in a world that the page's own scripts cannot reach; None without.

        The page's DOM is shared: what it says of itself is still the page's word.
        """
        if self.dead:
            return None
        for _ in range(2):  # a navigation in between takes the world away
            try:
                context = self._context(limit)
                answer = self.call(
                    "Runtime.evaluate",
                    {
                        "expression": source,
                        "contextId": context,
                        "returnByValue": True,
                        "timeout": limit * 1000,
                    },
                    limit=limit,
                )
            except CdpTimeoutError:
                if not self.gone:
                    self.break_off()
                return None
            except CdpError:
                self._world = ("", 0)
                continue
            return inner(answer, "result").get("value")
        return None

    def answers(self) -> bool:
        """Whether the page answers; when it does not, its scripts are broken off."""
        return bool(self.evaluate("1") == 1)

    def break_off(self) -> None:
        """A page that hangs: its script is ended, and none may start again."""
        if not self.hung:
            self.hung = True
            self.stop("page-hung")

    def hold(self) -> int:
        """Scripts off and no more loading, at the end of a visit: what is there stays as it is.

        Gives how many frames with processes of their own did not obey.
        """
        for method, params in frames.HOLDING:
            self.cdp.send(method, params, session=self.session)
        frames.say(self.cdp, self.targets, frames.HOLDING)
        if self.dead or not self.answers():
            self.stop(self.stopped or "page-hung")
        return frames.hold(self.cdp, self.targets, seconds=self.ends_at - self.monotonic())

    def stop(self, why: str) -> None:
        """No more scripts and no more loading.

        Said again until the page answers, but not for long: a script that opens one dialog after the other
        may not hear it, and there is no other way to end it than with the page.
        """
        self.stopped = self.stopped or why
        for _ in range(STOPS):
            for method, params in frames.STOPPING:
                self.cdp.send(method, params, session=self.session)
            frames.say(self.cdp, self.targets, frames.STOPPING)
            try:
                self.call("Runtime.evaluate", {"expression": "1"}, limit=STOP_S)
            except CdpTimeoutError:
                continue
            except CdpError:
                pass
            self.dead = False
            break
        else:
            self.hung = self.dead = True

    def _context(self, limit: float) -> int:
        """The isolated world of the present document."""
        if self._world[0] == self._document() and self._world[1]:
            return self._world[1]
        frame = self.ledger.main_frame
        made = self.call("Page.createIsolatedWorld", {"frameId": frame, "worldName": WORLD}, limit=limit)
        number = whole(made, "executionContextId") or 0
        self._world = (self._document(), number)
        return number

    def _document(self) -> str:
        return f"{self.session}/{self.ledger.committed}"
