"""The markup that the page had become: as one HTML file, and with everything in it as MHTML (RFC 2557).

The browser serialises its own tree; no script of the page is asked, so none can answer something else. The
content of closed shadow roots is in it too. What scripts put into the tree before stands in it like anything else.

Both come as one message. The size of the markup is asked for first (shadow roots are not counted in it); a page
that hides more than MESSAGE_LIMIT in shadow roots or pictures ends the connection to the browser, which is why
these two are taken last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from abusekit.browser.artefacts.artefact import Artefact, Sitter, TooLargeError, string
from abusekit.browser.page.cdp import CdpError
from abusekit.webarchive.exchange import Spool

URL_LIMIT = 2_000
"""Characters kept of a frame's address."""

FRAMES_LIMIT = 50
"""Frames looked into, and listed."""

LENGTH = "Object.getOwnPropertyDescriptor(Element.prototype, 'outerHTML').get.call(document.documentElement).length"

BYTE_ORDER_MARK = "\ufeff"
"""Written first, so that the file is read as the UTF-8 it is, whatever encoding the page itself declares."""


def dom_of(sitter: Sitter) -> Iterator[Artefact]:
    """The main document as HTML in UTF-8, `<template shadowrootmode>` for shadow roots; frames are only named.

    Raises CdpError, OSError (disk full).
    """
    at = sitter.now()
    frames = frame_tree(sitter)
    length = sitter.evaluate(frames[0][0], LENGTH)
    if isinstance(length, int | float) and length > sitter.plan.max_bytes:
        raise TooLargeError(f"the markup has {int(min(length, 1e12))} characters")
    root = sitter.call("DOM.getDocument", {"depth": 0}).get("root")
    node = root.get("nodeId") if isinstance(root, dict) else None
    text = string(sitter.call("DOM.getOuterHTML", {"nodeId": node, "includeShadowDOM": True}), "outerHTML")
    spool = _stored(sitter, (BYTE_ORDER_MARK + text).encode("utf-8", "replace"))
    note: dict[str, Any] = {"url": frames[0][1], "characters": len(text)}
    if len(frames) > 1:
        note["frames_left_out"] = [url for _, url in frames[1:]]
    yield Artefact("dom", "dom.html", "text/html", spool, at, note)


def mhtml_of(sitter: Sitter) -> Iterator[Artefact]:
    """The page with its frames, pictures and style sheets in one file; scripts are not in it.

    Raises CdpError, OSError (disk full).
    """
    at = sitter.now()
    text = string(sitter.call("Page.captureSnapshot", {"format": "mhtml"}), "data")
    # Parts that are not text are base64 or quoted-printable: every character is a byte.
    data = text.encode("utf-8", "replace")
    del text
    if b"multipart/related" not in data[:4096]:
        raise CdpError("the browser's answer is no MHTML")
    boundaries = data.count(b"\r\nContent-Location: ")
    yield Artefact(
        "mhtml", "page.mhtml", "multipart/related", _stored(sitter, data), at, {"parts": boundaries}
    )


def frame_tree(sitter: Sitter, session: str = "") -> list[tuple[str, str]]:
    """Id and address of the target's frames that live in its process, the main one first, at most FRAMES_LIMIT.

    Raises CdpError.
    """
    found: list[tuple[str, str]] = []
    pending: list[Any] = [sitter.call("Page.getFrameTree", session=session).get("frameTree")]
    while pending and len(found) < FRAMES_LIMIT:
        branch = pending.pop(0)
        frame = branch.get("frame") if isinstance(branch, dict) else None
        if not isinstance(frame, dict):
            raise CdpError("the browser's answer has no frames")
        found.append((string(frame, "id"), string(frame, "url")[:URL_LIMIT]))
        children = branch.get("childFrames", [])
        pending += children[:FRAMES_LIMIT] if isinstance(children, list) else []
    return found


def _stored(sitter: Sitter, data: bytes) -> Spool:
    if len(data) > sitter.plan.max_bytes:
        raise TooLargeError(f"{len(data)} bytes")
    spool = Spool(sitter.spool)
    try:
        spool.write(data)
    except OSError:
        spool.close()
        raise
    return spool
