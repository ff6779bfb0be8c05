"""The gate over a fresh case."""

from __future__ import annotations

from pathlib import Path

import pytest
from gate_case import Gate


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "case")
