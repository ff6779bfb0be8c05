"""Sites of raw sockets over http and https, and a plan that may reach them and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from rawsite import RawSite, TestAuthority, make_authority

from abusekit.capture.http import record
from abusekit.capture.plan import Plan
from abusekit.capture.result import Capture
from abusekit.net.policy import AddressPolicy


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=["http", "https"])
def site(request: pytest.FixtureRequest, authority: TestAuthority) -> Iterator[RawSite]:
    """A site of its own for each test, over http and over https."""
    made = RawSite(authority.good if request.param == "https" else None)
    yield made
    made.close()


@pytest.fixture
def plain_site() -> Iterator[RawSite]:
    """A site over http only, for what TLS does not change."""
    made = RawSite()
    yield made
    made.close()


@pytest.fixture
def capture(authority: TestAuthority, tmp_path: Path) -> Iterator[Callable[..., Capture]]:
    """Captures an address with a plan that allows 127.0.0.1 alone; closes what it made."""
    made: list[Capture] = []

    def run(url: str, **options: Any) -> Capture:
        settings: dict[str, Any] = {
            "policy": AddressPolicy((ip_network("127.0.0.1/32"),)),
            "extra_ca": authority.ca_file,
            "spool": tmp_path,
            "deadline_s": 20,
            **options,
        }
        made.append(record(url, Plan(**settings), now=lambda: datetime.now(UTC)))
        return made[-1]

    yield run
    for one in made:
        one.close()
