"""`custody transfer`, `receive`, `gaps`, `store --all`: two people, each with a key and a computer of their own."""

from __future__ import annotations

import html.parser
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_runner import PRODUCER, Abusekit, log_lines

TO = "DC 1234 Smith, Anytown Police"


@pytest.fixture
def officer(tmp_path: Path) -> Abusekit:
    """Another person: keys, state and folder of her own."""
    (tmp_path / "officer").mkdir()
    one = Abusekit(tmp_path / "officer")
    one("key", "create", "me", expect=0)  # the same name as the releaser's key
    return one


@pytest.fixture
def mycase(abusekit: Abusekit, case: Path, tmp_path: Path) -> Path:
    """Two files in a case with a key."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
        abusekit("add", "--case", case, tmp_path / name, expect=0)
    abusekit("key", "create", "me", expect=0)
    return case


def transfer(abusekit: Abusekit, case: Path, *more: object) -> Path:
    out = abusekit.home / "handover.json"
    abusekit(
        "custody",
        "transfer",
        "--case",
        case,
        "--to",
        TO,
        "--reason",
        "for the police",
        "--out",
        out,
        *more,
        expect=0,
    )
    return out


def copied(case: Path, to: Abusekit) -> Path:
    copy = Path(shutil.copytree(case, to.home / "copy"))
    shutil.rmtree(copy / "private")
    return copy


def signers(abusekit: Abusekit, *others: Abusekit) -> Path:
    """What the two tell each other by telephone."""
    lines = [one("key", "show", "me", "--allowed-signers", expect=0).out for one in (abusekit, *others)]
    path = abusekit.home / "both_signers"
    path.write_text("".join(f"person{n} {line.split(' ', 1)[1]}" for n, line in enumerate(lines)))
    return path


class Page(html.parser.HTMLParser):
    """Tags of a page, and what it could load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loads: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [
            (name, value) for name, value in attrs if name in ("src", "href", "action", "onload", "style")
        ]


def test_both_sign_one_seal_and_verify_shows_both(
    abusekit: Abusekit, officer: Abusekit, mycase: Path
) -> None:
    out = transfer(abusekit, mycase, "--place", "evidence store 7")
    copy = copied(mycase, officer)
    both = signers(abusekit, officer)
    answer = officer(
        "custody", "receive", out, "--case", copy, "--signers", both, "--place", "evidence store 7",
        "--out", officer.home / "receipt.json", "--json", expect=0,
    ).answer  # fmt: skip
    assert (answer["transfer"], answer["how"], answer["name"], answer["exhibits"]) == (1, "signature", TO, 2)
    assert answer["verdict"] == "VERIFIED" and answer["could_not_check"] == 0
    smyth = officer.home / "smyth.json"
    smyth.write_text((officer.home / "receipt.json").read_text().replace("Smith", "Smyth"))
    forged = abusekit("custody", "receive", smyth, "--case", mycase, expect=1)
    assert "its words are not what key" in forged.err
    back = abusekit("custody", "receive", officer.home / "receipt.json", "--case", mycase, expect=0)
    assert answer["key"] in back.out
    abusekit("seal", "--case", mycase, "--key", "me", expect=0)
    shown = abusekit("verify", mycase, "--signers", both, expect=0).out
    assert "signed by me" in shown and f"signed by person1 ({answer['key']})" in shown
    assert f"received by {TO}, by key {answer['key']}, who signed these words" in shown
    page = (officer.home / "receipt.html").read_text()
    assert answer["key"] in page and "evidence store 7" in page
    gaps = abusekit("custody", "gaps", "--case", mycase, "--json", expect=7).answer
    assert {gap["missing"] for gap in gaps["gaps"]} == {"place"}, "on the way for seconds: no gap by itself"
    assert all(gap["end"] for gap in gaps["gaps"]), "a place was named, so that nothing is open any more"
    listed = abusekit("custody", "log", "--case", mycase, expect=0).out.splitlines()
    lines = (mycase / "custody/log.jsonl").read_bytes().splitlines()
    [n] = [n for n, line in enumerate(lines, 1) if b'"do":"custody.transfer"' in line]
    assert listed[n - 1].split()[0] == str(n) and f"to={TO} (2 exhibits)" in listed[n - 1]
    assert [line for line in listed if "custody.receive" in line and f"received_by={TO}" in line]


