"""A site that wants a login: its queue pauses, the others go on, and with a session the same list is completed."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from capture_lists import captured, stored
from command_runner import Abusekit, wait_until

from abusekit.demo.site import PracticeSite
from abusekit.demo.walls import session_cookie

BEHIND = range(1, 6)
"""Posts for which the first host wants a login."""
OPEN = range(11, 13)
"""Posts of the other host."""
ACCOUNT = "@helper_7 on Chatterbox"
RUN = (
    "capture", "--from", "list.txt", "--allow-private", "--per-host", "1", "--delay", "0", "--scroll", "0",
    "--no-expand",
)  # fmt: skip


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


@pytest.fixture
def walled() -> Iterator[PracticeSite]:
    """A site of its own, whose first posts are for those who have logged in."""
    with PracticeSite() as site:
        for number in BEHIND:
            site.require_login(f"/posts/{number}")
        yield site


def listing(abusekit: Abusekit, site: PracticeSite) -> list[str]:
    """The list of both hosts, one after the other in turn; gives the addresses behind the wall."""
    behind = [site.post_page_url(number) for number in BEHIND]
    others = [f"{site.other_origin}/posts/{number}" for number in OPEN]
    (abusekit.home / "list.txt").write_text("\n".join([behind[0], others[0], *behind[1:], others[1]]))
    return behind


def stopped_at_the_wall(abusekit: Abusekit, case: Path, site: PracticeSite, engine: str) -> list[str]:
    """Capture the list: three walls, the rest of that host is not asked, the other host goes on."""
    behind = listing(abusekit, site)
    ended = abusekit(
        *RUN, "--case", case, "--engine", engine, "--failures", "failed.txt", expect=7, timeout=120
    )
    assert Counter(item["outcome"] for item in stored(case)) == {"login-wall": 3, "complete": len(OPEN)}
    walls = [item for item in stored(case) if item["outcome"] == "login-wall"]
    assert all(item["source"]["address"] in behind for item in walls)
    assert all(item["facts"]["markers"][0]["kind"] == "login-wall" for item in walls)
    held = len(behind) - 3
    assert f"{held} needs-login" in ended.err
    assert ended.err.count("not asked: 127.0.0.1 answered 3 times in a row with login-wall") == held
    assert (
        f"login-wall: log in: abusekit browser login NAME {site.base_url}/; then run this again" in ended.err
    )
    assert "nobody is logged in" in ended.err or engine == "http"
    assert sorted((abusekit.home / "failed.txt").read_text().split()) == sorted(behind)
    asked = {one.path for one in site.requests if one.path.startswith("/posts/")}
    assert len(asked) == 3 + len(OPEN), "what is behind the wall is not asked for again and again"
    abusekit.verified(case)
    return behind


def test_the_plain_engine_labels_walls_too(abusekit: Abusekit, case: Path, walled: PracticeSite) -> None:
    stopped_at_the_wall(abusekit, case, walled, "http")


def log_in(abusekit: Abusekit, screen: str, site: PracticeSite, name: str) -> None:
    """`browser login`, and the window closed as a person does once the site has let them in."""
    before = len(site.requests)
    environment = {"DISPLAY": screen, "WAYLAND_DISPLAY": ""}
    person = abusekit.start(
        "browser", "login", name, f"{site.base_url}/login?auto=1", "--as-account", ACCOUNT, env=environment
    )
    try:
        wait_until(lambda: any(one.path == "/members" for one in site.requests[before:]))
        time.sleep(1)  # the cookie is on its way into the browser's store
        looked = ["xdotool", "search", "--sync", "--onlyvisible", "--class", "chrom"]
        with_screen = {**os.environ, **environment}
        windows = subprocess.run(
            looked, env=with_screen, capture_output=True, text=True, timeout=20, check=True
        )
        for words in (("windowfocus", windows.stdout.split()[0]), ("key", "ctrl+shift+w")):
            subprocess.run(["xdotool", *words], env=with_screen, timeout=20, check=True)
        out, err = person.communicate(timeout=30)
    finally:
        if person.poll() is None:
            person.kill()
            person.communicate()
    assert person.returncode == 0 and ACCOUNT.encode() in out, err


def digests(folder: Path) -> dict[Path, str]:
    return {
        one.relative_to(folder): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in folder.rglob("*")
        if one.is_file()
    }


def test_with_a_session_the_same_list_is_completed(
    abusekit: Abusekit, case: Path, walled: PracticeSite, screen: str
) -> None:
    behind = stopped_at_the_wall(abusekit, case, walled, "browser")
    log_in(abusekit, screen, walled, "mine")
    store = abusekit.home / "profiles"
    profile = digests(store)
    run = (*RUN, "--case", case, "--engine", "browser")
    ended = abusekit(*run, "--profile", "mine", expect=0, timeout=120)
    found = captured(case)
    assert sorted(found[address][-1] for address in behind) == ["complete"] * len(behind)
    assert sum(len(found[address]) for address in behind) == 3 + len(behind)
    assert f"who is logged in ({ACCOUNT})" in ended.err, (
        "with a session the other side learns more than before"
    )
    assert ended.err.count("log out of that session") == 1
    used = [item for item in stored(case) if item["method"].get("authenticated")]
    assert len(used) == len(behind)
    for item in used:
        assert item["method"]["identity_used"] == ACCOUNT and item["facts"]["secrets_count"] > 0
        assert any("holds its keys" in one for one in item["limits"])
    assert not [item for item in stored(case) if item["outcome"] != "complete" and item in used]
    assert digests(store) == profile, "captures run on a copy"
    kept = [one for one in case.rglob("*") if one.is_file()]
    assert not {one.name for one in kept} & {"Cookies", "Preferences", "about.json"}
    session = session_cookie(walled.seed).encode()
    for one in kept:
        data = gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes()
        assert os.fsencode(store) not in data, one
        assert session not in data or one.name == "capture.wacz", f"the session's key stands in {one}, too"
    for place in (case, *(case / "evidence").rglob("*"), *store.rglob("*"), store):
        assert place.stat().st_mode & 0o077 == 0, place
    abusekit.verified(case)
    again = abusekit(*run, "--profile", "mine", expect=0)
    assert "nothing to do" in again.err and "first visit" not in again.err


def test_without_a_profile_nothing_is_said_of_a_session(
    abusekit: Abusekit, case: Path, walled: PracticeSite
) -> None:
    ended = abusekit("capture", "--case", case, "--yes", walled.post_url(5001), expect=0)
    assert "log out" not in ended.err and "first visit to 127.0.0.1" in ended.err
    (item,) = stored(case)
    assert "authenticated" not in item["method"] and item["method"]["identity"].startswith("none")
    again = abusekit("capture", "--case", case, "--yes", walled.post_url(5002), expect=0)
    assert "first visit" not in again.err
