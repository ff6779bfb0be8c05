"""A host that shows walls rests, is tried again, and is left after three; other hosts and later pages go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from abusekit.capture.bulk import WALL_REST, Done, Politeness, capture_all, outcomes_so_far
from abusekit.capture.deposit import Request
from abusekit.capture.plan import Plan
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.demo.site import PracticeSite
from abusekit.net.policy import AddressPolicy

PRODUCER = Producer("PO", "Pat Okafor", "volunteer")
FASTER = 40
"""Seconds of the test's clock in one second: pauses are kept, and nobody waits for them."""


def now() -> datetime:
    return datetime.now(UTC)


def captured(case: Case, addresses: list[str]) -> list[Done]:
    with Intake(case, PRODUCER, clock=now) as intake:
        plan = Plan(policy=AddressPolicy((ip_network("127.0.0.0/8"),)), spool=intake.spool, deadline_s=2400)
        fast: Callable[[], float] = lambda: time.monotonic() * FASTER  # noqa: E731
        requests = [Request(address) for address in addresses]
        return list(
            capture_all(requests, plan, intake, Politeness(jobs=2, delay_s=0), now=now, monotonic=fast)
        )


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "case", Settings("", "R/1", "UTC", (PRODUCER,)), now=now())


@pytest.mark.parametrize(
    ("wall", "label", "held"),
    [
        ("require_login", "login-wall", "needs-login"),
        ("challenge", "challenge", "needs-person"),
        ("limit", "rate-limited", "needs-person"),
    ],
)
def test_after_three_walls_the_rest_of_the_host_is_not_asked(
    case: Case, wall: str, label: str, held: str
) -> None:
    with PracticeSite() as site:
        getattr(site, wall)("*")
        other = site.other_origin
        addresses = [f"{site.base_url}/pages/{n}" for n in range(1, 7)] + [f"{other}/static/site.css"]
        done = {one.request.address: one for one in captured(case, addresses)}
        asked = {one.target for one in site.requests if one.target.startswith("/pages/")}
    outcomes = [done[address].item.outcome for address in addresses[:3] if done[address].item]  # type: ignore[union-attr]
    assert outcomes == [label] * 3
    assert [done[address].outcome for address in addresses[3:6]] == [held] * 3
    assert all(done[address].item is None for address in addresses[3:6])
    assert asked == {"/pages/1", "/pages/2", "/pages/3"}
    assert done[addresses[6]].item is not None, "another host goes on"


def test_a_page_that_is_there_between_two_walls_begins_the_count_anew(case: Case) -> None:
    with PracticeSite() as site:
        for number in (1, 2, 4, 5):
            site.require_login(f"/pages/{number}")
        done = captured(case, [f"{site.base_url}/pages/{n}" for n in range(1, 7)])
    assert [one.item.outcome for one in done if one.item] == [
        "login-wall", "login-wall", "complete", "login-wall", "login-wall", "complete",
    ]  # fmt: skip


def test_a_wall_is_to_do_again_for_somebody_else_and_later(case: Case) -> None:
    with PracticeSite() as site:
        site.require_login("/pages/1")
        address = f"{site.base_url}/pages/1"
        captured(case, [address])
    assert outcomes_so_far(case.items(), now=now()) == {address: "login-wall"}
    assert outcomes_so_far(case.items(), now=now(), identity="mira") == {}
    assert outcomes_so_far(case.items(), now=now() + WALL_REST + timedelta(seconds=5)) == {}
