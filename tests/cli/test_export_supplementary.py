"""`export supplementary`: what is new about confirmed accounts since a seal, a hand-over or a time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from account_story import account_case, entries, telegram
from command_runner import Abusekit

ONE, TWO, THREE = "telegram:user111", "telegram:user222", "telegram:user333"


@pytest.fixture(scope="module")
def home(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sealed while one and two were confirmed; then a second chat of one, and three confirmed. Only to be copied."""
    home = tmp_path_factory.mktemp("supplementary")
    run = Abusekit(home)
    case = account_case(run, Path(shutil.copytree(started_case, home / "case")))
    why = ("--basis", "timing", "--reason", "one ends, the other begins", "--item", "E0001")
    run("account", "confirm", "--case", case, ONE, TWO, *why, expect=0)
    run("key", "create", "me", expect=0)
    run("seal", "--case", case, "--key", "me", expect=0)
    (home / "more").mkdir()
    chat = telegram(home / "more", [("user111", "Night Owl", "again"), ("user900", "Jo", "no")], "More")
    run("import", "--case", case, chat, "--declare", "owner=user900", "--reason", "hers", expect=0)
    run("account", "confirm", "--case", case, TWO, THREE, *why, expect=0)
    return home


@pytest.fixture
def kept(home: Path, tmp_path: Path) -> Path:
    for name in ("keys", "state"):
        shutil.copytree(home / name, tmp_path / name)
    return Path(shutil.copytree(home / "case", tmp_path / "case"))


def asked(abusekit: Abusekit, case: Path, *more: object, expect: int = 0) -> Any:
    return abusekit("export", "supplementary", "--case", case, *more, "--json", expect=expect).answer


def test_since_the_newest_seal_without_being_told(abusekit: Abusekit, kept: Path) -> None:
    answer = asked(abusekit, kept)
    seal = next((kept / "seals").iterdir())
    assert answer["seal"] == int(seal.name)
    assert f"root-sha256 {answer['root']}\n" in (seal / "seal.txt").read_text()
    assert [one["item"] for one in answer["new"]] == ["E0004"]
    digests = {one["path"]: one["sha256"] for line in entries(kept) for one in line.get("files", ())}
    assert answer["new"][0]["sha256"] == digests["evidence/E0004/item.json"]
    assert answer["accounts"] == [THREE] and [one["b"] for one in answer["links"]] == [THREE]
    assert answer["links"][0]["reason"] == "one ends, the other begins"
    assert [one["item"] for one in answer["before"]] == ["E0001"]
    assert answer["accounts_of"]["E0004"] == [ONE]


def test_since_a_hand_over_what_was_not_handed_over_is_new(abusekit: Abusekit, kept: Path) -> None:
    abusekit(
        "custody", "transfer", "--case", kept, "--to", "DC Smith", "--reason", "police", "--key", "me",
        "--items", "E0004", "--out", kept.parent / "t.json", expect=0,
    )  # fmt: skip
    answer = asked(abusekit, kept)
    assert answer["since"].startswith("hand-over 1") and answer["root"]
    assert [one["item"] for one in answer["new"]] == ["E0001"]
    assert answer["accounts"] == [] and answer["links"] == []
    named = asked(abusekit, kept, "--since", "transfer:1")
    assert {**named, "made": ""} == {**answer, "made": ""}


def test_since_a_time_or_what_is_not_there(abusekit: Abusekit, kept: Path) -> None:
    answer = asked(abusekit, kept, "--since", "2020-01-01")
    assert {one["item"] for one in answer["new"]} >= {"E0001", "E0004"} and answer["root"] == ""
    assert asked(abusekit, kept, "--since", "2090-01-01")["new"] == []
    for wrong in ("seal:99999", "transfer:3", "whenever"):
        assert abusekit("export", "supplementary", "--case", kept, "--since", wrong, expect=2).err


def test_as_text_and_as_a_file(abusekit: Abusekit, kept: Path, tmp_path: Path) -> None:
    text = abusekit("export", "supplementary", "--case", kept, expect=0).out
    assert "PO/4 (E0004)" in text and THREE in text and "root" in text and "again" not in text.split()
    path = tmp_path / "new.md"
    abusekit("export", "supplementary", "--case", kept, "--to", path, expect=0)
    assert "E0004" in path.read_text("utf-8")
    abusekit("export", "supplementary", "--case", kept, "--to", path, expect=2)


def test_nothing_was_ever_handed_over_or_sealed(abusekit: Abusekit, case: Path) -> None:
    assert "--since" in abusekit("export", "supplementary", "--case", case, expect=2).err
    assert (
        json.loads(
            abusekit(
                "export", "supplementary", "--case", case, "--since", "2020-01-01", "--json", expect=0
            ).out
        )["new"]
        == []
    )
