"""`account sheet`: one paper on confirmed accounts; refused over links that nobody confirmed."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from account_story import HOSTILE, account_case, entries, telegram, told
from command_runner import Abusekit

ONE, TWO, THREE = "telegram:user111", "telegram:user222", "telegram:user333"
BANNED = (
    "is the same person", "probability that", "% likely", "tamper-proof", "court-admissible", "proves who"
)  # fmt: skip
WHY = ("--basis", "same-phrase", "--reason", "the same words")


@pytest.fixture(scope="module")
def made(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One and two are confirmed, two and three proposed. Only to be copied."""
    home = tmp_path_factory.mktemp("sheet")
    run = Abusekit(home)
    case = account_case(run, Path(shutil.copytree(started_case, home / "case")))
    run("account", "confirm", "--case", case, ONE, TWO, *WHY, "--item", "E0001", expect=0)
    run("account", "link", "--case", case, TWO, THREE, *WHY, expect=0)
    return case


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "case"))


def wheres(value: Any) -> list[dict[str, Any]]:
    """All places in an answer."""
    if isinstance(value, dict):
        here = [value] if "item" in value and set(value) <= {"item", "part", "at"} else []
        return here + [one for inner in value.values() for one in wheres(inner)]
    return [one for inner in value for one in wheres(inner)] if isinstance(value, list) else []


def test_the_cluster_is_on_it_with_who_said_so_and_every_place_is_in_the_case(
    abusekit: Abusekit, kept: Path
) -> None:
    answer = told(abusekit, kept, "sheet", ONE)
    assert [one["key"] for one in answer["accounts"]] == [ONE, TWO]
    assert answer["confirmed"] is True and answer["compared"] is False
    (link,) = answer["links"]
    assert (link["decision"]["decided"], link["decision"]["who"]) == ("confirmed", "PO")
    assert link["decision"]["reason"] == "the same words"
    assert [one["decided"] for one in answer["left_out"]] == ["proposed"]
    assert answer["accounts"][0]["messages"]["n"] == 2 and answer["accounts"][0]["messages"]["where"]
    added = {line["item"]: line["files"][0]["sha256"] for line in entries(kept) if line["do"] == "item.add"}
    places = wheres(answer)
    assert places and all(one["item"] in added or (not one["item"] and one["at"]) for one in places)
    for exhibit in answer["exhibits"]:
        assert exhibit["sha256"] == added[exhibit["item"]]
    assert {one["item"] for one in answer["exhibits"]} >= {one["item"] for one in places if one["item"]}


def test_it_is_printed_for_people(abusekit: Abusekit, kept: Path) -> None:
    text = abusekit("account", "sheet", "--case", kept, "Night Owl", expect=0).out
    assert "lead" in text and "confirmed by PO" in text and "PO/1 (E0001)" in text and ONE in text
    assert "NOT CONFIRMED" not in text and "where are you" not in text
    assert not [words for words in BANNED if words in text]


def test_links_that_nobody_confirmed_are_refused_or_marked_everywhere(
    abusekit: Abusekit, kept: Path, tmp_path: Path
) -> None:
    for accounts in ((THREE,), (ONE, THREE)):
        ended = abusekit("account", "sheet", "--case", kept, *accounts, expect=2)
        assert "confirm" in ended.err and not ended.out
    page, text = tmp_path / "a.html", tmp_path / "a.md"
    abusekit(
        "account", "sheet", "--case", kept, THREE, "--not-confirmed", "--html", page, "--markdown", text, expect=0
    )  # fmt: skip
    for path in (page, text):
        assert path.read_text("utf-8").count("NOT CONFIRMED") > 3
    answer = told(abusekit, kept, "sheet", THREE, "--not-confirmed")
    assert answer["confirmed"] is False
    assert {one["key"] for one in answer["accounts"]} == {TWO, THREE}  # not one: claims are not chained


def test_an_account_alone_is_fine_and_the_victims_own_is_not(abusekit: Abusekit, kept: Path) -> None:
    abusekit("account", "reject", "--case", kept, TWO, THREE, "--reason", "another style", expect=0)
    answer = told(abusekit, kept, "sheet", THREE)
    assert [one["key"] for one in answer["accounts"]] == [THREE] and answer["links"] == []
    assert [one["decided"] for one in answer["left_out"]] == ["rejected"]
    assert "own account" in abusekit("account", "sheet", "--case", kept, "telegram:user900", expect=2).err


def test_a_rejection_inside_of_a_cluster_stays_in_sight_first(abusekit: Abusekit, kept: Path) -> None:
    abusekit("account", "confirm", "--case", kept, TWO, THREE, *WHY, "--item", "E0001", expect=0)
    abusekit("account", "reject", "--case", kept, ONE, THREE, "--reason", "at once in two places", expect=0)
    text = abusekit("account", "sheet", "--case", kept, ONE, expect=0).out
    text = " ".join(text.split())
    assert text.index("REJECTED") < text.index("confirmed by PO") and "at once in two places" in text


