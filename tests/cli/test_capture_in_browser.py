"""`capture` with the browser, as a person runs it: what is printed, what is kept, and what stops half-way."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from capture_lists import captured, stored
from command_runner import Abusekit, wait_until
from filelock import FileLock

from abusekit.browser.process.watchdog import group_members
from abusekit.demo.site import PracticeSite

BROWSER = ("--engine", "browser", "--yes", "--delay", "0")
PAGES = 60
"""Posts of the long list. One takes one to two seconds where nothing else runs."""
GROWTH = 1.3
"""How much more memory our own process may have needed after all pages than after the first ten."""
TALL = b"<!doctype html><title>tall</title><p>top</p><div style='height:60000px'></div><p>bottom</p>"


@pytest.fixture(scope="module")
def one_post(
    started_case: Path, site: PracticeSite, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, str]:
    """A case with one post, and what was printed and told."""
    home = tmp_path_factory.mktemp("one-post")
    case = Path(shutil.copytree(started_case, home / "case"))
    ended = Abusekit(home)("capture", "--case", case, *BROWSER, site.post_url(5003), expect=0)
    return case, ended.out, ended.err


def test_one_post_has_all_three_legs(one_post: tuple[Path, str, str], abusekit: Abusekit) -> None:
    case, out, err = one_post
    first, *reasons = out.splitlines()
    assert first.split() == ["E0001", "PO/1", "complete", "grade", "C"]
    assert reasons == ["       the time is our clock's only"]
    assert "first visit to 127.0.0.1" in err and "nobody is logged in" in err and "grades: 1 C" in err
    (item,) = stored(case)
    assert {one["name"]: one["role"] for one in item["files"]} == {
        "capture.wacz": "original", "page.png": "rendering", "page.pdf": "rendering", "dom.html": "rendering",
        "page.mhtml": "rendering", "text.txt": "rendering", "recording.json": "metadata",
        "netlog.json.gz": "metadata", "report.txt": "metadata",
    }  # fmt: skip
    assert item["legs"] == {"address": True, "source": True, "picture": True}
    assert item["fidelity"] == "exact" and item["facts"]["browser"]["crosscheck"]["missing"] == []
    folder = case / "evidence" / "E0001"
    assert (folder / "page.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert "Nobody likes your gate" in (folder / "text.txt").read_text()
    abusekit.verified(case)


def test_the_report_names_the_browser_and_all_it_did(one_post: tuple[Path, str, str]) -> None:
    report = (one_post[0] / "evidence" / "E0001" / "report.txt").read_text()
    method = stored(one_post[0])[0]["method"]
    browser = method["browser"]
    assert f"{browser['name']} {browser['version']}, in its sandbox" in report
    assert method["user_agent_sent"] in report and "Headless" not in method["user_agent_sent"]
    assert "0 answers not recorded, 0 with another status: whole" in report
    done = {one["what"] for one in method["alterations"] if one["count"]}
    assert {"viewport", "scroll", "user-agent", "header", "freeze"} <= done
    before, _, after = report.partition("Set before the page was asked for")[2].partition("Done to the page")
    settings = {one for one in done if f"  {one} x" in before}
    assert {"viewport", "user-agent", "header"} <= settings
    assert {one for one in done if f"  {one} x" in after} == done - settings


def test_other_tools_accept_the_archive(one_post: tuple[Path, str, str], project: Path) -> None:
    """In an environment of its own: it imports code that we do not ship."""
    program = project / ".venv-wacz" / "bin" / "wacz"
    with FileLock(project / ".venv-wacz.lock"):
        if not program.exists():
            subprocess.run([sys.executable, "-m", "venv", project / ".venv-wacz"], check=True)
            subprocess.run([program.with_name("pip"), "install", "-q", "wacz"], check=True)
    archive = one_post[0] / "evidence" / "E0001" / "capture.wacz"
    done = subprocess.run(
        [program, "validate", "-f", archive], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0 and "valid" in done.stdout, done


@contextlib.contextmanager
def tall_page() -> Iterator[str]:
    """A page with more height than is ever pictured."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(TALL)))
            self.end_headers()
            self.wfile.write(TALL)

        def log_message(self, format: str, *arguments: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def test_below_the_minimum_the_missing_leg_is_named(
    abusekit: Abusekit, case: Path, site: PracticeSite
) -> None:
    with tall_page() as tall:
        gone = site.post_url(4999)
        ended = abusekit("capture", "--case", case, *BROWSER, "--scroll", "1", gone, tall, expect=7)
    told = [
        line.split(maxsplit=2)[-1] if line.startswith("E") else line.strip()
        for line in ended.out.splitlines()
    ]
    assert told == [
        "http-error 404  grade D", "no source of the page itself", "the capture ended as http-error",
        "complete  grade D", "no picture of the full page",
    ]  # fmt: skip
    assert "E0001" in ended.err and gone in ended.err
    missing, cut = stored(case)
    assert missing["legs"] == {"address": True, "source": False, "picture": True}
    assert cut["legs"] == {"address": True, "source": True, "picture": False}
    assert any(one.startswith("picture-cut: ") for one in cut["problems"])
    assert any(one.startswith("scroll-limit: ") for one in cut["problems"])
    abusekit.verified(case)


def test_recorded_as_the_browser_tells_it(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    run = ("capture", "--case", case, *BROWSER, "--recorder", "decoded", "--scroll", "0")
    ended = abusekit(*run, site.post_page_url(3), expect=0)
    assert ended.out.splitlines()[0].split() == ["E0001", "PO/1", "complete", "decoded", "grade", "C"]
    (item,) = stored(case)
    assert item["fidelity"] == "decoded" and item["method"]["browser"]["recorder"] == "decoded"
    assert any(one.startswith("decoded: not recorded byte for byte") for one in item["problems"])
    assert "netlog.json.gz" not in {one["name"] for one in item["files"]}
    abusekit.verified(case)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--browser", "/nonexistent"), 2, "there is no program /nonexistent"),
        (("--browser", "/bin/true"), 2, "is no Chromium"),
        (("--engine", "browser", "--no-media"), 2, "--no-media is for the http engine"),
        (("--engine", "http", "--profile", "mine"), 2, "--profile needs the browser"),
        (("--engine", "browser", "--profile", "mine"), 2, "there is no profile mine"),
        (("--engine", "browser", "--viewport", "big"), 2, "not a size"),
        (("--engine", "browser", "--timezone", "Nowhere/X"), 2, "Nowhere/X"),
    ],
)
def test_what_is_refused_before_anything_is_asked(
    abusekit: Abusekit, case: Path, site: PracticeSite, options: tuple[str, ...], code: int, message: str
) -> None:
    asked = len(site.requests)
    env = {"ABUSEKIT_ENGINE": "auto"}
    ended = abusekit("capture", "--case", case, "--yes", *options, site.post_url(5001), env=env, expect=code)
    assert message in ended.err and "→" in ended.err
    assert len(site.requests) == asked and stored(case) == []


