"""One sealed case for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from chosen_case import build

from abusekit.case.folder import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return build(tmp_path)
