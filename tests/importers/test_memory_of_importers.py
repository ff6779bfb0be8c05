"""Memory of reading: flat, whatever the size of the export. The sizes are 1/200 and 1/100 of those of `make soak`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# benchmarks/ is no part of what is installed: it is found beside us, however pytest was started
from benchmarks.exports_made import MAKERS, SOAK

MOST_MIB = 300
GROWTH_MIB = 8
"""Less than half of what any of these files grows by, where it is one file: whoever held it whole would be seen."""
BESIDE = {"Reddit", "Skype", "SMS", "mbox"}
"""Forms that are read by the same span readers as others here."""


def read(path: Path, project: Path) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.read_export", "abusekit", str(path)],
        cwd=project, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize("form", sorted(set(MAKERS) - BESIDE))
def test_memory_is_flat(form: str, tmp_path: Path, project: Path) -> None:
    peaks = []
    for share in (200, 100):
        count = SOAK[form] // share
        folder = tmp_path / str(share)
        folder.mkdir()
        found = read(MAKERS[form](folder, count), project)
        assert found["count"] == count
        peaks.append(found["peak_mib"])
    assert max(peaks) < MOST_MIB, peaks
    assert peaks[1] - peaks[0] < GROWTH_MIB, peaks


def test_what_is_held_whole_would_be_seen(tmp_path: Path, project: Path) -> None:
    """The same measure on a reader that holds the file."""
    peaks = []
    for share in (200, 100):
        folder = tmp_path / str(share)
        folder.mkdir()
        path = MAKERS["Telegram"](folder, SOAK["Telegram"] // share)
        ended = subprocess.run(
            [sys.executable, "-m", "benchmarks.read_export", "json.loads", str(path)],
            cwd=project, capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        peaks.append(json.loads(ended.stdout)["peak_mib"])
    assert peaks[1] - peaks[0] > GROWTH_MIB, peaks
