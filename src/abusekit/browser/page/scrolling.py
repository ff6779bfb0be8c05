"""Scrolling to the end, so that what loads when it is seen is loaded; bounded, and it says how it ended."""

from __future__ import annotations

from abusekit.browser.page.page import Page
from abusekit.browser.page.settle import until_quiet
from abusekit.browser.values import real

HEIGHT_LIMIT = 30_000
"""CSS pixels: beyond it no picture and no PDF can be made in reasonable time."""
OVERLAP = 0.1
"""Share of a screen that is seen twice, so that nothing falls between two steps."""
STEP_S = 0.1
"""Seconds for the page to notice that it was scrolled."""
STEP_QUIET_S = 0.15
STEP_LIMIT_S = 2.0
END_S = 0.6
"""Seconds to wait at the end: an endless list asks for more only then."""

FIND = """(() => {
  const root = document.scrollingElement || document.documentElement;
  if (!root) return null;
  if (root.scrollHeight > innerHeight + 2) return root;
  let best = null, area = innerWidth * innerHeight * 0.3;
  let at = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  for (; at && at !== root; at = at.parentElement) {
    const size = at.clientWidth * at.clientHeight;
    if (at.scrollHeight > at.clientHeight + 2 && size > area && /auto|scroll/.test(getComputedStyle(at).overflowY)) {
      best = at; area = size;
    }
  }
  return best || root;
})()"""
"""The page itself, or the box in it that holds what is scrolled; that is not the root on many programs' pages."""

MEASURE = """(() => { const it = %s; if (!it) return null;
  const whole = it === (document.scrollingElement || document.documentElement);
  return {top: it.scrollTop, height: it.scrollHeight, screen: whole ? innerHeight : it.clientHeight}; })()"""

GO = "(() => { const it = %s; if (it) it.scrollTo({top: %d, behavior: 'instant'}); return 1; })()"


class Scrolling:
    """One budget of screens and seconds for a whole visit; `run` may be called again after something was opened."""

    def __init__(self, page: Page, *, screens: int, seconds: float) -> None:
        self._page = page
        self._screens = screens
        self._until = page.monotonic() + seconds
        self.steps = 0
        self.height = 0
        # CSS pixels of what was scrolled, when last measured

    def run(self) -> str:
        """end-reached, limit-screens, limit-seconds, limit-height, page-hung or page-gone."""
        while True:
            place = self._measure()
            if place is None:
                return "page-gone" if self._page.gone else "page-hung"
            top, height, screen = place
            self.height = int(height)
            if top + screen >= height - 2 and not (self.steps and self._grows(height)):
                return "end-reached"
            if self.steps >= self._screens:
                return "limit-screens"
            if self._page.monotonic() >= self._until or self._page.over():
                return self._page.stopped or "limit-seconds"
            if top + screen >= HEIGHT_LIMIT:
                return "limit-height"
            self._go(min(int(top + screen * (1 - OVERLAP)), HEIGHT_LIMIT))
            self.steps += 1

    def back(self) -> None:
        """To the top, where the page began."""
        self._page.evaluate(GO % (FIND, 0))

    def _go(self, top: int) -> None:
        self._page.evaluate(GO % (FIND, top))
        self._page.rest(STEP_S)
        until_quiet(
            self._page, limit=min(STEP_LIMIT_S, self._until - self._page.monotonic()), quiet=STEP_QUIET_S
        )

    def _grows(self, height: float) -> bool:
        """Whether more is added when the end is in sight."""
        self._page.rest(min(END_S, max(self._until - self._page.monotonic(), 0)))
        until_quiet(
            self._page, limit=min(STEP_LIMIT_S, self._until - self._page.monotonic()), quiet=STEP_QUIET_S
        )
        place = self._measure()
        return place is not None and place[1] > height + 2

    def _measure(self) -> tuple[float, float, float] | None:
        place = self._page.evaluate(MEASURE % FIND)
        if not isinstance(place, dict):
            return None
        top, height, screen = (real(place, key) for key in ("top", "height", "screen"))
        if top is None or height is None or not screen or screen <= 0:
            return None
        return top, height, screen
