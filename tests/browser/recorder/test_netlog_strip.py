"""The copy of a NetLog that is kept: no bytes, no secrets, nothing of the volunteer's computer."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from netlog_samples import Visit, visit
from netlog_site import TruthSite, answer

from abusekit.browser.recorder.netlog import NetLogError, read
from abusekit.browser.recorder.netlog_strip import strip


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """A page that sets a cookie, one that gets it back, and a header with a password."""
    site = TruthSite()
    script = b"""<!doctype html><link rel=icon href=data:,><script>
    fetch('/secret', {method: 'POST', body: 'body-of-the-request',
                      headers: {Authorization: 'Bearer geheim-7', 'X-Api-Key': 'geheim-8'}})
      .then(() => fetch('/done'));</script>"""
    site.pages |= {
        "/": [answer(script, b"Content-Type: text/html", b"Set-Cookie: session=geheim-5; HttpOnly")],
        "/secret": [
            answer(
                b"text-of-the-answer",
                b"Set-Cookie: more=geheim-6",
                b"Authentication-Info: geheim-9",
                b"X-Auth-Token: geheim-a",
                b"X-Note: see https://anna:geheim-b@example.org/page?a@b or //geheim-c@example.net/",
            )
        ],
        "/done": [answer(b"done")],
    }
    made = visit(tmp_path_factory.mktemp("strip"), site)
    site.close()
    assert any(b"geheim-5" in one.received for one in site.messages), "the cookie did not come back"
    return made


def test_what_is_left_of_it(visited: Visit, tmp_path: Path) -> None:
    size = strip(visited.log, tmp_path / "kept.json.gz")
    packed = (tmp_path / "kept.json.gz").read_bytes()
    assert size == len(packed) < 60_000
    text = gzip.decompress(packed).decode("utf-8")
    before = visited.log.read_text("utf-8")
    found = json.loads(text)
    original = json.loads(before)
    assert len(found["events"]) == len(original["events"])
    assert found["stripped"] == {
        "abusekit_stripped": True,
        "cut": False,
        "events": len(original["events"]),
        "events_left_out": 0,
    }
    names = {number: name for name, number in found["constants"]["logEventTypes"].items()}
    for kept, was in zip(found["events"], original["events"], strict=True):
        assert (kept["type"], kept["time"], kept["source"]["id"]) == (
            was["type"],
            was["time"],
            was["source"]["id"],
        )
        if names[kept["type"]].endswith(("BYTES_SENT", "BYTES_RECEIVED")):
            assert kept["params"]["byte_count"] == was["params"]["byte_count"]
            assert kept["params"].get("bytes", "") == ""
    assert "polledData" not in found


def test_no_secret_is_left(visited: Visit, tmp_path: Path) -> None:
    strip(visited.log, tmp_path / "kept.json.gz")
    text = gzip.decompress((tmp_path / "kept.json.gz").read_bytes()).decode("utf-8")
    before = visited.log.read_text("utf-8")
    ports = [f":{port}" for port in visited.connections]
    assert ports
    for secret in (*(f"geheim-{one}" for one in "56789abc"), str(visited.log.parent), *ports):
        assert secret in before or secret.startswith("/")
        assert secret not in text, secret
    assert "Cookie: (" in text
    assert "Authorization: (" in text
    assert "/secret" in text
    assert "see https://left-out@example.org/page?a@b or //left-out@example.net/" in text


def test_the_command_line_keeps_the_names_of_its_flags(visited: Visit, tmp_path: Path) -> None:
    """some browsers tell none, so one is put in."""
    first, rest = visited.log.read_bytes().split(b"\n", 1)
    found = json.loads(first.rstrip(b",") + b"}")
    line = (
        "/opt/chromium --headless --user-data-dir=/home/anna/x --log-net-log=/home/anna/net.json https://a/"
    )
    found["constants"]["clientInfo"] = {"name": "Chromium", "version": "1", "command_line": line}
    made = tmp_path / "with.json"
    made.write_bytes(json.dumps(found).encode()[:-1] + b",\n" + rest)
    strip(made, tmp_path / "kept.json.gz")
    kept = json.loads(gzip.decompress((tmp_path / "kept.json.gz").read_bytes()))
    client = kept["constants"]["clientInfo"]
    assert client["command_line"] == "--headless --user-data-dir --log-net-log"
    assert (client["name"], client["version"]) == ("Chromium", "1")
    assert read(made, connections={}, spool=None).browser == "Chromium 1"


def test_the_same_log_gives_the_same_bytes(visited: Visit, tmp_path: Path) -> None:
    strip(visited.log, tmp_path / "one.gz")
    strip(visited.log, tmp_path / "two.gz")
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert (tmp_path / "one.gz").read_bytes()[4:8] == b"\0\0\0\0"


def test_a_stripped_log_is_no_recording(visited: Visit, tmp_path: Path) -> None:
    strip(visited.log, tmp_path / "kept.json.gz")
    (tmp_path / "kept.json").write_bytes(gzip.decompress((tmp_path / "kept.json.gz").read_bytes()))
    with pytest.raises(NetLogError, match="its own port"):
        read(tmp_path / "kept.json", connections={}, spool=None)


def test_a_cut_log_is_stripped_and_says_so(visited: Visit, tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_bytes(visited.log.read_bytes()[:90_000])
    strip(tmp_path / "cut.json", tmp_path / "kept.json.gz")
    found = json.loads(gzip.decompress((tmp_path / "kept.json.gz").read_bytes()))
    assert found["stripped"]["cut"]


def test_what_is_no_log_leaves_no_file(visited: Visit, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_bytes(b"{}")
    bad = visited.log.read_bytes().replace(b'\n{"params"', b'\n{"params', 1)
    (tmp_path / "bad.json").write_bytes(bad)
    for name in ("none.json", "bad.json"):
        with pytest.raises(NetLogError):
            strip(tmp_path / name, tmp_path / "kept.gz")
        assert not (tmp_path / "kept.gz").exists()