def test_without_a_browser(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    """Asked for, it is an error; not asked for, the plain engine goes on and says what is missing."""
    nothing = {"PATH": "/nowhere", "ABUSEKIT_ENGINE": "auto", "ABUSEKIT_BROWSER": ""}
    run = ("capture", "--case", case, "--yes", site.post_url(5001))
    ended = abusekit(*run, "--engine", "browser", env=nothing, expect=6)
    assert "no browser is found" in ended.err and "apt install chromium" in ended.err
    assert stored(case) == []
    ended = abusekit(*run, env=nothing, expect=0)
    assert "no browser is found" in ended.err and "no picture of the full page" in ended.out
    assert stored(case)[0]["method"]["engine"] == "http"


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A place for the browsers' folders that no other run uses, and that the user may enter whom they run as."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="abusekit-test-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def browser_groups(temporary: Path) -> set[int]:
    """Process groups of the browsers that live in a folder below `temporary`."""
    found = set()
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and os.fsencode(temporary) in Path(f"/proc/{name}/cmdline").read_bytes():
                found.add(os.getpgid(int(name)))
    return found


def peak_memory(pid: int) -> int:
    """Kilobytes, so far (VmHWM); 0 when it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def admitted(case: Path) -> int:
    """Items in the log."""
    return (case / "custody" / "log.jsonl").read_bytes().count(b'"do":"item.add"')


def test_sixty_posts_made_by_script_killed_and_stopped_and_gone_on_with(
    abusekit: Abusekit, case: Path, tmp_path: Path, temporary: Path
) -> None:
    """No address twice, none forgotten, no browser left, and memory that does not grow with the number of pages."""
    abusekit.environment |= {"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    options = ("--jobs", "2", "--per-host", "2", "--scroll", "0", "--no-expand")
    with PracticeSite() as site:
        wanted = [site.post_page_url(number) for number in range(1, PAGES + 1)]
        (tmp_path / "list.txt").write_text("\n".join(wanted))
        run = (
            "capture",
            "--case",
            case,
            *BROWSER,
            *options,
            "--from",
            "list.txt",
            "--failures",
            "failed.txt",
        )
        said: list[str] = []
        for how, code, items in ((signal.SIGKILL, -9, 6), (signal.SIGINT, 130, 12)):
            running = abusekit.start(*run)
            wait_until(lambda items=items: admitted(case) >= items, 120)  # type: ignore[misc]
            wait_until(lambda: bool(browser_groups(temporary)))
            groups = browser_groups(temporary)
            running.send_signal(how)
            out, err = running.communicate(timeout=30)
            assert running.returncode == code, err
            said += [line for line in out.decode().splitlines() if line.startswith("E")]
            wait_until(lambda groups=groups: not any(map(group_members, groups)), 5)  # type: ignore[misc]
            assert not browser_groups(temporary)
            abusekit.verified(case)  # no item is torn
        assert b"stopped; what was said to be stored is stored" in err
        before = admitted(case)
        running = abusekit.start(*run)
        peaks = {0: 0}
        while running.poll() is None:
            if peak := peak_memory(running.pid):
                peaks[admitted(case) - before] = peak
            time.sleep(0.2)
        out, err = running.communicate()
    assert running.returncode == 0, err
    said += [line for line in out.decode().splitlines() if line.startswith("E")]
    assert f"this run: {PAGES - before} complete".encode() in err
    assert f"{before} addresses are in the case already".encode() in err
    assert captured(case) == {address: ["complete"] for address in wanted}
    assert {item["legs"]["picture"] for item in stored(case)} == {True}
    assert {line.split()[0] for line in said} <= {item["id"] for item in stored(case)}
    after_ten = min(peak for items, peak in peaks.items() if items >= 10)
    assert max(peaks.values()) <= GROWTH * after_ten, peaks
    assert list(temporary.iterdir()) == [], "what the killed run left is cleared by the next one"
    assert not browser_groups(temporary) and (tmp_path / "failed.txt").read_text() == ""
    abusekit.verified(case)
