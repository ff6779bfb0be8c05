"""Every target of the browser is attached before its first line runs: frames, workers, windows.

All of this happens on the reader's thread, so nothing here waits for an answer: what a kind of target does not
know is refused by the browser, and no matter.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from abusekit.browser.inventory import URL_LIMIT
from abusekit.browser.page.cdp import Cdp
from abusekit.browser.page.ledger import Ledger
from abusekit.browser.values import inner, text

ATTACH: dict[str, Any] = {
    "autoAttach": True,
    "waitForDebuggerOnStart": True,
    "flatten": True,
    "filter": [
        {"type": "browser", "exclude": True},
        {"type": "tab", "exclude": True},
        {"type": "browser_ui", "exclude": True},
        {},
    ],
}
PAGES = frozenset({"page", "iframe"})
SESSIONS_LIMIT = 2000
"""Targets that are watched; more are let run, and counted."""
BUFFERED = 1
"""Bytes of bodies that the browser keeps for asking later: nobody does, and they would fill its memory."""

Setting = tuple[str, dict[str, Any]]


class Watcher(Protocol):
    """Somebody else who wants all events, such as the decoded recorder."""

    def on_event(self, method: str, params: dict[str, Any], session: str) -> None: ...

    def needs(self) -> Sequence[Setting]:
        """Methods to send to every target before it runs."""


@dataclass(slots=True)
class _Session:
    target: str
    kind: str


@dataclass(slots=True)
class Targets:
    """Hears all events. `page` is the session of the page that is visited, once it is there."""

    cdp: Cdp
    ledger: Ledger
    everywhere: Sequence[Setting]
    # sent to every target: headers, user agent
    pages: Sequence[Setting]
    # sent to pages and frames: viewport, time zone
    watchers: Sequence[Watcher] = ()
    known: frozenset[str] = frozenset()
    # targets that were there before
    ready: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    # the page crashed, or closed itself
    crashed: bool = False
    page: str = ""
    unwatched: int = 0
    # targets beyond SESSIONS_LIMIT
    held: Sequence[Setting] = ()
    # sent to frames that come when the page is held still already, before they run
    _sessions: dict[str, _Session] = field(default_factory=dict)
    _targets: dict[str, str] = field(default_factory=dict)
    # target → its first session
    _main: str = ""
    _windows: dict[str, str] = field(default_factory=dict)
    # windows that run until their address is known: session → target

    def take(self, method: str, params: dict[str, Any], session: str) -> None:
        """One event."""
        if method == "Target.attachedToTarget":
            self._attached(params)
            return
        if method == "Target.detachedFromTarget":
            self._detached(text(params, "sessionId", 200))
            return
        here = self._sessions.get(session)
        main = bool(session) and session == self.page
        self.ledger.take(method, params, here.kind if here else "browser", main=main)
        if method == "Page.javascriptDialogOpening":
            leave = text(params, "type", 40) == "beforeunload"
            self.cdp.send("Page.handleJavaScriptDialog", {"accept": leave}, session=session)
        elif method == "Inspector.targetCrashed" and main:
            self.crashed = True
            self.gone.set()
        elif method == "Network.requestWillBeSent" and session in self._windows:
            self._close(session, text(inner(params, "request"), "url", URL_LIMIT))
        for one in self.watchers:
            one.on_event(method, params, session)

    def frames(self) -> tuple[str, ...]:
        """Sessions of the frames that live in processes of their own."""
        return tuple(session for session, one in list(self._sessions.items()) if one.kind == "iframe")

    def end(self) -> None:
        """Windows whose address never became known are listed without one."""
        for session in list(self._windows):
            self._close(session, "")

    def _attached(self, params: dict[str, Any]) -> None:
        target = inner(params, "targetInfo")
        session, name = text(params, "sessionId", 200), text(target, "targetId", 200)
        kind = text(target, "type", 40)
        if name in self._targets or name in self.known or len(self._sessions) >= SESSIONS_LIMIT:
            # seen from a second side: one session is enough, and two would list everything twice
            self.unwatched += name not in self._targets and name not in self.known
            self.cdp.send("Runtime.runIfWaitingForDebugger", session=session)
            if kind == "page" and name not in self._targets and name not in self.known:
                self.cdp.send("Target.closeTarget", {"targetId": name})
            else:
                self.cdp.send("Target.detachFromTarget", {"sessionId": session})
            return
        window = kind == "page" and bool(self._main)
        self._sessions[session] = _Session(name, "popup" if window else kind)
        self._targets[name] = session
        if kind == "page" and not window:
            self._main = name
            self.ledger.main_frame = name
        self._prepare(session, kind)
        if window:
            self._windows[session] = name
            url = text(target, "url", URL_LIMIT)
            if url and url != "about:blank":
                self._close(session, url)
        elif kind == "page":
            self.page = session
            self.ready.set()

    def _prepare(self, session: str, kind: str) -> None:
        """In this order: the target is paused, and runs with the last message."""
        say: Callable[..., None] = self.cdp.send
        say("Target.setAutoAttach", ATTACH, session=session)
        buffers = {
            "maxTotalBufferSize": BUFFERED,
            "maxResourceBufferSize": BUFFERED,
            "maxPostDataSize": BUFFERED,
        }
        say("Network.enable", {} if self.watchers else buffers, session=session)
        say("Runtime.enable", session=session)
        say("Log.enable", session=session)
        for method, params in self.everywhere:
            say(method, params, session=session)
        if kind in PAGES:
            say("Page.enable", session=session)
            for method, params in self.pages:
                say(method, params, session=session)
        if kind == "page":
            say("ServiceWorker.enable", session=session)
        for one in self.watchers:
            for method, params in one.needs():
                say(method, params, session=session)
        if kind == "iframe":
            for method, params in self.held:
                say(method, params, session=session)
        say("Runtime.runIfWaitingForDebugger", session=session)

    def _detached(self, session: str) -> None:
        here = self._sessions.pop(session, None)
        if here is None:
            return
        self._targets.pop(here.target, None)
        if session in self._windows:
            self.ledger.popup("")
            del self._windows[session]
        if session == self.page:
            self.gone.set()

    def _close(self, session: str, url: str) -> None:
        """It has run, so that its opener does not wait for it; now it goes."""
        target = self._windows.pop(session)
        self.ledger.popup(url)
        self.cdp.send("Target.closeTarget", {"targetId": target})
