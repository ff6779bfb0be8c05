"""`abusekit capture`: what becomes of addresses, and how the other side is treated."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from capture_lists import captured, stored
from command_runner import PRODUCER, Abusekit, log_lines, wait_until

from abusekit.capture.plan import USER_AGENT
from abusekit.demo.authority import LocalAuthority
from abusekit.demo.site import PracticeSite


@pytest.fixture
def own_site() -> Iterator[PracticeSite]:
    """A site whose requests are those of this test alone."""
    with PracticeSite() as running:
        yield running


def test_one_address(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    address = site.post_url(5001)
    ended = abusekit("capture", "--case", case, address, expect=0)
    first, *reasons = ended.out.splitlines()
    assert first.split() == ["E0001", "PO/1", "complete", "grade", "D"]
    assert reasons == ["       no picture of the full page"]
    assert "1 complete" in ended.err
    item = stored(case)[0]
    assert item["source"]["address"] == address
    assert {f["name"] for f in item["files"]} == {"capture.wacz", "report.txt"}
    abusekit.verified(case)


def test_every_way_to_fail_is_an_item_and_a_seven(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    paths = {
        "/post/4999": ("http-error", 404), "/@grey_gull_5": ("http-error", 403), "/error": ("http-error", 500),
        "/busy": ("http-error", 503), "/loop": ("redirect-loop", 302), "/cut": ("truncated", 200),
        "/reset": ("reset", None), "/r/3": ("complete", 200),
    }  # fmt: skip
    addresses = [site.base_url + path for path in paths]
    ended = abusekit("capture", "--case", case, "--delay", "0", "--json", *addresses, expect=7)
    assert {c["address"]: (c["outcome"], c["status"]) for c in ended.answer["captured"]} == {
        site.base_url + path: want for path, want in paths.items()
    }
    assert ended.answer["exit_code"] == 7 and ended.answer["outcomes"]["http-error"] == 4
    assert captured(case) == {site.base_url + path: [want[0]] for path, want in paths.items()}
    busy = next(i for i in stored(case) if i["source"]["address"].endswith("/busy"))
    assert [(a["outcome"], a["status"], a["retry_after_s"]) for a in busy["method"]["attempts"]] == [
        ("http-error", 503, 1)
    ] * 2
    abusekit.verified(case)


def test_the_failures_are_told_with_their_reasons(
    abusekit: Abusekit, case: Path, site: PracticeSite, tmp_path: Path
) -> None:
    bad, lost = site.base_url + "/reset", site.base_url + "/error"
    failed = tmp_path / "failed.txt"
    ended = abusekit(
        "capture",
        "--case",
        case,
        "--delay",
        "0",
        "--failures",
        failed,
        bad,
        site.post_url(5002),
        lost,
        expect=7,
    )
    assert (
        "not complete:" in ended.err
        and bad in ended.err
        and "the connection broke" in ended.err
        and "500" in ended.err
    )
    assert sorted(failed.read_text().split()) == sorted([bad, lost])
    assert sorted(tmp_path.glob(".failed*")) == []


def test_failures_that_cannot_be_written(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    ended = abusekit(
        "capture", "--case", case, "--failures", "no/such/folder/f.txt", site.base_url + "/error", expect=2
    )
    assert "cannot be written" in ended.err
    assert len(stored(case)) == 0  # noticed before the work


def test_private_addresses_are_refused_and_allowed(abusekit: Abusekit, own_site: PracticeSite) -> None:
    case = abusekit.home / "plain"
    abusekit("init", case, "--yes", "--ref", "X", "--producer", PRODUCER, "--timezone", "UTC", expect=0)
    address = own_site.base_url + "/pages/1"
    ended = abusekit("capture", "--case", case, address, expect=7)
    assert "not a public address" in ended.err and "--allow-private" in ended.err
    assert (
        own_site.requests == [] and stored(case) == []
    )  # nothing was sent, and no exhibit number is used up
    abusekit("capture", "--case", case, "--allow-private", address, expect=0)
    abusekit(
        "settings",
        "change",
        "--case",
        case,
        "--allow-network",
        "127.0.0.0/8",
        "--reason",
        "own server",
        expect=0,
    )
    abusekit("capture", "--case", case, address, expect=0)
    assert captured(case) == {address: ["complete", "complete"]}


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://example.org/",
        "example",
        "http://a b/",
        "http://x\x1b[31m/",
    ],
)
def test_what_is_no_web_address(abusekit: Abusekit, case: Path, address: str) -> None:
    ended = abusekit("capture", "--case", case, address, expect=4)
    assert "\x1b" not in ended.err and ended.err.startswith("abusekit: ")
    assert log_lines(case) == 1


def test_usage(abusekit: Abusekit, case: Path) -> None:
    assert "nothing to capture" in abusekit("capture", "--case", case, expect=2).err
    assert "either" in abusekit("capture", "--case", case, "--from", "x", "http://example.org/", expect=2).err
    assert "--jobs" in abusekit("capture", "--case", case, "--jobs", "0", "http://example.org/", expect=2).err
    assert (
        "ASCII"
        in abusekit("capture", "--case", case, "--user-agent", "a\nb", "http://127.0.0.1:1/", expect=2).err
    )


def test_each_host_is_left_its_pause(abusekit: Abusekit, case: Path) -> None:
    """Two hosts at once, but never two requests of one host closer than the delay."""
    with PracticeSite() as one, PracticeSite(host="127.0.0.2") as other:
        addresses = [f"{site.base_url}/pages/{n}" for site in (one, other) for n in range(1, 6)]
        begin = time.monotonic()
        abusekit("capture", "--case", case, "--delay", "0.4", *addresses, expect=0)
        took = time.monotonic() - begin
        for site in (one, other):
            times = [seen.at_seconds for seen in site.requests]
            assert len(times) == 5
            assert min(later - earlier for earlier, later in pairwise(times)) >= 0.4
        assert one.requests[0].at_seconds < other.requests[-1].at_seconds  # they overlap: hosts do not wait
        assert other.requests[0].at_seconds < one.requests[-1].at_seconds  # for one another
        assert took < 2 * 4 * 0.4 + 2


def test_without_a_pause_they_come_closer(abusekit: Abusekit, case: Path, own_site: PracticeSite) -> None:
    """That the measure above can fail."""
    addresses = [f"{own_site.base_url}/pages/{n}" for n in range(1, 6)]
    abusekit("capture", "--case", case, "--delay", "0", "--per-host", "4", *addresses, expect=0)
    times = [seen.at_seconds for seen in own_site.requests]
    assert min(later - earlier for earlier, later in pairwise(times)) < 0.4


def test_retry_after_is_honoured(abusekit: Abusekit, case: Path, own_site: PracticeSite) -> None:
    limited = own_site.base_url + "/limited/me"
    abusekit(
        "capture",
        "--case",
        case,
        "--delay",
        "0",
        "--no-requisites",
        limited,
        own_site.base_url + "/pages/1",
        expect=0,
    )
    asked = [(seen.target, seen.at_seconds) for seen in own_site.requests]
    times = [at for target, at in asked if target == "/limited/me"]
    assert len(times) == 2 and times[1] - times[0] >= 1.0
    page = next(at for target, at in asked if target == "/pages/1")
    assert page - times[0] >= 1.0, "the pause is the host's, not the address's"
    first = stored(case)[0]
    assert [a["outcome"] for a in first["method"]["attempts"]] == ["rate-limited"]


def test_the_user_agent_is_sent_and_recorded(abusekit: Abusekit, case: Path, own_site: PracticeSite) -> None:
    address = own_site.base_url + "/pages/1"
    abusekit("capture", "--case", case, address, expect=0)
    abusekit("capture", "--case", case, "--user-agent", "Named By Me/1", address, expect=0)
    assert [seen.header("user-agent") for seen in own_site.requests] == [USER_AGENT, "Named By Me/1"]
    assert [item["method"]["options"]["user_agent"] for item in stored(case)] == [USER_AGENT, "Named By Me/1"]


def test_https_with_and_without_its_authority(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    authority = LocalAuthority.make(tmp_path / "ca", now=datetime.now(UTC))
    with PracticeSite(authority=authority) as site:
        address = site.base_url + "/pages/1"
        abusekit("capture", "--case", case, address, expect=7)
        assert site.requests == [], "no request is sent to a server that is not trusted"
        abusekit("capture", "--case", case, "--ca-file", authority.ca_file, address, expect=0)
    assert captured(case) == {address: ["tls-failure", "complete"]}
    assert stored(case)[1]["facts"]["exchanges"][0]["tls"]["version"] == "TLSv1.3"
    abusekit.verified(case)


def test_a_ca_file_that_is_none(abusekit: Abusekit, case: Path, tmp_path: Path, site: PracticeSite) -> None:
    (tmp_path / "junk.pem").write_text("no certificate\n")
    ended = abusekit("capture", "--case", case, "--ca-file", "junk.pem", site.base_url + "/pages/1", expect=2)
    assert "holds no certificates" in ended.err and len(stored(case)) == 0


class _Hostile(BaseHTTPRequestHandler):
    BODY = (
        "<html><head><title>\x1b[31mred \x1b]0;owned\x07 \u202etfel\x9b2J</title></head>"
        "<body><p>\x1b[2J cleared \u2066inner</p></body></html>"
    ).encode()

    def do_GET(self) -> None:
        self.send_response(200, "OK \x1b[31m")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("X-Colour", "\x1b[31m\x9b31m")
        self.send_header("Content-Length", str(len(self.BODY)))
        self.end_headers()
        self.wfile.write(self.BODY)

    def log_message(self, *_: object) -> None:
        pass


def test_nothing_on_a_page_reaches_the_terminal_raw(abusekit: Abusekit, case: Path) -> None:
    class Plain(_Hostile):
        def send_response(self, code: int, message: str | None = None) -> None:
            super().send_response(code, "OK")

    for handler in (Plain, _Hostile):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            address = f"http://127.0.0.1:{server.server_address[1]}/{handler.__name__}"
            ended = abusekit("capture", "--case", case, address)
        finally:
            server.shutdown()
            server.server_close()
        assert ended.code in (0, 7)
        assert not set("\x1b\x07\x9b\u202e\u2066") & set(ended.out + ended.err)
    for item in ("E0001", "E0002"):
        shown = abusekit("show", "--case", case, item, "--reveal", expect=0)
        assert not set("\x1b\x07\x9b\u202e\u2066") & set(shown.out + shown.err)
    title = next(
        line
        for line in abusekit("show", "--case", case, "E0001", "--reveal").out.splitlines()
        if line.startswith("  title:")
    )
    assert "red" in title and "\\u202e" in title  # shown, and escaped
    rows = abusekit("timeline", "--case", case, "--reveal", expect=0)
    assert not set("\x1b\x07\x9b\u202e\u2066") & set(rows.out + rows.err)


def test_the_limits_of_one_address(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    slow, big = site.base_url + "/slow?ms=2500", site.base_url + "/big?kb=64"
    abusekit("capture", "--case", case, "--time-limit", "1", slow, expect=7)
    abusekit("capture", "--case", case, "--max-bytes", "20000", big, expect=7)
    assert captured(case) == {slow: ["timeout"], big: ["too-large"]}
    abusekit.verified(case)


def test_ctrl_c_keeps_what_is_finished(
    abusekit: Abusekit, case: Path, own_site: PracticeSite, tmp_path: Path
) -> None:
    listing = tmp_path / "urls.txt"
    listing.write_text("".join(f"{own_site.base_url}/pages/{n}\n" for n in range(1, 13)))
    arguments = ("capture", "--case", case, "--delay", "0.2", "--from", listing)
    running = abusekit.start(*arguments)
    wait_until(lambda: log_lines(case) >= 5 or running.poll() is not None)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 130, err
    assert b"Traceback" not in err and b"run the same command again" in err
    kept = captured(case)
    assert 3 <= len(kept) < 12
    assert list((case / "staging").iterdir()) == []
    ended = abusekit(*arguments, expect=0)
    assert f"{len(kept)} addresses are in the case already" in ended.err
    assert captured(case) == {f"{own_site.base_url}/pages/{n}": ["complete"] for n in range(1, 13)}
    abusekit.verified(case)
