"""An exchange that is being put together from what a connection carried."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from abusekit.browser.recorder.one_file import OneFile, Part
from abusekit.webarchive.exchange import Truncation

HEAD_LIMIT = 256 << 10
"""Bytes of one head; Chromium takes no more either."""

HEADERS_LIMIT = 1000
"""Headers of one head that are listed; the bytes hold all."""

REQUEST_LIMIT = 16 << 20
"""Bytes of one request that are kept."""

SMALL_LIMIT = 1_000_000
"""Header fields and small chunks of one log: each costs computing, however few bytes it has."""

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Budget:
    """What may still be kept; beyond it, bytes are counted and dropped."""

    store: OneFile
    bytes_left: int
    # of bodies and heads that came back
    exchanges_left: int
    small_left: int = SMALL_LIMIT
    # header fields and small chunks that may still be read


@dataclass(slots=True)
class Draft:
    """See `webarchive.exchange.Exchange` for what is not said here."""

    received: Part
    at: int
    # ticks, ms: the first byte of the request
    last: int = 0
    # ticks, ms: the last byte of the answer
    head_at: int | None = None
    # ticks, ms
    request: bytearray = field(default_factory=bytearray)
    method: str = ""
    # as sent
    target: str = ""
    # of the request line, or `:path`; one Latin-1 character a byte
    authority: str = ""
    # `Host` or `:authority`
    interim_length: int = 0
    interim_count: int = 0
    head_length: int = 0
    excess_length: int = 0
    status: int | None = None
    headers: Headers = field(default_factory=list)
    protocol: str | None = None
    complete: bool = False
    by_close: bool = False
    # only the end of the connection ends the body
    label: str = ""
    # of the problem; "" for none
    detail: str = ""
    truncated: Truncation | None = None
    form: Literal["wire", "h2"] = "wire"
    trailers: int = 0
    # headers that came after a body of HTTP/2, which a head cannot hold

    def keep(self, data: bytes, budget: Budget) -> None:
        """Appends to the answer as long as there is room."""
        if len(data) > budget.bytes_left:
            self.blame("too-large", "more came back than is kept of one page", "length")
            data = data[: max(budget.bytes_left, 0)]
        budget.bytes_left -= len(data)
        self.received.write(data)

    def blame(self, label: str, detail: str, truncated: Truncation | None = None) -> None:
        """Notes what is wrong, if nothing was before."""
        if not self.label:
            self.label, self.detail, self.truncated = label, detail, truncated

    def first(self, name: str) -> str | None:
        """The first header of that name, in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)
