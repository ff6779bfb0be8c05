"""Web sockets as CDP tells them: the upgrade, and every message up to the limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from abusekit.browser.inventory import URL_LIMIT, Frame, Socket
from abusekit.browser.values import inner, text, whole

SOCKETS_LIMIT = 500
FRAMES_LIMIT = 20_000
FRAME_LIMIT = 64 << 10
"""Characters of one message that are kept."""
PAYLOAD_LIMIT = 8 << 20
"""Characters of all messages together that are kept."""

TEXT = 1


@dataclass(slots=True)
class _Open:
    url: str
    at: datetime
    status: int | None = None
    frames: list[Frame] = field(default_factory=list)
    count: int = 0
    closed: bool = False
    failure: str = ""


class Sockets:
    """Takes events on one thread; whoever asks from another holds the lock of the ledger."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._open: dict[str, _Open] = {}
        self._kept = 0
        self._listed = 0
        self.count = 0
        # sockets, listed or not
        self.frames = 0
        # messages, listed or not

    def created(self, params: dict[str, Any]) -> None:
        key = text(params, "requestId", 200)
        if key in self._open:
            return
        self.count += 1
        if len(self._open) < SOCKETS_LIMIT:
            self._open[key] = _Open(text(params, "url", URL_LIMIT), self._now())

    def answered(self, params: dict[str, Any]) -> None:
        one = self._open.get(text(params, "requestId", 200))
        if one is not None:
            one.status = whole(inner(params, "response"), "status")

    def message(self, params: dict[str, Any], *, sent: bool) -> None:
        self.frames += 1
        one = self._open.get(text(params, "requestId", 200))
        if one is None:
            return
        one.count += 1
        frame = inner(params, "response")
        payload = frame.get("payloadData")
        if not isinstance(payload, str) or self._listed >= FRAMES_LIMIT:
            return
        room = max(min(FRAME_LIMIT, PAYLOAD_LIMIT - self._kept), 0)
        opcode = whole(frame, "opcode") or 0
        if opcode != TEXT:
            room -= room % 4  # base64 stays readable where it is cut
        kept = payload[:room]
        self._kept += len(kept)
        self._listed += 1
        cut = len(kept) < len(payload)
        one.frames.append(Frame(self._now(), sent, opcode, kept, len(payload), cut))

    def failed(self, params: dict[str, Any]) -> None:
        one = self._open.get(text(params, "requestId", 200))
        if one is not None:
            one.failure = text(params, "errorMessage", 300)

    def closed(self, params: dict[str, Any]) -> None:
        one = self._open.get(text(params, "requestId", 200))
        if one is not None:
            one.closed = True

    def listed(self) -> tuple[Socket, ...]:
        return tuple(
            Socket(key, one.url, one.at, one.status, tuple(one.frames), one.count, one.closed, one.failure)
            for key, one in self._open.items()
        )
