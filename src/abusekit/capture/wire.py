"""One exchange on a connection of its own: every byte is kept, h11 only tells where the message ends.

The socket is read here and the bytes go to the spool before the parser sees them, so what a server sent is
kept whatever it was. Each call on the socket gets the seconds that are left of the whole address: a server
that drips one byte at a time cannot stretch the limit. Nothing is unpacked while recording.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import h11

from abusekit.capture import tls
from abusekit.capture.address import Target
from abusekit.capture.plan import Plan
from abusekit.net.policy import AddressPolicy, DnsError, RefusedAddressError, resolve
from abusekit.webarchive.exchange import Exchange, Problem, Spool, Truncation, status_of

RECEIVE = 1 << 16
"""Bytes asked of the socket at once."""

HEAD_LIMIT = 256 << 10
"""Bytes of one head; more is a flood."""

INTERIM_LIMIT = 16
"""1xx heads before the final one; more is a flood."""

HEADERS_LIMIT = 1000
"""Headers of one head; more is a flood that costs memory for each of them."""

SMALL_PIECE = 512
"""Bytes: body pieces below this count as small."""

SMALL_PIECES_LIMIT = 50_000
"""Small pieces of one body; more is a flood that costs seconds of computing for each megabyte."""

ACCEPT_ENCODING = "gzip, deflate, br"


@dataclass(slots=True)
class Budget:
    """What is left for one address, its redirects and its parts."""

    ends_at: float
    # seconds, on the plan's monotonic clock
    bytes_left: int
    # bytes that may still be received
    monotonic: Callable[[], float]
    # seconds, any origin, never backwards

    def seconds_left(self) -> float:
        return self.ends_at - self.monotonic()

    def spent(self) -> bool:
        return self.bytes_left <= 0 or self.seconds_left() <= 0


TEXT = re.compile(
    r"text/[a-z0-9.+-]+|application/([a-z0-9.+-]*\+)?(json|xml|xhtml\+xml)|message/[a-z0-9.]+", re.I
)
"""Media types that are text. With `Plan.text_only` every other answer is given up after its head."""

SNIFFED = 4096
"""Bytes in which a NUL shows that an answer is no text, whatever its head says."""


class _StopError(Exception):
    """The exchange ends here, with this problem."""

    def __init__(self, label: str, detail: str, truncated: Truncation | None = None) -> None:
        super().__init__(detail)
        self.label = label
        self.detail = detail
        self.truncated = truncated


def fetch(
    target: Target,
    *,
    accept: str,
    plan: Plan,
    policy: AddressPolicy,
    budget: Budget,
    now: Callable[[], datetime],
) -> Exchange:
    """Asks for `target` once and gives what came of it; never raises for what a server or network does.

    The exchange's `problem` carries a label of OUTCOMES when the message is not whole; status codes and
    redirects are not judged here. Raises OSError only when the spool cannot be written (disk full), UsageError
    when the plan's CA file holds no certificates.
    """
    conversation = _Conversation(target, plan, budget, now)
    try:
        conversation.resolve(policy)
        with conversation.connect() as plain, conversation.secure(plain) as connection:
            conversation.ask(connection, accept)
            conversation.listen(connection)
    except _StopError as stop:
        conversation.stop(stop)
    return conversation.result()


class _Conversation:
    """The state of one exchange while it happens."""

    def __init__(self, target: Target, plan: Plan, budget: Budget, now: Callable[[], datetime]) -> None:
        self.target = target
        self.plan = plan
        self.budget = budget
        self.now = now
        self.started = budget.monotonic()
        self.spool = Spool(plan.spool)
        self.found = Exchange(target.url, "GET", now(), b"", self.spool)
        self.parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)
        self.spool_of_head = Spool(plan.spool)
        self.interim_count = 0
        self.ended = False

    def result(self) -> Exchange:
        if self.plan.text_only and self.found.status is not None and not self.text_so_far():
            self.keep_head_only()
        took = self.budget.monotonic() - self.started
        return replace(self.found, duration_ms=max(round(took * 1000), 0))

    def text_so_far(self) -> bool:
        """Whether the answer says that it is text, and does not start like something else."""
        if not TEXT.fullmatch((self.found.header("content-type") or "").partition(";")[0].strip()):
            return False
        start = self.spool.read(self.found.interim_length + self.found.head_length, SNIFFED)
        return self.found.header("content-encoding") is not None or b"\0" not in start

    def keep_head_only(self) -> None:
        """Drop what came of a body that must not be kept (R61): it goes with the spool, nothing was read from it."""
        self.found.received.close()
        head = self.spool_of_head
        problem = Problem(
            "not-text", "no text: given up after its head, the body is not kept", self.target.url
        )
        self.found = replace(self.found, received=head, problem=problem, truncated="length", complete=False)

    def stop(self, stop: _StopError) -> None:
        truncated = stop.truncated if self.spool.size else None
        problem = Problem(stop.label, stop.detail, self.target.url)
        self.found = replace(self.found, problem=problem, truncated=truncated, complete=False)

    def limit(self, connection: socket.socket) -> None:
        """Gives the next call on the socket the time that is left."""
        left = self.budget.seconds_left()
        if left <= 0:
            raise self.too_late()
        connection.settimeout(left)

    def too_late(self) -> _StopError:
        return _StopError("timeout", f"the limit of {self.plan.deadline_s:g} s was reached", "time")

    def resolve(self, policy: AddressPolicy) -> None:
        left = self.budget.seconds_left()
        if left <= 0:
            raise self.too_late()
        try:
            found = resolve(self.target.host, self.target.port, policy, left)
        except DnsError as fault:
            raise self.too_late() if fault.timed_out else _StopError("dns-failure", fault.message) from fault
        except RefusedAddressError as fault:
            self.found = replace(self.found, dns=fault.answers)
            raise _StopError("refused-address", fault.message) from fault
        self.found = replace(self.found, dns=found.addresses)

    def connect(self) -> socket.socket:
        """A connection to the first checked address that answers; each gets its share of the time."""
        faults = []
        addresses = self.found.dns
        for number, address in enumerate(addresses):
            left = self.budget.seconds_left()
            if left <= 0:
                raise self.too_late()
            share = left / (len(addresses) - number)
            try:
                made = socket.create_connection((address, self.target.port), timeout=share)
                try:
                    peer = made.getpeername()[0]  # fails when the server has reset the connection already
                except OSError:
                    made.close()
                    raise
            except OSError as fault:
                faults.append(f"{address}: {fault.strerror or fault or type(fault).__name__}")
                continue
            self.found = replace(self.found, ip=peer, port=self.target.port, at=self.now())
            return made
        if self.budget.seconds_left() <= 0:
            raise self.too_late()
        raise _StopError("connect-failure", f"no connection to {self.target.host}: {'; '.join(faults)}"[:500])

    def secure(self, plain: socket.socket) -> socket.socket:
        if self.target.scheme == "http":
            return plain
        name = tls.server_name(self.target.host)
        self.limit(plain)
        try:
            # Cut connections must show, see `listen`: so no ragged ends.
            made = tls.context(self.plan.extra_ca).wrap_socket(
                plain, server_hostname=name, suppress_ragged_eofs=False
            )
        except TimeoutError as fault:
            raise self.too_late() from fault
        except ssl.SSLCertVerificationError as fault:
            why = tls.reason(fault)
            seen = tls.unverified(
                (self.found.ip or "", self.target.port),
                name,
                why,
                self.budget.seconds_left(),
                self.plan.extra_ca,
            )
            self.found = replace(self.found, tls=seen)
            raise _StopError("tls-failure", f"the certificate was not trusted: {why}") from fault
        except (OSError, ValueError) as fault:  # ValueError: a host that cannot be a server name
            why = tls.reason(fault) if isinstance(fault, ssl.SSLError) else str(fault)[:200]
            raise _StopError("tls-failure", f"no encrypted connection: {why}") from fault
        # Python wraps a connection that is reset already without any handshake, and without a word.
        if made.version() is None:
            made.close()
            raise _StopError("tls-failure", "no encrypted connection: it was reset before the handshake")
        self.found = replace(self.found, tls=tls.describe(made, verified=True), at=self.now())
        return made

    def ask(self, connection: socket.socket, accept: str) -> None:
        headers = [
            ("Host", self.target.host_header),
            ("User-Agent", self.plan.user_agent),
            ("Accept", accept),
            ("Accept-Encoding", "identity" if self.plan.text_only else ACCEPT_ENCODING),
            ("Connection", "close"),
        ]
        if self.plan.accept_language:
            headers.insert(3, ("Accept-Language", self.plan.accept_language))
        request = h11.Request(method="GET", target=self.target.request_target, headers=headers)
        sent = self.parser.send(request) or b""
        self.parser.send(h11.EndOfMessage())
        self.found = replace(self.found, request=sent)
        self.limit(connection)
        try:
            connection.sendall(sent)
        except TimeoutError as fault:
            raise self.too_late() from fault
        except OSError:
            # The server may have answered and closed before it read the request: listen all the same.
            return

    def listen(self, connection: socket.socket) -> None:
        """Receives until the message ends, a limit is reached or the connection breaks."""
        body_by_close = False
        small_pieces = 0
        while True:
            try:
                event = self.parser.next_event()
            except h11.RemoteProtocolError as fault:
                raise self.misunderstood(fault) from fault
            if event is h11.NEED_DATA:
                self.receive(connection, body_by_close)
            elif isinstance(event, h11.Data):
                small_pieces += len(event.data) < SMALL_PIECE
                if small_pieces > SMALL_PIECES_LIMIT:
                    raise _StopError("bad-response", "the answer comes in a flood of tiny chunks", "length")
            elif isinstance(event, h11.InformationalResponse):
                self.interim_count += 1
                if self.interim_count > INTERIM_LIMIT:
                    raise _StopError("bad-response", f"more than {INTERIM_LIMIT} interim answers", "length")
            elif isinstance(event, h11.Response):
                body_by_close = self.head(event)
            elif isinstance(event, h11.EndOfMessage):
                break
            elif isinstance(event, h11.ConnectionClosed):
                raise _StopError("reset", "the server closed the connection without an answer", "disconnect")
        self.found = replace(
            self.found,
            complete=True,
            # with TLS the closure alert says it (RFC 9112 section 9.8), see `receive`
            end_stated=not body_by_close or self.target.scheme == "https",
            excess_length=len(self.parser.trailing_data[0]),
        )
        if self.found.excess_length:
            raise _StopError("bad-response", "bytes follow after the end that the answer itself gives")
        if self.found.header("transfer-encoding") and self.found.header("content-length"):
            # RFC 9112 section 6.1: the sign of request smuggling, to be handled as an error
            raise _StopError("bad-response", "the answer has both Transfer-Encoding and Content-Length")

    def receive(self, connection: socket.socket, body_by_close: bool) -> None:
        if self.budget.bytes_left <= 0:
            detail = f"the limit of {self.plan.max_bytes} bytes was reached"
            raise _StopError("too-large", detail, "length")
        self.limit(connection)
        try:
            data = connection.recv(min(RECEIVE, self.budget.bytes_left))
        except TimeoutError as fault:
            raise self.too_late() from fault
        except ssl.SSLEOFError as fault:
            if body_by_close:
                # RFC 9112 section 9.8: without a closure alert anybody on the way may have cut it
                why = "the encrypted connection was cut, so the end may be missing"
                raise _StopError("truncated", why, "disconnect") from fault
            data = b""
        except OSError as fault:
            label = "truncated" if self.found.status is not None else "reset"
            why = tls.reason(fault) if isinstance(fault, ssl.SSLError) else fault.strerror or str(fault)
            raise _StopError(label, f"the connection broke: {why}", "disconnect") from fault
        self.ended = not data
        self.budget.bytes_left -= len(data)
        self.spool.write(data)
        if self.spool.size >= 5 and self.spool.read(0, 5) != b"HTTP/":
            # h11 would wait for a blank line, and an SSH server for us
            raise _StopError("bad-response", "what came back does not start like HTTP")
        try:
            self.parser.receive_data(data)
        except h11.RemoteProtocolError as fault:
            raise self.misunderstood(fault) from fault

    def misunderstood(self, fault: h11.RemoteProtocolError) -> _StopError:
        """h11 refused what came: either it ended too early, or it is no HTTP."""
        if self.ended and self.found.status is not None:
            return _StopError("truncated", "the answer ends before the end that its head gives", "disconnect")
        if self.ended and not self.spool.size:
            return _StopError("reset", "the server closed the connection without an answer", "disconnect")
        if self.ended and self.spool.read(0, 5) == b"HTTP/":
            return _StopError("truncated", "the connection was closed inside of the head", "disconnect")
        # h11 quotes the line after a colon or a quotation mark: it may be a cookie, and this text is shown.
        why = re.split(r"[:'\"]|bytearray", str(fault))[0].strip()[:200]
        return _StopError("bad-response", f"not understood as HTTP: {why}")

    def head(self, event: h11.Response) -> bool:
        """Notes the final head; True when only the end of the connection will end the body."""
        start = end = 0
        received = self.spool.read(0, min(self.spool.size, (INTERIM_LIMIT + 1) * HEAD_LIMIT))
        for _ in range(self.interim_count + 1):
            start, end = end, _head_end(received, end)
        if status_of(received[start : start + 20]) != event.status_code:
            raise _StopError("bad-response", "the answer is neither HTTP/1.0 nor HTTP/1.1")
        if len(event.headers) > HEADERS_LIMIT:
            why = f"a flood of headers: {len(event.headers)}, and more than {HEADERS_LIMIT} are not taken"
            raise _StopError("bad-response", why, "length")
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items()
        )
        self.found = replace(
            self.found,
            interim_length=start,
            interim_count=self.interim_count,
            head_length=end - start,
            status=event.status_code,
            headers=headers,
            protocol="http/" + event.http_version.decode("ascii"),
            head_at=self.now(),
        )
        if self.plan.text_only:
            self.spool_of_head = Spool(self.plan.spool, received[:end])
            if not self.text_so_far():
                raise _StopError("not-text", "no text: given up after its head", "length")
        framed = self.found.header("content-length") or "chunked" in (
            self.found.header("transfer-encoding") or ""
        )
        return not framed and event.status_code not in (204, 304)


def _head_end(data: bytes, start: int) -> int:
    """The byte after the blank line that ends the head starting at `start`; h11 has seen that there is one."""
    crlf, lf = data.find(b"\n\r\n", start), data.find(b"\n\n", start)
    if crlf >= 0 and (lf < 0 or crlf < lf):
        return crlf + 3
    return lf + 2


def body(exchange: Exchange) -> Iterator[bytes]:
    """The body without its transfer coding, still compressed as sent; what came of it when it was cut.

    Read from the recorded bytes, not kept twice.
    """
    coding = exchange.header("transfer-encoding")
    if exchange.status is None:
        return
    if coding is None or "chunked" not in coding.lower():
        start = exchange.interim_length + exchange.head_length
        yield from exchange.received.pieces(start, exchange.received.size - exchange.excess_length)
        return
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)
    parser.send(h11.Request(method="GET", target="/", headers=[("Host", "body")]))
    parser.send(h11.EndOfMessage())
    for piece in exchange.response():
        try:
            parser.receive_data(piece)
            while (event := parser.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Data):
                    yield bytes(event.data)
                elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                    return
        except h11.RemoteProtocolError:
            return  # where the recording stopped too: it is that exchange's problem, told there
