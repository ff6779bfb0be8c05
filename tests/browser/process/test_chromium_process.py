"""The browser process itself: its rights, its ways out, its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from running import CountingSite, UdpCounter, browser, running

from abusekit.browser.process.chromium import BrowserProcess, Executable, Limits, find
from abusekit.browser.process.executable import FULL
from abusekit.browser.process.watchdog import group_members
from abusekit.browser.process.workfolder import PREFIX, WorkFolder, clear_leftovers
from abusekit.demo.authority import LocalAuthority
from abusekit.errors import InputError, NetworkError, UsageError
from abusekit.net.policy import AddressPolicy

EVERY_WAY_OUT = """
<link rel=dns-prefetch href=//prefetched.test><link rel=preconnect href="http://127.0.0.1:{port}">
<img src="http://127.0.0.1:{port}/img"><iframe src="http://localhost:{port}/frame"></iframe>
<link rel=stylesheet href="http://[::ffff:127.0.0.1]:{port}/css"><a ping="http://127.0.0.1:{port}/p" href=#>x</a>
<script>
fetch('http://127.0.0.1:{port}/fetch', {{mode: 'no-cors'}}).catch(() => 0);
navigator.sendBeacon('http://127.0.0.1:{port}/beacon', 'x');
new EventSource('http://127.0.0.1:{port}/events');
try {{ new WebSocket('ws://127.0.0.1:{port}/socket') }} catch (e) {{}}
new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:{port}/worker', {{mode: 'no-cors'}})"])));
const call = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{udp}'}}]}});
call.createDataChannel('x');
call.createOffer().then(offer => call.setLocalDescription(offer));
</script>
"""


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def kinds(pids: tuple[int, ...]) -> dict[int, str]:
    found = {}
    for pid in pids:
        words = Path(f"/proc/{pid}/cmdline").read_text().replace(" ", "\0").split("\0")
        found[pid] = next((word.removeprefix("--type=") for word in words if word.startswith("--type=")), "")
    return found


def test_pages_are_sandboxed_and_nothing_is_left_of_it() -> None:
    with running(locale="en-GB") as run:
        session = run.page("data:text/html,<title>page</title>")
        assert run.until(session, "document.title") == "page"
        assert run.evaluate(session, "navigator.languages") == ["en-GB", "en"]
        process = run.process
        assert process.sandboxed and "--no-sandbox" not in process.flags and process.version["product"]
        members = kinds(group_members(process.pid))
        renderers = [pid for pid, kind in members.items() if kind == "renderer"]
        assert renderers and members[process.pid] == ""
        for pid in renderers:
            status = status_of(pid)
            assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
        if os.geteuid() == 0:
            assert {status_of(pid)["Uid"].split()[1] for pid in members} == {str(process.user)}
            assert process.user != 0 and status_of(process.pid)["Groups"] in ("", str(process.user))
            assert int(status_of(process.pid)["CapEff"], 16) == 0
        log = process.netlog
        folder = log.parent.parent
        assert folder.stat().st_mode & 0o066 == 0
        deadline = time.monotonic() + 10
        while process.peak_memory <= 50 << 20 and time.monotonic() < deadline:
            time.sleep(0.05)  # the watchdog's first look may have been before there were pages
        run.cdp.send("Browser.close")
        assert process.close(10), "it did not end by itself"
        assert "constants" in json.loads(log.read_bytes())
        assert process.peak_memory > 50 << 20
    assert not folder.exists() and group_members(process.pid) == ()
    assert not [
        one.name for one in threading.enumerate() if one.name in ("gate", "watchdog", "browser stderr")
    ]
    assert not any(str(folder) in flag for flag in process.flags)


@pytest.mark.parametrize("open_to_all", [False, True])
def test_nothing_goes_round_the_gate(open_to_all: bool) -> None:
    """With a gate that refuses, no way out of a page leads to loopback; with one that permits, the same ways do."""
    site, udp = CountingSite(), UdpCounter()
    page = EVERY_WAY_OUT.format(port=site.port, udp=udp.port)
    policy = AddressPolicy(allow_private=open_to_all)
    with running(policy, typed=("127.0.0.1", site.port)) as run:
        session = run.page("data:text/html," + quote(page))
        gathered = "typeof call == 'object' && call.iceGatheringState == 'complete'"
        run.until(session, gathered, seconds=8)
        candidates = run.evaluate(session, "(call.localDescription || {sdp: ''}).sdp")
        if open_to_all:
            ends_at = time.monotonic() + 10
            wanted = {"/img", "/fetch", "/events", "/worker", "/socket"}
            while not wanted <= {path for path, _ in site.asked} and time.monotonic() < ends_at:
                time.sleep(0.05)
        else:
            time.sleep(1)
        run.cdp.send("Browser.close")
        assert run.process.close(10)
        log = json.loads(run.process.netlog.read_bytes())
    site.close()
    assert udp.count == 0 and "candidate" not in candidates
    udp.close()
    if open_to_all:
        assert wanted <= {path for path, _ in site.asked}
    else:
        assert site.asked == []
        refused = {one.host for one in run.gate.connections() if one.problem}
        assert {"127.0.0.1", "localhost", "[::ffff:7f00:1]".strip("[]")} <= refused
    events = {number: name for name, number in log["constants"]["logEventTypes"].items()}
    names = {events[event["type"]] for event in log["events"]}
    assert "SOCKS5_CONNECT" in names, "the log tells of the proxy, so it would tell of lookups"
    assert not names & {"DNS_TRANSACTION", "HOST_RESOLVER_SYSTEM_TASK", "HOST_RESOLVER_DNS_TASK"}


def test_roots_of_a_file_are_trusted_and_no_others(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    ours, other = (LocalAuthority.make(tmp_path / name, now=now) for name in ("ours", "other"))
    good, bad = (CountingSite(tls=(one.certificate_file, one.key_file)) for one in (ours, other))
    with running(roots=ours.ca_file) as run:
        session = run.page("about:blank")
        run.cdp.call("Page.enable", session=session)
        went = run.cdp.call("Page.navigate", {"url": f"https://localhost:{good.port}/"}, session=session)
        assert went.get("errorText") is None and run.until(session, "document.title") == "here"
        went = run.cdp.call("Page.navigate", {"url": f"https://localhost:{bad.port}/"}, session=session)
        assert went["errorText"] == "net::ERR_CERT_AUTHORITY_INVALID"
    good.close()
    bad.close()
    assert good.asked and not bad.asked


def test_a_file_without_roots_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    (tmp_path / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    for name in ("none.pem", "bad.pem", "absent.pem"):
        process = BrowserProcess(browser(), proxy_port=9, monotonic=time.monotonic, roots=tmp_path / name)
        with pytest.raises(InputError), process:
            pytest.fail("it started")


def test_without_the_sandbox_only_when_asked() -> None:
    with running(unsafe_no_sandbox=True) as run:
        assert not run.process.sandboxed and run.process.user is None
        assert "--no-sandbox" in run.process.flags


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(memory=120 << 20), "MiB of memory"),
        (Limits(netlog=1000), "recording"),
        (Limits(free_disk=1 << 60), "free"),
    ],
)
def test_the_watchdog_names_its_reason(limits: Limits, words: str) -> None:
    process = BrowserProcess(browser(), proxy_port=9, monotonic=time.monotonic, limits=limits)
    with contextlib.suppress(NetworkError), process:  # on a busy computer it happens before it has started
        ends_at = time.monotonic() + 10
        while process.stopped is None and time.monotonic() < ends_at:
            time.sleep(0.05)
        assert not process.close(5)
        os.close(process.read_fd)
        os.close(process.write_fd)
    assert group_members(process.pid) == ()
    assert process.stopped is not None and words in process.stopped.detail
    assert process.stopped.label == "too-large"
    fault = process.fault()
    assert isinstance(fault, NetworkError) and words in fault.message


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the user may enter whom the browser runs as; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def a_program(folder: Path, text: str) -> Executable:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Executable(path, "Stub", "1.0", False)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("echo one >&2; echo 'the last line' >&2; exit 3", NetworkError, "the last line"),
        ("echo 'FATAL: No usable sandbox! Update your kernel' >&2; exit 1", UsageError, "sandbox"),
        ("echo 'nonsense' >&4; sleep 60", NetworkError, "did not start"),
        ('printf \'{"id":0,"result":[]}\\0\' >&4; sleep 60', NetworkError, "did not start"),
        ("yes | head -c 1000000 >&4; sleep 60", NetworkError, "did not start"),
    ],
)
def test_a_browser_that_does_not_start(
    open_folder: Path, text: str, kind: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abusekit.browser.process.chromium.START_S", 1.0)
    process = BrowserProcess(a_program(open_folder, text), proxy_port=9, monotonic=time.monotonic)
    with pytest.raises(kind, match=words), process:
        pytest.fail("it started")
    assert group_members(process.pid) == () and not process.netlog.parent.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it as another user")
def test_a_browser_that_only_root_can_start(open_folder: Path) -> None:
    stub = a_program(open_folder, "exit 0")
    open_folder.chmod(0o700)
    with (
        pytest.raises(UsageError, match="may not be started"),
        BrowserProcess(stub, proxy_port=9, monotonic=time.monotonic),
    ):
        pytest.fail("it started")


def test_our_environment_is_not_the_browsers(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "/nowhere/keys")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ABUSEKIT_PASSPHRASE", "secret")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    stub = a_program(open_folder, "env >&2; ls -l /proc/self/fd >&2; exit 1")
    process = BrowserProcess(stub, proxy_port=9, monotonic=time.monotonic, locale="en-GB")
    with pytest.raises(NetworkError), process:
        pytest.fail("it started")
    lines = process.last_words().splitlines()
    names = {line.partition("=")[0] for line in lines if "=" in line}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "PATH", "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "TMPDIR", "LANG",
        "LANGUAGE", "TZ", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS",
    }  # fmt: skip
    assert f"HOME={process.netlog.parent.parent}/home" in lines
    # `ls` itself opens the folder; 0 to 4 are what we gave.
    assert sum(" -> " in line for line in lines) == 6


START = """
import time
from abusekit.browser.process.chromium import BrowserProcess, find
from abusekit.errors import UsageError
for unsafe in (False, True):
    try:
        with BrowserProcess(find(), proxy_port=9, monotonic=time.monotonic, unsafe_no_sandbox=unsafe) as process:
            print("started, sandboxed:", process.sandboxed)
    except UsageError as fault:
        print(fault.message, "|", fault.hint)
