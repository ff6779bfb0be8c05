"""HTTP/2 frames of every kind, well-formed and not, without a browser."""

from __future__ import annotations

import hpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from netlog_h2_site import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    PADDED,
    RST_STREAM,
    SETTINGS,
    frame,
)

from abusekit.browser.recorder.http2_frames import FRAME_LIMIT, PREFACE, TABLE_LIMIT
from abusekit.browser.recorder.http2_streams import Http2
from abusekit.browser.recorder.netlog_draft import HEAD_LIMIT, Budget, Draft
from abusekit.browser.recorder.one_file import OneFile

PUSH_PROMISE, GOAWAY = 5, 7
ASKED = [(":method", "GET"), (":authority", "a.example"), (":scheme", "https"), (":path", "/x")]


class Talk:
    """A connection with one request on stream 1."""

    def __init__(self, exchanges: int = 100, size: int = 1 << 30) -> None:
        self.http = Http2(Budget(OneFile(), size, exchanges))
        self.ours, self.theirs = hpack.Encoder(), hpack.Encoder()
        self.http.sent(PREFACE, 0)
        self.ask(1)

    def ask(self, number: int, fields: list[tuple[str, str]] = ASKED, flags: int = END_STREAM) -> None:
        block = self.ours.encode(fields)
        self.http.sent(frame(HEADERS, flags | END_HEADERS, number, block), 1)

    def answer(self, number: int, *fields: tuple[str, str], flags: int = 0) -> None:
        block = self.theirs.encode(fields or [(":status", "200")])
        self.http.received(frame(HEADERS, flags | END_HEADERS, number, block), 2)

    def back(self, kind: int, flags: int, number: int, payload: bytes) -> None:
        self.http.received(frame(kind, flags, number, payload), 3)


def whole(draft: Draft) -> bytes:
    return b"".join(draft.received.pieces())


def test_a_whole_answer() -> None:
    talk = Talk()
    talk.answer(1, (":status", "200"), ("content-type", "text/plain"))
    talk.back(DATA, PADDED, 1, b"\x02abc\0\0")
    talk.back(DATA, END_STREAM, 1, b"def")
    (draft,) = talk.http.drafts
    assert whole(draft) == b"HTTP/1.1 200 \r\ncontent-type: text/plain\r\n\r\nabcdef"
    assert bytes(draft.request) == b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n"
    assert (draft.complete, draft.label, draft.status) == (True, "", 200)


@given(st.lists(st.integers(1, 40), max_size=40))
@settings(max_examples=60, deadline=None)
def test_frames_may_be_cut_anywhere(sizes: list[int]) -> None:
    talk = Talk()
    head = talk.theirs.encode([(":status", "200"), ("x", "y" * 50)])
    data = frame(HEADERS, 0, 1, head[:5]) + frame(CONTINUATION, END_HEADERS, 1, head[5:])
    data += frame(DATA, 0, 1, b"abc") + frame(DATA, END_STREAM, 1, b"def")
    for size in [*sizes, len(data)]:
        talk.http.received(data[:size], 2)
        data = data[size:]
    (draft,) = talk.http.drafts
    assert whole(draft).endswith(b"\r\n\r\nabcdef")
    assert draft.complete


def test_a_promise_is_counted_and_keeps_the_table_right() -> None:
    talk = Talk()
    promised = talk.theirs.encode([(":method", "GET"), ("x-promised", "once-in-the-table")])
    talk.back(PUSH_PROMISE, END_HEADERS, 1, (2).to_bytes(4, "big") + promised)
    talk.answer(1, (":status", "200"), ("x-promised", "once-in-the-table"), flags=END_STREAM)
    (draft,) = talk.http.drafts
    assert draft.headers == [("x-promised", "once-in-the-table")]
    assert talk.http.pushed == 1
    assert talk.http.fault == ""


def test_a_server_that_goes_away() -> None:
    talk = Talk()
    for number in (3, 5):
        talk.ask(number)
    talk.back(GOAWAY, 0, 0, (3).to_bytes(4, "big") + (11).to_bytes(4, "big"))
    talk.answer(3, flags=END_STREAM)
    first, second, third = talk.http.drafts
    assert (first.complete, second.complete) == (False, True)
    assert third.label == "reset"
    assert third.detail == "the server takes no more on this connection: ENHANCE_YOUR_CALM"


def test_a_browser_that_gives_up() -> None:
    talk = Talk()
    talk.answer(1)
    talk.http.sent(frame(RST_STREAM, 0, 1, (8).to_bytes(4, "big")), 5)
    (draft,) = talk.http.drafts
    assert (draft.label, draft.truncated) == ("timeout", "time")


def test_a_web_socket_over_http2_is_kept_apart() -> None:
    talk = Talk()
    talk.ask(3, [(":method", "CONNECT"), (":protocol", "websocket"), *ASKED[1:]], flags=0)
    talk.answer(3)
    talk.http.sent(frame(DATA, 0, 3, b"up"), 4)
    talk.back(DATA, 0, 3, b"down")
    ((draft, sent, received),) = talk.http.upgraded
    assert draft.complete
    assert (b"".join(sent.pieces()), b"".join(received.pieces())) == (b"up", b"down")
    assert whole(draft) == b"HTTP/1.1 200 \r\n\r\n"


