"""A person logs in once, in a window under Xvfb; captures find the session on a copy."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from running import CountingSite, browser, running

from abusekit.browser.process import profiles
from abusekit.browser.process.watchdog import group_members
from abusekit.browser.process.window import log_in
from abusekit.browser.process.workfolder import PREFIX
from abusekit.errors import InputError, UsageError

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

LOGIN = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from abusekit.browser.process.chromium import find
from abusekit.browser.process.window import log_in
log_in(find(), Path(sys.argv[1]), "me", address=sys.argv[2], account=lambda: "@me", monotonic=time.monotonic,
       now=lambda: datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
"""
PAGE = b"""<title>here</title><script>localStorage.setItem('token', 'kept');
document.cookie = 'script=yes; Max-Age=86400'; document.title = 'done'</script>"""


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """An X server without a screen; a test without one fails."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as number:
        display = number.readline().strip()
    assert display, "Xvfb did not start: make system-packages installs it"
    yield f":{display}"
    server.terminate()
    server.wait()


def browser_of(parent: int) -> int:
    """The browser that a login started: the only child of it that leads a group."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                fields = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent and int(fields[2]) == int(name):
                return int(name)
    return 0


def log_in_and_close(store: Path, screen: str, site: CountingSite, path: str = "/login") -> None:
    """Runs a login in a process of its own, and closes the window as a person does.

    Not by SIGTERM: then the browser leaves without writing what is younger than half a minute.
    """
    seen = len(site.asked)
    environment = {**os.environ, "DISPLAY": screen}
    person = subprocess.Popen(
        [sys.executable, "-c", LOGIN, str(store), f"http://127.0.0.1:{site.port}{path}"], env=environment
    )
    ends_at = time.monotonic() + 30
    while not any(asked == path for asked, _ in site.asked[seen:]) and time.monotonic() < ends_at:
        assert person.poll() is None, "the login ended by itself"
        time.sleep(0.05)
    time.sleep(1)  # the page's own script
    group = browser_of(person.pid)
    asked = ["xdotool", "search", "--sync", "--onlyvisible", "--class", "chrom"]
    windows = subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=20, check=True)
    for words in (("windowfocus", windows.stdout.split()[0]), ("key", "ctrl+shift+w")):
        subprocess.run(["xdotool", *words], env=environment, timeout=20, check=True)
    assert person.wait(30) == 0
    assert group_members(group) == ()


def test_a_session_is_kept_and_used_on_a_copy(screen: str, tmp_path: Path) -> None:
    site = CountingSite(PAGE)
    store = tmp_path / "profiles"
    log_in_and_close(store, screen, site)
    (info,) = profiles.listing(store)
    assert (info.name, info.account, info.at) == ("me", "@me", "2026-11-24T09:00:00+00:00")
    assert info.address == f"http://127.0.0.1:{site.port}/login"
    before = snapshot(store)
    assert all(mode & 0o077 == 0 for _, mode, _ in before)
    names = {path.split("/")[3] for path, _, _ in before if path.startswith("me/browser/Default/")}
    assert {"Cookies", "Preferences", "Local Storage"} <= names <= {*profiles.KEPT, "Preferences"}
    with running(profile=info.path) as run:
        session = run.page(f"http://127.0.0.1:{site.port}/later")
        assert run.until(session, "document.title == 'done'")
        assert run.evaluate(session, "localStorage.getItem('token')") == "kept"
    (cookies,) = [cookies for path, cookies in site.asked if path == "/later"]
    assert set(cookies.split("; ")) == {"lasting=yes", "session=yes", "script=yes"}
    assert snapshot(store) == before, "a visit changed the stored profile"
    with running() as run:
        session = run.page(f"http://127.0.0.1:{site.port}/stranger")
        assert run.until(session, "document.title == 'done'")
    assert [cookies for path, cookies in site.asked if path == "/stranger"] == [""]
    log_in_and_close(store, screen, site, "/again")  # the session goes on where it was
    (cookies,) = [cookies for path, cookies in site.asked if path == "/again"]
    assert "session=yes" in cookies
    assert len(profiles.listing(store)) == 1
    site.close()


