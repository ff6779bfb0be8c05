"""The frames of one HTTP/2 connection, sorted into its exchanges (RFC 9113).

The DATA of a stream is kept exactly as the frames had it, padding taken out. A head has no text of its own in
HTTP/2: it comes as a compressed list of fields, and is written here in the shape of HTTP/1.1, fields in their
order, so that an archive can hold it.
"""

from __future__ import annotations

import re

from abusekit.browser.recorder.http2_frames import (
    ACK,
    DATA,
    END_STREAM,
    GOAWAY,
    HEADERS,
    PREFACE,
    PUSH_PROMISE,
    RST_STREAM,
    SETTINGS,
    BrokenError,
    Fields,
    Frame,
    Side,
)
from abusekit.browser.recorder.netlog_draft import HEADERS_LIMIT, REQUEST_LIMIT, Budget, Draft, Headers
from abusekit.browser.recorder.one_file import Part

INTERIM_LIMIT = 16
"""1xx heads before the final one; more is a flood."""

SETTINGS_HEADER_TABLE_SIZE = 1

ERRORS = (
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
    "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
)  # fmt: skip
"""RFC 9113 section 7."""

NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]{1,200}")
VALUE = re.compile(rb"[^\0\r\n]*")
STATUS = re.compile(rb"[1-9][0-9][0-9]")
METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}")


class _Stream:
    __slots__ = ("content", "draft", "ended")

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.ended = False
        # nothing more is expected from the server
        self.content: tuple[Part, Part] | None = None
        # sent and received, when this stream carries another protocol


