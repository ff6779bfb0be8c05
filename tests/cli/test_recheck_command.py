"""`recheck` after the practice site changed: the right verdict of each kind, the bracket, the alarm, the diff (R9)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from command_runner import Abusekit, log_lines
from recheck_story import NEW_WORDS, Changed, change_and_recheck, posts_of_the_abuser

from abusekit.capture.verdicts import Kind
from abusekit.demo.site import PracticeSite

FAST = ("--delay", "0", "--engine", "http")


@pytest.fixture(scope="module")
def changing() -> Iterator[PracticeSite]:
    with PracticeSite() as running:
        yield running


@pytest.fixture(scope="module")
def changed(changing: PracticeSite, started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Changed:
    home = tmp_path_factory.mktemp("recheck")
    case = Path(shutil.copytree(started_case, home / "case"))
    return change_and_recheck(changing, Abusekit(home), case, FAST)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_kind(changed: Changed, kind: str) -> None:
    found = changed[2][kind]
    assert found["verdict"] == kind, found
    assert found["confidence"] in (("low",) if kind == "changed-unclear" else ("high", "medium"))
    assert found["confidence"] == "high" or kind not in (
        "edited",
        "renamed",
        "deleted",
        "suspended",
        "network-failed",
    )
    assert (
        found["alarm"] == "" and found["compared_with"] == found["item"] and found["recheck"] > found["item"]
    )
    if kind not in ("present", "edited"):
        assert found["markers"] or kind == "changed-unclear"


def test_a_handle_in_other_hands_is_an_alarm(changed: Changed) -> None:
    found = changed[2]["reused"]
    assert (found["verdict"], found["alarm"], found["confidence"]) == (
        "changed-unclear",
        "handle-reuse",
        "high",
    )
    item = json.loads((changed[0] / f"evidence/{found['recheck']}/item.json").read_text())
    assert item["facts"]["recheck"]["alarm"] == "handle-reuse"


def test_the_bracket_of_a_deletion(changed: Changed) -> None:
    found, case = changed[2]["deleted"], changed[0]
    facts = {
        i: json.loads((case / f"evidence/{i}/item.json").read_text())
        for i in (found["item"], found["recheck"])
    }
    assert found["last_live"] == {"item": found["item"], "at": facts[found["item"]]["facts"]["started"]}
    assert found["first_gone"] == {"item": found["recheck"], "at": facts[found["recheck"]]["facts"]["ended"]}
    new = facts[found["recheck"]]
    assert (
        new["source"]["recheck_of"] == found["item"] and new["facts"]["recheck"]["previous"] == found["item"]
    )
    assert new["facts"]["recheck"]["first_gone"] == {"item": "", "at": new["facts"]["ended"]}
    for kind in ("login-wall", "network-failed", "rate-limited", "geo-block", "challenge", "changed-unclear"):
        assert changed[2][kind]["first_gone"] is None and changed[2][kind]["last_live"]["item"] < "E0014"


def test_the_case_shows_them(changed: Changed, abusekit: Abusekit) -> None:
    case, _, found = changed
    abusekit.verified(case)
    item = found["deleted"]["recheck"]
    shown = abusekit("show", "--case", case, item, expect=0).out
    assert f"re-check   of {found['deleted']['item']}: deleted (high); last seen live" in shown
    assert "re-check: deleted" in abusekit("list", "--case", case, item).out
    assert f"re-check of {found['deleted']['item']}: deleted" in " ".join(
        abusekit("timeline", "--case", case, "--item", item).out.split()
    )


def test_what_changed_is_covered_until_it_is_asked_for(
    changed: Changed, abusekit: Abusekit, changing: PracticeSite
) -> None:
    case, item, asked = changed[0], changed[2]["edited"]["recheck"], len(changing.requests)
    lines = log_lines(case)
    covered = abusekit("recheck", "--case", case, "--diff", item, expect=0).out
    assert "edited" in covered and re.search(r"text: \+\d+ -\d+ lines", covered) and NEW_WORDS not in covered
    assert f"+{NEW_WORDS}" in abusekit("recheck", "--case", case, "--diff", item, "--reveal", expect=0).out
    answer = abusekit("recheck", "--case", case, "--diff", item, "--json", expect=0).answer
    assert answer["rechecked"][0]["diff"] is None and answer["rechecked"][0]["verdict"] == "edited"
    assert "compared with nothing" in abusekit("recheck", "--case", case, "--diff", "E0001", expect=2).err
    assert (len(changing.requests), log_lines(case)) == (asked, lines)


class TestOneAddress:
    """Histories of one address, each in a fresh case."""

    def again(self, abusekit: Abusekit, case: Path, *more: str, code: int | None = None) -> Any:
        return abusekit("recheck", "--case", case, *FAST, "--json", *more, expect=code).answer

    def test_a_run_goes_on_where_it_was_and_due_is_due(
        self, abusekit: Abusekit, case: Path, site: PracticeSite
    ) -> None:
        abusekit(
            "capture",
            "--case",
            case,
            "--yes",
            *FAST,
            f"{site.base_url}/pages/31",
            f"{site.base_url}/pages/32",
        )
        assert [one["verdict"] for one in self.again(abusekit, case, "E0001", code=0)["rechecked"]] == [
            "present"
        ]
        second = self.again(abusekit, case, code=0)
        assert [one["item"] for one in second["rechecked"]] == ["E0002"] and second["skipped"] == 1
        assert self.again(abusekit, case, code=0)["skipped"] == 2
        assert self.again(abusekit, case, "--due", "7", "--again", code=0)["skipped"] == 2
        assert len(self.again(abusekit, case, "--again", "--due", "0", code=0)["rechecked"]) == 2

    def test_gone_stays_gone_since_the_first_time(
        self, abusekit: Abusekit, case: Path, changing: PracticeSite
    ) -> None:
        one = posts_of_the_abuser(changing)[-1]
        abusekit("capture", "--case", case, "--yes", *FAST, changing.post_url(one), expect=0)
        changing.delete(one)
        first = self.again(abusekit, case, code=0)["rechecked"][0]
        changing.go_down(f"/post/{one}")
        down = self.again(abusekit, case, "--again", code=7)["rechecked"][0]
        changing.restore(f"/post/{one}")
        third = self.again(abusekit, case, "E0001", code=0)["rechecked"][0]
        assert [x["verdict"] for x in (first, down, third)] == ["deleted", "network-failed", "deleted"]
        assert first["first_gone"] == down["first_gone"] == third["first_gone"]
        assert third["item"] == "E0003" and third["compared_with"] == "E0001"

    def test_what_was_never_there_is_not_called_deleted(
        self, abusekit: Abusekit, case: Path, site: PracticeSite
    ) -> None:
        abusekit("capture", "--case", case, "--yes", *FAST, site.post_url(4999), expect=7)
        (found,) = self.again(abusekit, case, code=7)["rechecked"]
        assert (found["verdict"], found["compared_with"], found["last_live"]) == (
            "changed-unclear",
            None,
            None,
        )

    def test_people_read_lines(self, abusekit: Abusekit, case: Path, changing: PracticeSite) -> None:
        one = posts_of_the_abuser(changing)[-2]
        abusekit("capture", "--case", case, "--yes", *FAST, changing.post_url(one), expect=0)
        changing.edit(one, "Something else altogether.")
        ended = abusekit("recheck", "--case", case, *FAST, "--diff", "--reveal", expect=0)
        assert "E0001  → E0002   edited" in ended.out and "+Something else altogether." in ended.out
        assert "this run: 1 edited" in ended.err

    def test_withdrawn_and_other_items(self, abusekit: Abusekit, full_case: Path) -> None:
        abusekit("withdraw", "--case", full_case, "E0001", "--reason", "x", expect=0)
        for arguments, message in (
            (("E0001",), "withdrawn"),
            (("E0004",), "no capture of an address"),
            (("--diff", "E0001", "E0002"), "asks nobody"),
            (("E0099",), "no item E0099"),
        ):
            assert message in abusekit("recheck", "--case", full_case, *FAST, *arguments, expect=2).err

    def test_an_address_that_is_recorded_only_is_not_asked(
        self, abusekit: Abusekit, case: Path, site: PracticeSite
    ) -> None:
        address = f"{site.base_url}/pages/41"
        abusekit("capture", "--case", case, "--yes", *FAST, address, expect=0)
        abusekit("record", "--case", case, address, "--yes", "--description", "x", expect=0)
        asked = len(site.requests)
        found = self.again(abusekit, case, code=0)
        assert (found["rechecked"], found["held_back"], len(site.requests)) == ([], 1, asked)
        assert "not asked: see E0002" in abusekit("recheck", "--case", case, "E0001", expect=2).err


@pytest.mark.parametrize(
    "said",
    [
        {"verdict": "edited", "compared_with": "E0001"},
        {"verdict": "edited", "compared_with": "E0099"},
        {"verdict": "edited", "compared_with": "../../x"},
        {"verdict": 7, "compared_with": ["E0001"], "last_live": 3},
        {"verdict": "x", "last_live": {"at": []}, "alarm": {"a": 1}},
        [],
    ],
)
def test_a_case_from_elsewhere_may_hold_anything(abusekit: Abusekit, full_case: Path, said: object) -> None:
    about = full_case / "evidence/E0002/item.json"
    item = json.loads(about.read_bytes())
    item["facts"]["recheck"] = said
    about.chmod(0o600)
    about.write_text(json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
    for more in ((), ("--json",)):
        assert abusekit("recheck", "--case", full_case, "--diff", "E0002", *more).code in (1, 2)
    for words in (("list",), ("show", "E0002"), ("timeline",)):
        abusekit(*words, "--case", full_case, expect=0)
