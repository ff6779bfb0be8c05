"""The bytes of one HTTP/1.1 connection, split into its exchanges (RFC 9112 section 6).

Chromium sends a request on a kept-alive connection only after the answer before it has ended, so the requests
tell where exchanges begin, whatever the server's framing is worth; framing tells whether an answer is whole.
Bytes are passed on as they came: the reading beside them changes nothing.
"""

from __future__ import annotations

import re

from abusekit.browser.recorder.http1_framing import (
    Framing,
    framing_of,
    head_end,
    length_of,
    read_headers,
    values,
)
from abusekit.browser.recorder.netlog_draft import HEAD_LIMIT, HEADERS_LIMIT, REQUEST_LIMIT, Budget, Draft
from abusekit.browser.recorder.one_file import Part
from abusekit.webarchive.exchange import status_of

INTERIM_LIMIT = 16
"""1xx heads before the final one; more is a flood."""

REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) ([\x21-\xff]+) HTTP/1\.1\r\n")


class Http1:
    """One connection. `drafts` are its exchanges in order; after a switch of protocols the rest is `upgraded`."""

    def __init__(self, budget: Budget) -> None:
        self.drafts: list[Draft] = []
        self.upgraded: tuple[Part, Part] | None = None
        # what was sent and received after a 101, and after the head of a CONNECT
        self.dropped = 0
        # exchanges that were too many
        self.unasked = 0
        # bytes that came when nothing was asked
        self._budget = budget
        self._now: Draft | None = None
        self._sending: Framing | None = None
        # the body of the request; None while its head is sent
        self._receiving: Framing | None = None
        # the body of the answer; None while its head is received
        self._head = bytearray()
        # of the answer, as far as it came

    def sent(self, data: bytes, ticks: int) -> None:
        """What the browser sent."""
        while data:
            if self.upgraded:
                self._beside(self.upgraded[0], data)
                return
            if self._now is None or (self._sending is not None and self._sending.done):
                self._begin(ticks)
            data = self._request(data)

    def received(self, data: bytes, ticks: int) -> None:
        """What the server sent."""
        if self.upgraded:
            self._beside(self.upgraded[1], data)
            return
        if self._now is None and not self.dropped:  # the server talks first
            self._begin(ticks)
        now = self._now
        if now is None or not data:
            return
        if now.complete:  # an idle connection: such as "408 Request Timeout" before the server closes it
            self.unasked += len(data)
            return
        now.last = ticks
        if self._receiving is None:
            data = self._heads(now, data, ticks)
        if self._receiving is not None and data and not self.upgraded:
            before = self._receiving.small
            taken = self._receiving.feed(data)
            self._budget.small_left -= self._receiving.small - before
            now.keep(data, self._budget)
            now.excess_length += len(data) - taken
            if self._receiving.done:
                now.complete = True
            if self._receiving.fault:
                now.blame("bad-response", self._receiving.fault, "length")
        if now.excess_length:
            now.blame("bad-response", "bytes follow after the end that the answer itself gives")

    def _begin(self, ticks: int) -> None:
        if self._budget.exchanges_left <= 0:
            self.dropped += 1
            self._now = None
            return
        self._budget.exchanges_left -= 1
        self._flush()
        self._now = Draft(Part(self._budget.store), ticks, ticks)
        self.drafts.append(self._now)
        self._sending = self._receiving = None
        self._head = bytearray()

    def _request(self, data: bytes) -> bytes:
        """Takes what belongs to the present request and gives the rest."""
        now = self._now
        if now is None:
            return b""
        if self._sending is None:
            start = max(len(now.request) - 3, 0)
            now.request += data
            end = head_end(now.request, start)
            if end < 0:
                if len(now.request) > REQUEST_LIMIT:
                    self._sending = Framing("close")
                return b""
            rest = bytes(now.request[end:])
            del now.request[end:]
            self._sending = self._asked(now)
            return rest
        taken = self._sending.feed(data)
        room = max(REQUEST_LIMIT - len(now.request), 0)
        now.request += data[: min(taken, room)]
        if taken > room:
            now.blame("too-large", "the request is longer than what is kept of one", "length")
        return data[taken:]

    def _asked(self, now: Draft) -> Framing:
        """Reads the head of the request; gives the framing of its body."""
        head = bytes(now.request)
        line = REQUEST_LINE.match(head)
        if line:
            now.method, now.target = line[1].decode("ascii"), line[2].decode("latin-1")
        headers = read_headers(head)
        now.authority = next((value for key, value in headers if key.lower() == "host"), "")
        if "chunked" in values(headers, "transfer-encoding"):
            return Framing("chunked")
        lengths = values(headers, "content-length")
        if len(lengths) == 1 and length_of(lengths[0]) is not None:
            return Framing("length", length_of(lengths[0]) or 0)
        return Framing("none")

    def _heads(self, now: Draft, data: bytes, ticks: int) -> bytes:
        """Takes the heads of the answer and gives the start of its body, as far as there is one."""
        start = max(len(self._head) - 3, 0)
        self._head += data
        if len(self._head) >= 5 and not self._head.startswith(b"HTTP/"):
            return self._not_http(now, "what came back does not start like HTTP")
        while (end := head_end(self._head, start)) >= 0:
            head = bytes(self._head[:end])
            rest = bytes(self._head[end:])
            status = status_of(head)
            if status is None:
                return self._not_http(now, "the answer is neither HTTP/1.0 nor HTTP/1.1")
            self._budget.small_left -= head.count(b"\n")
            if self._budget.small_left < 0:
                return self._not_http(now, "a flood of header fields")
            now.keep(head, self._budget)
            if 100 <= status < 200 and status != 101:
                now.interim_count += 1
                now.interim_length += len(head)
                self._head, start = bytearray(rest), 0
                if now.interim_count > INTERIM_LIMIT:
                    return self._not_http(now, f"more than {INTERIM_LIMIT} interim answers")
                continue
            self._head = bytearray()
            self._answered(now, head, status, ticks)
            if self.upgraded:
                self._beside(self.upgraded[1], rest)
                return b""
            return rest
        if len(self._head) > HEAD_LIMIT:
            return self._not_http(now, f"a head of more than {HEAD_LIMIT} bytes")
        return b""

    def _not_http(self, now: Draft, why: str) -> bytes:
        """No answer that could be understood: from here on, bytes are only kept."""
        now.blame("bad-response", why)
        self._receiving = Framing("close")
        rest, self._head = bytes(self._head), bytearray()
        return rest

    def _answered(self, now: Draft, head: bytes, status: int, ticks: int) -> None:
        now.status, now.head_length, now.head_at = status, len(head), ticks
        now.protocol = "http/" + head[5:8].decode("ascii")
        headers = read_headers(head)
        now.headers = headers[:HEADERS_LIMIT]
        if status == 101 or (now.method == "CONNECT" and 200 <= status < 300):
            now.complete = True
            self.upgraded = (Part(self._budget.store), Part(self._budget.store))
            self._receiving = Framing("none")
            return
        self._receiving = framing_of(now, headers, status, max(self._budget.small_left, 0))
        now.by_close = self._receiving.kind == "close"
        now.complete = self._receiving.done

    def _beside(self, part: Part, data: bytes) -> None:
        data = data[: max(self._budget.bytes_left, 0)]
        self._budget.bytes_left -= len(data)
        part.write(data)

    def _flush(self) -> None:
        """Keeps a head that never ended."""
        if self._now is not None and self._head:
            self._now.keep(bytes(self._head), self._budget)
            self._head = bytearray()

    @property
    def fault(self) -> str:
        """What of the connection is in no exchange; "" for nothing."""
        return f"{self.unasked} bytes came when nothing was asked" if self.unasked else ""

    def ended(self) -> None:
        """The connection is over, for whatever reason."""
        self._flush()
        if self._now is not None and self._sending is None:
            self._asked(self._now)
