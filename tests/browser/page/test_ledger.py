"""What CDP tells is hostile in part: bounded, and of any shape."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.browser.page import ledger as module
from abusekit.browser.page.ledger import Ledger
from abusekit.browser.page.requests import REQUESTS_LIMIT
from abusekit.browser.page.sockets import FRAME_LIMIT, PAYLOAD_LIMIT

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def made(clock: Clock | None = None) -> Ledger:
    ledger = Ledger(now=lambda: NOW, monotonic=clock or Clock())
    ledger.main_frame = "F"
    return ledger


def begin(ledger: Ledger, key: str, url: str = "http://a.example/", **more: Any) -> None:
    params = {"requestId": key, "request": {"url": url, "method": "GET"}, "type": "Fetch", **more}
    ledger.take("Network.requestWillBeSent", params, "page", main=True)


KEYS = [
    "requestId", "request", "response", "redirectResponse", "url", "method", "headers", "status", "type", "frameId",
    "wallTime", "frame", "id", "loaderId", "args", "message", "payloadData", "opcode", "registrations",
    "securityDetails", "encodedDataLength", "corsErrorStatus", "entry",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("F"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.dictionaries(st.sampled_from(KEYS), VALUES)), max_size=6))
def test_no_shape_raises(events: list[tuple[int, dict[str, Any]]]) -> None:
    ledger = made()
    methods = sorted(ledger.methods)
    for number, params in events:
        ledger.take(methods[number % len(methods)], params, "page", main=True)
        ledger.take("No.such", params, "page", main=False)
    ledger.popup("x")
    inventory = ledger.inventory()
    assert inventory.counts["popups"] >= 0


def test_requests_beyond_the_limit_are_counted() -> None:
    ledger = made()
    for number in range(REQUESTS_LIMIT + 10):
        begin(ledger, str(number))
    inventory = ledger.inventory()
    assert len(inventory.requests) == REQUESTS_LIMIT
    assert inventory.counts["requests"] == REQUESTS_LIMIT + 10


def test_long_addresses_are_cut_and_bounded_together() -> None:
    ledger = made()
    for number in range(3000):
        begin(ledger, str(number), "http://a.example/" + "x" * 20_000)
    inventory = ledger.inventory()
    assert sum(len(one.url) for one in inventory.requests) <= 32 << 20
    assert inventory.requests[0].url.endswith("…")
    assert len(inventory.requests) < inventory.counts["requests"] == 3000


def test_lists_are_bounded() -> None:
    ledger = made()
    for _ in range(1000):
        ledger.take(
            "Page.javascriptDialogOpening", {"type": "alert", "message": "x" * 9999}, "page", main=True
        )
        ledger.take("Page.windowOpen", {"url": "http://x"}, "page", main=True)
        ledger.take(
            "Runtime.consoleAPICalled",
            {"type": "log", "args": [{"value": "y" * 9999}] * 99},
            "page",
            main=True,
        )
        ledger.take("Page.navigatedWithinDocument", {"frameId": "F", "url": "#"}, "page", main=True)
        ledger.take("Browser.downloadWillBegin", {"frameId": "F", "url": "u"}, "", main=False)
    inventory = ledger.inventory()
    assert len(inventory.dialogs) == module.DIALOGS_LIMIT and inventory.counts["dialogs"] == 1000
    assert len(inventory.popups) == module.POPUPS_LIMIT
    assert len(inventory.messages) == module.MESSAGES_LIMIT and len(inventory.messages[0].text) <= 2000
    assert len(inventory.navigations) == module.NAVIGATIONS_LIMIT
    assert len(inventory.downloads) == module.DOWNLOADS_LIMIT


def test_messages_of_sockets_are_bounded() -> None:
    ledger = made()
    ledger.take("Network.webSocketCreated", {"requestId": "1", "url": "ws://a"}, "page", main=True)
    frame = {"requestId": "1", "response": {"opcode": 1, "payloadData": "z" * 100_000}}
    for _ in range(300):
        ledger.take("Network.webSocketFrameReceived", frame, "page", main=True)
    (one,) = ledger.inventory().sockets
    assert one.frames_count == 300 and len(one.frames[0].payload) == FRAME_LIMIT and one.frames[0].cut
    assert sum(len(each.payload) for each in one.frames) == PAYLOAD_LIMIT
    assert one.frames[-1].payload == "" and one.frames[-1].length == 100_000


def test_quiet_counts_only_what_is_worth_waiting_for() -> None:
    clock = Clock()
    ledger = made(clock)
    begin(ledger, "1")
    begin(ledger, "2", type="EventSource")
    assert ledger.quiet(clock(), ignore_after=5) == 0
    ledger.take("Network.loadingFinished", {"requestId": "1"}, "page", main=True)
    clock.seconds = 0.7
    assert ledger.quiet(clock(), ignore_after=5) == 0.7
    begin(ledger, "3")
    clock.seconds = 5.0
    assert ledger.quiet(clock(), ignore_after=5) == 0
    clock.seconds = 6.0
    assert ledger.quiet(clock(), ignore_after=5) > 5
    assert ledger.unfinished == 2


def test_the_status_of_the_connection_goes_before_that_of_the_page() -> None:
    """A revalidated answer is 200 for the page and 304 on the wire; redirects keep theirs apart."""
    ledger = made()
    begin(ledger, "1")
    ledger.take("Network.responseReceivedExtraInfo", {"requestId": "1", "statusCode": 302}, "page", main=True)
    begin(ledger, "1", "http://a.example/2", redirectResponse={"status": 302}, redirectHasExtraInfo=True)
    ledger.take("Network.responseReceivedExtraInfo", {"requestId": "1", "statusCode": 304}, "page", main=True)
    answer = {"requestId": "1", "hasExtraInfo": True, "response": {"status": 200, "mimeType": "text/css"}}
    ledger.take("Network.responseReceived", answer, "page", main=True)
    first, second = ledger.inventory().requests
    assert (first.status, first.ended, first.hop) == (302, "redirected", 0)
    assert (second.status, second.hop, second.mime) == (304, 1, "text/css")


def test_a_server_cannot_call_its_redirect_the_browsers_own() -> None:
    """`Non-Authoritative-Reason` is a header like others: only what came without a byte is the browser's."""
    told = {"status": 307, "headers": {"Non-Authoritative-Reason": "HSTS"}, "encodedDataLength": 0}
    answers: list[tuple[dict[str, Any], str]] = [
        (told, "internal"),
        (told | {"encodedDataLength": 180}, "network"),
        (told | {"encodedDataLength": None}, "network"),
        (told | {"status": 302}, "network"),
        (told | {"headers": {}}, "network"),
    ]
    ledger = made()
    for number, (answer, _) in enumerate(answers):
        begin(ledger, str(number))
        begin(ledger, str(number), "https://a.example/", redirectResponse=answer)
    sources = [one.source for one in ledger.inventory().requests if one.hop == 0]
    assert sources == [source for _, source in answers]
