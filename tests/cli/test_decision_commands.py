"""`tag`, `withdraw`, `custody`: decisions about items are lines of the log, with their reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import Abusekit, log_lines


def last_entries(abusekit: Abusekit, case: Path, number: int) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = abusekit("custody", "log", "--case", case, "--json", expect=0).answer[
        "entries"
    ]
    return entries[-number:]


def test_tags_come_and_go_and_the_log_keeps_both(abusekit: Abusekit, full_case: Path) -> None:
    abusekit(
        "tag",
        "--case",
        full_case,
        "e0001",
        "E0003",
        "--add",
        "threat",
        "--add",
        "severity:high",
        "--reason",
        "why",
        expect=0,
    )
    one, other = last_entries(abusekit, full_case, 2)
    assert [one["item"], other["item"]] == ["E0001", "E0003"]
    assert (
        one["do"] == "item.tag"
        and one["tags"] == ["threat", "severity:high"]
        and one["reason"] == "why"
        and one["by"] == "PO"
    )
    assert [
        i["item"] for i in abusekit("list", "--case", full_case, "--tag", "threat", "--json").answer["items"]
    ] == ["E0001", "E0003"]
    assert "[threat]" in abusekit("list", "--case", full_case).out
    answer = abusekit("tag", "--case", full_case, "E0001", "--remove", "threat", "--json", expect=0).answer
    assert answer["items"] == ["E0001"] and answer["lines"] == [log_lines(full_case) - 1]
    assert abusekit.items(full_case)[0]["tags"] == ["severity:high"]
    abusekit.verified(full_case)


def test_a_withdrawn_item_stays(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("withdraw", "--case", full_case, "E0004", "--reason", "a wrong file", expect=0)
    assert last_entries(abusekit, full_case, 1)[0]["reason"] == "a wrong file"
    assert abusekit.items(full_case)[3]["withdrawn"] == "a wrong file"
    assert "WITHDRAWN" in abusekit("list", "--case", full_case).out
    assert "WITHDRAWN  a wrong file" in abusekit("show", "--case", full_case, "E0004").out
    assert (full_case / "evidence/E0004/file.txt").read_text() == "a letter\n"
    assert (
        "withdrawn   E0004: a wrong file" in abusekit("verify", full_case, expect=7).out
    )  # the act is not sealed yet


def test_where_things_are_kept(abusekit: Abusekit, full_case: Path) -> None:
    abusekit(
        "custody",
        "store",
        "--case",
        full_case,
        "E0001",
        "E0002",
        "--place",
        "safe 2",
        "--reason",
        "second copy",
        expect=0,
    )
    assert "kept at    safe 2" in abusekit("show", "--case", full_case, "E0002").out
    lines = abusekit("custody", "log", "--case", full_case, "--item", "e0002", expect=0).out.splitlines()
    assert len(lines) == 2 and "item.add" in lines[0] and "place=safe 2" in lines[1]
    assert len(abusekit("custody", "log", "--case", full_case).out.splitlines()) == log_lines(full_case)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tag", "E0001", "E0099", "--add", "x"), "no item E0099"),
        (("tag", "../E0001", "--add", "x"), "no item"),
        (("tag", "E0001"), "no label"),
        (("tag", "E0001", "--add", "a\nb"), "not a label"),
        (("tag", "E0001", "--add", "x" * 61), "not a label"),
        (("tag", "--add", "x"), "ITEM"),
        (("tag", "E0001", "--add", "accepted:nonsense"), "nothing is accepted by accepted:nonsense"),
        (("tag", "E0001", "--add", "accepted:wrong"), "one of: leak"),
        (("withdraw", "E0001"), "--reason"),
        (("withdraw", "E0001", "--reason", "  "), "reason is needed"),
        (("withdraw", "E0099", "--reason", "x"), "no item E0099"),
        (("custody", "store", "E0001", "--place", "x"), "--reason"),
        (("custody", "store", "E0001", "--place", " ", "--reason", "x"), "reason is needed"),
        (("custody", "store", "E0099", "--place", "x", "--reason", "x"), "no item E0099"),
        (("custody", "log", "--item", "E0099"), "no item E0099"),
        (("show", "E0099"), "no item E0099"),
        (("show", "E0001/../E0002"), "no item"),
        (("settings", "change", "--title", "x"), "--reason"),
        (("settings", "change", "--title", "x", "--reason", " "), "reason is needed"),
        (("settings", "change", "--reason", "x"), "nothing was changed"),
        (("settings", "change", "--add-producer", "PO:Other:x", "--reason", "x"), "two producers"),
    ],
)
def test_what_is_refused_leaves_no_line(
    abusekit: Abusekit, full_case: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = (full_case / "custody/log.jsonl").read_bytes()
    ended = abusekit(*arguments, "--case", full_case, expect=2)
    assert message in ended.err
    assert (full_case / "custody/log.jsonl").read_bytes() == before


def test_settings_are_followed_never_edited(abusekit: Abusekit, case: Path) -> None:
    first = (case / "settings/0001.yaml").read_bytes()
    answer = abusekit(
        "settings", "change", "--case", case, "--title", "A title", "--add-producer", "ab:Anna Brown:officer",
        "--allow-network", "192.168.7.0/24", "--reason", "helps from today", "--json", expect=0,
    ).answer  # fmt: skip
    assert answer["number"] == 2 and answer["title"] == "A title"
    assert [p["initials"] for p in answer["producers"]] == ["PO", "AB"]
    assert answer["allowed_networks"] == ["127.0.0.0/8", "192.168.7.0/24"]
    assert (case / "settings/0001.yaml").read_bytes() == first
    assert (case / "case.yaml").read_bytes() == (case / "settings/0002.yaml").read_bytes()
    entry = last_entries(abusekit, case, 1)[0]
    assert (entry["do"], entry["reason"]) == ("settings.change", "helps from today")
    shown = abusekit("settings", "show", "--case", case, expect=0).out
    assert "producer   AB: Anna Brown, officer" in shown and "may reach  192.168.7.0/24" in shown
    abusekit.verified(case)


def test_a_reason_that_no_line_can_hold(abusekit: Abusekit, full_case: Path) -> None:
    before = (full_case / "custody/log.jsonl").read_bytes()
    ended = abusekit("withdraw", "--case", full_case, "E0001", "--reason", "x" * 70_000, expect=2)
    assert "too long" in ended.err and "shorten" in ended.err
    assert (full_case / "custody/log.jsonl").read_bytes() == before


def test_what_is_decided_already(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("tag", "--case", full_case, "E0001", "--add", "threat", expect=0)
    said = abusekit("withdraw", "--case", full_case, "E0004", "--reason", "a wrong file", expect=0)
    assert said.err.count("no way back") == 1 and "abusekit note" in said.err
    before = log_lines(full_case)
    ended = abusekit("withdraw", "--case", full_case, "E0001", "E0004", "--reason", "again", expect=2)
    assert "E0004 is withdrawn already" in ended.err
    ended = abusekit("tag", "--case", full_case, "E0001", "E0002", "--remove", "threat", expect=2)
    assert "E0002 has no label threat" in ended.err and "it has: none" in ended.err
    ended = abusekit("tag", "--case", full_case, "E0001", "--remove", "threats", expect=2)
    assert "it has: threat" in ended.err
    assert log_lines(full_case) == before


def test_json_never_carries_what_a_terminal_obeys(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("tag", "--case", full_case, "E0001", "--add", "x", "--reason", "a\u202eb\x9b2J\x7f", expect=0)
    ended = abusekit("custody", "log", "--case", full_case, "--json", expect=0)
    assert not set("\u202e\x9b\x7f") & set(ended.out)
    assert ended.answer["entries"][-1]["reason"] == "a\u202eb\x9b2J\x7f"