"""


@pytest.mark.parametrize(
    ("namespace", "words"),
    [
        # Another user, in a system that permits no namespaces, as many are set up:
        (("--map-user=1000", "--map-group=1000"), "cannot start its sandbox"),
        # Root, where there is no other user:
        (("--map-root-user",), "no other user can be used"),
    ],
)
def test_where_no_sandbox_is_possible_it_asks(namespace: tuple[str, ...], words: str) -> None:
    limit = (
        'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --inh-caps=-all --ambient-caps=-all "$@"'
    )
    done = subprocess.run(
        [
            "unshare",
            "--user",
            *namespace,
            "--keep-caps",
            "sh",
            "-c",
            limit,
            "sh",
            sys.executable,
            "-c",
            START,
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    refused, started = done.stdout.splitlines()
    assert words in refused and "--unsafe-no-sandbox" in refused.partition("|")[2]
    assert started == "started, sandboxed: False"


def test_a_recording_that_is_a_link_is_not_followed(open_folder: Path) -> None:
    secret = open_folder / "secret"
    secret.write_text("for root alone")
    links = f'for word; do case $word in --log-net-log=*) ln -s {secret} "${{word#*=}}";; esac; done'
    hello = """printf '{"id":0,"result":{"product":"Stub"}}\\0' >&4; cat <&3 >/dev/null"""
    stub = a_program(open_folder, f"{links}; {hello}")
    with BrowserProcess(stub, proxy_port=9, monotonic=time.monotonic) as process:
        assert process.netlog.is_symlink()
        os.close(process.write_fd)
        assert process.close(10)
        os.close(process.read_fd)
        assert not os.path.lexists(process.netlog) and secret.exists()


KILLED = """
import sys, time
from pathlib import Path
from abusekit.browser.process.chromium import BrowserProcess, find
with BrowserProcess(find(), proxy_port=9, monotonic=time.monotonic) as process:
    print(process.pid, process.netlog.parent.parent, flush=True)
    time.sleep(60)
