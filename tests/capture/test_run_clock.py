"""Our clock during a run: what stands in the items and in the log, and what a person is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rawsite import RawSite

from abusekit.capture.bulk import Politeness, capture_all
from abusekit.capture.deposit import Request
from abusekit.capture.plan import Plan
from abusekit.capture.run_clock import RunClock
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.records import Item
from abusekit.case.settings import Producer, Settings
from abusekit.demo.time_server import LoopbackTimeServer
from abusekit.integrity.log.logcheck import check_log
from abusekit.net.clock import servers
from abusekit.net.policy import AddressPolicy

PRODUCER = Producer("PO", "Pat Okafor", "volunteer")
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Clocks:
    """Our clock and a steady one, moved by the test."""

    def __init__(self) -> None:
        self.now, self.steady = START, 1000.0

    def pass_(self, seconds: float, *, set_by: float = 0) -> None:
        self.steady += seconds
        self.now += timedelta(seconds=seconds + set_by)


@pytest.fixture
def site() -> Iterator[RawSite]:
    made = RawSite()
    for path in ("/one", "/two"):
        made.pages[path] = [dated(datetime.now(UTC))]
    yield made
    made.close()


def dated(at: datetime) -> bytes:
    date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").encode()
    return (
        b"HTTP/1.1 200 OK\r\nDate: " + date + b"\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>x"
    )


def now() -> datetime:
    return datetime.now(UTC)


def ran(
    site: RawSite, root: Path, *asked: str, paths: tuple[str, ...] = ("/one", "/two"), wait_s: float = 5
) -> tuple[list[Item], list[dict[str, Any]], list[str]]:
    """Captures the paths in one run: its items, its lines about the clock, what was told."""
    case = Case.create(root, Settings("", "R/1", "Europe/London", (PRODUCER,)), now=now())
    told: list[str] = []
    clock = RunClock(
        servers([*asked] or ["none"]),
        now=now,
        steady=time.monotonic,
        told=told.append,
        began=lambda: told.append("began"),
        wait_s=wait_s,
    )
    with Intake(case, PRODUCER, clock=now) as intake:
        plan = Plan(policy=AddressPolicy((), True), spool=intake.spool)
        requests = [Request(site.base + path) for path in paths]
        found = list(capture_all(requests, plan, intake, Politeness(delay_s=0), now=now, clock=clock))
    items = [done.item for done in found if done.item]
    checks = [entry for entry in case.entries() if entry["do"] == "clock.check"]
    assert not [f for f in check_log(root, ["custody/log.jsonl"], ()).findings if f.status.value == "changed"]
    return items, checks, told


def test_items_and_log_say_how_our_clock_stood(site: RawSite, tmp_path: Path) -> None:
    with LoopbackTimeServer(offset=timedelta(milliseconds=-300)) as one:
        items, checks, told = ran(site, tmp_path / "case", one.address)
        assert len(one.asked) == 1  # once for a run, not for every item
    assert len(items) == 2
    for item in items:
        stated = item.method["clock"]
        assert item.clock_offset_ms == stated["offset_ms"]
        assert abs(stated["offset_ms"] + 300) <= stated["uncertainty_ms"] < 100
        assert (stated["result"], stated["server"], stated["stratum"]) == ("checked", one.address, 2)
    first, last = checks
    assert (first["source"], first["result"], first["asked"], first["answered"]) == ("ntp", "checked", 1, 1)
    assert abs(first["offset_us"] + 300_000) <= first["uncertainty_us"]
    assert (last["source"], last["result"], last["hosts"], last["answers"]) == (
        "date-headers",
        "checked",
        1,
        2,
    )
    assert "stepped_us" not in last
    assert told[0] == "began"
    assert "add -" in told[1]


def test_the_first_line_stands_before_the_items_and_the_last_behind_them(
    site: RawSite, tmp_path: Path
) -> None:
    ran(site, tmp_path / "case")
    log = (tmp_path / "case" / "custody" / "log.jsonl").read_text().splitlines()
    acts = [json.loads(line)["do"] for line in log]
    assert (acts[1], acts[-1]) == ("clock.check", "clock.check")
    assert "clock.check" not in acts[2:-1]


def test_a_log_line_holds_nothing_but_whole_numbers_and_short_texts(site: RawSite, tmp_path: Path) -> None:
    with LoopbackTimeServer() as one, LoopbackTimeServer(fault="kiss") as other:
        _, checks, _ = ran(site, tmp_path / "case", one.address, other.address)
    for entry in checks:
        for value in entry.values():
            assert type(value) is int or (type(value) is str and len(value) <= 300)
        assert site.base.partition("//")[2] not in json.dumps(entry)  # no host that was captured


def test_switched_off_is_said_and_nobody_is_asked(site: RawSite, tmp_path: Path) -> None:
    items, checks, _ = ran(site, tmp_path / "case")
    assert [item.clock_offset_ms for item in items] == [None, None]
    assert items[0].method["clock"]["note"] == "no time server was to be asked"
    assert (checks[0]["result"], checks[0]["asked"]) == ("not-checked", 0)


def test_servers_that_disagree_give_no_offset(site: RawSite, tmp_path: Path) -> None:
    with LoopbackTimeServer() as one, LoopbackTimeServer(offset=timedelta(hours=1)) as other:
        items, checks, told = ran(site, tmp_path / "case", one.address, other.address)
    assert (items[0].clock_offset_ms, items[0].method["clock"]["result"]) == (None, "disagree")
    assert (checks[0]["result"], "offset_us" in checks[0]) == ("disagree", False)
    assert any("disagree" in line for line in told)


def test_a_silent_server_costs_the_wait_and_no_more(site: RawSite, tmp_path: Path) -> None:
    with LoopbackTimeServer(fault="silent") as one:
        begun = time.monotonic()
        items, checks, told = ran(site, tmp_path / "case", one.address, wait_s=0.3)
        assert time.monotonic() - begun < 5
    assert len(items) == 2
    assert (checks[0]["result"], items[0].method["clock"]["result"]) == ("not-checked", "not-checked")
    assert any("not compared" in line for line in told)


def test_time_servers_and_hosts_that_contradict_each_other(site: RawSite, tmp_path: Path) -> None:
    with LoopbackTimeServer(offset=timedelta(seconds=90)) as one:
        _, checks, told = ran(site, tmp_path / "case", one.address)
    assert "does not agree with the time servers" in checks[1]["note"]
    assert any("does not agree" in line for line in told)
    assert any("90.0 s behind; set it right" in line for line in told)


def test_nothing_is_logged_where_nothing_was_stored(site: RawSite, tmp_path: Path) -> None:
    with LoopbackTimeServer() as one:
        items, checks, told = ran(site, tmp_path / "case", one.address, paths=())
        assert one.asked == []
    assert (items, checks, told) == ([], [], [])


def drafted(clock: RunClock, root: Path) -> Any:
    """A draft that the clock has spoken in; its acts count as logged."""
    case = root if root.exists() else Case.create(
        root, Settings("", "R/1", "Europe/London", (PRODUCER,)), now=START
    ).root  # fmt: skip
    with Intake(Case(case), PRODUCER, clock=lambda: START) as intake:
        draft = intake.draft("capture")
        clock.set_in([draft])
        clock.logged()
    return draft


@pytest.mark.parametrize("set_by", [-3600.0, -0.5, 0.5, 7200.0])
def test_a_clock_that_is_set_meanwhile_is_said(tmp_path: Path, set_by: float) -> None:
    clocks, told = Clocks(), list[str]()
    clock = RunClock((), now=lambda: clocks.now, steady=lambda: clocks.steady, told=told.append)
    clock.start()
    drafted(clock, tmp_path / "case")
    clocks.pass_(60, set_by=set_by)
    closing = clock.closing()
    assert closing is not None
    assert abs(closing.facts["stepped_us"] - set_by * 1_000_000) <= 1
    assert ("back" if set_by < 0 else "forward") in told[0]


def test_a_clock_that_is_only_adjusted_is_not_called_set(tmp_path: Path) -> None:
    clocks = Clocks()
    clock = RunClock((), now=lambda: clocks.now, steady=lambda: clocks.steady)
    clock.start()
    drafted(clock, tmp_path / "case")
    clocks.pass_(3600, set_by=0.05)
    closing = clock.closing()
    assert closing is not None
    assert "stepped_us" not in closing.facts


@pytest.mark.parametrize(("passed", "set_by", "asked"), [(10, 0, 1), (3600, 0, 2), (10, 2, 2)])
def test_a_measurement_stands_for_a_while_and_until_the_clock_is_set(
    tmp_path: Path, passed: float, set_by: float, asked: int
) -> None:
    clocks = Clocks()
    with LoopbackTimeServer(clock=lambda: START) as one:
        clock = RunClock(servers([one.address]), now=lambda: clocks.now, steady=lambda: clocks.steady)
        clock.start()
        drafted(clock, tmp_path / "case")
        clocks.pass_(passed, set_by=set_by)
        again = drafted(clock, tmp_path / "case")
        assert len(one.asked) == asked
    if asked == 2:
        assert abs(again.clock_offset_ms + (passed + set_by) * 1000) < 100
