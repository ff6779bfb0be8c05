"""`record`: an address and words, no connection, no file (R60, R61)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_runner import Abusekit, typed_on_a_terminal

from abusekit.demo.site import PracticeSite

WORDS = ("--yes", "--description", "an image in a public post")


def test_nothing_is_fetched_and_nothing_is_held(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    asked = len(site.requests)
    address = f"{site.base_url}/post/5003?recorded"
    ended = abusekit(
        "record", "--case", case, address, *WORDS, "--account", "@night_owl_77", "--id", "account=1002",
        "--platform", "Chatterbox", "--seen", "2026-11-20T22:10", "--police-ref", "CRN 1", "--iwf-ref", "R-2",
        "--category", "csam-suspected", expect=0,
    )  # fmt: skip
    assert ended.out == "E0001  PO/1  recorded; no content is held\n"
    assert ended.err.index("STOP") < ended.err.index("Tell somebody")
    assert "iwf.org.uk" in ended.err and "Report Remove" in ended.err
    assert [p.name for p in (case / "evidence/E0001").iterdir()] == ["item.json"]
    again = abusekit("capture", "--case", case, "--yes", address, "--json", expect=7).answer
    assert (again["captured"][0]["outcome"], again["captured"][0]["item"]) == ("refused", None)
    assert len(site.requests) == asked
    item = json.loads((case / "evidence/E0001/item.json").read_text())
    assert (item["kind"], item["files"], item["source"]["address"]) == ("record-only", [], address)
    assert item["source"]["ids"] == [{"name": "account", "value": "1002"}]
    assert (item["source"]["police_ref"], item["source"]["iwf_ref"]) == ("CRN 1", "R-2")
    (listed,) = abusekit.items(case)
    assert (listed["grade"], listed["tags"], listed["what"]) == ("X", ["csam-suspected"], "no content held")
    abusekit.verified(case)


def test_the_words_are_covered_and_the_time_is_in_the_timeline(abusekit: Abusekit, case: Path) -> None:
    abusekit(
        "record", "--case", case, "tg://resolve?domain=x", *WORDS, "--account", "owl",
        "--seen", "2026-11-20T22:10", expect=0,
    )  # fmt: skip
    covered = abusekit("show", "--case", case, "E0001", expect=0).out
    assert "a public post" not in covered and "tg:" not in covered and "grade      X" in covered
    shown = abusekit("show", "--case", case, "E0001", "--reveal", expect=0).out
    assert "a public post" in shown and "tg://resolve" in shown
    timeline = abusekit("timeline", "--case", case, expect=0).out
    assert "seen, as a person says" in timeline and "22:10" in timeline and "a public post" not in timeline
    assert "a public post" in abusekit("timeline", "--case", case, "--reveal", expect=0).out


def test_what_the_address_says_is_read_from_it(abusekit: Abusekit, case: Path) -> None:
    answer = abusekit(
        "record",
        "--case",
        case,
        "https://x.com/somebody/status/1859000000000000000",
        *WORDS,
        "--json",
        expect=0,
    ).answer
    assert answer["recorded"] == [{"item": "E0001", "exhibit": "PO/1"}]
    read = abusekit.shown(case, "E0001")["facts"]["read_from_address"]
    assert read["platform"] == "x" and {"name": "post.id", "value": "1859000000000000000"} in read["ids"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("https://a.example/", "--description", "x"), "--yes"),
        (("https://a.example/", "--yes"), "a description is needed"),
        (("https://a.example/", "--yes", "--description", "  "), "empty"),
        (("https://a.example/", "--yes", "--description", "x" * 2001), "longer than"),
        (("https://a.example/", "--yes", "--description", "data:image/png;base64,iVBO"), "picture"),
        (("https://a.example/", "--yes", "--description", "see <img src=x>"), "picture"),
        (("https://a.example/", "--yes", "--description", "see ![x](y)"), "picture"),
        (("https://a.example/", "--yes", "--description", "iVBORw0KGgo" * 20), "picture"),
        (("https://a.example/", "--yes", "--description", "a\x1b[2Jb"), "cannot be shown"),
        (("data:image/png;base64,iVBORw0", *WORDS), "holds content"),
        (("DATA:text/html,x", *WORDS), "holds content"),
        (("javascript:alert(1)", *WORDS), "holds content"),
        (("file:///etc/passwd", *WORDS), "holds content"),
        (("blob:https://a.example/1", *WORDS), "holds content"),
        (("not an address", *WORDS), "no address"),
        (("tg://a b", *WORDS), "no place"),
        (("https://a.example/", *WORDS, "--id", "1234"), "not an id"),
        (("https://a.example/", *WORDS, "--id", "a=b\nc"), "not an id"),
        (("https://a.example/", *WORDS, "--category", "a\nb"), "not a label"),
        (("https://a.example/", *WORDS, "--account", "x" * 501), "longer than"),
        (("https://a.example/", *WORDS, "--seen", "soon"), "--seen"),
    ],
)  # fmt: skip
def test_what_is_refused(abusekit: Abusekit, case: Path, arguments: tuple[str, ...], message: str) -> None:
    assert message in abusekit("record", "--case", case, *arguments, expect=2).err
    assert list((case / "evidence").iterdir()) == []


def test_an_address_with_a_password_is_refused(abusekit: Abusekit, case: Path) -> None:
    abusekit("record", "--case", case, "https://me:secret@a.example/", *WORDS, expect=4)
    assert list((case / "evidence").iterdir()) == []


def test_several_through_capture(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    asked = len(site.requests)
    addresses = [f"{site.base_url}/a", f"{site.base_url}/b", f"{site.base_url}/a"]
    ended = abusekit("capture", "--case", case, "--record-only", *addresses, *WORDS, expect=0)
    assert "STOP" in ended.err and [i["kind"] for i in abusekit.items(case)] == ["record-only"] * 2
    assert len(site.requests) == asked


@pytest.mark.parametrize(("answer", "code", "items"), [("y", 0, 1), ("n", 2, 0)])
def test_a_person_reads_the_warning_first(
    abusekit: Abusekit, case: Path, answer: str, code: int, items: int
) -> None:
    ended, seen = typed_on_a_terminal(
        abusekit, ("record", "--case", str(case), "https://a.example/", "--description", "x"), [answer]
    )
    assert ended == code and seen.index("STOP") < seen.index("Note the address")
    assert len(list((case / "evidence").iterdir())) == items


def test_a_list_is_recorded_too(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """With --record-only nothing of a list may be left out without a word, or fetched."""
    listing = tmp_path / "list.txt"
    listing.write_text("http://127.0.0.1:9/a\nnot an address\nhttp://127.0.0.1:9/b\n")
    ended = abusekit(
        "capture", "--case", case, "--record-only", "--from", listing, "--description", "a picture", "--yes",
        expect=7,
    )  # fmt: skip
    assert "line 2" in ended.err and ended.out.count("E000") == 2
    kinds = [one["kind"] for one in abusekit("list", "--case", case, "--json").answer["items"]]
    assert kinds == ["record-only", "record-only"]