class Http2:
    """One connection. `drafts` are its exchanges in the order of their requests."""

    def __init__(self, budget: Budget) -> None:
        self.drafts: list[Draft] = []
        self.upgraded: list[tuple[Draft, Part, Part]] = []
        # streams that carry another protocol (RFC 8441): what was sent and received
        self.pushed = 0
        # PUSH_PROMISE frames; Chromium refuses them
        self.dropped = 0
        # exchanges that were too many
        self.fault = ""
        # why the rest of the connection could not be read
        self._budget = budget
        self._streams: dict[int, _Stream] = {}
        self._ours, self._theirs = Side(PREFACE), Side()

    def sent(self, data: bytes, ticks: int) -> None:
        """What the browser sent."""
        self._take(self._ours, data, ticks, True)

    def received(self, data: bytes, ticks: int) -> None:
        """What the server sent."""
        self._take(self._theirs, data, ticks, False)

    def ended(self) -> None:
        """The connection is over, for whatever reason."""

    def _take(self, side: Side, data: bytes, ticks: int, ours: bool) -> None:
        if self.fault:
            return
        try:
            for one in side.feed(data):
                self._frame(one, ours, ticks)
        except BrokenError as fault:
            self.fault = str(fault)
            for stream in self._streams.values():
                if not stream.ended:
                    stream.draft.blame(
                        "bad-response", f"the connection was not understood: {fault}", "length"
                    )

    def _frame(self, one: Frame, ours: bool, ticks: int) -> None:
        payload = one.payload
        self._budget.small_left -= len(one.fields or ())
        if self._budget.small_left < 0:
            raise BrokenError("a flood of header fields")
        if one.kind == HEADERS:
            (self._asked if ours else self._answered)(one, one.fields or [], ticks)
        elif one.kind == PUSH_PROMISE:
            self.pushed += 1
        elif one.kind == DATA:
            self._content(one, ours, ticks)
        elif one.kind == SETTINGS and not one.flags & ACK:
            other = self._theirs if ours else self._ours
            for at in range(0, len(payload) - 5, 6):
                if int.from_bytes(payload[at : at + 2], "big") == SETTINGS_HEADER_TABLE_SIZE:
                    other.allow(int.from_bytes(payload[at + 2 : at + 6], "big"))
        elif one.kind == RST_STREAM and len(payload) == 4:
            self._reset(ours, one.stream, int.from_bytes(payload, "big"))
        elif one.kind == GOAWAY and not ours and len(payload) >= 8:
            last = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
            self._going(last, int.from_bytes(payload[4:8], "big"))

    def _asked(self, one: Frame, fields: Fields, ticks: int) -> None:
        number = one.stream
        if number in self._streams:  # trailers of a request
            return
        if self._budget.exchanges_left <= 0:
            self.dropped += 1
            return
        self._budget.exchanges_left -= 1
        draft = Draft(Part(self._budget.store), ticks, ticks, form="h2")
        draft.protocol = "h2"
        pseudo, headers, fault = _sorted(fields)
        draft.method = pseudo.get(":method", "")
        draft.target = pseudo.get(":path", "")
        draft.authority = pseudo.get(":authority", "")
        if not draft.target and draft.method == "CONNECT":
            draft.target = draft.authority
        if fault or not METHOD.fullmatch(draft.method) or re.search(r"[\s\x00-\x1f]", draft.target):
            draft.blame("bad-response", "the request was not understood")
            draft.method = ""
        else:
            lines = [f"{draft.method} {draft.target} HTTP/1.1", f"Host: {draft.authority}"]
            draft.request += _head(lines, headers)
        stream = self._streams[number] = _Stream(draft)
        if draft.method == "CONNECT":
            stream.content = Part(self._budget.store), Part(self._budget.store)
            self.upgraded.append((draft, *stream.content))
        self.drafts.append(draft)

    def _answered(self, one: Frame, fields: Fields, ticks: int) -> None:
        stream = self._streams.get(one.stream)
        if stream is None or stream.ended:
            return
        draft = stream.draft
        draft.last = ticks
        if draft.status is not None:
            draft.trailers += len(fields)
        else:
            pseudo, headers, fault = _sorted(fields)
            status = pseudo.get(":status", "")
            if fault or not STATUS.fullmatch(status.encode("latin-1")):
                draft.blame("bad-response", fault or "the answer has no status")
                stream.ended = True
                return
            head = _head([f"HTTP/1.1 {status} "], headers)
            draft.keep(head, self._budget)
            if status.startswith("1"):
                draft.interim_count += 1
                draft.interim_length += len(head)
                if draft.interim_count > INTERIM_LIMIT:
                    raise BrokenError(f"more than {INTERIM_LIMIT} interim answers")
                return
            draft.status, draft.head_length, draft.head_at = int(status), len(head), ticks
            draft.headers = headers[:HEADERS_LIMIT]
            draft.complete = stream.content is not None
        if one.flags & END_STREAM:
            draft.complete = stream.ended = True

    def _content(self, one: Frame, ours: bool, ticks: int) -> None:
        stream, data = self._streams.get(one.stream), one.payload
        if stream is None:
            return
        draft = stream.draft
        if stream.content:
            data = data[: max(self._budget.bytes_left, 0)]
            self._budget.bytes_left -= len(data)
            stream.content[0 if ours else 1].write(data)
        elif ours:
            room = max(REQUEST_LIMIT - len(draft.request), 0)
            draft.request += data[:room]
            if len(data) > room:
                draft.blame("too-large", "the request is longer than what is kept of one", "length")
        elif not stream.ended:
            draft.last = ticks
            if draft.status is None:
                draft.blame("bad-response", "a body came before its head")
            draft.keep(data, self._budget)
        if one.flags & END_STREAM and not ours and not stream.ended:
            stream.ended, draft.complete = True, draft.status is not None

    def _reset(self, ours: bool, number: int, code: int) -> None:
        stream = self._streams.get(number)
        if stream is None or stream.ended:
            return
        stream.ended = True
        if stream.content:
            return
        name = ERRORS[code] if code < len(ERRORS) else f"error {code}"
        if ours:
            stream.draft.blame("timeout", f"the browser gave up before the end: {name}", "time")
        else:
            label = "reset" if stream.draft.status is None else "truncated"
            stream.draft.blame(label, f"the server ended the stream: {name}", "disconnect")

    def _going(self, last: int, code: int) -> None:
        name = ERRORS[code] if code < len(ERRORS) else f"error {code}"
        for number, stream in self._streams.items():
            if number > last and not stream.ended:
                stream.ended = True
                stream.draft.blame(
                    "reset", f"the server takes no more on this connection: {name}", "disconnect"
                )


def _sorted(fields: Fields) -> tuple[dict[str, str], Headers, str]:
    """The pseudo-header fields, the others, and why the list cannot stand in a head ("" when it can)."""
    pseudo: dict[str, str] = {}
    headers: Headers = []
    fault = ""
    for name, value in fields:
        if not VALUE.fullmatch(value):
            fault = "a header holds a line end"
        elif name.startswith(b":"):
            pseudo[name.decode("latin-1")] = value.decode("latin-1")
        elif not NAME.fullmatch(name):
            fault = "a header has a name that cannot be one"
        else:
            headers.append((name.decode("ascii"), value.decode("latin-1")))
    return pseudo, headers, fault


def _head(lines: list[str], headers: Headers) -> bytes:
    text = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers)])
    return text.encode("latin-1") + b"\r\n\r\n"
