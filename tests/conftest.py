"""What many tests need: the shared samples, and a pinned clock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


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
