"""What is made of CDP's events, whatever they hold: no browser is needed to see it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.browser.egress.link import Connection
from abusekit.browser.recorder.decoded_events import TAKEN, Events
from abusekit.browser.recorder.decoded_exchange import Loaded, exchanges_of
from abusekit.browser.recorder.decoded_message import (
    Hop,
    body_bytes,
    fault_of,
    response_head,
    tls_of,
    web_url,
)
from abusekit.webarchive.exchange import Exchange, Problem
from abusekit.webarchive.warc import WarcWriter

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=30),
    st.sampled_from(["http://a/", "https://[", "ws://b:99999/x", "net::ERR_FAILED", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"]),
)  # fmt: skip
KEYS = st.sampled_from(
    [
        *(
            "request",
            "url",
            "headers",
            "method",
            "wallTime",
            "timestamp",
            "response",
            "status",
            "headersText",
        ),
        *("hasExtraInfo", "redirectResponse", "dataLength", "data", "errorText", "blockedReason", "protocol"),
        *("securityDetails", "type", "remoteIPAddress", "remotePort", "postDataEntries", "statusCode"),
    ]
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=10,
)
PARAMS = st.dictionaries(KEYS, VALUES, max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(TAKEN)), st.sampled_from(["1", "2"]), PARAMS),
        min_size=1,
        max_size=12,
    )
)
def test_events_of_any_shape_are_taken(events: list[tuple[str, str, dict[str, Any]]]) -> None:
    told = Events(None, 1000, lambda name: None, lambda origin: None)
    told.take("Network.requestWillBeSent", {"requestId": "1", "request": {"url": "http://a/"}}, "")
    for method, name, params in events:
        told.take(method, {**params, "requestId": name}, "s")
    out = WarcWriter(io.BytesIO(), b"seed")
    for loaded in told.requests.values():
        for one in exchanges_of(loaded, {}, {}, lambda: AT, 0):
            assert one.complete is (one.problem is None)
            out.exchange(one)
            one.close()
        loaded.close()


def test_a_flood_of_requests_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abusekit.browser.recorder.decoded_events.REQUESTS_LIMIT", 3)
    told = Events(None, 1000, lambda name: None, lambda origin: None)
    for number in range(10):
        sent = {"requestId": str(number), "request": {"url": "http://a/"}}
        told.take("Network.requestWillBeSent", sent, "")
    assert (len(told.requests), told.uncounted) == (3, 7)


@pytest.mark.parametrize(
    ("answer", "charset", "length", "expected"),
    [
        ({"body": "é", "base64Encoded": False}, "utf-8", 2, ("é".encode(), True)),
        ({"body": "é", "base64Encoded": False}, "utf-8", 5, ("\ufeffé".encode(), True)),
        ({"body": "привет", "base64Encoded": False}, "windows-1251", 6, ("привет".encode("cp1251"), True)),
        ({"body": "привет", "base64Encoded": False}, "unicode_escape", 6, ("привет".encode(), False)),
        ({"body": "\ufffd", "base64Encoded": False}, "utf-8", 1, ("\ufffd".encode(), False)),
        ({"body": "AAEC", "base64Encoded": True}, "", 3, (b"\0\1\2", True)),
        ({"body": "AAEC", "base64Encoded": True}, "", 4, (b"\0\1\2", False)),
        ({"body": None, "base64Encoded": True}, "", 0, (b"", True)),
        ({}, "", 1, (b"", False)),
    ],
)
def test_text_is_turned_back_only_where_the_length_agrees(
    answer: dict[str, Any], charset: str, length: int, expected: tuple[bytes, bool]
) -> None:
    assert body_bytes(answer, charset, length) == expected


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://a/b#c", "http://a/b"),
        ("wss://a:8/b", "https://a:8/b"),
        ("data:,x", ""),
        ("file:///etc/passwd", ""),
        ("http://a/é", ""),
        ("http://a/ b", ""),
        ("http://[::1", ""),
        ("http://a:99999/", ""),
        ("http:///x", ""),
        ("http://a/" + "x" * 20_000, ""),
    ],
)
def test_only_web_addresses_are_kept(url: str, kept: str) -> None:
    assert web_url(url) == kept


def test_a_head_cannot_break_out_of_its_lines() -> None:
    hop = Hop("https://a/", "GET", "document", {}, None, 0.0)
    hop.response = {
        "status": 200,
        "statusText": "O\r\nK",
        "headers": {"A": "1\n2\r\nB: 3", "C:": "x", "": "y"},
    }
    head, fields = response_head(hop, {}, 200)
    assert head == b"HTTP/1.1 200 O K\r\nA: 1\r\nA: 2 \r\nA: B: 3\r\n\r\n"
    assert {name for name, _ in fields} == {"A"}
    other, _ = response_head(hop, {"headersText": "HTTP/1.1 404 No\r\nX: y\r\n\r\n"}, 200)
    assert other.startswith(b"HTTP/1.1 200 ")  # a head of another answer is not taken


@pytest.mark.parametrize(
    ("error", "started", "label"),
    [
        ("net::ERR_NAME_NOT_RESOLVED", False, "dns-failure"),
        ("net::ERR_CERT_AUTHORITY_INVALID", False, "tls-failure"),
        ("net::ERR_CONNECTION_REFUSED", False, "connect-failure"),
        ("net::ERR_CONNECTION_RESET", False, "reset"),
        ("net::ERR_CONNECTION_RESET", True, "truncated"),
        ("net::ERR_CONTENT_DECODING_FAILED", True, "bad-encoding"),
        ("net::ERR_OF_TOMORROW", False, "connect-failure"),
    ],
)
def test_the_browsers_reasons_get_a_label(error: str, started: bool, label: str) -> None:
    assert fault_of(error, started).label == label


def test_tls_is_told_as_the_browser_judged() -> None:
    hop = Hop("https://a/", "GET", "document", {}, None, 0.0)
    hop.response = {
        "protocol": "h2",
        "securityState": "secure",
        "securityDetails": {"protocol": "TLS 1.3", "cipher": "AES_128_GCM"},
    }
    found = tls_of(hop, (b"der",))
    assert found is not None
    assert (found.version, found.alpn, found.verified, found.chain) == ("TLSv1.3", "h2", True, (b"der",))
    hop.response["securityState"] = "insecure"
    doubted = tls_of(hop, ())
    assert doubted is not None
    assert not doubted.verified
    hop.url = "http://a/"
    assert tls_of(hop, ()) is None


def test_a_refusal_has_the_gates_reason() -> None:
    def label_of(*problems: Problem | None) -> str:
        hop = Hop("http://site.example/x", "GET", "fetch", {}, 1.0, 0.0)
        loaded = Loaded(None, [hop], ended=1.0, error="net::ERR_SOCKS_CONNECTION_FAILED")
        found = {
            Connection(number, "site.example", 80, (), None if problem else "192.0.2.1", AT, 0, 0, problem)
            for number, problem in enumerate(problems)
        }
        (one,) = exchanges_of(loaded, {}, {("site.example", 80): found}, lambda: AT, 4444)
        assert (one.status, one.request, one.complete) == (None, b"", False)
        return one.problem.label if one.problem else ""

    refused = Problem("refused-address", "a private address")
    assert label_of(refused) == "refused-address"
    assert label_of(refused, None) == label_of() == "connect-failure"


def test_behind_the_gate_the_address_is_the_gates_word() -> None:
    def made(*ips: str) -> Exchange:
        hop = Hop("http://site.example/x", "GET", "document", {}, 1.0, 0.0)
        hop.response = {"status": 200, "headers": {}, "remoteIPAddress": "127.0.0.1", "remotePort": 4444}
        loaded = Loaded(None, [hop], ended=1.0)
        found = {Connection(1, "site.example", 80, (ip,), ip, AT, 0, 0, None) for ip in ips}
        (one,) = exchanges_of(loaded, {}, {("site.example", 80): found}, lambda: AT, 4444)
        return one

    assert (made("192.0.2.1").ip, made("192.0.2.1").port) == ("192.0.2.1", 80)
    assert made("192.0.2.1", "192.0.2.2").ip is None
    assert made("192.0.2.1", "192.0.2.2").dns == ("192.0.2.1", "192.0.2.2")
    assert made().ip is None
