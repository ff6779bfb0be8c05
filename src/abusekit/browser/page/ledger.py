"""Gathers what CDP tells during a visit into an `Inventory`; bounded, since a page may make any number of events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from abusekit.browser.inventory import (
    URL_LIMIT,
    Dialog,
    Download,
    Inventory,
    Message,
    Navigation,
    Popup,
)
from abusekit.browser.page.requests import Requests
from abusekit.browser.page.sockets import Sockets
from abusekit.browser.values import inner, objects, text, whole, yes

MESSAGES_LIMIT = 500
DIALOGS_LIMIT = 100
POPUPS_LIMIT = 200
DOWNLOADS_LIMIT = 50
NAVIGATIONS_LIMIT = 200
WORKERS_LIMIT = 100

REASONS = {
    "scriptInitiated": "script",
    "metaTagRefresh": "meta-refresh",
    "httpHeaderRefresh": "header-refresh",
    "anchorClick": "link",
    "formSubmissionGet": "form",
    "formSubmissionPost": "form",
    "reload": "reload",
}
"""CDP's ClientNavigationReason → ours."""


class Ledger:
    """`take` is called on the reader's thread, the rest from any."""

    def __init__(self, *, now: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._requests = Requests(monotonic)
        self._sockets = Sockets(now)
        self._messages: list[Message] = []
        self._dialogs: list[Dialog] = []
        self._popups: list[Popup] = []
        self._downloads: list[Download] = []
        self._navigations: list[Navigation] = []
        self._asked: tuple[str, str] | None = None
        self._workers: dict[str, None] = {}
        self._crashes: list[str] = []
        self._counts = dict.fromkeys(
            ("messages", "dialogs", "popups", "opened", "downloads", "navigations", "events", "crashes"), 0
        )
        self.main_frame = ""
        # id of the main frame, which is the id of its target
        self.documents = 0
        # main-frame navigations asked for by the page, done or not
        self.committed = 0
        # documents that the main frame has had
        self.place = ""
        # address of the main frame, as last told
        self.download: str | None = None
        # the address, when the main frame became a download
        self.loaded = "none"
        # none, committed, dom, load: of the present main document
        self._on: dict[str, Callable[[dict[str, Any], str], object]] = {
            "Network.requestWillBeSent": lambda p, kind: self._requests.will_be_sent(
                p, kind, self.main_frame
            ),
            "Network.responseReceivedExtraInfo": lambda p, _: self._requests.answer_told(p),
            "Network.responseReceived": lambda p, _: self._requests.response(p),
            "Network.requestServedFromCache": lambda p, _: self._requests.served_from_cache(p),
            "Network.loadingFinished": lambda p, _: self._requests.finished(p),
            "Network.loadingFailed": lambda p, _: self._requests.failed(p),
            "Network.webSocketCreated": lambda p, _: self._sockets.created(p),
            "Network.webSocketHandshakeResponseReceived": lambda p, _: self._sockets.answered(p),
            "Network.webSocketFrameSent": lambda p, _: self._sockets.message(p, sent=True),
            "Network.webSocketFrameReceived": lambda p, _: self._sockets.message(p, sent=False),
            "Network.webSocketFrameError": lambda p, _: self._sockets.failed(p),
            "Network.webSocketClosed": lambda p, _: self._sockets.closed(p),
            "Network.eventSourceMessageReceived": lambda p, _: self._count("events"),
            "Runtime.consoleAPICalled": lambda p, _: self._console(p),
            "Runtime.exceptionThrown": lambda p, _: self._exception(p),
            "Log.entryAdded": lambda p, _: self._log(p),
            "Page.javascriptDialogOpening": lambda p, _: self._dialog(p),
            "Page.windowOpen": lambda p, _: self._popup(text(p, "url", URL_LIMIT), opened=False),
            "Page.frameRequestedNavigation": lambda p, _: self._wanted(p),
            "Page.frameNavigated": lambda p, _: self._navigated(p),
            "Page.navigatedWithinDocument": lambda p, _: self._within(p),
            "Browser.downloadWillBegin": lambda p, _: self._offered(p),
            "ServiceWorker.workerRegistrationUpdated": lambda p, _: self._registered(p),
        }

    @property
    def methods(self) -> frozenset[str]:
        """The events that mean something here."""
        return frozenset(self._on)

    def take(self, method: str, params: dict[str, Any], kind: str, *, main: bool) -> None:
        """One event. kind: of the target it comes from; main: the target is the page that is visited."""
        with self._lock:
            if main and method == "Page.domContentEventFired":
                self.loaded = "dom"
            elif main and method == "Page.loadEventFired":
                self.loaded = "load"
            elif method == "Inspector.targetCrashed":
                self._crashed(kind)
            elif method.startswith("Page.") and kind == "popup" and method != "Page.windowOpen":
                return
            else:
                act = self._on.get(method)
                if act is not None:
                    act(params, kind)

    def popup(self, url: str) -> None:
        """A window that did open."""
        with self._lock:
            self._popup(url, opened=True)

    def quiet(self, now: float, *, ignore_after: float) -> float:
        """Seconds since when no request is under way that is worth waiting for; 0 while there is one."""
        with self._lock:
            if self._requests.busy(now, ignore_after):
                return 0.0
            return max(now - self._requests.quiet_since, 0.0)

    @property
    def arriving(self) -> bool:
        """The main document is still coming in."""
        with self._lock:
            return self._requests.arriving

    @property
    def downloads(self) -> int:
        """Files offered so far."""
        with self._lock:
            return self._counts["downloads"]

    def asked(self) -> int:
        """Dialogs and windows so far: a storm of them is a page that fights."""
        with self._lock:
            return self._counts["dialogs"] + self._counts["popups"]

    @property
    def unfinished(self) -> int:
        with self._lock:
            return self._requests.unfinished

    def inventory(self) -> Inventory:
        """What there is so far."""
        with self._lock:
            if self._asked is not None:
                self._navigation(*self._asked, "", done=False)
                self._asked = None
            counts = {
                **self._counts,
                "requests": self._requests.count,
                "sockets": self._sockets.count,
                "frames": self._sockets.frames,
            }
            return Inventory(
                requests=self._requests.listed(),
                sockets=self._sockets.listed(),
                messages=tuple(self._messages),
                dialogs=tuple(self._dialogs),
                popups=tuple(self._popups),
                downloads=tuple(self._downloads),
                navigations=tuple(self._navigations),
                certificates=tuple(self._requests.certificates.values()),
                service_workers=tuple(self._workers),
                crashes=tuple(self._crashes),
                main=self._requests.main,
                counts=MappingProxyType(counts),
            )

    def _count(self, name: str) -> int:
        self._counts[name] += 1
        return self._counts[name]

    def _message(self, level: str, said: str, where: str) -> None:
        if self._count("messages") <= MESSAGES_LIMIT:
            self._messages.append(Message(self._now(), level, said, where))

    def _console(self, params: dict[str, Any]) -> None:
        words = [_spoken(one) for one in objects(params, "args")[:20]]
        frames = objects(inner(params, "stackTrace"), "callFrames")
        self._message(text(params, "type", 40), " ".join(words)[:2000], _place(frames[0]) if frames else "")

    def _exception(self, params: dict[str, Any]) -> None:
        details = inner(params, "exceptionDetails")
        said = text(inner(details, "exception"), "description") or text(details, "text")
        self._message("exception", said, _place(details))

    def _log(self, params: dict[str, Any]) -> None:
        entry = inner(params, "entry")
        self._message(text(entry, "level", 40), text(entry, "text"), _place(entry))

    def _dialog(self, params: dict[str, Any]) -> None:
        if self._count("dialogs") <= DIALOGS_LIMIT:
            said = text(params, "message")
            self._dialogs.append(Dialog(self._now(), text(params, "type", 40), said, text(params, "url")))

    def _popup(self, url: str, *, opened: bool) -> None:
        self._counts["opened" if opened else "popups"] += 1
        if opened:
            for place, one in enumerate(self._popups):
                if not one.opened and (one.url == url or not url):
                    self._popups[place] = replace(one, opened=True)
                    return
        if len(self._popups) < POPUPS_LIMIT:
            self._popups.append(Popup(self._now(), url, opened))

    def _wanted(self, params: dict[str, Any]) -> None:
        """The page asks to go somewhere; whether it does is told by what follows."""
        if text(params, "frameId", 200) != self.main_frame:
            return
        if self._asked is not None:
            self._navigation(*self._asked, "", done=False)
        reason = REASONS.get(text(params, "reason", 60), "other")
        self._asked = (text(params, "url", URL_LIMIT), reason)
        self.documents += 1

    def _navigated(self, params: dict[str, Any]) -> None:
        frame = inner(params, "frame")
        if text(frame, "id", 200) != self.main_frame:
            return
        if not self._navigations and text(frame, "url", 40) == "about:blank":
            return  # where a window begins
        self.loaded = "committed"
        self.committed += 1
        self._requests.left(text(frame, "loaderId", 200))
        asked, self._asked = self._asked, None
        reason = asked[1] if asked else "other"
        if not self._navigations:
            reason = "typed"
        url = text(frame, "unreachableUrl", URL_LIMIT) or text(frame, "url", URL_LIMIT)
        self.place = url
        self._navigation(url, reason, text(frame, "loaderId", 200), done=True)

    def _within(self, params: dict[str, Any]) -> None:
        if text(params, "frameId", 200) == self.main_frame:
            self.place = text(params, "url", URL_LIMIT)
            self._navigation(self.place, "within-document", "", done=True)

    def _navigation(self, url: str, reason: str, loader: str, *, done: bool) -> None:
        if self._count("navigations") <= NAVIGATIONS_LIMIT:
            self._navigations.append(Navigation(self._now(), url, loader, reason, done))

    def _offered(self, params: dict[str, Any]) -> None:
        main = text(params, "frameId", 200) == self.main_frame
        url = text(params, "url", URL_LIMIT)
        if main and self.loaded == "none":
            self.download = url
        if self._count("downloads") <= DOWNLOADS_LIMIT:
            self._downloads.append(Download(self._now(), url, text(params, "suggestedFilename", 300), main))

    def _registered(self, params: dict[str, Any]) -> None:
        for one in objects(params, "registrations"):
            if not yes(one, "isDeleted") and len(self._workers) < WORKERS_LIMIT:
                self._workers[text(one, "scopeURL", URL_LIMIT)] = None

    def _crashed(self, kind: str) -> None:
        if self._count("crashes") <= WORKERS_LIMIT:
            self._crashes.append(kind)


def _spoken(value: dict[str, Any]) -> str:
    """One argument of console.log, as text."""
    given = value.get("value")
    if isinstance(given, str):
        return given[:2000]
    if isinstance(given, bool | int | float):
        return str(given)
    return (
        text(value, "description", 500) or text(value, "unserializableValue", 40) or text(value, "type", 40)
    )


def _place(where: dict[str, Any]) -> str:
    url, line = text(where, "url", 1000), whole(where, "lineNumber")
    return f"{url}:{line + 1}" if url and line is not None else url