def test_findings_come_with_both_propositions_cohort_cap_and_coincidences(
    abusekit: Abusekit, started_case: Path, tmp_path: Path
) -> None:
    case = Path(shutil.copytree(started_case, tmp_path / "case"))
    said = [
        (f"user{300 + n}", f"By {n}", f"number {n} passes by for the {turn}th time and has nothing to add")
        for turn in range(10)
        for n in range(14)
    ]
    for who, words in (
        ("user111", ("ring me on {} before it is too late", "so {} is where you find me")),
        ("user222", ("you can always call {} if you dare", "the number is {} as you know")),
    ):
        said += [(who, "Owl", one.format("+44 7700 900123")) for one in words]
    chat = telegram(tmp_path, [("user900", "Jo", "please stop"), *said])
    abusekit("import", "--case", case, chat, "--declare", "owner=user900", "--reason", "hers", expect=0)
    abusekit("account", "confirm", "--case", case, ONE, TWO, *WHY, "--item", "E0001", expect=0)
    answer = told(abusekit, case, "sheet", ONE, "--with-findings")
    assert answer["compared"] is True and answer["constants"]
    weighed = answer["links"][0]["weighed"]
    assert weighed["cohort"]["n"] == 14 and weighed["total"]["n"] > 10 and weighed["findings"]
    for words in (
        "different people",
        "one person",
        "Comparison group: 14",
        "cap of the whole",
        "coincidence",
    ):
        assert words in weighed["propositions"]
    for number in (weighed["total"], weighed["cohort"], weighed["pairs"], weighed["expected"]):
        assert {where["item"] for where in number["where"]} == {"E0001"}
    text = abusekit("account", "sheet", "--case", case, ONE, "--with-findings", expect=0).out
    assert "Behind the numbers" in text and "too late for you" not in text
    assert not [words for words in BANNED if words in text]


def test_what_both_show_is_told_without_weights_and_log_lines_count_from_one(
    abusekit: Abusekit, started_case: Path, tmp_path: Path
) -> None:
    case = Path(shutil.copytree(started_case, tmp_path / "case"))
    said = [(who, "Owl", "ring me on +44 7700 900123") for who in ("user111", "user222")]
    chat = telegram(tmp_path, [("user900", "Jo", "please stop"), *said])
    abusekit("import", "--case", case, chat, "--declare", "owner=user900", "--reason", "hers", expect=0)
    why = ("--basis", "same-selector", "--reason", "one number")
    abusekit("account", "confirm", "--case", case, ONE, TWO, *why, "--item", "E0001", expect=0)
    line = next(n for n, one in enumerate(entries(case), 1) if one["do"] == "account.link")
    answer = told(abusekit, case, "sheet", ONE)
    assert answer["links"][0]["shared"] == ["+447700900123"] and answer["links"][0]["weighed"] is None
    assert answer["links"][0]["decision"]["n"] == line and answer["compared"] is False
    text = " ".join(abusekit("account", "sheet", "--case", case, ONE, expect=0).out.split())
    assert f"log line {line}; both show +447700900123" in text and "times more probable" not in text
    abusekit("account", "unlink", "--case", case, ONE, TWO, "--reason", "a shop has it", expect=0)
    answer = told(abusekit, case, "sheet", ONE)
    assert [(one["decided"], one["n"]) for one in answer["contrary"]] == [("undecided", line + 1)]
    text = " ".join(abusekit("account", "sheet", "--case", case, ONE, expect=0).out.split())
    assert "TAKEN BACK" in text and "a shop has it" in text and "one number" in text


def test_nothing_is_overwritten(abusekit: Abusekit, kept: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.html"
    taken.write_text("mine")
    for option in ("--html", "--markdown", "--pdf"):
        ended = abusekit("account", "sheet", "--case", kept, ONE, option, taken, expect=2)
        assert "something already" in ended.err and taken.read_text() == "mine"
    abusekit("account", "sheet", "--case", kept, ONE, "--html", tmp_path / "no" / "a.html", expect=2)


def test_a_pdf_is_made_here_or_it_is_said_what_to_do(abusekit: Abusekit, kept: Path, tmp_path: Path) -> None:
    made = tmp_path / "a.pdf"
    abusekit("account", "sheet", "--case", kept, ONE, "--pdf", made, expect=0)
    data = made.read_bytes()
    assert data.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page(?![A-Za-z])", data)) == 1
    assert not list(tmp_path.glob(".a.pdf*"))
    nothing = tmp_path / "empty"
    nothing.mkdir()
    ended = abusekit(
        "account", "sheet", "--case", kept, ONE, "--pdf", tmp_path / "b.pdf",
        env={"ABUSEKIT_BROWSER": str(nothing / "none")}, expect=2,
    )  # fmt: skip
    assert "no program" in ended.err and not (tmp_path / "b.pdf").exists()


def test_names_that_mean_harm_do_none(abusekit: Abusekit, started_case: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(started_case, tmp_path / "case"))
    chat = telegram(tmp_path, [(f"user{n + 1}", name, "x") for n, name in enumerate(HOSTILE.values())])
    abusekit("import", "--case", case, chat, "--declare", "owner=user900", "--reason", "hers", expect=0)
    page, text = tmp_path / "a.html", tmp_path / "a.md"
    keys = [f"telegram:user{n + 1}" for n in range(len(HOSTILE))]
    for one, other in pairwise(keys):
        abusekit("account", "confirm", "--case", case, one, other, *WHY, "--item", "E0001", expect=0)
    ended = abusekit(
        "account", "sheet", "--case", case, keys[0], "--html", page, "--markdown", text, expect=0
    )  # fmt: skip
    printed = abusekit("account", "sheet", "--case", case, keys[0], expect=0).out
    html, markdown = page.read_text("utf-8"), text.read_text("utf-8")
    for shown in (html, markdown, printed, ended.out):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u2028\u200b]", shown)
        assert len(shown) < 60_000
    assert "<script" not in html and "<img" not in html and "&lt;script" in html
