"""`corroborate`, and what bears out an item by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import Abusekit

from abusekit.demo.site import PracticeSite

REASON = ("--reason", "both show the post")


def test_a_person_says_so(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit(
        "corroborate", "--case", full_case, "e3", "PO/4", "--by", "E0001", *REASON, "--json", expect=0
    )
    assert ended.answer["items"] == ["E0003", "E0004"] and ended.answer["do"] == "item.corroborate"
    assert abusekit.shown(full_case, "E0003")["corroborated_by"] == ["E0001"]
    assert abusekit.shown(full_case, "E0001")["corroborated_by"] == []
    assert "borne out  by E0001" in abusekit("show", "--case", full_case, "E0003", expect=0).out
    abusekit.verified(full_case)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("E0003", "--by", "E0003"), "cannot bear itself out"),
        (("E0003", "--by", "E0099"), "no item E0099"),
        (("E0099", "--by", "E0001"), "no item E0099"),
        (("E0003", "--by", "E0001-E0002"), "means 2 items"),
    ],
)
def test_what_is_refused(abusekit: Abusekit, full_case: Path, words: tuple[str, ...], said: str) -> None:
    assert said in abusekit("corroborate", "--case", full_case, *words, *REASON, expect=2).err


def test_not_twice_and_not_by_what_is_out_of_use(abusekit: Abusekit, full_case: Path) -> None:
    one = ("corroborate", "--case", full_case, "E0003", *REASON)
    abusekit(*one, "--by", "E0001", expect=0)
    assert "already" in abusekit(*one, "--by", "E0001", expect=2).err
    assert (
        "a reason is needed"
        in abusekit(
            "corroborate", "--case", full_case, "E0003", "--by", "E0004", "--reason", " ", expect=2
        ).err
    )
    abusekit("withdraw", "--case", full_case, "E0001", "--reason", "twice", expect=0)
    assert abusekit.shown(full_case, "E0003")["corroborated_by"] == []
    abusekit(
        "quarantine", "--case", full_case, "E0005", "--reason", "to be looked at", "--seen-by", "PO", expect=0
    )
    for words, said in (((*one, "--by", "E0001"), "withdrawn"), ((*one, "--by", "E0005"), "in quarantine")):
        assert said in abusekit(*words, expect=2).err


def test_another_producers_capture_of_the_same_address(
    abusekit: Abusekit, case: Path, site: PracticeSite
) -> None:
    """It counts by itself; one by the same producer, or one that failed, does not."""
    change = ("--add-producer", "P2:Producer Two:volunteer", "--reason", "a second person")
    abusekit("settings", "change", "--case", case, *change, expect=0)
    post = site.post_url(5003)
    for initials in ("PO", "PO", "P2"):
        capture = ("capture", "--case", case, "--delay", "0", "--again", post, "--as", initials)
        abusekit(*capture, expect=0)
    borne = {item: abusekit.shown(case, item)["corroborated_by"] for item in ("E0001", "E0002", "E0003")}
    assert borne == {"E0001": ["E0003"], "E0002": ["E0003"], "E0003": ["E0001", "E0002"]}
