"""`account graph`: the terminal, a picture, a page, and the same as JSON."""

from __future__ import annotations

import shutil
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from account_story import HOSTILE, account_case, telegram
from command_runner import Abusekit

A, B, C, OWN = "telegram:user111", "telegram:user222", "telegram:user333", "telegram:user900"
BECAUSE = ("--basis", "timing", "--item", "E0001", "--reason", "began at once")
WORDS = ("where are you", "leave me alone", "she is right here")


@pytest.fixture(scope="module")
def made(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only to be copied: one link confirmed, one rejected, one account blocked."""
    home = tmp_path_factory.mktemp("graph")
    run = Abusekit(home)
    case = account_case(run, Path(shutil.copytree(started_case, home / "case")))
    run("account", "confirm", "--case", case, A, B, *BECAUSE, expect=0)
    run("account", "reject", "--case", case, B, C, "--reason", "another language", expect=0)
    run(
        "account", "observe", "--case", case, A, "--blocked", "--when", "2024-03-15 10:00", "--reason", "she said so",
        expect=0,
    )  # fmt: skip
    return case


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "case"))


def test_the_terminal_shows_accounts_links_and_lanes_and_no_words(abusekit: Abusekit, kept: Path) -> None:
    text = abusekit("account", "graph", "--case", kept, expect=0).out
    flat = " ".join(text.split())
    assert "Night Owl === [" in flat and "confirmed by PO on" in flat and "basis: timing" in flat
    assert ". . [" in flat and "reason: another language" in flat
    assert "own account" in flat and "ACTIVITY, " in flat and f"block of {A}" in flat
    assert "Strength: not computed" in flat and "PO/1#m1 (E0001)" in flat
    assert not [word for word in WORDS if word in text]
    assert max(map(len, text.splitlines())) <= 80


def test_files_are_written_whole_and_say_the_same(abusekit: Abusekit, kept: Path, tmp_path: Path) -> None:
    svg, html = tmp_path / "a.svg", tmp_path / "a.html"
    ended = abusekit("account", "graph", "--case", kept, "--svg", svg, "--html", html, expect=0)
    assert ended.out == "" and "links written to" in ended.err
    assert ElementTree.fromstring(svg.read_bytes()).get("role") == "img"  # noqa: S314  # our own
    page = unescape(html.read_text("utf-8"))
    assert "default-src 'none'" in page and "another language" in page
    assert not [word for word in WORDS if word in page + svg.read_text("utf-8")]
    assert abusekit("account", "graph", "--case", kept, "--svg", "-", expect=0).out == svg.read_text("utf-8")
    assert {one.name for one in tmp_path.iterdir() if one.is_file()} == {"a.html", "a.svg"}


def test_the_answer_cites_what_it_counts(abusekit: Abusekit, kept: Path) -> None:
    answer = abusekit("account", "graph", "--case", kept, "--json", expect=0).answer
    nodes = {one["account"]: one for one in answer["nodes"]}
    assert nodes[A]["messages"] == {"number": 2, "by": {"PO/1 (E0001)": 2}} and nodes[A]["to_owner"] == 2
    assert nodes[A]["days"] == {"2024-03-14": 2} and nodes[A]["cluster"] == nodes[B]["cluster"] == 1
    assert [mark["kind"] for mark in nodes[A]["marks"]] == ["block"] and nodes[OWN]["own"]
    assert [(one["a"], one["b"], one["state"], one["strength"]) for one in answer["links"]] == [
        (A, B, "confirmed", None),
        (B, C, "rejected", None),
    ]
    assert answer["links"][0]["exhibits"] == ["PO/1 (E0001)"] and not answer["compared"]


def test_comparing_only_when_asked_and_only_what_is_asked(abusekit: Abusekit, kept: Path) -> None:
    answer = abusekit("account", "graph", "--case", kept, "--candidates", "--json", expect=0).answer
    confirmed = next(one for one in answer["links"] if one["state"] == "confirmed")
    assert answer["compared"] and confirmed["strength"] is not None
    one = abusekit("account", "graph", "--case", kept, C, "--json", expect=0).answer
    assert {node["account"] for node in one["nodes"]} == {B, C} and one["not_drawn"] == 0
    own = abusekit("account", "graph", "--case", kept, OWN, "--candidates", "--json", expect=0).answer
    assert [node["account"] for node in own["nodes"]] == [OWN] and own["links"] == []


def test_lanes_can_be_narrowed(abusekit: Abusekit, kept: Path) -> None:
    answer = abusekit("account", "graph", "--case", kept, "--since", "2024-03-15", "--json", expect=0).answer
    node = next(one for one in answer["nodes"] if one["account"] == A)
    assert (
        node["days"] == {} and node["left_out"] == 2 and [one["kind"] for one in node["marks"]] == ["block"]
    )
    until = abusekit("account", "graph", "--case", kept, "--until", "2024-03-15", "--json", expect=0).answer
    node = next(one for one in until["nodes"] if one["account"] == A)
    assert node["days"] == {"2024-03-14": 2} and node["marks"] == []


def test_wrong_use(abusekit: Abusekit, kept: Path, tmp_path: Path) -> None:
    assert "no account 'nobody'" in abusekit("account", "graph", "--case", kept, "nobody", expect=2).err
    abusekit("account", "graph", "--case", kept, "--svg", "-", "--json", expect=2)
    abusekit("account", "graph", "--case", kept, "--svg", "-", "--html", "-", expect=2)
    backwards = ("--since", "2024-05-01", "--until", "2024-04-01")
    assert "lies before" in abusekit("account", "graph", "--case", kept, *backwards, expect=2).err
    ended = abusekit("account", "graph", "--case", kept, "--html", tmp_path / "absent" / "a.html", expect=2)
    assert "cannot be written" in ended.err


def test_an_empty_case_says_so(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    text = abusekit("account", "graph", "--case", case, expect=0).out
    assert "0 of 0 shown" in text and "none: nobody has proposed" in text and "nothing has a time" in text
    html = tmp_path / "a.html"
    abusekit("account", "graph", "--case", case, "--html", html, "--svg", tmp_path / "a.svg", expect=0)
    assert "0 of 0 accounts" in html.read_text("utf-8")


def test_hostile_names_of_an_export_do_no_harm(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    told = [(f"user{n}", name, "x y z") for n, name in enumerate(HOSTILE.values(), start=1)]
    abusekit("import", "--case", case, telegram(tmp_path, told), expect=0)
    ended = abusekit("account", "graph", "--case", case, expect=0)
    assert not set(ended.out) & set("\x1b\x07\u202e\u2066\u2028\r") and len(ended.out) < 30_000
    html, svg = tmp_path / "a.html", tmp_path / "a.svg"
    abusekit("account", "graph", "--case", case, "--html", html, "--svg", svg, expect=0)
    assert html.read_text("utf-8").count("<script>") == 1 and "<img" not in html.read_text("utf-8")
    ElementTree.fromstring(svg.read_bytes())  # noqa: S314  # our own
    assert html.stat().st_size < 200_000


def test_the_line_of_the_log_is_that_which_people_count(abusekit: Abusekit, kept: Path) -> None:
    links = abusekit("account", "graph", "--case", kept, "--json", expect=0).answer["links"]
    log = (kept / "custody" / "log.jsonl").read_text("utf-8").splitlines()
    for one in links:
        assert '"account.link"' in log[one["line"] - 1] and f'"{one["state"]}"' in log[one["line"] - 1]
    assert links[1]["exhibits"] == [], "a line of the log is no exhibit"
    assert f"log line {links[1]['line']}" in abusekit("account", "graph", "--case", kept, expect=0).out


def test_a_block_said_twice_is_drawn_once(abusekit: Abusekit, kept: Path) -> None:
    again = ("--blocked", "--when", "2024-03-15 10:00", "--item", "E0001", "--reason", "to be seen there")
    abusekit("account", "observe", "--case", kept, A, *again, expect=0)
    answer = abusekit("account", "graph", "--case", kept, "--json", expect=0).answer
    (mark,) = next(one for one in answer["nodes"] if one["account"] == A)["marks"]
    assert mark["kind"] == "block" and mark["told"]["exhibits"] == ["PO/1 (E0001)"]
    assert len(mark["told"]["log"]) == 1, "both places, once"


def test_accounts_of_which_nothing_is_known_are_drawn_only_with_all(
    abusekit: Abusekit, case: Path, tmp_path: Path
) -> None:
    told = [(f"user{n}", f"Name {n}", "x y z") for n in range(1, 31)]
    abusekit("import", "--case", case, telegram(tmp_path, told), expect=0)
    few = abusekit("account", "graph", "--case", case, "--json", expect=0).answer
    everything = abusekit("account", "graph", "--case", case, "--all", "--json", expect=0).answer
    assert len(few["nodes"]) < len(everything["nodes"]) == everything["accounts"]
    assert len(few["nodes"]) + few["not_drawn"] == few["accounts"] and everything["not_drawn"] == 0
