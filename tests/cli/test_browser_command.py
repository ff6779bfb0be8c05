"""`browser login|list|delete`, and what `doctor` says of the browser."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_runner import Abusekit

from abusekit.browser.process import profiles

NO_SCREEN = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A store with the profile `mine`."""
    store = tmp_path / "profiles"
    (tmp_path / "used" / "Default").mkdir(parents=True)
    profiles.prepare(store, "mine")
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    profiles.keep(
        store, "mine", tmp_path / "used", account="@helper\x1b[2J", address="https://a.example/", at=at
    )
    return store


def test_login_says_what_it_needs_before_it_opens_anything(abusekit: Abusekit, case: Path) -> None:
    login = ("browser", "login", "mine")
    ended = abusekit(*login, "--as-account", "@me", env=NO_SCREEN, expect=2)
    assert "no screen" in ended.err and "desktop" in ended.err
    ended = abusekit(*login, "file:///etc/passwd", "--as-account", "@me", env=NO_SCREEN, expect=4)
    assert "http" in ended.err
    inside = {**NO_SCREEN, "ABUSEKIT_PROFILES": str(case / "private" / "profiles")}
    assert "inside a case" in abusekit(*login, "--as-account", "@me", env=inside, expect=2).err
    screen = {"DISPLAY": ":64998", "WAYLAND_DISPLAY": ""}
    assert "--as-account" in abusekit(*login, env=screen, expect=2).err
    assert "not a name" in abusekit("browser", "login", "../x", "--as-account", "", env=screen, expect=2).err
    ended = abusekit(*login, "--as-account", "@me", "--browser", "/bin/true", env=screen, expect=2)
    assert "no Chromium" in ended.err
    assert abusekit("browser", "list", "--json", expect=0).answer == {"profiles": []}


def test_profiles_are_listed_and_deleted(abusekit: Abusekit, stored: Path) -> None:
    ended = abusekit("browser", "list", expect=0)
    assert "mine" in ended.out and "@helper\\x1b" in ended.out and "\x1b" not in ended.out
    (one,) = abusekit("browser", "list", "--json", expect=0).answer["profiles"]
    assert (one["name"], one["address"], one["at"]) == (
        "mine", "https://a.example/", "2026-11-24T09:00:00+00:00",
    )  # fmt: skip
    assert "--yes" in abusekit("browser", "delete", "mine", expect=2).err
    assert (stored / "mine").is_dir()
    assert abusekit("browser", "delete", "mine", "--yes", "--json", expect=0).answer == {"deleted": "mine"}
    assert not (stored / "mine").exists()
    assert "no profile" in abusekit("browser", "delete", "mine", "--yes", expect=2).err
    assert abusekit("browser", "list", expect=0).out == ""


def test_a_damaged_profile_can_be_deleted(abusekit: Abusekit, stored: Path) -> None:
    (stored / "mine" / "about.json").write_text("{")
    assert "damaged" in abusekit("browser", "list", expect=4).err
    shutil.rmtree(stored / "mine" / "browser")
    abusekit("browser", "delete", "mine", "--yes", expect=0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the user may enter whom the browser runs as; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_doctor_tries_the_browser(abusekit: Abusekit, open_folder: Path) -> None:
    checks = {check["what"]: check for check in abusekit("doctor", "--json").answer["checks"]}
    for what in ("browser", "sandbox", "netlog", "certutil"):
        assert checks[what]["state"] == "ok", checks[what]
    assert "full browser" in checks["browser"]["detail"]
    stub = open_folder / "chromium"
    stub.write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Chromium 9.9' || echo 'No usable sandbox!' >&2\n"
    )
    stub.chmod(0o755)
    ended = abusekit("doctor", "--json", env={"ABUSEKIT_BROWSER": str(stub)}, expect=7)
    checks = {check["what"]: check for check in ended.answer["checks"]}
    assert checks["sandbox"]["state"] == "missing" and "--unsafe-no-sandbox" in checks["sandbox"]["detail"]
    assert checks["browser"]["state"] == "ok"
    ended = abusekit("doctor", "--json", env={"ABUSEKIT_BROWSER": "/nowhere"}, expect=7)
    checks = {check["what"]: check for check in ended.answer["checks"]}
    assert checks["browser"]["state"] == "missing" and "sandbox" not in checks
