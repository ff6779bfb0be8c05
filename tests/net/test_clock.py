"""Several time servers at once: whom to believe, and how long to wait. All of them stand on loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.demo.time_server import FAULTS, LoopbackTimeServer
from abusekit.errors import UsageError
from abusekit.net.clock import (
    PUBLIC_SERVERS,
    Measured,
    Measuring,
    TimeServer,
    agreeing,
    ask,
    servers,
)

HARMLESS = ("", "huge", "noise-first")
HONEST_US = 20_000
"""Microseconds that an offset on this computer may be off: its scheduler decides."""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def measured(stack: ExitStack, *asked: tuple[float, str], wait_s: float = 1.5) -> Measured:
    """Asks servers with these offsets (seconds) and faults."""
    running = [
        stack.enter_context(LoopbackTimeServer(offset=timedelta(seconds=offset), fault=fault))
        for offset, fault in asked
    ]
    named = servers([one.address for one in running])
    return Measuring(named, now=now, monotonic=time.monotonic, wait_s=wait_s).result()


def test_an_honest_server_is_measured(stack: ExitStack) -> None:
    found = measured(stack, (-7.5, ""))
    assert (found.result, found.asked, found.answered, found.agreed) == ("checked", 1, 1, 1)
    assert found.offset_us is not None
    assert found.uncertainty_us is not None
    assert abs(found.offset_us + 7_500_000) <= found.uncertainty_us < HONEST_US
    assert found.stratum == 2
    assert found.server.startswith("127.0.0.1:")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_server_is_not_believed(stack: ExitStack, fault: str) -> None:
    if fault == "replay":  # its first answer is of nobody's request, its second of the first
        running = stack.enter_context(LoopbackTimeServer(fault=fault))
        for _ in range(2):
            named = servers([running.address])
            found = Measuring(named, now=now, monotonic=time.monotonic, wait_s=0.2).result()
    else:
        found = measured(stack, (0, fault), wait_s=0.2)
    assert found.result == ("checked" if fault in HARMLESS else "not-checked"), found
    assert bool(found.reason) is (fault not in HARMLESS)


def test_one_wrong_server_among_three_is_outvoted(stack: ExitStack) -> None:
    found = measured(stack, (2, ""), (2, ""), (-3600, ""))
    assert (found.result, found.answered, found.agreed) == ("checked", 3, 2)
    assert abs((found.offset_us or 0) - 2_000_000) < HONEST_US


def test_two_that_disagree_are_not_chosen_between(stack: ExitStack) -> None:
    found = measured(stack, (0, ""), (60.0004, ""))
    assert (found.result, found.offset_us, found.uncertainty_us) == ("disagree", None, None)
    assert "+6000" in found.reason  # both are named, so that a person can see who is wrong


def test_a_silent_server_is_not_waited_for_where_two_have_answered(stack: ExitStack) -> None:
    begun = time.monotonic()
    found = measured(stack, (0, ""), (0, ""), (0, "silent"), wait_s=30)
    assert time.monotonic() - begun < 10
    assert (found.result, found.asked, found.answered) == ("checked", 3, 2)


def test_nobody_answers_in_time(stack: ExitStack) -> None:
    begun = time.monotonic()
    found = measured(stack, (0, "silent"), (0, "silent"), wait_s=0.2)
    assert 0.15 < time.monotonic() - begun < 2
    assert found.result == "not-checked"
    assert "no answer" in found.reason


def test_a_port_where_nobody_listens_ends_the_waiting_at_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    begun = time.monotonic()
    found = Measuring(servers([f"127.0.0.1:{port}"]), now=now, monotonic=time.monotonic, wait_s=30).result()
    assert (found.result, time.monotonic() - begun < 5) == ("not-checked", True)


def test_a_clock_that_is_set_while_we_wait_does_no_harm(stack: ExitStack) -> None:
    """The way is measured by the steady clock: our own is read once, when the packet goes."""
    running = stack.enter_context(LoopbackTimeServer())
    readings = iter([now(), now() + timedelta(hours=5), now() + timedelta(hours=9)])
    reply = ask(
        servers([running.address])[0],
        now=lambda: next(readings),
        monotonic=time.monotonic,
        ends_at=time.monotonic() + 5,
    )
    assert abs(reply.offset_us) < HONEST_US


def test_every_question_has_other_bits_and_no_time(stack: ExitStack) -> None:
    running = stack.enter_context(LoopbackTimeServer())
    for _ in range(3):
        Measuring(servers([running.address]), now=now, monotonic=time.monotonic).result()
    assert len(set(running.asked)) == 3
    assert {packet[:40] for packet in running.asked} == {bytes([0x23]) + bytes(39)}


def test_whom_to_ask() -> None:
    found = servers(["a.example", "b.example:99", "[::1]:5", "::1", "a.example"])
    assert found == (
        TimeServer("a.example"), TimeServer("b.example", 99), TimeServer("::1", 5), TimeServer("::1"),
    )  # fmt: skip
    assert [str(one) for one in found] == ["a.example", "b.example:99", "[::1]:5", "[::1]"]
    assert servers(["a.example", "none"]) == ()
    assert len(servers(PUBLIC_SERVERS)) == len(PUBLIC_SERVERS)


@pytest.mark.parametrize(
    "bad", ["", "-x", "a b", "a:99999", "a:123456", "a:0", "http://a/", "[::1", "a\x1b", "a/b", "ü.example"]
)
def test_what_is_no_server(bad: str) -> None:
    with pytest.raises(UsageError):
        servers([bad])


def test_not_a_crowd() -> None:
    with pytest.raises(UsageError, match="more than 8"):
        servers([f"s{n}.example" for n in range(9)])


spans = st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 30)), max_size=8)


@given(spans)
def test_those_that_agree_have_a_point_in_common_and_are_the_most(drawn: list[tuple[int, int]]) -> None:
    named = [(n, low, low + width) for n, (low, width) in enumerate(drawn)]
    members, low, high = agreeing(named)
    of = {n: (a, b) for n, a, b in named}
    assert all(of[n][0] <= low <= high <= of[n][1] for n in members)
    most = max((sum(a <= x <= b for _, a, b in named) for x in range(-60, 90)), default=0)
    assert len(members) == most
