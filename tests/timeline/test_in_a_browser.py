"""The page in a real browser, opened from a file: its script runs under its own policy, and nothing else does."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.moment import from_instant
from abusekit.case.settings import Producer, Settings
from abusekit.diary import fill_draft, make_entry
from abusekit.timeline import html_page
from abusekit.timeline.gather import Filters, gather

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
HOSTILE = (
    "</td></script><script>document.title='PWNED'</script><img src=x onerror=\"document.title='PWNED'\">"
)


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    assert found, "no browser: make system-packages installs one"
    return found


def _page(folder: Path) -> Path:
    producer = Producer("PO", "Producer One", "volunteer")
    case = Case.create(folder / "case", Settings("", "OP-1", "Europe/London", (producer,)), now=NOW)
    with Intake(case, producer, clock=lambda: NOW) as intake:
        draft = intake.draft("note")
        recorded = from_instant(NOW, "ours", "our clock")
        fill_draft(
            draft, make_entry(HOSTILE, recorded=recorded, recorded_by="PO", event=recorded), "Europe/London"
        )
        intake.commit([draft])
    out = io.StringIO()
    with gather(case, Filters(reveal=True)) as rows:
        html_page.write(rows, out, title=f"Timeline {HOSTILE}", zone="Europe/London", made_at=NOW)
    page = folder / "timeline.html"
    page.write_text(out.getvalue(), "utf-8")
    return page


def test_opens_from_a_file_and_runs_nothing_of_the_evidence(chromium: str, tmp_path: Path) -> None:
    page = _page(tmp_path)
    # As root the browser's own sandbox cannot start; the page here is ours.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [
            chromium,
            "--headless",
            *sandbox,
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=2000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "rows shown" in done.stdout, "the page's own script did not run"
    assert "PWNED</title>" not in done.stdout and "<img src=" not in done.stdout
    assert "onerror=" in done.stdout, "the hostile words are shown, as words"
