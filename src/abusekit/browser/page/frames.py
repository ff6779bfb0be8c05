"""Frames that live in processes of their own: held still together with the page, each through its own session."""

from __future__ import annotations

from typing import Any

from abusekit.browser.page.cdp import Cdp, CdpError, CdpTimeoutError
from abusekit.browser.page.targets import Setting, Targets

STAY: Setting = (
    "Fetch.enable",
    {"patterns": [{"urlPattern": "*", "resourceType": "Document", "requestStage": "Request"}]},
)
"""Documents that are asked for from now on are held back for ever: a refresh needs no script, and must not take the
place of the page while pictures are taken."""
NO_SCRIPTS: Setting = ("Emulation.setScriptExecutionDisabled", {"value": True})
HOLDING: tuple[Setting, ...] = (NO_SCRIPTS, STAY, ("Page.stopLoading", {}))
STOPPING: tuple[Setting, ...] = (
    NO_SCRIPTS,
    ("Runtime.terminateExecution", {}),
    STAY,
    ("Page.stopLoading", {}),
)
NO_MOTION: tuple[Setting, ...] = (
    ("Animation.enable", {}),
    ("Animation.setPlaybackRate", {"playbackRate": 0}),
)

ANSWER_S = 1.0
"""Seconds that a frame has for its first answer; then its script is broken off, and it is asked once more."""
ALL_S = 4.0
"""Seconds for all frames together."""


def say(cdp: Cdp, targets: Targets, settings: tuple[Setting, ...]) -> None:
    """Send to every frame, and do not wait; frames that come later hear it before they run."""
    targets.held = settings
    for session in targets.frames():
        for method, params in settings:
            cdp.send(method, params, session=session)


def hold(cdp: Cdp, targets: Targets, *, seconds: float) -> int:
    """All frames are told at once, then asked one by one; how many did not obey within `seconds`.

    A frame that has gone in the meantime counts for nothing. Proves no more than that the browser said yes.
    """
    say(cdp, targets, (*HOLDING, *NO_MOTION))
    asked = _Asked(cdp, min(seconds, ALL_S))
    stubborn = [session for session in targets.frames() if not asked.obeys(session)]
    return len(set(stubborn) & set(targets.frames()))


class _Asked:
    """One budget of time for all frames."""

    def __init__(self, cdp: Cdp, seconds: float) -> None:
        self._cdp = cdp
        self._left = max(seconds, 0.0)

    def obeys(self, session: str) -> bool:
        try:
            self._ask(session)
        except CdpTimeoutError:
            for method, params in (*STOPPING, *NO_MOTION):
                self._cdp.send(method, params, session=session)
            try:
                self._ask(session)
            except CdpError:
                return False
        except CdpError:
            return False
        return True

    def _ask(self, session: str) -> None:
        for method, params in (NO_SCRIPTS, *NO_MOTION):
            self._call(method, params, session)

    def _call(self, method: str, params: dict[str, Any], session: str) -> None:
        """A frame that answers costs nothing of the budget."""
        wait = min(ANSWER_S, self._left)
        try:
            self._cdp.call(method, params, session=session, timeout=wait)
        except CdpTimeoutError:
            self._left -= wait
            raise