def test_the_receiver_on_the_releasers_computer(abusekit: Abusekit, officer: Abusekit, mycase: Path) -> None:
    """One shared case, two keys."""
    out = transfer(abusekit, mycase)
    refused = abusekit(
        "custody", "receive", out, "--case", mycase, "--out", abusekit.home / "r.json", expect=2
    )
    assert "the same key" in refused.err and not (abusekit.home / "r.json").exists()
    taken = officer("custody", "receive", out, "--case", mycase, "--out", officer.home / "r.json", expect=7)
    key = abusekit("key", "show", "me", "--json", expect=0).answer["fingerprint"]
    assert f"whose key is {key}? " in taken.err and "NOT FULLY CHECKED" in taken.out
    assert "nobody vouched" not in taken.out + taken.err, "one line says whose key it is about"
    lines = log_lines(mycase)
    again = officer("custody", "receive", out, "--case", mycase, "--out", officer.home / "r2.json", expect=2)
    assert f"received already, by {TO} at " in again.err and log_lines(mycase) == lines
    both = signers(abusekit, officer)
    assert "2 ok" in abusekit("verify", mycase, "--signers", both, expect=7).out  # not sealed since
    words = (
        "custody", "transfer", "--case", mycase, "--to", "a lab", "--reason", "x", "--items", "E0002",
        "--out", abusekit.home / "h2.json",
    )  # fmt: skip
    told = abusekit(*words, expect=2)
    assert f"E0002: by the log not with you, but: {TO}" in told.err and "E0001" not in told.err
    assert log_lines(mycase) == lines
    assert "hand-over no. 2: 1 exhibit to a lab" in abusekit(*words, "--anyway", expect=0).out


def test_on_paper(abusekit: Abusekit, mycase: Path) -> None:
    transfer(abusekit, mycase, "--items", "PO/2")
    today, minute = (datetime.now(UTC).strftime(form) for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%MZ"))
    words = ("custody", "receive", "--case", mycase, "--paper", 1, "--signed-by", TO, "--place", "store 7")
    lines = log_lines(mycase)
    for more, says in (
        (("--at", "2036-01-01 10:30"), "has not come yet"), (("--at", "soon"), "is not understood"),
        (("--at", minute, "--scan", "E0009"), "no item E0009"), (("--at", today), "at what time?"),
        (("--at", "2026-01-01 10:30"), "is before the hand-over at"),
        (("--at", minute, "--corrects", "a slip"), "no paper of hand-over no. 1 is noted"),
        (("--at", minute, "--corrects", " "), "a reason is needed"),
    ):  # fmt: skip
        assert says in abusekit(*words, *more, expect=2).err
    assert log_lines(mycase) == lines
    abusekit(*words, "--at", minute, "--scan", "E0001", expect=0)
    assert f"received already, by {TO} at " in abusekit(*words, "--at", minute, expect=2).err
    assert "no hand-over 2" in abusekit(*words[:5], 2, *words[6:], "--at", "2026-01-01", expect=2).err
    abusekit("seal", "--case", mycase, expect=0)
    assert f"received by {TO}, on paper" in abusekit("verify", mycase, expect=0).out
    open_ = [
        g for g in abusekit("custody", "gaps", "--case", mycase, "--json").answer["gaps"] if not g["end"]
    ]
    assert [g["item"] for g in open_] == ["E0001"]
    words = (*words[:6], "--signed-by", "PC 77 Jones", "--at", minute, "--corrects", "read it wrongly")
    abusekit(*words, expect=0)
    abusekit(*words[:-1], "once more", "--place", "room 1", expect=0)
    abusekit("seal", "--case", mycase, expect=0)
    told = abusekit("verify", mycase, expect=0).out
    assert told.count("; corrected later") == 2 and "corrects an earlier note: once more" in told
    listed = abusekit("custody", "log", "--case", mycase, expect=0).out
    assert "received_by=PC 77 Jones" in listed and "corrects=read it wrongly" in listed
    back = abusekit(
        "custody",
        "transfer",
        "--case",
        mycase,
        "--to",
        "a lab",
        "--reason",
        "x",
        "--items",
        "E0002",
        expect=2,
    )
    assert "by the log not with you, but: PC 77 Jones" in back.err, "the correction counts"


def test_a_changed_copy_is_not_received(abusekit: Abusekit, officer: Abusekit, mycase: Path) -> None:
    out = transfer(abusekit, mycase)
    copy = copied(mycase, officer)
    photo = next((copy / "evidence/E0001").glob("file*"))
    photo.chmod(0o600)
    photo.write_text("A.txt")
    lines = log_lines(copy)
    ended = officer("custody", "receive", out, "--case", copy, expect=1)
    assert "is not received: evidence/E0001/file" in ended.err and log_lines(copy) == lines
    assert not list(officer.home.glob("receipt*")) and not list(abusekit.home.glob("receipt*"))


def test_the_file_is_written_once_more(abusekit: Abusekit, mycase: Path) -> None:
    out = transfer(abusekit, mycase)
    first = out.read_bytes()
    lines = log_lines(mycase)
    words = ("custody", "transfer", "--case", mycase, "--out", out)
    assert "something already" in abusekit(*words, "--to", TO, "--reason", "x", expect=2).err
    out.unlink()
    abusekit(*words, "--again", 1, expect=0)
    assert out.read_bytes() == first and log_lines(mycase) == lines
    assert "no hand-over 7" in abusekit(*words, "--again", 7, expect=2).err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--reason", "x"), "a reason is needed"),
        (("--to", TO), "a reason is needed"),
        (("--to", TO, "--reason", "x", "--to-key", "abc"), "not a fingerprint"),
        (("--to", TO, "--reason", "x", "--items", "E0009"), "no item E0009"),
        (("--to", TO, "--reason", "x", "--out", "mycase/h.json"), "inside the case"),
        (("--to", TO, "--reason", "x", "--out", "h.txt"), "end it with .json"),
        (("--to", TO, "--reason", "x", "--key", "nokey"), "no key nokey"),
        (("--to", "x" * 2_001, "--reason", "x"), "longer than"),
        (("--again", "1", "--to", TO), "leave out"),
    ],
)
def test_what_transfer_refuses(abusekit: Abusekit, mycase: Path, words: tuple[str, ...], says: str) -> None:
    mycase = mycase.rename(abusekit.home / "mycase")
    lines = log_lines(mycase)
    ended = abusekit("custody", "transfer", "--case", mycase, *words, expect=2)
    assert says in ended.err and log_lines(mycase) == lines
    assert not list(mycase.glob("custody/transfer*")) and not list(abusekit.home.glob("*.json"))