BROKEN: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xff\xff\0\0\0\0\0\1", f"a frame of {0xFFFFFF} bytes"),
    ((FRAME_LIMIT + 1).to_bytes(3, "big") + b"\0\0\0\0\0\1", f"a frame of {FRAME_LIMIT + 1} bytes"),
    (frame(CONTINUATION, 0, 1, b""), "a header list goes on that never began"),
    (frame(HEADERS, 0, 1, b"") + frame(DATA, 0, 1, b"x"), "a header list is interrupted"),
    (frame(HEADERS, 0, 1, b"") + frame(CONTINUATION, 0, 3, b""), "a header list is interrupted"),
    (frame(DATA, PADDED, 1, b"\x05abc"), "a frame with more padding than bytes"),
    (frame(HEADERS, END_HEADERS | 0x20, 1, b"abc"), "a frame that is too short"),
    (frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\xff\xff\x0f"), "a header list could not be unpacked"),
    (frame(HEADERS, END_HEADERS, 1, b"\x3f\xff\xff\xff\x7f"), "a header list could not be unpacked"),
    (
        frame(HEADERS, 0, 1, b"") + frame(CONTINUATION, 0, 1, b"x" * FRAME_LIMIT),
        f"a header list of more than {HEAD_LIMIT} bytes",
    ),
)


@pytest.mark.parametrize(("data", "why"), BROKEN, ids=range(len(BROKEN)))
def test_a_connection_that_breaks_the_rules_is_not_read_further(data: bytes, why: str) -> None:
    talk = Talk()
    talk.http.received(data, 2)
    assert talk.http.fault == why
    (draft,) = talk.http.drafts
    assert (draft.complete, draft.label) == (False, "bad-response")
    talk.answer(1, flags=END_STREAM)
    assert not draft.complete


def test_a_header_bomb_stops_at_the_limit() -> None:
    talk = Talk()
    entry = b"\x40\x01x\x7f\xe1\x1e" + b"y" * 4000  # one entry of 4,000 bytes in the table, then 10,000 times
    talk.http.received(frame(HEADERS, END_HEADERS, 1, b"\x88" + entry + b"\xbe" * 10_000), 2)
    assert talk.http.fault == "a header list could not be unpacked"


def test_a_flood_of_header_lists_is_not_read_to_its_end() -> None:
    talk = Talk()
    talk.http._budget.small_left = 100_000
    for _ in range(30):
        talk.http.received(frame(HEADERS, END_HEADERS, 1, b"\x88" * 5000), 2)
    assert talk.http.fault == "a flood of header fields"


def test_a_server_cannot_ask_for_a_huge_table() -> None:
    talk = Talk()
    talk.http.received(frame(SETTINGS, 0, 0, b"\0\1\xff\xff\xff\xff"), 1)
    talk.http.sent(frame(HEADERS, END_HEADERS | END_STREAM, 3, b"\x3f" + b"\xe2\xff\x03" + b"\x82"), 2)
    assert TABLE_LIMIT == 65_536
    assert talk.http.fault == "a header list could not be unpacked"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ([(":status", "200"), ("x", "a\r\nSet-Cookie: b=1")], "a header holds a line end"),
        ([(":status", "200"), ("x: y\r\nz", "a")], "a header has a name that cannot be one"),
        ([(":status", "20")], "the answer has no status"),
        ([("x", "y")], "the answer has no status"),
    ],
)
def test_a_head_that_cannot_be_written(fields: list[tuple[str, str]], why: str) -> None:
    talk = Talk()
    talk.answer(1, *fields)
    (draft,) = talk.http.drafts
    assert (draft.label, draft.detail, draft.status) == ("bad-response", why, None)
    assert whole(draft) == b""


def test_what_is_too_much_is_counted() -> None:
    talk = Talk(exchanges=1, size=20)
    talk.ask(3)
    talk.answer(1)
    talk.back(DATA, END_STREAM, 1, b"x" * 100)
    assert (len(talk.http.drafts), talk.http.dropped) == (1, 1)
    (draft,) = talk.http.drafts
    assert (draft.received.size, draft.label, draft.truncated) == (20, "too-large", "length")


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=100)), max_size=10))
@settings(max_examples=150, deadline=None)
def test_random_bytes_raise_nothing(steps: list[tuple[bool, bytes]]) -> None:
    talk = Talk()
    for ours, data in steps:
        (talk.http.sent if ours else talk.http.received)(data, 1)
    talk.http.ended()


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from(range(11)),
            st.integers(0, 255),
            st.sampled_from([0, 1, 3, 0xFFFFFFFF]),
            st.binary(max_size=40),
        ),
        max_size=12,
    )
)
@settings(max_examples=300, deadline=None)
def test_random_frames_raise_nothing(steps: list[tuple[bool, int, int, int, bytes]]) -> None:
    talk = Talk()
    for ours, kind, flags, number, payload in steps:
        (talk.http.sent if ours else talk.http.received)(frame(kind, flags, number, payload), 1)
    talk.http.ended()
