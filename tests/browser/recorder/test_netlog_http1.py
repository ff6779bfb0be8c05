"""HTTP/1.1 messages, framed in every way and cut anywhere, come back as they were put in."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.browser.recorder.http1_framing import SMALL_CHUNKS_LIMIT, read_headers
from abusekit.browser.recorder.http1_split import Http1
from abusekit.browser.recorder.netlog_draft import HEAD_LIMIT, Budget, Draft
from abusekit.browser.recorder.one_file import OneFile

BODIES = st.binary(max_size=300)
SIZES = st.lists(st.integers(1, 60), max_size=200)


@dataclass(frozen=True)
class Pair:
    request: bytes
    method: str
    answer: bytes
    interim: int = 0
    # bytes of 1xx heads in it


def budget(left: int = 1 << 30) -> Budget:
    return Budget(OneFile(), left, 10_000)


def whole(draft: Draft) -> bytes:
    return b"".join(draft.received.pieces())


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    method = draw(st.sampled_from(["GET", "HEAD", "POST"]))
    request = f"{method} /{draw(st.integers(0, 9))} HTTP/1.1\r\nHost: a.example\r\n".encode()
    if method == "POST":
        body = draw(BODIES)
        request += b"Content-Length: %d\r\n\r\n" % len(body) + body
    else:
        request += b"\r\n"
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * draw(st.integers(0, 2))
    body = draw(BODIES)
    end = draw(st.sampled_from([b"\r\n", b"\n"]))
    kind = draw(st.sampled_from(["length", "chunked", "204", "304"]))
    if kind in ("204", "304"):
        head, body = b"HTTP/1.1 " + kind.encode() + b" X" + end + b"Content-Length: 9" + end * 2, b""
    elif kind == "length":
        head = b"HTTP/1.1 200 OK" + end + b"Content-Length: %d" % len(body) + end * 2
    else:
        head = b"HTTP/1.1 200 OK" + end + b"Transfer-Encoding: gzip, Chunked" + end * 2
        body = chunks(body, draw(SIZES)) + draw(st.sampled_from([b"\r\n", b"X-End: 1\r\n\r\n"]))
    return Pair(request, method, interim + head + (b"" if method == "HEAD" else body), len(interim))


def chunks(body: bytes, sizes: list[int]) -> bytes:
    made, at = b"", 0
    for size in [*sizes, 1000]:
        piece = body[at : at + size]
        if piece:
            made += b"%X ;ext=1\r\n%s\r\n" % (len(piece), piece)
        at += size
    return made + b"0\r\n"


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    cut, at = [], 0
    for size in [*sizes, len(data) + 1]:
        cut.append(data[at : at + size])
        at += size
    return [one for one in cut if one]


@given(st.lists(pairs(), min_size=1, max_size=4), SIZES, SIZES)
@settings(max_examples=150, deadline=None)
def test_framing_comes_back_however_it_was_cut(asked: list[Pair], out: list[int], back: list[int]) -> None:
    http = Http1(budget())
    for number, pair in enumerate(asked):
        for piece in pieces(pair.request, out):
            http.sent(piece, number)
        for piece in pieces(pair.answer, back):
            http.received(piece, number)
    http.ended()
    assert len(http.drafts) == len(asked)
    for pair, draft in zip(asked, http.drafts, strict=True):
        assert bytes(draft.request) == pair.request
        assert whole(draft) == pair.answer
        assert draft.method == pair.method
        assert draft.complete
        assert draft.label == ""
        assert draft.interim_length == pair.interim
        assert draft.received.read(draft.interim_length, draft.head_length).endswith((b"\n\r\n", b"\n\n"))
    assert http.fault == ""


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=200)), max_size=20))
@settings(max_examples=200, deadline=None)
def test_whatever_comes_is_kept_and_nothing_is_raised(steps: list[tuple[bool, bytes]]) -> None:
    http = Http1(budget())
    for number, (ours, data) in enumerate(steps):
        (http.sent if ours else http.received)(data, number)
    http.ended()
    sides = http.upgraded or ()
    kept = sum(one.received.size for one in http.drafts) + http.unasked + sum(one.size for one in sides[1:])
    asked = sum(len(one.request) for one in http.drafts) + sum(one.size for one in sides[:1])
    assert kept == sum(len(data) for ours, data in steps if not ours)
    assert asked == sum(len(data) for ours, data in steps if ours)


@given(pairs(), st.data())
@settings(max_examples=100, deadline=None)
def test_an_answer_that_is_cut_is_not_complete(pair: Pair, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(pair.answer) - 1))
    http = Http1(budget())
    http.sent(pair.request, 0)
    http.received(pair.answer[:length], 1)
    http.ended()
    (draft,) = http.drafts
    assert not draft.complete
    assert whole(draft) == pair.answer[:length]


def ask(answer: bytes, *more: bytes, method: bytes = b"GET", left: int = 1 << 30) -> tuple[Http1, Draft]:
    http = Http1(budget(left))
    http.sent(method + b" /x HTTP/1.1\r\nHost: a\r\n\r\n", 0)
    for piece in (answer, *more):
        http.received(piece, 1)
    http.ended()
    return http, http.drafts[0]


BAD: tuple[tuple[bytes, str], ...] = (
    (b"SSH-2.0-OpenSSH\r\n", "what came back does not start like HTTP"),
    (b"HTTP/2.0 200 OK\r\n\r\nx", "the answer is neither HTTP/1.0 nor HTTP/1.1"),
    (b"HTTP/1.1 200 OK\r\nX: " + b"x" * HEAD_LIMIT, f"a head of more than {HEAD_LIMIT} bytes"),
    (b"HTTP/1.1 100 X\r\n\r\n" * 40, "more than 16 interim answers"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "a chunk does not say how long it is"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", "a chunk is longer than it says"),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" + b"x" * 20_000,
        "a line of a chunk is too long",
    ),
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab",
        "the answer states its length in two ways, or not as a number",
    ),
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nab",
        "the answer states its length in two ways, or not as a number",
    ),
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "the answer has both Transfer-Encoding and Content-Length",
    ),
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
        "bytes follow after the end that the answer itself gives",
    ),
)


@pytest.mark.parametrize(("answer", "why"), BAD, ids=range(len(BAD)))
def test_answers_that_break_the_rules_are_kept_and_say_so(answer: bytes, why: str) -> None:
    _, draft = ask(answer)
    assert (draft.label, draft.detail) == ("bad-response", why)
    assert whole(draft) == answer


def test_a_flood_of_tiny_chunks_is_not_read_to_its_end() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    flood = b"1\r\na\r\n" * (SMALL_CHUNKS_LIMIT + 10)
    _, draft = ask(head, flood)
    assert (draft.label, draft.truncated) == ("bad-response", "length")
    assert draft.received.size == len(head) + len(flood)


def test_the_same_length_twice_is_one_length() -> None:
    _, draft = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab")
    assert draft.complete
    assert draft.label == ""


def test_what_an_idle_server_says_is_no_part_of_the_answer_before() -> None:
    http, draft = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", b"HTTP/1.1 408 Too Late\r\n\r\n")
    assert draft.complete
    assert draft.label == ""
    assert http.fault == "25 bytes came when nothing was asked"


def test_a_server_that_talks_first() -> None:
    http = Http1(budget())
    http.received(b"220 mail.example ESMTP\r\n", 1)
    http.ended()
    (draft,) = http.drafts
    assert (draft.method, draft.label) == ("", "bad-response")
    assert whole(draft) == b"220 mail.example ESMTP\r\n"


def test_only_so_much_is_kept() -> None:
    _, draft = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 100, left=60)
    assert (draft.label, draft.truncated) == ("too-large", "length")
    assert draft.received.size == 60


def test_only_so_many_small_things_are_read() -> None:
    kept = Budget(OneFile(), 1 << 20, 10, small_left=8)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"
    http = Http1(kept)
    for _ in range(3):
        http.sent(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0)
        http.received(chunked, 1)
    assert [one.detail for one in http.drafts] == [
        "",
        "a flood of header fields",
        "a flood of header fields",
    ]
    assert all(whole(one) == chunked for one in http.drafts)


def test_only_so_many_exchanges_are_kept() -> None:
    http = Http1(Budget(OneFile(), 1000, 2))
    for _ in range(5):
        http.sent(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0)
        http.received(b"HTTP/1.1 204 X\r\n\r\n", 1)
    assert (len(http.drafts), http.dropped) == (2, 3)


def test_header_fields_are_read_as_browsers_read_them() -> None:
    head = b"HTTP/1.1 200 OK\r\nA: 1\nB :\t2 \r\n  folded\r\nno colon\r\nC:\r\n: nameless\r\nD: \xff\r\n\r\n"
    assert read_headers(head) == [("A", "1"), ("B", "2 folded"), ("C", ""), ("", "nameless"), ("D", "\xff")]
