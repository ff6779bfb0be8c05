"""A case is made whole or not at all, found from below, and never mistaken for something else."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.case.custody import Act
from abusekit.case.folder import Case, disk_error
from abusekit.case.settings import Producer, Settings
from abusekit.errors import CaseError, EvidenceError, UsageError
from abusekit.integrity.findings import Status
from abusekit.integrity.verify import Question, verify_case

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
PRODUCER = Producer("PO", "Producer One", "volunteer")
SETTINGS = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "case", SETTINGS, now=NOW)


def test_a_new_case(case: Case) -> None:
    (entry,) = case.entries()
    assert (entry["do"], entry["by"], entry["case"]) == ("case.create", "PO", case.settings().case)
    assert (case.root / "case.yaml").read_bytes() == (case.root / "settings/0001.yaml").read_bytes()
    assert case.root.stat().st_mode & 0o077 == 0
    assert verify_case(case.root, Question()).exit_code == 7  # not sealed


def test_not_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    for name in ("file", "full", "link"):
        with pytest.raises(CaseError):
            Case.create(tmp_path / name, SETTINGS, now=NOW)
    Case.create(tmp_path / "empty", SETTINGS, now=NOW)
    assert sorted(os.listdir(tmp_path)) == ["empty", "file", "full", "link"]


def test_nothing_is_left_of_a_refused_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Case.create(tmp_path / "case", Settings("", "", "Europe/London", (PRODUCER,)), now=NOW)
    assert os.listdir(tmp_path) == []


def test_found_from_below(case: Case) -> None:
    (case.root / "evidence/deep/er").mkdir(parents=True)
    assert Case.find(case.root / "evidence/deep/er").root == case.root
    with pytest.raises(CaseError):
        Case.find(Path("/"))


@pytest.mark.parametrize("part", ["custody", "settings", "evidence", "custody/log.jsonl"])
def test_a_foreign_folder(case: Case, tmp_path: Path, part: str) -> None:
    (case.root / part).rename(tmp_path / "away")
    with pytest.raises(CaseError):
        Case.open(case.root)
    if part != "custody/log.jsonl":
        (case.root / part).symlink_to(tmp_path / "away")
        with pytest.raises(CaseError):
            Case.open(case.root)


def test_absent(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        Case.open(tmp_path / "nowhere")
    assert "init" in caught.value.hint


def test_settings_change_is_logged_and_shown(case: Case) -> None:
    changed = case.settings().with_producer(Producer("AB", "Another Body", "officer"))
    case.change_settings(changed, by="PO", now=NOW, reason="help")
    assert case.settings() == changed
    entry = list(case.entries())[-1]
    assert (entry["do"], entry["reason"], entry["files"][0]["path"]) == (
        "settings.change", "help", "settings/0002.yaml",
    )  # fmt: skip
    assert (case.root / "settings/0001.yaml").exists()


def test_settings_that_cannot_be_logged_are_taken_back(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (case.root / "case.yaml").read_bytes()

    def refuse(*_args: object, **_more: object) -> object:
        raise CaseError("the log could not be written")

    monkeypatch.setattr(case.log, "append", refuse)
    changed = case.settings().with_producer(Producer("AB", "Another Body", "officer"))
    with pytest.raises(CaseError):
        case.change_settings(changed, by="PO", now=NOW, reason="help")
    monkeypatch.undo()
    assert sorted(os.listdir(case.root / "settings")) == ["0001.yaml"]
    assert (case.root / "case.yaml").read_bytes() == before
    assert not [f for f in verify_case(case.root, Question()).findings if f.status is Status.UNLISTED]


def test_small_files_are_read_with_a_limit_and_never_through_a_link(case: Case, tmp_path: Path) -> None:
    assert case.read_small("case.yaml", 10_000)
    with pytest.raises(EvidenceError):
        case.read_small("case.yaml", 10)
    (case.root / "link").symlink_to("/etc/passwd")
    os.mkfifo(case.root / "pipe")
    for name in ("link", "pipe", "evidence", "absent"):
        with pytest.raises(CaseError):
            case.read_small(name, 10_000)


def test_items_are_asked_for_by_id(case: Case) -> None:
    for item_id in ("E0001", "../custody", "E1", "e0001", ""):
        with pytest.raises(UsageError):
            case.item(item_id)


def test_acts_are_recorded_under_the_lock(case: Case) -> None:
    (entry,) = case.record([Act("case.note", {"text": "x"})], by="PO", now=NOW)
    assert entry["n"] == 1


@pytest.mark.parametrize(
    ("number", "word"),
    [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EROFS, "read-only"), (errno.EACCES, "read-only"),
     (errno.EIO, "error")],
)  # fmt: skip
def test_troubles_of_the_disk_in_words(number: int, word: str) -> None:
    fault = disk_error("it could not be stored", OSError(number, os.strerror(number)))
    assert word in fault.message and fault.hint and fault.exit_code == 3
