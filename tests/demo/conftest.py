"""The practice site as its own tests see it: every fault of the site fails the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from site_client import NOW

from abusekit.demo.site import PracticeSite


@pytest.fixture(name="site")
def _site() -> Iterator[PracticeSite]:
    with PracticeSite(seed=1, clock=lambda: NOW) as running:
        yield running
    assert running.faults == []


@pytest.fixture(name="logged_site")
def _logged_site() -> Iterator[PracticeSite]:
    with PracticeSite(seed=1, clock=lambda: NOW, log_bytes=True) as running:
        yield running
    assert running.faults == []
