"""`list`, `show`, `timeline`: looking at a case; content stays covered until somebody asks."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from pathlib import Path

from command_runner import Abusekit

WORDS = "He stood at the gate."


def test_list(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit("list", "--case", full_case, expect=0)
    assert [line.split()[:3] for line in ended.out.splitlines()] == [
        ["E0001", "PO/1", "capture"], ["E0002", "PO/2", "capture"], ["E0003", "PO/3", "file"],
        ["E0004", "PO/4", "file"], ["E0005", "PO/5", "note"],
    ]  # fmt: skip
    assert "http://" not in ended.out and WORDS not in ended.out and "letter" not in ended.out
    assert "5 items" in ended.err and abusekit("list", "--case", full_case, "-q").err == ""
    assert [
        i["item"] for i in abusekit("list", "--case", full_case, "--kind", "note", "--json").answer["items"]
    ] == ["E0005"]
    answer = abusekit("list", "--case", full_case, "--json", expect=0).answer
    assert answer["reference"] == "OP-1" and {i["grade"] for i in answer["items"]} <= set("ABCDX-")


def test_the_case_we_stand_in(abusekit: Abusekit, full_case: Path) -> None:
    inside = abusekit("list", cwd=full_case / "evidence" / "E0001", expect=0)
    assert inside.out == abusekit("list", "--case", full_case).out
    assert abusekit("list", env={"ABUSEKIT_CASE": str(full_case)}, expect=0).out == inside.out


def test_show_covers_until_asked(abusekit: Abusekit, full_case: Path) -> None:
    covered = abusekit("show", "--case", full_case, "e0005", expect=0).out
    assert "covered; --reveal shows it" in covered and WORDS not in covered
    assert WORDS in abusekit("show", "--case", full_case, "E0005", "--reveal", expect=0).out
    page = abusekit("show", "--case", full_case, "E0001", expect=0).out
    assert "http://" not in page and "no picture of the full page" in page and "SHA-256" in page
    assert "Nobody likes you" in abusekit("show", "--case", full_case, "E0001", "--reveal", expect=0).out
    answer = abusekit("show", "--case", full_case, "E0003", "--json", expect=0).answer
    assert answer["source"] is None and answer["facts"] is None and "the victim" not in json.dumps(answer)
    assert abusekit.shown(full_case, "E0003")["source"]["stated"]["received_from"] == "the victim"


def test_timeline_in_every_form(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    ended = abusekit(
        "timeline",
        "--case",
        full_case,
        "--csv",
        "t.csv",
        "--jsonl",
        "t.jsonl",
        "--html",
        "t.html",
        "--json",
        expect=0,
    )
    assert set(ended.answer["written"]) == {"t.csv", "t.jsonl", "t.html"}
    rows = list(csv.DictReader((tmp_path / "t.csv").open(encoding="utf-8", newline="")))
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert len(rows) == len(lines) == ended.answer["rows"] > 8
    assert {"message", "datetime", "timestamp_desc"} <= set(rows[0]) & set(lines[0])
    page = (tmp_path / "t.html").read_text()
    assert "OP-1" in page and "Content-Security-Policy" in page and "<script src" not in page
    for text in (page, (tmp_path / "t.csv").read_text(), (tmp_path / "t.jsonl").read_text()):
        assert WORDS not in text
    assert WORDS in abusekit("timeline", "--case", full_case, "--jsonl", "-", "--reveal", expect=0).out
    assert sorted(tmp_path.glob(".t.*")) == []


def test_timeline_on_the_terminal_and_its_filters(abusekit: Abusekit, full_case: Path) -> None:
    everything = abusekit("timeline", "--case", full_case, expect=0).out
    assert "2026-06-15" in everything and "E0005" in everything and WORDS not in everything
    few = abusekit("timeline", "--case", full_case, "--item", "e0005", "--no-custody", expect=0).out
    assert "E0005" in few and "E0001" not in few and len(few) < len(everything)
    before = abusekit(
        "timeline", "--case", full_case, "--until", "2026-06-16", "--no-custody", "--json", expect=0
    ).answer["rows"]
    after = abusekit(
        "timeline", "--case", full_case, "--since", "2026-06-16", "--no-custody", "--json", expect=0
    ).answer["rows"]
    assert before > 0 and after > 0


def test_timeline_refusals(abusekit: Abusekit, full_case: Path) -> None:
    assert (
        "cannot be written"
        in abusekit("timeline", "--case", full_case, "--html", "no/such/t.html", expect=2).err
    )
    assert "→" in abusekit("timeline", "--case", full_case, "--since", "12/06/2026", expect=2).err


def test_looking_writes_nothing(abusekit: Abusekit, full_case: Path) -> None:
    before = sorted((str(p), p.lstat().st_mtime_ns) for p in full_case.rglob("*"))
    for arguments in (
        ("list",),
        ("show", "E0001", "--reveal"),
        ("custody", "log"),
        ("settings", "show"),
        ("doctor",),
        ("timeline",),
    ):
        abusekit(*arguments, "--case", full_case, powerless=True)
    assert sorted((str(p), p.lstat().st_mtime_ns) for p in full_case.rglob("*")) == before


def test_items_can_be_told_apart_and_stay_covered(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("note", "--case", full_case, "At nine, not at ten.", "--corrects", "PO/5", expect=0)
    abusekit("verify-note", "--case", full_case, "E0006", "--by", "the victim", expect=0)
    out = abusekit("list", "--case", full_case, expect=0).out
    for line, words in zip(
        out.splitlines(),
        (
            "complete 200", "http-error 404", "image/jpeg .jpg", "text/plain .txt", "- not confirmed", "- confirmed",
        ),
        strict=True,
    ):  # fmt: skip
        assert words in line
        assert re.search(r" \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[01]:00  [A-DX-] ", line), line
    assert out.splitlines()[4].endswith("corrected by E0006") and out.splitlines()[5].endswith(
        "corrects E0005"
    )
    assert "At nine" not in out and "http" not in out.replace("http-error", "")
    items = abusekit.items(full_case)
    assert (items[5]["corrects"], items[4]["corrected_by"], items[0]["corrected_by"]) == (
        "E0005",
        ["E0006"],
        [],
    )
    assert items[1]["what"] == "http-error 404" and "at" in items[1]
    assert datetime.fromisoformat(items[1]["local"]) == datetime.fromisoformat(items[1]["at"][:19] + "Z")
    assert {items[n][key] for n in range(6) for key in ("address", "names", "text")} == {None}
    assert "corrected by E0006" in abusekit("show", "--case", full_case, "E0005", expect=0).out
    assert "corrects   E0005" in abusekit("show", "--case", full_case, "E0006", expect=0).out
    answer = abusekit("show", "--case", full_case, "E0005", "--json", expect=0).answer
    assert (answer["corrected_by"], answer["corrects"], answer["what"]) == (["E0006"], None, "not confirmed")


def test_list_reveals_when_asked(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("note", "--case", full_case, "w" * 100, expect=0)
    out = abusekit("list", "--case", full_case, "--reveal", expect=0).out
    assert "         http://" in out and "         letter.txt" in out and f"         {WORDS}" in out
    assert "w" * 60 in out and "w" * 61 not in out
    items = abusekit("list", "--case", full_case, "--reveal", "--json", expect=0).answer["items"]
    assert items[0]["address"].startswith("http://") and items[3]["names"] == ["letter.txt"]
    assert items[4]["text"] == WORDS and items[4]["address"] is None


def test_a_note_that_cannot_be_read_is_told(abusekit: Abusekit, full_case: Path) -> None:
    """It may correct the one that is shown."""
    abusekit("note", "--case", full_case, "At nine.", "--corrects", "E0005", expect=0)
    damaged = full_case / "evidence/E0006/item.json"
    damaged.chmod(0o600)
    damaged.write_text("{}\n")
    ended = abusekit("show", "--case", full_case, "E0005", expect=0)
    assert "E0006" in ended.err and "may correct" in ended.err and "corrected by" not in ended.out


def test_standard_output_holds_nothing_but_the_data(abusekit: Abusekit, full_case: Path) -> None:
    table = abusekit("timeline", "--case", full_case, "--csv", "-", expect=0).out
    rows = list(csv.reader(table.splitlines()))
    assert len({len(row) for row in rows}) == 1 and len(rows) > 5, "every line has the header's columns"
    for line in abusekit("timeline", "--case", full_case, "--jsonl", "-", expect=0).out.splitlines():
        json.loads(line)
    page = abusekit("timeline", "--case", full_case, "--html", "-", expect=0).out
    assert page.startswith("<!") and page.rstrip().endswith("</html>")
    for more in (("--html", "-"), ("--json",)):
        ended = abusekit("timeline", "--case", full_case, "--csv", "-", *more, expect=2)
        assert "one answer only" in ended.err and ended.out == ""


def test_a_kind_that_is_none(abusekit: Abusekit, full_case: Path) -> None:
    from typing import get_args

    from abusekit.case.records import Kind
    from abusekit.cli.list import KINDS

    assert set(KINDS) == set(get_args(Kind))
    assert "photo" in abusekit("list", "--case", full_case, "--kind", "photo", expect=2).err
