"""What many tests need: the shared samples, and a pinned clock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
os.environ["ABUSEKIT_NTP"] = (
    "none"  # no test asks a clock of the internet; programs that it starts inherit it
)

os.environ["ABUSEKIT_AUTHORITIES"] = str(PROJECT / ".no-such-folder")  # no test asks this user's authorities


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Third-party samples, read in place and never committed; a test that needs them fails without them."""
    path = Path(os.environ.get("ABUSEKIT_SHARED_DATA", PROJECT.parent / "shared" / "data"))
    assert path.is_dir(), f"the sample data is absent: {path} (set ABUSEKIT_SHARED_DATA to its folder)"
    return path


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Third-party packages that hold time stamps of public authorities; never committed, fails without them."""
    path = Path(os.environ.get("ABUSEKIT_VECTORS", PROJECT / ".vectors"))
    assert (path / "ready").is_file(), f"the vectors are absent: {path} (make .vectors/ready)"
    return path
