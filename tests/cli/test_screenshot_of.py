"""`add --screenshot-of`: a victim's picture beside an independent capture, an export, or a message."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from capture_lists import stored
from command_runner import Abusekit
from export_samples import ios_export
from PIL import Image, ImageDraw, ImageFont

from abusekit.demo.site import PracticeSite

LINES = (
    "Sam",
    "why do you not answer me any more",
    "please leave me alone",
    "you will be sorry when we meet",
    "tonight 21:07",
)


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (700, 80 * len(LINES)), "white")
    for row, line in enumerate(LINES):
        ImageDraw.Draw(picture).text((20, 80 * row + 20), line, font=ImageFont.load_default(28), fill="black")
    path = tmp_path / "shot.png"
    picture.save(path)
    return path


@pytest.fixture
def chat(abusekit: Abusekit, case: Path, tmp_path: Path) -> Path:
    """E0001: Jo's phone."""
    given = tmp_path / "given"
    given.mkdir()
    export = ios_export(given)
    abusekit("import", "--case", case, export, "--declare", "timezone=Europe/London", expect=0)
    return case


def test_a_picture_of_a_chat(abusekit: Abusekit, chat: Path, shot: Path) -> None:
    before = shot.read_bytes()
    ended = abusekit("add", "--case", chat, shot, "--screenshot-of", "PO/1", "--json", expect=0)
    (told,) = ended.answer["files"][0]["compared"]
    assert (told["item"], told["kind"], told["words"]) == ("E0001", "export", None)
    assert (told["read"], told["in_order"], told["names"]) == (21, 17, 1)
    assert (told["times_read"], told["times_agree"]) == (1, 1)
    assert told["places"] == ["PO/1#m1", "PO/1#m2", "PO/1#m3"]
    item = stored(chat)[-1]
    assert shot.read_bytes() == before
    assert item["files"][0]["sha256"] == hashlib.sha256(before).hexdigest()
    assert (chat / "evidence" / "E0002" / item["files"][0]["name"]).read_bytes() == before
    assert [(f["name"], f["role"]) for f in item["files"][1:]] == [("ocr.tsv", "rendering")]
    assert item["source"]["screenshot_of"] == {"item": "E0001"}
    assert item["method"]["text_of_picture"]["program"].startswith("tesseract ")
    abusekit.verified(chat)


def test_words_are_covered_until_asked(abusekit: Abusekit, chat: Path, shot: Path) -> None:
    ended = abusekit("add", "--case", chat, shot, "--screenshot-of", "E0001", expect=0)
    shown = abusekit("show", "--case", chat, "E0002", expect=0)
    answer = abusekit("show", "--case", chat, "E0002", "--json", expect=0)
    for text in (ended.out + ended.err, shown.out, answer.out):
        assert "sorry" not in text and "tonight" not in text and "17" in text
    assert "17 of 21 readable words of the picture stand in the same order" in shown.out
    assert "17 of the 21 readable words of the picture stand in the same order" in ended.err
    assert "; 1 more belongs to a name that it states; 3 not found there" in ended.err
    revealed = abusekit("show", "--case", chat, "E0002", "--reveal", expect=0).out
    assert "in order: you will be sorry when" in revealed and "not found: we, meet, tonight" in revealed
    words = abusekit.shown(chat, "E0002")["compared"][0]["words"]
    assert words["not_found"] == ["we", "meet", "tonight"] and words["names"] == ["Sam"]


def test_one_message_and_those_around_it(abusekit: Abusekit, chat: Path, shot: Path) -> None:
    abusekit("add", "--case", chat, shot, "--screenshot-of", "E0001#m3", expect=0)
    (told,) = abusekit.shown(chat, "E0002")["compared"]
    assert (told["part"], told["in_order"], told["around"], told["not_found"]) == ("m3", 5, 12, 3)


def test_words_that_a_person_typed(abusekit: Abusekit, chat: Path, shot: Path) -> None:
    abusekit("add", "--case", chat, shot, "--screenshot-of", "E0001", "--text", "-", input="leave me alone\x1b[2J\n",
             env={"PATH": "/nowhere"}, expect=0)  # fmt: skip
    item = stored(chat)[-1]
    assert item["method"]["text_of_picture"] == {"way": "typed by a person", "by": "PO", "file": "typed.txt"}
    assert item["files"][1]["role"] == "metadata"
    assert (chat / "evidence" / "E0002" / "typed.txt").read_bytes() == b"leave me alone\x1b[2J\n"
    shown = abusekit("show", "--case", chat, "E0002", "--reveal", expect=0).out
    assert "typed by a person" in shown and "\x1b" not in shown
    abusekit.verified(chat)


