"""The site's own account of every byte is what a client on a raw socket sent and received."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

from test_site_live import dialled, opened

from abusekit.demo.authority import LocalAuthority
from abusekit.demo.live import MESSAGES, frame
from abusekit.demo.site import PracticeSite

FIRST = b"GET /post/5001 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
SECOND = b"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwords"
LAST = b"GET /api/feed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def address(site: PracticeSite) -> tuple[str, int]:
    host, port = site.base_url.rpartition("/")[2].split(":")
    return host, int(port)


def everything(raw: socket.socket) -> bytes:
    got = b""
    while part := raw.recv(65_536):
        got += part
    return got


def test_exchanges_on_one_connection(logged_site: PracticeSite) -> None:
    log = logged_site.wire_log
    assert log is not None
    with socket.create_connection(address(logged_site), timeout=10) as raw:
        port = raw.getsockname()[1]
        raw.sendall(FIRST + SECOND[:-2])
        raw.sendall(SECOND[-2:] + LAST)
        got = everything(raw)
    seen = log.exchanges()
    assert [(one.method, one.target) for one in seen] == [
        ("GET", "/post/5001"), ("POST", "/api/echo"), ("GET", "/api/feed"),
    ]  # fmt: skip
    assert [one.request for one in seen] == [FIRST, SECOND, LAST]
    assert b"".join(one.response for one in seen) == got
    assert all(one.response.startswith(b"HTTP/1.1 200 OK\r\n") for one in seen)
    assert {(one.connection, one.client_port, one.tls, one.followed) for one in seen} == {
        (1, port, False, (b"", b""))
    }
    (connection,) = log.connections
    assert bytes(connection.received) == FIRST + SECOND + LAST


def test_faults_are_logged_as_they_were_sent(logged_site: PracticeSite) -> None:
    log = logged_site.wire_log
    assert log is not None
    received = []
    for sent in (
        b"GET /cut HTTP/1.1\r\n\r\n",
        b"GET /reset HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"POST /api/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /api/echo HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n",
        b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n",
    ):
        with socket.create_connection(address(logged_site), timeout=10) as raw:
            raw.sendall(sent)
            try:
                received.append(everything(raw))
            except ConnectionResetError:
                received.append(b"")
    seen = log.exchanges()
    assert [one.response for one in seen] == received
    assert [one.response[9:12] for one in seen] == [b"200", b"", b"400", b"411", b"413", b"200"]
    assert [one.method for one in seen] == ["GET", "GET", "", "", "", "HEAD"]
    assert len(seen[0].response.partition(b"\r\n\r\n")[2]) == 30_000
    assert [one.number for one in seen] == [one.connection for one in seen] == [1, 2, 3, 4, 5, 6]


def test_a_web_socket_is_kept_apart_from_its_handshake(logged_site: PracticeSite) -> None:
    log = logged_site.wire_log
    assert log is not None
    with dialled(logged_site) as client:
        opened(client)
        client.say(1, b"hi")
        client.hear()
        client.say(8, b"")
        client.hear()
    (one,) = log.exchanges()
    assert one.request.endswith(b"\r\n\r\n") and one.request.startswith(b"GET /live/socket")
    assert one.response.startswith(b"HTTP/1.1 101 ") and one.response.endswith(b"\r\n\r\n")
    said = b"".join(frame(1, words.encode()) for words in MESSAGES)
    assert one.followed[1] == said + frame(9, b"still there?") + frame(1, b"you said: hi") + frame(8, b"")
    assert len(one.followed[0]) == 2 + 4 + 2 + 2 + 4


def test_https_is_logged_above_tls_and_the_other_origin_too(tmp_path: Path) -> None:
    authority = LocalAuthority.make(tmp_path, now=datetime.now(UTC))
    trust = ssl.create_default_context(cafile=str(authority.ca_file))
    with PracticeSite(authority=authority, log_bytes=True) as site:
        assert site.wire_log is not None
        other = int(site.other_origin.rpartition(":")[2])
        assert site.other_origin.startswith("https://localhost:")
        got = []
        for port in (address(site)[1], other):
            with (
                socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
                trust.wrap_socket(raw, server_hostname="localhost") as tls,
            ):
                tls.sendall(LAST)
                got.append(everything(tls))
        seen = site.wire_log.exchanges()
    assert [one.response for one in seen] == got
    assert [(one.tls, one.request, one.connection) for one in seen] == [(True, LAST, 1), (True, LAST, 2)]


def test_nothing_is_kept_unless_asked(site: PracticeSite) -> None:
    assert site.wire_log is None
