"""One socket of the browser, from its first byte to its last: the gate's preamble, TLS, then HTTP.

Chromium speaks SOCKS5 (RFC 1928) to our gate: the first bytes of a socket name the host. Then comes HTTP, or
TLS, of which the log has the bytes inside. Nothing is judged here that the browser did not judge itself.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from ipaddress import IPv4Address, IPv6Address

from abusekit.browser.recorder.http1_split import Http1
from abusekit.browser.recorder.http2_streams import Http2
from abusekit.browser.recorder.netlog_draft import Budget
from abusekit.browser.recorder.netlog_table import NetLogError, Table
from abusekit.webarchive.exchange import Tls

NO_LOGIN = b"\5\0"
CONNECT = b"\5\1\0"
"""RFC 1928 sections 3 and 4: what the gate answers first, and how the browser's request starts."""

CHAIN_LIMIT = 20
"""Certificates kept of one chain."""

PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,100000})-----END CERTIFICATE-----\s*")

CIPHERS: dict[int, str] = {
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0xC02B: "ECDHE-ECDSA-AES128-GCM-SHA256",
    0xC02C: "ECDHE-ECDSA-AES256-GCM-SHA384",
    0xC02F: "ECDHE-RSA-AES128-GCM-SHA256",
    0xC030: "ECDHE-RSA-AES256-GCM-SHA384",
    0xCCA8: "ECDHE-RSA-CHACHA20-POLY1305",
    0xCCA9: "ECDHE-ECDSA-CHACHA20-POLY1305",
    0xC013: "ECDHE-RSA-AES128-SHA",
    0xC014: "ECDHE-RSA-AES256-SHA",
    0x009C: "AES128-GCM-SHA256",
    0x009D: "AES256-GCM-SHA384",
    0x002F: "AES128-SHA",
    0x0035: "AES256-SHA",
}
"""IANA's number of a suite → OpenSSL's name, for those that Chromium offers."""

Verdict = tuple[bool, str | None]
"""Whether the browser trusted a chain, and its reason where it did not."""


class Preamble:
    """The SOCKS5 talk with the gate. `rest` of each side is what follows it."""

    def __init__(self) -> None:
        self.host = ""
        # as the browser named it: a name, or an address without brackets
        self.port = 0
        self.done = False
        self.foreign = False
        # this is no SOCKS5: the connection went past the gate
        self.refusal: int | None = None
        # the gate's reply, when it is not "succeeded" (RFC 1928 section 6)
        self._out = b""
        self._in = b""

    def sent(self, data: bytes) -> bytes:
        """Gives what follows the preamble."""
        self._out += data
        if self._out[0] != 5:
            self.foreign = True
            return b""
        if len(self._out) < 2:
            return b""
        start = 2 + self._out[1]
        request = self._out[start:]
        if len(request) < 5:
            return b""
        size = {1: 10, 3: 7 + request[4], 4: 22}.get(request[3], 0)
        if not size or request[:3] != CONNECT:
            self.foreign = True
        if self.foreign or len(request) < size:
            return b""
        kind, address = request[3], request[4 : size - 2]
        if kind == 3:
            self.host = address[1:].decode("latin-1")
        else:
            self.host = str(IPv4Address(address) if kind == 1 else IPv6Address(address))
        self.port = int.from_bytes(request[size - 2 : size], "big")
        self._out = self._out[: start + size]
        return request[size:]

    def received(self, data: bytes) -> bytes:
        """Gives what follows the preamble."""
        self._in += data
        reply = self._in[2:]
        if not self._in.startswith(NO_LOGIN[: len(self._in)]) or reply[:1] not in (b"", b"\5"):
            self.foreign = True
            return b""
        if len(reply) >= 2 and reply[1]:
            self.refusal = reply[1]
        if len(reply) < 5:
            return b""
        size = {1: 10, 3: 7 + reply[4], 4: 22}.get(reply[3], 10)
        if len(reply) < size:
            return b""
        self.done = self.refusal is None
        self._in = b""
        return reply[size:]


class Socket:
    """The state of one socket while the log is read."""

    def __init__(self, budget: Budget, ticks: int, encrypted: bool) -> None:
        self.at = ticks
        # when it was made
        self.wanted_tls = encrypted
        # the browser made it for https
        self.local_port: int | None = None
        self.preamble = Preamble()
        self.http: Http1 | Http2 | None = None
        self.tls_begun = False
        self.tls_params: dict[str, object] = {}
        # what the handshake agreed on
        self.net_error: int | None = None
        # of the handshake
        self.chain: tuple[bytes, ...] = ()
        self.job: int | None = None
        # the verifier's job, by the id of its source
        self.end = ""
        # "server": it closed; "reset"; "browser": this side closed first; "" when the log does not say
        self.read_error: int | None = None
        self.alert = b""
        # the last TLS alert of the server
        self.ended_at = ticks
        self.used = False
        # something was sent
        self._budget = budget

    @property
    def encrypted(self) -> bool:
        return self.wanted_tls or self.tls_begun

    def bytes_sent(self, data: bytes, ticks: int, inner: bool) -> None:
        """`inner`: inside of TLS."""
        self.ended_at = ticks
        if not inner:
            if self.tls_begun:
                return
            self.used = True
            if not self.preamble.done:
                data = self.preamble.sent(data)
        if data and not self.preamble.foreign:
            self._protocol().sent(data, ticks)

    def bytes_received(self, data: bytes, ticks: int, inner: bool) -> None:
        self.ended_at = ticks
        if not data:
            self.end = self.end or "server"
            return
        if not inner:
            if self.tls_begun:
                return
            if not self.preamble.done:
                data = self.preamble.received(data)
        if data and not self.preamble.foreign:
            self._protocol().received(data, ticks)

    def _protocol(self) -> Http1 | Http2:
        if self.http is None:
            self.http = (
                Http2(self._budget) if self.tls_params.get("next_proto") == "h2" else Http1(self._budget)
            )
        return self.http

    def closure_stated(self) -> bool:
        """TLS's closure alert came (RFC 8446 section 6.1): nobody on the way cut the connection."""
        return self.alert[1:2] == b"\0"

    def tls(self, table: Table, verdict: Verdict | None) -> Tls | None:
        """The encrypted connection as the browser saw and judged it; None where none was begun."""
        if not self.tls_begun:
            return None
        if self.net_error is not None:
            verdict = False, table.net_error(self.net_error)
        elif verdict is None:
            verdict = False, "the recording does not hold the browser's verdict on the certificate"
        version = str(self.tls_params.get("version") or "")[:20]
        suite = self.tls_params.get("cipher_suite")
        proto = self.tls_params.get("next_proto")
        return Tls(
            version=version.replace("TLS ", "TLSv") if version else None,
            cipher=CIPHERS.get(suite, f"0x{suite:04X}") if isinstance(suite, int) else None,
            alpn=proto[:40] if isinstance(proto, str) and proto not in ("", "unknown") else None,
            chain=self.chain,
            verified=verdict[0],
            error=verdict[1],
        )


def certificates(found: object) -> tuple[bytes, ...]:
    """DER, leaf first, from a list of PEM texts. Raises NetLogError."""
    if not isinstance(found, list):
        raise NetLogError("a list of certificates is none")
    chain = []
    for text in found[:CHAIN_LIMIT]:
        matched = PEM.fullmatch(text) if isinstance(text, str) else None
        if not matched:
            raise NetLogError("a certificate in it is none")
        try:
            chain.append(b64decode("".join(matched[1].split()), validate=True))
        except (binascii.Error, ValueError) as fault:
            raise NetLogError("a certificate in it is none") from fault
    return tuple(chain)
