"""`show --replay`: the recording is named, served for a while, and nothing else is."""

from __future__ import annotations

import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from command_runner import Abusekit

from abusekit.demo.site import PracticeSite

REPLAYER = "https://replayweb.page"


def lines(started: subprocess.Popen[bytes]) -> dict[str, str]:
    """What it says on standard output, up to the address."""
    assert started.stdout is not None
    said: dict[str, str] = {}
    while "address" not in said:
        line = started.stdout.readline().decode()
        assert line, "it ended before it named an address"
        word, _, rest = line.partition(" ")
        said[word] = rest.strip()
    return said


def test_serves_the_recording_until_it_is_stopped(abusekit: Abusekit, full_case: Path) -> None:
    log = (full_case / "custody" / "log.jsonl").read_bytes()
    started = abusekit.start("show", "--case", full_case, "E0001", "--replay")
    try:
        said = lines(started)
        recording = full_case / "evidence" / "E0001" / "capture.wacz"
        assert Path(said["file"]) == recording
        request = urllib.request.Request(said["address"], headers={"Range": "bytes=0-3"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert (answer.status, answer.read()) == (206, b"PK\3\4")
        with urllib.request.urlopen(said["address"], timeout=10) as answer:
            assert answer.read() == recording.read_bytes()
    finally:
        started.send_signal(signal.SIGINT)
        _, err = started.communicate(timeout=20)
    assert started.returncode == 0, err
    assert REPLAYER.encode() in err and b"no longer served" in err
    assert (full_case / "custody" / "log.jsonl").read_bytes() == log, "looking is no act"
    try:
        urllib.request.urlopen(said["address"], timeout=10)
    except urllib.error.URLError:
        return
    raise AssertionError("it is still served")


def test_ends_by_itself(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit("show", "--case", full_case, "E0002", "--replay", "--for", "0", expect=0)
    assert "http://127.0.0.1:" in ended.out and "E0002.wacz" in ended.out
    assert "Nobody likes you" not in ended.out + ended.err, "the content stays covered"
    assert "session keys" not in ended.err, "no cookies came with this page"


def test_warns_of_live_sessions_where_servers_sent_cookies(
    abusekit: Abusekit, case: Path, site: PracticeSite
) -> None:
    abusekit("capture", "--case", case, "--delay", "0", "--engine", "http", f"{site.base_url}/members")
    assert "session keys" in abusekit("show", "--case", case, "E0001", "--replay", "--for", "0", expect=0).err


def test_what_cannot_be_replayed_is_told(abusekit: Abusekit, full_case: Path) -> None:
    assert "no recording" in abusekit("show", "--case", full_case, "E0004", "--replay", expect=2).err
    assert abusekit("show", "--case", full_case, "E0001", "--for", "1", expect=2)
    assert abusekit("show", "--case", full_case, "E0001", "--replay", "--json", expect=2)


def test_a_changed_recording_is_not_served(abusekit: Abusekit, full_case: Path) -> None:
    recording = full_case / "evidence" / "E0001" / "capture.wacz"
    data = bytearray(recording.read_bytes())
    data[len(data) // 2] ^= 1
    recording.chmod(0o600)
    recording.write_bytes(data)
    ended = abusekit("show", "--case", full_case, "E0001", "--replay", expect=1)
    assert "not what was logged" in ended.err and "http://127" not in ended.out
