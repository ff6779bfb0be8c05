"""`account blocklist`: confirmed and named accounts, never the victim's own; its watch list can be captured."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from account_story import account_case, told
from command_runner import Abusekit

from abusekit.capture.address_list import read_list

ONE, TWO, THREE = "telegram:user111", "telegram:user222", "telegram:user333"


@pytest.fixture(scope="module")
def made(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only to be copied."""
    home = tmp_path_factory.mktemp("blocklist")
    run = Abusekit(home)
    case = account_case(run, Path(shutil.copytree(started_case, home / "case")))
    run(
        "account", "confirm", "--case", case, ONE, TWO, "--basis", "timing", "--reason", "r", "--item", "E0001",
        expect=0,
    )  # fmt: skip
    run(
        "account", "observe", "--case", case, ONE, "--handle", "night_owl", "--url", "https://t.example/night_owl",
        "--reason", "r", expect=0,
    )  # fmt: skip
    return case


def test_files_of_the_confirmed_and_the_named(abusekit: Abusekit, made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "list"
    answer = told(abusekit, made, "blocklist", folder, THREE)
    assert [(one["key"], one["reason"]) for one in answer["accounts"]] == [
        (ONE, "confirmed-link"), (TWO, "confirmed-link"), (THREE, "named"),
    ]  # fmt: skip
    assert sorted(path.name for path in folder.iterdir()) == ["README.txt", "block-telegram.csv", "watch.txt"]
    rows = (folder / "block-telegram.csv").read_text("utf-8").splitlines()
    assert rows[0] == "handle,id,url,reason" and '"night_owl","111"' in rows[1] and len(rows) == 2
    listed = read_list((folder / "watch.txt").read_bytes(), "watch.txt")
    assert [(one.address, one.problem) for one in listed] == [("https://t.example/night_owl", "")]
    readme = (folder / "README.txt").read_text("utf-8")
    assert "defamatory" in readme and "own use" in readme and THREE in readme


def test_nothing_is_overwritten_and_own_accounts_are_refused(
    abusekit: Abusekit, made: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    assert (
        "something already"
        in abusekit("account", "blocklist", "--case", made, tmp_path / "taken", expect=2).err
    )
    ended = abusekit("account", "blocklist", "--case", made, tmp_path / "own", "telegram:user900", expect=2)
    assert "own account" in ended.err and not (tmp_path / "own").exists()


def test_no_confirmed_link_and_nobody_named(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    assert "confirmed" in abusekit("account", "blocklist", "--case", case, tmp_path / "list", expect=2).err
