"""Our clock and the times that people state, as a person sees them: capture, recheck, show, doctor, timeline."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_runner import Abusekit

from abusekit.demo.site import PracticeSite
from abusekit.demo.time_server import LoopbackTimeServer

AHEAD = timedelta(milliseconds=-1_500)


def checks(abusekit: Abusekit, case: Path) -> list[dict[str, Any]]:
    answer = abusekit("custody", "log", "--case", case, "--json", expect=0).answer
    return [entry for entry in answer["entries"] if entry["do"] == "clock.check"]


def test_a_capture_says_how_our_clock_stood(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    with LoopbackTimeServer(offset=AHEAD) as one, LoopbackTimeServer(offset=AHEAD) as other:
        words = ("--ntp", one.address, "--ntp", other.address, "--delay", 0)
        ended = abusekit("capture", "--case", case, *words, site.post_url(5003), "--yes", expect=0)
    assert f"asks the time of {one.address}, {other.address}" in ended.err
    assert "1.5 s ahead; set it right" in ended.err
    clocks = abusekit.shown(case, "E0001")["clocks"]["captured"]
    assert abs(clocks["offset_ms"] + 1500) <= clocks["uncertainty_ms"]
    assert clocks["result"] == "checked"
    assert clocks["server"] in (one.address, other.address)
    assert abs(clocks["hosts_offset_ms"]) <= clocks["hosts_uncertainty_ms"]
    assert [one["source"] for one in checks(abusekit, case)] == ["ntp", "date-headers"]
    shown = abusekit("show", "--case", case, "E0001", expect=0).out
    assert "our clock  offset -15" in shown
    told = abusekit("timeline", "--case", case, "--csv", "-", expect=0).out
    assert "not applied" in told
    assert "our clock compared by PO; offset -15" in told


def test_a_recheck_compares_the_clock_too(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    abusekit("capture", "--case", case, "--no-ntp", "--delay", 0, site.post_url(5003), "--yes", expect=0)
    with LoopbackTimeServer() as one:
        abusekit("recheck", "--case", case, "--ntp", one.address, "--delay", 0, "E0001", expect=0)
        assert len(one.asked) == 1
    assert [entry["result"] for entry in checks(abusekit, case)] == [
        "not-checked", "checked", "checked", "checked",
    ]  # fmt: skip
    assert abusekit.shown(case, "E0002")["clocks"]["captured"]["result"] == "checked"


@pytest.mark.parametrize("words", [("--no-ntp",), ("--ntp", "none"), ()])
def test_nobody_is_asked_where_nobody_is_to_be(
    abusekit: Abusekit, case: Path, site: PracticeSite, words: tuple[str, ...]
) -> None:
    with LoopbackTimeServer() as one:
        named = {"ABUSEKIT_NTP": one.address} if words else {"ABUSEKIT_NTP": "none"}
        run = ("capture", "--case", case, *words, "--delay", 0, site.post_url(5003), "--yes")
        ended = abusekit(*run, env=named, expect=0)
        assert one.asked == []
    assert "asks the time" not in ended.err
    lines = abusekit("show", "--case", case, "E0001", expect=0).out
    assert "not compared with time servers: no time server was to be asked" in lines


def test_the_environment_names_servers(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    with LoopbackTimeServer() as one, LoopbackTimeServer() as other:
        run = ("capture", "--case", case, "--delay", 0, site.post_url(5003), "--yes")
        abusekit(*run, env={"ABUSEKIT_NTP": f"{one.address} {other.address}"}, expect=0)
        assert [len(one.asked), len(other.asked)] == [1, 1]


def test_what_is_no_server_is_refused_before_anything_is_asked(
    abusekit: Abusekit, case: Path, site: PracticeSite
) -> None:
    run = ("capture", "--case", case, "--delay", 0, site.post_url(5003), "--yes")
    assert "not a time server" in abusekit(*run, "--ntp", "http://a/", expect=2).err
    assert "not a time server" in abusekit("doctor", "--ntp", "a b", expect=2).err
    assert abusekit.items(case) == []


def test_doctor_compares_with_those_that_are_named_only(abusekit: Abusekit) -> None:
    def clock(*words: str, code: int | None = None) -> dict[str, str]:
        answer = abusekit("doctor", "--json", *words, expect=code).answer
        found: dict[str, str] = next(one for one in answer["checks"] if one["what"] == "clock")
        return found

    assert clock()["state"] == "not-checked"
    with LoopbackTimeServer() as one:
        assert clock("--ntp", one.address)["state"] == "ok"
        assert f"asks the time of {one.address}" in abusekit("doctor", "--ntp", one.address).err
    with LoopbackTimeServer(offset=timedelta(minutes=2)) as wrong:
        found = clock("--ntp", wrong.address, code=7)
        assert (found["state"], "120.0 s behind" in found["detail"]) == ("missing", True)
    with LoopbackTimeServer(fault="kiss") as refusing:
        assert clock("--ntp", refusing.address)["state"] == "not-checked"


def test_three_clocks_stand_side_by_side(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    said = ("--seen-at", "2026-06-15T22:10", "--seen-by", "the victim")
    run = ("capture", "--case", case, "--delay", 0, site.post_url(5003), "--with-profile", "--yes")
    abusekit(*run, *said, expect=0)
    clocks = abusekit.shown(case, "E0001")["clocks"]
    assert [(one["raw"], one["utc"]) for one in clocks["seen"]] == [
        ("2026-06-15T22:10", "2026-06-15T21:10:00Z")
    ]
    assert clocks["shown"][0]["what"] == "posted, as the page says"
    assert clocks["shown"][0]["utc"] == "2026-06-12T22:16:07.324000Z"
    assert abusekit.shown(case, "E0001")["source"]["seen"] == {"at": "2026-06-15T22:10", "by": "the victim"}
    # nobody said when the profile was seen, which came along
    assert abusekit.shown(case, "E0002")["clocks"]["seen"] == []
    block = abusekit("show", "--case", case, "E0001", expect=0).out.splitlines()
    starts = [line.split()[0] for line in block[1:8]]
    assert [one for one in starts if one in ("shown", "seen", "taken")][-2:] == ["seen", "taken"]
    assert starts[0] == "shown"
    told = abusekit("timeline", "--case", case, "--csv", "-", "--reveal", expect=0).out
    row = next(line for line in told.splitlines() if "seen, as a person says" in line)
    assert "2026-06-15T21:10:00" in row
    assert "seen by the victim, as stated" in told


def test_files_and_records_take_the_statement(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    said = ("--seen-at", "2026-06-15", "--seen-by", "a neighbour")
    abusekit("add", "--case", case, tmp_path / "a.txt", tmp_path / "b.txt", *said, expect=0)
    record = ("record", "--case", case, "https://example.org/p/1", "--yes", "--description", "a text")
    abusekit(*record, *said, expect=0)
    abusekit(
        "capture", "--case", case, "--record-only", "--description", "a text", "https://example.org/p/2",
        "--yes", *said, expect=0,
    )  # fmt: skip
    for item in ("E0001", "E0002", "E0003", "E0004"):
        shown = abusekit.shown(case, item)
        assert shown["source"]["seen"] == {"at": "2026-06-15", "by": "a neighbour"}
        assert [one["earliest"] for one in shown["clocks"]["seen"]] == ["2026-06-14T23:00:00Z"]
    assert "by a neighbour" in abusekit("show", "--case", case, "E0003", expect=0).out
    abusekit.verified(case)


def test_a_statement_that_cannot_be(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    for words in (("--seen-at", "2999-01-01"), ("--seen-at", "soon"), ("--seen-by", "me")):
        abusekit("capture", "--case", case, site.post_url(5003), "--yes", *words, expect=2)
        abusekit(
            "record", "--case", case, "https://example.org/", "--yes", "--description", "x", *words, expect=2
        )
    assert abusekit.items(case) == []
