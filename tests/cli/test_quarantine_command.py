"""`quarantine`: nothing shows the item any more, nothing deletes it, and the way back is a logged decision (R62)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_runner import Abusekit, log_lines, typed_on_a_terminal

from abusekit.demo.site import PracticeSite

WHY = ("--reason", "may show somebody under 18", "--seen-by", "Producer One", "--seen-at", "2026-11-20T22:10")
SECRETS = ("gate", "image/jpeg", "the victim", "E0003.jpg", "photo taken")


def put(abusekit: Abusekit, case: Path, item: str = "E0003") -> None:
    abusekit("quarantine", "--case", case, item, *WHY, expect=0)


def entry(abusekit: Abusekit, case: Path) -> dict[str, object]:
    found: dict[str, object] = abusekit("custody", "log", "--case", case, "--json", expect=0).answer[
        "entries"
    ][-1]
    return found


def test_it_is_logged_with_who_saw_it_and_says_whom_to_call(abusekit: Abusekit, full_case: Path) -> None:
    before = {p: p.read_bytes() for p in (full_case / "evidence/E0003").iterdir()}
    ended = abusekit("quarantine", "--case", full_case, "e3", *WHY, expect=0)
    assert ended.out == "E0003: in quarantine; it stays where it is\n"
    for word in ("Do nothing else with the file", "Call 101", "iwf.org.uk", "Report Remove", "CyberTipline"):
        assert word in ended.err
    line = entry(abusekit, full_case)
    assert (line["do"], line["item"], line["seen_by"]) == ("item.quarantine", "E0003", ["Producer One"])
    assert line["seen_at"]["utc"] == "2026-11-20T22:10:00Z" and "files" not in line  # type: ignore[index]
    assert {p: p.read_bytes() for p in before} == before
    abusekit.verified(full_case)


def test_list_has_its_id_and_time_alone(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("tag", "--case", full_case, "E0003", "--add", "gate", expect=0)
    put(abusekit, full_case)
    shutil.move(full_case / "evidence/E0003/item.json", full_case.parent / "kept.json")  # not even opened
    for more in ((), ("--reveal",), ("--json", "--reveal")):
        ended = abusekit("list", "--case", full_case, *more, expect=0)
        assert "E0003" in ended.out and not any(secret in ended.out for secret in SECRETS[1:])
    (one,) = (i for i in abusekit.items(full_case) if i["item"] == "E0003")
    assert one["quarantined"] and (one["outcome"], one["tags"], one["files"]) == ("quarantined", [], 0)
    assert not any(i["quarantined"] for i in abusekit.items(full_case) if i["item"] != "E0003")
    line = next(x for x in abusekit("list", "--case", full_case).out.splitlines() if "E0003" in x)
    assert "QUARANTINED" in line and "[gate]" not in line
    assert "1 in quarantine" in abusekit("list", "--case", full_case).err


@pytest.mark.parametrize(
    "more", [(), ("--reveal",), ("--json",), ("--json", "--reveal"), ("--replay", "--for", "1")]
)
def test_show_refuses(abusekit: Abusekit, full_case: Path, more: tuple[str, ...]) -> None:
    put(abusekit, full_case)
    ended = abusekit("show", "--case", full_case, "PO/3", *more, expect=2)
    assert ended.out == "" and "E0003 is in quarantine" in ended.err and "Call 101" in ended.err
    assert not any(secret in ended.err for secret in SECRETS[1:])


@pytest.mark.parametrize("more", [(), ("--reveal",)])
def test_the_timeline_has_the_act_alone(abusekit: Abusekit, full_case: Path, more: tuple[str, ...]) -> None:
    rows = full_case.parent / "rows.jsonl"
    abusekit("tag", "--case", full_case, "E0003", "--add", "gate", "--reason", "shows the gate", expect=0)
    put(abusekit, full_case)
    ended = abusekit("timeline", "--case", full_case, "--jsonl", rows, *more, expect=0)
    about = [line for line in rows.read_text().splitlines() if "E0003" in line]
    assert len(about) == 1 and "item put in quarantine" in about[0] and '"gate"' not in about[0]
    assert "shows the gate" not in rows.read_text() and "left out: E0003" in ended.err
    assert "E0001" in rows.read_text()


def test_verify_compares_its_bytes_and_says_so(abusekit: Abusekit, full_case: Path) -> None:
    put(abusekit, full_case, "E0001")
    ended = abusekit("verify", full_case)
    assert ended.code == 7 and "quarantined E0001: since" in ended.out  # 7: the act is not sealed yet
    assert abusekit("verify", full_case, "--json").answer["quarantined"] == ["E0001"]
    archive = full_case / "evidence/E0001/capture.wacz"
    archive.chmod(0o600)
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    assert "evidence/E0001/capture.wacz" in abusekit("verify", full_case, expect=1).out


def test_it_is_not_fetched_again(abusekit: Abusekit, full_case: Path, site: PracticeSite) -> None:
    put(abusekit, full_case, "E0001")
    asked = len(site.requests)
    assert "in quarantine" in abusekit("recheck", "--case", full_case, "E0001", expect=2).err
    ended = abusekit("recheck", "--case", full_case, "--json", "--delay", "0")
    assert ended.answer["held_back"] == 0  # its address is not among those that could be asked
    again = abusekit("capture", "--case", full_case, "--yes", "--delay", "0", site.post_url(5003), expect=7)
    assert "never fetched by this case: see E0001" in again.err
    assert not [one for one in site.requests[asked:] if one.target == "/post/5003"]


def test_released_by_a_decision_with_a_name(abusekit: Abusekit, full_case: Path) -> None:
    put(abusekit, full_case)
    release = ("quarantine", "--case", full_case, "E0003", "--release", "--reason", "it shows an adult")
    assert "who decided" in abusekit(*release, expect=2).err
    abusekit(*release, "--decided-by", "DC 1234", expect=0)
    line = entry(abusekit, full_case)
    assert (line["do"], line["decided_by"], line["reason"]) == (
        "item.release",
        "DC 1234",
        "it shows an adult",
    )
    assert "image/jpeg" in abusekit("show", "--case", full_case, "E0003", expect=0).out
    assert abusekit("verify", full_case, "--json").answer["quarantined"] == []
    assert "released from quarantine" in abusekit("timeline", "--case", full_case).out
    put(abusekit, full_case)  # and in again
    abusekit("show", "--case", full_case, "E0003", expect=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("E0099", *WHY), "no item E0099"),
        (("E0003", "--reason", "x"), "who has seen it"),
        (("E0003", "--seen-by", "A"), "--reason"),
        (("E0003", "--seen-by", "A", "--reason", " "), "reason is needed"),
        (("E0003", "--seen-by", "A", "--reason", "x", "--seen-at", "soon"), "--seen-at"),
        (("E0003", "--seen-by", "A" * 3000, "--reason", "x"), "too many names"),
        (("E0003", "--release", "--decided-by", "B", "--reason", "x"), "not in quarantine"),
        (("E0003", "--seen-by", "A", "--reason", "x", "--decided-by", "B"), "--release only"),
    ],
)  # fmt: skip
def test_what_is_refused_leaves_no_line(
    abusekit: Abusekit, full_case: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = log_lines(full_case)
    assert message in abusekit("quarantine", "--case", full_case, *arguments, expect=2).err
    assert log_lines(full_case) == before


def test_others_with_the_same_content_are_named(
    abusekit: Abusekit, full_case: Path, site: PracticeSite
) -> None:
    abusekit("capture", "--case", full_case, "--yes", "--delay", "0", site.post_url(5003), expect=0)
    for item, others in (("E0001", "E0006"), ("E0004", "")):
        ended = abusekit("quarantine", "--case", full_case, item, *WHY, expect=0)
        said = [line for line in ended.err.splitlines() if "NOT in quarantine" in line]
        assert [line.rpartition(": ")[2] for line in said] == [others] * bool(others)
    ended = abusekit("quarantine", "--case", full_case, "E0006", *WHY, expect=0)
    assert "NOT in quarantine" not in ended.err


def test_twice_is_refused(abusekit: Abusekit, full_case: Path) -> None:
    put(abusekit, full_case)
    assert "already" in abusekit("quarantine", "--case", full_case, "E0003", *WHY, expect=2).err


def test_a_person_is_asked_who_has_seen_it(abusekit: Abusekit, full_case: Path) -> None:
    code, seen = typed_on_a_terminal(
        abusekit, ("quarantine", "--case", str(full_case), "E0003", "--reason", "x"), ["A. One, B. Two"]
    )
    assert code == 0 and seen.index("Who has seen it?") < seen.index("Call the police now")
    assert "the wrong number?" in seen and "--release" in seen
    assert entry(abusekit, full_case)["seen_by"] == ["A. One", "B. Two"]
