"""What an artefact of a shown page is: a picture, a print, its markup, its text; and how one is asked for.

All of them are the browser's renderings of what the page had become at that moment: they show what a person
would have seen, and are not the bytes that a server sent. Those are in the recording.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from abusekit.browser.page.cdp import Cdp, CdpError, CdpTimeoutError
from abusekit.browser.values import real
from abusekit.errors import UsageError
from abusekit.webarchive.exchange import Spool

Kind = Literal["picture", "text", "pdf", "dom", "mhtml"]
KINDS: tuple[Kind, ...] = ("picture", "text", "pdf", "dom", "mhtml")
"""In this order they are taken: what one answer of the browser may be too large for comes last, see `dom`."""

SECONDS: dict[Kind, float] = {"picture": 20.0, "text": 5.0, "pdf": 20.0, "dom": 10.0, "mhtml": 15.0}
"""Most seconds for each kind; a page that hangs costs the sum of them, or what the capture has left."""

DECODED_AT_ONCE = 1 << 20
"""Characters of base64 turned into bytes at once; a multiple of four."""

Label = Literal["timeout", "browser-gone", "too-large", "refused"]


@dataclass(frozen=True, slots=True)
class ArtefactPlan:
    """What to take, and how much of it. Raises UsageError on a limit that makes no sense."""

    kinds: frozenset[Kind] = frozenset(KINDS)
    # which artefacts are wanted
    max_height: int = 30_000
    # CSS pixels from the top of the page that are pictured
    max_pages: int = 50
    # sheets of the print
    max_bytes: int = 50 << 20
    # of one artefact (one tile of a picture)
    max_characters: int = 5_000_000
    # of the text, frames included
    seconds: dict[Kind, float] = field(default_factory=lambda: dict(SECONDS))
    # most seconds per kind

    def __post_init__(self) -> None:
        if not 1 <= self.max_height <= 200_000 or not 1 <= self.max_pages <= 1_000:
            raise UsageError("max_height must be 1 to 200,000 pixels, max_pages 1 to 1,000")
        if not 1 <= self.max_bytes <= 100 << 20 or not 1 <= self.max_characters <= 50_000_000:
            raise UsageError("max_bytes must be 1 to 104,857,600, max_characters 1 to 50,000,000")


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file made by the browser from the page as it stood."""

    kind: Kind
    # what it is
    name: str
    # neutral file name: page.png, or page-01.png and on; page.pdf, dom.html, page.mhtml, text.txt
    media_type: str
    # of the bytes
    spool: Spool
    # the bytes; closed by whoever took them
    at: datetime
    # UTC, our clock, when the browser was asked
    note: dict[str, Any]
    # facts about it, JSON: pixels, offsets, pages, frames; `cut` says what is missing and is absent if nothing


@dataclass(frozen=True, slots=True)
class Failure:
    """An artefact that could not be had, or not all of it."""

    kind: Kind
    # what was wanted
    label: Label
    # for scripts
    detail: str
    # one line for a person; may hold the browser's words, so it is escaped where it is shown


class TooLargeError(CdpError):
    """What the page would make is larger than the plan keeps."""


@dataclass(frozen=True, slots=True)
class Sitter:
    """The page that sits for its artefacts, and the time that is left for one of them."""

    cdp: Cdp
    # the browser
    session: str
    # the page's target
    plan: ArtefactPlan
    # the limits
    spool: Path | None
    # folder for unnamed temporary files; None: the system's
    ends_at: float
    # seconds on `monotonic`
    monotonic: Callable[[], float]
    # seconds, any origin, never backwards
    now: Callable[[], datetime]
    # UTC
    frames: tuple[str, ...] = ()
    # sessions of frames that live in processes of their own

    def call(self, method: str, params: dict[str, Any] | None = None, *, session: str = "") -> dict[str, Any]:
        """Asks the page. Raises CdpError, CdpTimeoutError when no time is left, CdpClosedError."""
        left = self.ends_at - self.monotonic()
        if left <= 0:
            raise CdpTimeoutError(f"no time was left for {method}")
        return self.cdp.call(method, params, session=session or self.session, timeout=left)

    def evaluate(self, frame: str, expression: str, *, session: str = "") -> Any:
        """The JSON value of an expression in a world of its own: the page's scripts cannot reach into it.

        What they can do is to change the document itself, as on any page. Raises CdpError, also when the
        expression throws.
        """
        world = self.call(
            "Page.createIsolatedWorld", {"frameId": frame, "worldName": "abusekit"}, session=session
        )
        asked = {
            "expression": expression,
            "contextId": world.get("executionContextId"),
            "returnByValue": True,
        }
        answer = self.call("Runtime.evaluate", asked, session=session)
        result = answer.get("result")
        if "exceptionDetails" in answer or not isinstance(result, dict):
            raise CdpError("the page could not be read")
        return result.get("value")


def string(answer: dict[str, Any], name: str) -> str:
    """A member that has to be a string. Raises CdpError."""
    value = answer.get(name)
    if not isinstance(value, str):
        raise CdpError(f"the browser's answer has no {name}")
    return value


def pixels(box: object, name: str) -> float:
    """A member of a rectangle. Raises CdpError when it is no number."""
    value = real(box, name) if isinstance(box, dict) else None
    if value is None:
        raise CdpError(f"the browser's answer has no {name}")
    return value


def store_base64(spool: Spool, text: str, limit: int) -> None:
    """Writes the bytes of base64 `text`. Raises TooLargeError beyond `limit` bytes, CdpError if it is none."""
    if spool.size + len(text) // 4 * 3 - 2 > limit:
        raise TooLargeError(f"more than {limit} bytes")
    try:
        for start in range(0, len(text), DECODED_AT_ONCE):
            spool.write(binascii.a2b_base64(text[start : start + DECODED_AT_ONCE], strict_mode=True))
    except ValueError as fault:
        raise CdpError("the browser's answer is no base64") from fault
