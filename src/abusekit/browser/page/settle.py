"""Waiting until a page has come to rest, without being held up by what never ends."""

from __future__ import annotations

from abusekit.browser.page.page import Page

QUIET_S = 0.5
"""Seconds without a request under way."""
IGNORE_AFTER_S = 5.0
"""Seconds after which a request is no longer waited for: a slow drip, a long poll."""
UNLOADED_S = 5.0
"""Seconds of quiet after which a page is taken as it is, though its `load` has not come."""
HANGS_S = 5.0
"""Seconds after which a page that is still loading is asked whether it is alive."""
STEP_S = 0.05


def until_quiet(page: Page, *, limit: float, quiet: float = QUIET_S) -> bool:
    """Waits at most `limit` seconds; whether the page came to rest. Ends early when the page is gone or fights.

    Requests of EventSource, WebSocket, Media and Ping, and those older than IGNORE_AFTER_S, count for nothing.
    The main document is waited for as long as it comes: the limit begins with its end.
    """
    asked_at = page.monotonic()
    until = asked_at + limit
    while True:
        now = page.monotonic()
        if page.ledger.loaded != "load" and now - asked_at >= HANGS_S:
            page.answers()
            asked_at = now = page.monotonic()
        arriving = page.ledger.arriving
        if arriving:
            until = now + limit
        until = min(until, page.load_ends_at)
        still = page.ledger.quiet(now, ignore_after=IGNORE_AFTER_S)
        if not arriving and still >= (quiet if page.ledger.loaded == "load" else max(quiet, UNLOADED_S)):
            return True
        if now >= until or page.over():
            return False
        page.rest(min(STEP_S, until - now))