"""


def test_when_we_are_killed_the_browser_ends_and_its_folder_goes_later() -> None:
    owner = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    words = owner.stdout.readline().split()
    group, folder = int(words[0]), Path(words[1])
    assert len(group_members(group)) > 2 and folder.is_dir()
    clear_leftovers()
    assert folder.is_dir(), "the folder of a run that lives was cleared"
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    ends_at = time.monotonic() + 5
    while group_members(group) and time.monotonic() < ends_at:
        time.sleep(0.05)
    assert group_members(group) == ()
    clear_leftovers()
    assert not folder.exists()


def test_only_our_own_leftovers_are_cleared() -> None:
    mine = WorkFolder()
    stranger = mine.path.parent / f"{PREFIX}link-{os.getpid()}"
    stranger.symlink_to(mine.home)
    clear_leftovers()
    assert mine.home.is_dir() and stranger.is_symlink()
    stranger.unlink()
    mine.remove()
    mine.remove()
    assert not mine.path.exists()


def test_the_browser_that_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = browser()
    assert found.version.split(".")[0].isdigit() and found.name
    assert found.path.read_bytes()[:2] != b"#!", "the program itself, not its start script"
    assert find(found.path) == found
    monkeypatch.setenv("ABUSEKIT_BROWSER", str(found.path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find() == found
    monkeypatch.delenv("ABUSEKIT_BROWSER")
    assert find() is None
    (tmp_path / FULL[2]).write_text("#!/bin/sh\necho 'Google Chrome 99.1.2.3 beta'\n")
    (tmp_path / FULL[2]).chmod(0o755)
    chosen = find()
    assert chosen == Executable(tmp_path / FULL[2], "Google Chrome", "99.1.2.3", False)
    with pytest.raises(UsageError, match="no program"):
        find(tmp_path / "absent")
    (tmp_path / "other").write_text("#!/bin/sh\necho 'Mozilla Firefox 140.0'\n")
    (tmp_path / "other").chmod(0o755)
    with pytest.raises(UsageError, match="no Chromium"):
        find(tmp_path / "other")
