"""`recheck` with the browser: the same verdicts on what a person sees."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest
from command_runner import Abusekit
from recheck_story import Changed, change_and_recheck

from abusekit.capture.verdicts import Kind
from abusekit.demo.site import PracticeSite

BROWSER = ("--engine", "browser", "--delay", "0", "--scroll", "0", "--per-host", "2")


@pytest.fixture(scope="module")
def seen_again(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Changed:
    home = tmp_path_factory.mktemp("recheck-browser")
    case = Path(shutil.copytree(started_case, home / "case"))
    with PracticeSite() as site:
        return change_and_recheck(site, Abusekit(home), case, BROWSER)


def test_every_kind_is_found_by_the_browser_too(seen_again: Changed) -> None:
    _, _, found = seen_again
    assert {kind: found[kind]["verdict"] for kind in get_args(Kind)} == {
        kind: kind for kind in get_args(Kind)
    }
    assert found["reused"]["alarm"] == "handle-reuse" and found["reused"]["verdict"] == "changed-unclear"
