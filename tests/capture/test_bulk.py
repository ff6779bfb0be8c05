"""A list of addresses: what goes wrong with one of them does not keep the others from being captured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rawsite import RawSite

from abusekit.capture import bulk
from abusekit.capture.bulk import Done, Politeness, capture_all
from abusekit.capture.deposit import Request
from abusekit.capture.plan import Plan
from abusekit.capture.result import Capture
from abusekit.case.folder import Case
from abusekit.case.intake import Draft, Intake
from abusekit.case.settings import Producer, Settings
from abusekit.errors import CaseError
from abusekit.net.policy import AddressPolicy

PRODUCER = Producer("PO", "Pat Okafor", "volunteer")
PATHS = ("/one", "/two", "/three", "/four")
Deposit = Callable[..., None]


@pytest.fixture
def site() -> Iterator[RawSite]:
    made = RawSite()
    for path in PATHS:
        made.pages[path] = [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>x"]
    yield made
    made.close()


def run(site: RawSite, tmp_path: Path) -> dict[str, Done]:
    """Captures all paths; path → what became of it."""

    def now() -> datetime:
        return datetime.now(UTC)

    case = Case.create(tmp_path / "case", Settings("", "R/1", "Europe/London", (PRODUCER,)), now=now())
    with Intake(case, PRODUCER, clock=now) as intake:
        plan = Plan(policy=AddressPolicy((), True), spool=intake.spool)
        requests = [Request(site.base + path) for path in PATHS]
        found = list(capture_all(requests, plan, intake, Politeness(delay_s=0), now=now))
        assert list(intake.spool.iterdir()) == []
    return {done.request.address.removeprefix(site.base): done for done in found}


def failing(monkeypatch: pytest.MonkeyPatch, path: str, harm: Deposit) -> None:
    """Lets `harm` act in place of the deposit of one path: a fault of our own, which no server can show."""
    honest = bulk.deposit

    def deposit(draft: Draft, request: Request, capture: Capture, attempts: tuple[bulk.Attempt, ...]) -> None:
        honest(draft, request, capture, attempts)
        if request.address.endswith(path):
            harm(draft)

    monkeypatch.setattr(bulk, "deposit", deposit)


def test_a_fault_of_our_own_costs_one_address(
    site: RawSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def harm(_: Draft) -> None:
        raise ZeroDivisionError("nobody thought of this")

    failing(monkeypatch, "/two", harm)
    found = run(site, tmp_path)
    assert [path for path in PATHS if found[path].item is None] == ["/two"]
    assert found["/two"].problem == "a fault in abusekit itself (ZeroDivisionError: nobody thought of this)"


def test_facts_that_do_not_fit_cost_one_address_of_the_batch(
    site: RawSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def harm(draft: Draft) -> None:
        draft.facts["title"] = 0.5  # no float fits item.json

    failing(monkeypatch, "/three", harm)
    found = run(site, tmp_path)
    assert [path for path in PATHS if found[path].item is None] == ["/three"]
    assert found["/three"].problem


def test_a_full_disk_ends_the_run(site: RawSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def harm(_: Draft) -> None:
        raise OSError(28, "No space left on device")

    failing(monkeypatch, "/one", harm)
    with pytest.raises(CaseError, match="disk is full"):
        run(site, tmp_path)
