"""One answer of a time server: what is read from it, and everything that is no answer."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.demo.time_server import stamp
from abusekit.net.sntp import SIZE, AnswerError, read_reply, request

SENT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NONCE = bytes(range(8))


def packet(
    *,
    head: int = 0b00_100_100,
    stratum: int = 2,
    precision: int = -20,
    root_delay: int = 0,
    dispersion: int = 0,
    code: bytes = b"LOCL",
    originate: bytes = NONCE,
    there: datetime = SENT + timedelta(seconds=3, milliseconds=10),
    back: datetime = SENT + timedelta(seconds=3, milliseconds=12),
) -> bytes:
    """An answer of a server 3 s before us that took 2 ms, 10 ms after we had asked."""
    fixed = struct.pack("!BBbbII4s", head, stratum, 6, precision, root_delay, dispersion, code)
    return fixed + stamp(there) + originate + stamp(there) + stamp(back)


def refused(answer: bytes, *, took_us: int = 22_000) -> str:
    with pytest.raises(AnswerError) as caught:
        read_reply(answer, NONCE, sent=SENT, took_us=took_us)
    return caught.value.reason


def test_the_offset_is_half_way_between() -> None:
    found = read_reply(packet(), NONCE, sent=SENT, took_us=22_000)
    assert abs(found.offset_us - 3_000_000) <= 1
    assert abs(found.delay_us - 20_000) <= 1
    assert 10_000 <= found.uncertainty_us <= 10_003
    assert found.stratum == 2


def test_the_true_offset_lies_within_the_uncertainty_however_the_way_is_shared() -> None:
    for out_ms in (0, 3, 20):  # of 20 ms on the way
        there = SENT + timedelta(seconds=3, milliseconds=out_ms)
        answer = packet(there=there, back=there + timedelta(milliseconds=2))
        found = read_reply(answer, NONCE, sent=SENT, took_us=22_000)
        assert abs(found.offset_us - 3_000_000) <= found.uncertainty_us


def test_what_the_server_says_of_its_own_way_is_added() -> None:
    plain = read_reply(packet(), NONCE, sent=SENT, took_us=22_000)
    far = read_reply(packet(root_delay=1 << 15, dispersion=1 << 14), NONCE, sent=SENT, took_us=22_000)
    assert far.uncertainty_us - plain.uncertainty_us == 500_000  # 0.5 s there and back, 0.25 s of dispersion


@pytest.mark.parametrize("year", [1970, 2026, 2035, 2036, 2037, 2100])
def test_the_seconds_begin_anew_in_2036(year: int) -> None:
    sent = datetime(year, 2, 7, 6, 28, 15, tzinfo=UTC)
    there = sent + timedelta(seconds=5)
    found = read_reply(packet(there=there, back=there), NONCE, sent=sent, took_us=0)
    assert abs(found.offset_us - 5_000_000) <= 1


@pytest.mark.parametrize(
    ("answer", "words", "wait_on"),
    [
        (packet()[: SIZE - 1], "47 bytes", True),
        (b"", "0 bytes", True),
        (packet(originate=bytes(8)), "another request", True),
        (packet(stratum=0, code=b"RATE"), "kiss-of-death RATE", False),
        (packet(stratum=0, code=b"\x1b[2J"), "kiss-of-death ?", False),
        (packet(head=0b11_100_100), "not set", False),
        (packet(stratum=16), "not set", False),
        (packet(head=0b00_100_011), "not the answer", False),
        (packet(head=0b00_010_100), "not the answer", False),
        (packet(dispersion=2 << 16), "too far", False),
        (packet()[:40] + bytes(8), "no time", False),
        (packet(back=SENT - timedelta(days=1)), "cannot be", False),
        (packet(there=SENT, back=SENT + timedelta(hours=1)), "cannot be", False),
    ],
)
def test_what_is_no_answer(answer: bytes, words: str, wait_on: bool) -> None:
    assert words in refused(answer)
    with pytest.raises(AnswerError) as caught:
        read_reply(answer, NONCE, sent=SENT, took_us=22_000)
    assert caught.value.ours is not wait_on


@given(st.binary(max_size=100), st.integers(0, 10_000_000))
def test_any_bytes_are_judged(answer: bytes, took_us: int) -> None:
    for data in (answer, answer[:24] + NONCE + answer[24:]):
        try:
            found = read_reply(data, NONCE, sent=SENT, took_us=took_us)
        except AnswerError:
            continue
        assert found.uncertainty_us > 0
        assert 1 <= found.stratum <= 15


def test_the_request_says_nothing_of_us() -> None:
    assert request(NONCE) == bytes([0x23]) + bytes(39) + NONCE