def test_what_receive_refuses(abusekit: Abusekit, officer: Abusekit, mycase: Path, tmp_path: Path) -> None:
    out = transfer(abusekit, mycase)
    (tmp_path / "x.json").write_bytes(b'{"format":"abusekit-receipt/1"}\n')
    (tmp_path / "y.json").write_bytes(out.read_bytes().replace(b":", b": ", 1))
    with (tmp_path / "z.json").open("wb") as sparse:
        sparse.truncate(1 << 40)
    receive = ("custody", "receive", "--case", mycase)
    for words, code, says in (
        ((), 2, "give the hand-over"), ((out, "--paper", 1), 2, "give the hand-over"),
        (("--paper", 1), 2, "--paper needs"), ((out, "--scan", "E0001"), 2, "give the hand-over"),
        ((tmp_path / "x.json",), 4, "not ours"), ((tmp_path / "y.json",), 4, "not a hand-over"),
        ((tmp_path / "z.json",), 4, "too large"), ((tmp_path / "nothing",), 4, "cannot be read"),
        ((tmp_path,), 4, "not a regular file"), ((out, "--key", "nokey"), 2, "no key nokey"),
    ):  # fmt: skip
        ended = officer(*receive, *words, expect=code)
        assert says in ended.err, (words, ended)


def test_the_printed_receipt(abusekit: Abusekit, mycase: Path) -> None:
    """Everything that R33 asks for; nothing that loads or runs; what people typed is text."""
    out = transfer(abusekit, mycase, "--place", "<script>alert(1)</script> \u202e")
    data = json.loads(out.read_bytes())
    page, text = out.with_suffix(".html").read_text(), out.with_suffix(".txt").read_text()
    key = data["transfer"]["releaser"]["keys"][0]
    spaced = data["seal"].split("root-sha256 ")[1].split("\n")[0]
    for said in (page, text):
        for wanted in (
            TO, key, "PO/1", data["transfer"]["exhibits"][1]["sha256"], spaced[:8], "Number", "Station",
            "Crime or reference number", "Signature", "taken in", "OP-1",
        ):  # fmt: skip
            assert wanted in said, wanted
        assert "\u202e" not in said
    tags = Page(page)
    assert not tags.tags & {"script", "img", "link", "iframe", "form", "object"} and tags.loads == []
    assert "default-src &#x27;none&#x27;" in page and "&lt;script&gt;" in page


def test_an_item_in_quarantine_is_named_as_such(abusekit: Abusekit, mycase: Path) -> None:
    abusekit(
        "quarantine", "E0002", "--case", mycase, "--reason", "to be looked at", "--seen-by", "PO", expect=0
    )
    out = transfer(abusekit, mycase)
    assert json.loads(out.read_bytes())["transfer"]["quarantined"] == ["E0002"]
    assert "E0002 QUARANTINE" in out.with_suffix(".txt").read_text()


