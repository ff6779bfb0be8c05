"""The practice time server itself: loopback only, the offset it is told, the faults it knows."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import pytest

from abusekit.demo.time_server import LoopbackTimeServer, stamp
from abusekit.net.sntp import read_reply, request

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NONCE = b"12345678"


def answered(server: LoopbackTimeServer) -> bytes:
    host, _, port = server.address.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(5)
        line.sendto(request(NONCE), (host, int(port)))
        return line.recv(2048)


def test_it_shows_its_clock_with_the_offset() -> None:
    with LoopbackTimeServer(offset=timedelta(seconds=9), clock=lambda: AT, stratum=3) as server:
        assert server.address.startswith("127.0.0.1:")
        found = read_reply(answered(server), NONCE, sent=AT, took_us=0)
    assert (found.offset_us, found.stratum) == (9_000_000, 3)
    assert server.asked == [request(NONCE)]


def test_what_is_too_short_to_be_a_question_is_not_answered() -> None:
    with LoopbackTimeServer() as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(0.2)
            line.sendto(b"x", ("127.0.0.1", int(server.address.partition(":")[2])))
            with pytest.raises(TimeoutError):
                line.recv(2048)
        assert len(answered(server)) == 48  # and it goes on


def test_a_time_fills_64_bits_from_1900() -> None:
    assert stamp(datetime(1900, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)) == bytes.fromhex("0000000180000000")
    assert stamp(datetime(2036, 2, 7, 6, 28, 16, tzinfo=UTC)) == bytes(8)  # the next era


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="no such fault"):
        LoopbackTimeServer(fault="tired")
