"""What the browser says it did: the second, independent list beside the recorded bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Source = Literal["network", "disk-cache", "memory-cache", "service-worker", "prefetch-cache", "internal"]
Ended = Literal["finished", "redirected", "failed", "open"]

URL_LIMIT = 16_384
"""Characters of an address; a longer one is cut, here and where it is compared."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, or one hop of a redirected one, as CDP told it."""

    id: str
    # the browser's; the hops of one request share it
    hop: int
    # 0 for the first
    url: str
    # without the fragment; cut to URL_LIMIT
    method: str
    # "GET"
    kind: str
    # CDP's resource type in lower case: document, image, fetch, preflight…; empty where it said none
    target: str
    # page, iframe, worker, shared_worker, service_worker, popup
    main: bool
    # asks for the document of the main frame
    initiator: str
    # parser, script, preload, other…
    at: datetime | None
    # UTC, the browser's clock
    status: int | None = None
    # as it went over the connection, where CDP tells (304), else as the page saw it
    mime: str = ""
    # as the browser understood it
    protocol: str = ""
    # "http/1.1", "h2"
    source: Source = "network"
    # where the answer came from
    received: int | None = None
    # bytes received, heads included, as the browser counts
    ended: Ended = "open"
    # "open": nothing more was heard until the end of the visit
    failure: str = ""
    # "net::ERR_…"
    blocked: str = ""
    # why the browser itself refused it: mixed-content, csp, cors-…
    canceled: bool = False
    # the page or the browser gave it up


@dataclass(frozen=True, slots=True)
class Response:
    """The answer for the main document, as CDP told it."""

    url: str
    # without the fragment
    status: int | None
    mime: str
    headers: tuple[tuple[str, str], ...]
    # as the browser lists them: neither order nor repetition is exact


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a web socket."""

    at: datetime
    # UTC, our clock, when CDP told it
    sent: bool
    # by the page; else received
    opcode: int
    # RFC 6455 section 5.2: 1 text, 2 binary
    payload: str
    # text, or base64 for any other opcode; cut to FRAME_LIMIT
    length: int
    # characters of the whole payload as CDP gave it
    cut: bool


@dataclass(frozen=True, slots=True)
class Socket:
    """One web socket: the upgrade, and its messages."""

    id: str
    url: str
    at: datetime
    # UTC, our clock
    status: int | None
    # of the answer to the upgrade: 101
    frames: tuple[Frame, ...]
    # the first ones, up to the limits
    frames_count: int
    # all of them
    closed: bool
    failure: str


@dataclass(frozen=True, slots=True)
class Message:
    """Something the page or the browser wrote to the console."""

    at: datetime
    # UTC, our clock
    level: str
    # log, info, warning, error, exception…
    text: str
    # chosen by the page; cut
    where: str
    # address and line


@dataclass(frozen=True, slots=True)
class Dialog:
    """alert, confirm, prompt (dismissed), beforeunload (accepted)."""

    at: datetime
    # UTC, our clock
    kind: str
    text: str
    # chosen by the page; cut
    url: str


@dataclass(frozen=True, slots=True)
class Popup:
    """A window that the page asked for. `opened` ones ran until their address was known, and were closed."""

    at: datetime
    # UTC, our clock
    url: str
    opened: bool
    # False: asked for; the browser's own blocker may have refused it


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was offered; it was refused, so that nothing is written to disk."""

    at: datetime
    # UTC, our clock
    url: str
    name: str
    # suggested by the site; never used as a path
    main: bool
    # asked for by the main frame


@dataclass(frozen=True, slots=True)
class Navigation:
    """The main frame went, or wanted to go, somewhere."""

    at: datetime
    # UTC, our clock
    url: str
    loader: str
    # the id of the document's request; empty where none was made
    reason: str
    # typed, script, meta-refresh, header-refresh, link, form, reload, history, within-document…
    done: bool
    # False: asked for, and no document came of it


@dataclass(frozen=True, slots=True)
class Certificate:
    """The browser's own verdict for one host and port."""

    host: str
    # "name:port"
    state: str
    # secure, insecure, neutral…
    protocol: str
    # "TLS 1.3"
    subject: str
    issuer: str
    valid_from: int | None
    # seconds since 1970
    valid_to: int | None
    # seconds since 1970
    transparency: str
    # certificate transparency: compliant, not-compliant, unknown


@dataclass(frozen=True, slots=True)
class Inventory:
    """All lists are bounded; `counts` has how many there were in truth. Nothing of this proves what was sent."""

    requests: tuple[Request, ...]
    # in the order in which they began
    sockets: tuple[Socket, ...]
    messages: tuple[Message, ...]
    dialogs: tuple[Dialog, ...]
    popups: tuple[Popup, ...]
    downloads: tuple[Download, ...]
    navigations: tuple[Navigation, ...]
    certificates: tuple[Certificate, ...]
    service_workers: tuple[str, ...]
    # scopes that were registered
    crashes: tuple[str, ...]
    # kinds of targets that crashed
    main: Response | None
    counts: Mapping[str, int]
    # requests, sockets, frames, messages, dialogs, popups, downloads, navigations, events (of EventSource)