def test_captures_of_an_address(abusekit: Abusekit, case: Path, shot: Path, site: PracticeSite) -> None:
    url = site.post_url(5003)
    typed = "Nobody likes you. Nobody likes your gate. Go away"
    none = abusekit("add", "--case", case, shot, "--screenshot-of", url, "--typed", typed, expect=7)
    assert "no capture of that address" in none.err and "abusekit capture URL" in none.err
    assert "with nothing" in abusekit("show", "--case", case, "E0001", expect=0).out
    for _ in range(2):
        abusekit("capture", "--case", case, "--delay", "0", url, expect=0)
    found = abusekit.shown(case, "E0001")["compared"]
    assert [(one["item"], one["in_order"], one["not_found"]) for one in found] == [
        ("E0002", 7, 2),
        ("E0003", 7, 2),
    ]
    abusekit("withdraw", "--case", case, "E0003", "--reason", "a test", expect=0)
    assert [one["item"] for one in abusekit.shown(case, "E0001")["compared"]] == ["E0002"]


def test_without_the_program_the_picture_is_stored(abusekit: Abusekit, chat: Path, shot: Path) -> None:
    ended = abusekit(
        "add", "--case", chat, shot, "--screenshot-of", "E0001", env={"PATH": "/nowhere"}, expect=6
    )
    assert "E0002" in ended.out and "E0002 is stored, but not compared" in ended.err
    assert "apt install tesseract-ocr" in " ".join(stored(chat)[-1]["problems"])
    again = abusekit("add", "--case", chat, shot, "--screenshot-of", "E0001", expect=7)
    assert "was not compared" in again.err and len(stored(chat)) == 2
    abusekit("add", "--case", chat, shot, "--screenshot-of", "E0001", "--again", expect=0)
    abusekit.verified(chat)


def test_a_broken_picture_is_stored_and_said(abusekit: Abusekit, chat: Path, shot: Path) -> None:
    shot.write_bytes(shot.read_bytes()[:400])
    ended = abusekit("add", "--case", chat, shot, "--screenshot-of", "E0001", "--json", expect=7)
    assert ended.answer["files"][0]["state"] == "added"
    assert any("its words were not read" in problem for problem in stored(chat)[-1]["problems"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--typed", "x"), "of what is it a screenshot"),
        (("--screenshot-of", "E0009"), "no item E0009"),
        (("--screenshot-of", "E0001#m99"), "has no part m99"),
        (("--screenshot-of", "E0001", "--together"), "leave out --together"),
        (("--screenshot-of", "E0001", "--typed", " "), "no words are given"),
        (("--screenshot-of", "E0001", "--typed", "x", "--text", "y"), "given twice"),
        (("--screenshot-of", "E0001", "--ocr-language", "../x"), "not a language"),
    ],
)
def test_what_is_refused_before_anything_is_stored(
    abusekit: Abusekit, chat: Path, shot: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in abusekit("add", "--case", chat, shot, *words, expect=2).err
    assert len(stored(chat)) == 1


def test_what_is_in_quarantine_is_not_compared(abusekit: Abusekit, chat: Path, shot: Path) -> None:
    abusekit("add", "--case", chat, shot, "--screenshot-of", "E0001", "--typed", "leave me alone", expect=0)
    abusekit("quarantine", "--case", chat, "E0001", "--reason", "a test", "--seen-by", "nobody", expect=0)
    (told,) = abusekit.shown(chat, "E0002")["compared"]
    assert "in quarantine" in told["problem"] and told["read"] == 0 and told["words"] is None
    assert "in quarantine" in abusekit(
        "add", "--case", chat, shot, "--screenshot-of", "E0001", "--again", expect=2
    ).err  # fmt: skip


def test_a_text_that_was_changed_afterwards_is_not_used(abusekit: Abusekit, chat: Path, shot: Path) -> None:
    abusekit("add", "--case", chat, shot, "--screenshot-of", "E0001", "--typed", "leave me alone", expect=0)
    path = chat / "evidence" / "E0002" / "typed.txt"
    path.chmod(0o600)
    path.write_text("you will be sorry when I find you at the station")
    (told,) = json.loads(abusekit("show", "--case", chat, "E0002", "--json", expect=0).out)["compared"]
    assert "was changed" in told["problem"] and told["in_order"] == 0