def snapshot(store: Path) -> set[tuple[str, int, bytes]]:
    return {
        (str(one.relative_to(store)), one.stat().st_mode, one.read_bytes() if one.is_file() else b"")
        for one in store.rglob("*")
    }


def a_profile(store: Path, name: str = "me") -> Path:
    """A profile with data that must be carried, and data that must not."""
    used = store.parent / "used"
    default = used / "Default"
    (default / "Local Storage").mkdir(parents=True)
    (default / "Service Worker").mkdir()
    (default / "Cache").mkdir()
    for left_out in ("History", "Login Data", "Web Data", "Cache/data", "Service Worker/x"):
        (default / left_out).write_text("secret")
    (used / "SingletonLock").symlink_to("here-1")
    (default / "Local Storage" / "link").symlink_to("/etc/passwd")
    os.mkfifo(default / "Local Storage" / "pipe")
    sqlite3.connect(default / "Cookies").close()
    (default / "Cookies").write_bytes(b"cookies")
    profiles.prepare(store, name)
    return profiles.keep(store, name, used, account="@me", address="", at=AT).path


def test_only_what_keeps_a_session_alive_is_stored(tmp_path: Path) -> None:
    store = tmp_path / "store"
    path = a_profile(store)
    files = {str(one.relative_to(path)) for one in path.rglob("*") if not one.is_dir() or one.is_symlink()}
    assert files == {"about.json", "browser/Default/Cookies", "browser/Default/Preferences"}
    assert store.stat().st_mode & 0o777 == 0o700
    to = tmp_path / "to"
    to.mkdir()
    profiles.copy(path, to)
    assert (to / "Default" / "Cookies").read_bytes() == b"cookies"
    with pytest.raises(UsageError, match="headless shell"):
        profiles.copy(path, tmp_path / "other", headless_shell=True)
    profiles.delete(store, "me")
    assert profiles.listing(store) == () and list(store.iterdir()) == []
    with pytest.raises(UsageError, match="no profile"):
        profiles.copy(path, tmp_path / "other")


def test_links_lead_nowhere(tmp_path: Path) -> None:
    """A browser that a page has taken over cannot have other files of ours copied."""
    (tmp_path / "Cookies").write_text("of another")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "Default").symlink_to(tmp_path)
    profiles.carry(tmp_path / "used", tmp_path / "to")
    assert [one.name for one in (tmp_path / "to" / "Default").iterdir()] == ["Preferences"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-a", "x" * 40, "a\n"])
def test_names_that_are_none(name: str, tmp_path: Path) -> None:
    for act in (profiles.show, profiles.delete, profiles.prepare):
        with pytest.raises(UsageError, match="not a name"):
            act(tmp_path, name)


def test_what_others_can_read_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store"
    path = a_profile(store)
    path.chmod(0o750)
    with pytest.raises(UsageError, match="not private"):
        profiles.show(store, "me")
    path.chmod(0o700)
    store.chmod(0o755)
    with pytest.raises(UsageError, match="not private"):
        profiles.prepare(store, "me")
    with pytest.raises(UsageError, match="not private"):
        profiles.listing(store)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 50_000, '{"account": 1}'])
def test_a_damaged_profile_is_told(text: str, tmp_path: Path) -> None:
    path = a_profile(tmp_path / "store")
    (path / "about.json").write_text(text)
    with pytest.raises(InputError, match="damaged"):
        profiles.show(tmp_path / "store", "me")
    (path / "about.json").write_text(json.dumps({"account": 1, "address": None, "at": "x"}))
    assert profiles.show(tmp_path / "store", "me").account == "1"


def test_without_a_screen_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    options = {"address": "", "account": lambda: "", "now": lambda: AT, "monotonic": time.monotonic}
    with pytest.raises(UsageError, match="no screen"):
        log_in(browser(), tmp_path / "store", "me", **options)  # type: ignore[arg-type]
    monkeypatch.setenv("DISPLAY", ":64999")
    with pytest.raises(UsageError, match="no screen"):
        log_in(browser(), tmp_path / "store", "me", **options)  # type: ignore[arg-type]
    assert not list((tmp_path / "store").iterdir())
    assert not list(Path("/tmp").glob(f"{PREFIX}{os.getpid()}*"))
