"""After a crash: whole items are entered, others are set aside, a torn line is kept; all of it is logged."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.case.custody import cut_torn_tail
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.orphans import recover
from abusekit.case.settings import Producer, Settings
from abusekit.errors import CaseError
from abusekit.integrity.findings import Status
from abusekit.integrity.verify import Question, verify_case

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
PRODUCER = Producer("PO", "Producer One", "volunteer")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Five items, of which the log knows the first two."""
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    made = Case.create(tmp_path / "case", settings, now=NOW)
    take(made, b"1", b"2")
    size = made.log.path.stat().st_size
    take(made, b"3", b"4", b"5")
    os.truncate(made.log.path, size)
    return made


def take(case: Case, *texts: bytes) -> list[str]:
    with Intake(case, PRODUCER, clock=lambda: NOW) as intake:
        drafts = []
        for text in texts:
            draft = intake.draft("file")
            draft.write("a.txt", text, "text/plain", "original")
            drafts.append(draft)
        return [item.id for item in intake.commit(drafts)]


def no_faults(case: Case) -> None:
    verdict = verify_case(case.root, Question())
    unclear = {f.check for f in verdict.findings if f.status not in (Status.OK, Status.NOTE)}
    assert (verdict.exit_code, unclear) == (7, {"seal"}), verdict.findings


def test_all_are_whole(case: Case) -> None:
    done = recover(case, by="PO", now=NOW)
    assert (done.adopted, done.set_aside, done.torn) == (["E0003", "E0004", "E0005"], [], None)
    assert take(case, b"6") == ["E0006"]
    no_faults(case)
    again = recover(case, by="PO", now=NOW)
    assert (again.adopted, again.set_aside, again.torn, again.cleared) == ([], [], None, [])


def test_the_next_commit_enters_them(case: Case) -> None:
    assert take(case, b"6") == ["E0006"]
    no_faults(case)


def _spoil(case: Case, item: str, how: str) -> None:
    folder = case.evidence / item
    match how:
        case "changed":
            (folder / "a.txt").chmod(0o600)
            (folder / "a.txt").write_bytes(b"other")
        case "missing":
            (folder / "a.txt").unlink()
        case "added":
            (folder / "more.txt").write_bytes(b"")
        case "no item.json":
            (folder / "item.json").unlink()
        case "empty":
            shutil.rmtree(folder)
            folder.mkdir()


@pytest.mark.parametrize("how", ["changed", "missing", "added", "no item.json", "empty"])
def test_the_last_is_not_whole(case: Case, how: str) -> None:
    """The whole ones before it are entered and stay where they are."""
    _spoil(case, "E0005", how)
    with pytest.raises(CaseError, match="E0005 is not whole"):
        take(case, b"6")
    done = recover(case, by="PO", now=NOW)
    assert len(done.set_aside) == 1 and (case.root / done.set_aside[0]).is_dir()
    assert case.item_ids() == ["E0001", "E0002", "E0003", "E0004"]
    assert [entry["item"] for entry in case.entries() if entry["do"] == "item.aside"] == ["E0005"]
    no_faults(case)
    assert take(case, b"6") == ["E0006"]  # the number is used up
    no_faults(case)


def test_recover_first_when_the_last_is_not_whole(case: Case) -> None:
    _spoil(case, "E0005", "changed")
    done = recover(case, by="PO", now=NOW)
    assert done.adopted == ["E0003", "E0004"]
    assert case.item_ids() == ["E0001", "E0002", "E0003", "E0004"]
    no_faults(case)


def test_a_torn_line_and_orphans_at_once(case: Case) -> None:
    with case.log.path.open("ab") as log:
        log.write(b'{"at":"2026')
    done = recover(case, by="PO", now=NOW)
    assert done.torn and done.torn.size == 11
    assert done.adopted == ["E0003", "E0004", "E0005"]
    entry = next(entry for entry in case.entries() if entry["do"] == "log.repair")
    assert (case.root / str(entry["kept_as"])).read_bytes() == b'{"at":"2026'
    no_faults(case)


def test_torn_bytes_that_an_interrupted_recover_left_unlogged(case: Case) -> None:
    recover(case, by="PO", now=NOW)
    with case.log.path.open("ab") as log:
        log.write(b'{"at":"2026')
    assert cut_torn_tail(case.log.path)  # and there the first recover was killed
    assert recover(case, by="PO", now=NOW).torn is None
    entry = next(entry for entry in case.entries() if entry["do"] == "log.repair")
    assert (entry["size"], (case.root / str(entry["kept_as"])).read_bytes()) == (11, b'{"at":"2026')
    no_faults(case)


def test_leftovers_of_dead_runs_go_and_those_of_living_ones_stay(case: Case) -> None:
    with Intake(case, PRODUCER, clock=lambda: NOW) as living:
        draft = living.draft("file")
        (case.staging / "deadbeef0123").mkdir()
        (case.staging / "deadbeef0123.lock").write_bytes(b"")
        done = recover(case, by="PO", now=NOW)
        assert done.cleared == ["deadbeef0123"]
        assert draft.folder.is_dir()
        assert not (case.staging / "deadbeef0123").exists()


def test_settings_whose_line_is_missing(case: Case) -> None:
    """Killed between file and line: they were never in force."""
    recover(case, by="PO", now=NOW)
    before = case.settings()
    size = case.log.path.stat().st_size
    changed = before.with_producer(Producer("AB", "Another Body", "officer"))
    case.change_settings(changed, by="PO", now=NOW, reason="help")
    os.truncate(case.log.path, size)
    done = recover(case, by="PO", now=NOW)
    assert len(done.set_aside) == 1 and (case.root / done.set_aside[0]).is_file()
    assert case.settings() == before
    no_faults(case)


def test_a_stale_copy_of_the_settings(case: Case) -> None:
    """Killed between line and copy."""
    recover(case, by="PO", now=NOW)
    (case.root / "case.yaml").write_bytes(b"old")
    recover(case, by="PO", now=NOW)
    no_faults(case)