def test_places_from_the_start_and_for_all(abusekit: Abusekit, tmp_path: Path) -> None:
    case = tmp_path / "kept"
    abusekit(
        "init", case, "--yes", "--ref", "OP-2", "--producer", PRODUCER, "--timezone", "Europe/London",
        "--place", "drive 1", expect=0,
    )  # fmt: skip
    (tmp_path / "a.txt").write_text("a")
    abusekit("add", "--case", case, tmp_path / "a.txt", expect=0)
    assert "no gaps" in abusekit("custody", "gaps", "--case", case, expect=0).err
    shown = abusekit(
        "settings", "change", "--case", case, "--place", "", "--reason", "moved", "--json", expect=0
    )
    assert shown.answer["place"] == ""
    abusekit("note", "--case", case, "words", expect=0)
    told = abusekit("custody", "gaps", "--case", case, expect=7)
    assert "E0002  PO/2" in told.out and "until now" in told.out and "--since 20" in told.err
    abusekit("custody", "store", "--all", "--case", case, "--place", "drive 2", "--reason", "moved", expect=0)
    gaps = abusekit("custody", "gaps", "--case", case, "--json", expect=7).answer
    assert [(g["item"], g["end"] is None) for g in gaps["gaps"]] == [("E0002", False)]
    said = ("custody", "store", "E0002", "--case", case, "--place", "drive 3", "--reason", "not written down")
    assert "has not come yet" in abusekit(*said, "--since", "2036-01-01", expect=2).err
    abusekit("note", "--case", case, "more words", expect=0)
    said = ("custody", "store", "E0003", "--case", case, "--place", "drive 3", "--reason", "not written down")
    abusekit(*said, "--since", "2026-01-01", expect=0)
    assert "E0003" not in abusekit("custody", "gaps", "--case", case, expect=7).out
    told = abusekit("custody", "gaps", "--case", case, expect=7)
    since = told.err.split("--since ")[1].split()[0]
    assert told.out.startswith("E0002  PO/2  from "), "what the advice says closes the gap that was left"
    told_later = ("--since", since, "--reason", "it was there all the time")
    abusekit("custody", "store", "E0002", "--case", case, "--place", "drive 0", *told_later, expect=0)
    assert "no gaps" in abusekit("custody", "gaps", "--case", case, expect=0).err
    lines = log_lines(case)
    again = abusekit("custody", "store", "E0002", "--case", case, "--place", "x", *told_later, expect=2)
    assert "at 'drive 0': what was recorded in time is not changed" in again.err and log_lines(case) == lines
    both = ("custody", "store", "--case", case, "--place", "x", "--reason", "y")
    assert "say which items" in abusekit(*both, expect=2).err
    assert "say which items" in abusekit(*both, "--all", "E0001", expect=2).err


def test_another_name_is_said_and_private_things_are_pointed_out(
    abusekit: Abusekit, officer: Abusekit, mycase: Path
) -> None:
    out = transfer(abusekit, mycase)
    copy = Path(shutil.copytree(mycase, officer.home / "copy"))
    (copy / "private").mkdir(exist_ok=True)
    (copy / "private/plan.txt").write_text("where I stay")
    told = officer("custody", "receive", out, "--case", copy, "--name", "PC 77 Jones", expect=7)
    assert "private/ of this copy is not empty" in told.err and "plan.txt" not in told.err
    assert f"2 exhibits, handed to {TO}, received by PC 77 Jones" in told.out


def test_time_stamps_are_asked_for_as_by_seal(abusekit: Abusekit, mycase: Path) -> None:
    assert (
        "no authority"
        in abusekit(
            "custody", "transfer", "--case", mycase, "--to", TO, "--reason", "x", "--tsa", "nobody", expect=2
        ).err
    )
    out = transfer(abusekit, mycase, "--tsa", "digicert", "--offline")
    [request] = (mycase / "seals").glob("*/stamp.digicert.tsq")
    assert json.loads(out.read_bytes())["seal"] == (request.parent / "seal.txt").read_text()


def test_gaps_that_end_alike_stand_in_one_line(abusekit: Abusekit, mycase: Path) -> None:
    told = abusekit("custody", "gaps", "--case", mycase, expect=7)
    [line] = told.out.splitlines()
    assert line.startswith("E0001-E0002  (2 exhibits)") and "until now  no place" in line
    assert len(abusekit("custody", "gaps", "--case", mycase, "--json", expect=7).answer["gaps"]) == 2
