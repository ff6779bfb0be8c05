"""The one door: what goes in is whole, hashed, read-only and logged, or it is not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.case.folder import Case
from abusekit.case.intake import MAX_FILES, Intake
from abusekit.case.settings import Producer, Settings
from abusekit.errors import AbusekitError, CaseError, EvidenceError, InputError, LockedError, TornLogError
from abusekit.integrity.findings import Status
from abusekit.integrity.verify import Question, verify_case

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
PRODUCER = Producer("PO", "Producer One", "volunteer")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    return Case.create(tmp_path / "case", settings, now=NOW)


@pytest.fixture
def intake(case: Case) -> Iterator[Intake]:
    with Intake(case, PRODUCER, clock=lambda: NOW) as door:
        yield door


def take(intake: Intake, *texts: bytes) -> list[str]:
    drafts = []
    for text in texts:
        draft = intake.draft("file")
        draft.write("note.txt", text, "text/plain", "original")
        drafts.append(draft)
    return [item.id for item in intake.commit(drafts)]


def no_faults(case: Case) -> None:
    """Everything but sealing is in order."""
    verdict = verify_case(case.root, Question())
    assert verdict.exit_code == 7, verdict.findings
    assert {f.check for f in verdict.findings if f.status is Status.UNCHECKED} == {"seal"}


# --- what comes out


def test_an_item_is_whole(case: Case, intake: Intake) -> None:
    draft = intake.draft("file")
    draft.source = {"name": "IMG \u202e.txt"}
    draft.write("photo.jpg", b"abc", "image/jpeg", "original")
    (item,) = intake.commit([draft])
    assert (item.id, item.exhibit, item.who, item.at) == (
        "E0001",
        "PO/1",
        "PO",
        "2026-11-20T21:00:00.000000Z",
    )
    assert item.local == "2026-11-20T21:00:00+00:00"
    folder = case.evidence / "E0001"
    assert (folder / "photo.jpg").read_bytes() == b"abc"
    assert item.files[0].sha256 == hashlib.sha256(b"abc").hexdigest()
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o400}
    assert case.item("E0001") == item
    entry = list(case.entries())[-1]
    assert (entry["do"], entry["item"], entry["exhibit"]) == ("item.add", "E0001", "PO/1")
    no_faults(case)


def test_nothing_of_a_dropped_draft_is_left(case: Case) -> None:
    with Intake(case, PRODUCER, clock=lambda: NOW) as intake:
        intake.draft("file").write("a.txt", b"x", "text/plain", "original")
    assert list(case.staging.iterdir()) == []
    assert case.item_ids() == []


def test_an_empty_batch(case: Case, intake: Intake) -> None:
    size = case.log.path.stat().st_size
    assert intake.commit([]) == []
    assert case.log.path.stat().st_size == size


def test_exhibits_of_two_producers(case: Case, intake: Intake) -> None:
    second = Producer("AB", "Another Body", "officer")
    case.change_settings(case.settings().with_producer(second), by="PO", now=NOW, reason="help")
    take(intake, b"1", b"2")
    with Intake(case, second, clock=lambda: NOW) as other:
        take(other, b"3")
    take(intake, b"4")
    assert [item.exhibit for item in case.items()] == ["PO/1", "PO/2", "AB/1", "PO/3"]
    no_faults(case)


# --- what is refused


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "/etc/passwd", ".hidden", "-rf", "é.txt", "a b", "a\n", "a\0", "x" * 101,
     "item.json", "Item.JSON", "con", "NUL.txt", "com1.tar.gz", "taken.txt", "TAKEN.txt", "\u202ea"],
)  # fmt: skip
def test_a_name_that_is_not_stored(case: Case, intake: Intake, name: str) -> None:
    draft = intake.draft("file")
    draft.write("taken.txt", b"x", "text/plain", "original")
    with pytest.raises(InputError):
        draft.write(name, b"x", "text/plain", "original")
    intake.commit([draft])
    no_faults(case)


def test_too_many_files(case: Case, intake: Intake) -> None:
    draft = intake.draft("file")
    for n in range(MAX_FILES):
        draft.write(f"{n}.txt", b"", "text/plain", "original")
    with pytest.raises(InputError):
        draft.write("one-more.txt", b"", "text/plain", "original")
    intake.commit([draft])
    no_faults(case)


def test_names_too_long_for_one_log_line(case: Case, intake: Intake) -> None:
    draft = intake.draft("file")
    for n in range(MAX_FILES):
        draft.write(f"{n:0100}", b"", "text/plain", "original")
    with pytest.raises(CaseError):
        intake.commit([draft])
    assert case.item_ids() == []
    assert take(intake, b"x") == ["E0001"]
    no_faults(case)


@pytest.mark.parametrize("facts", [{"a": 1.5}, {"A": 1}, {"a": "\ud800"}, {"a": 2**60}])
def test_facts_that_do_not_fit_undo_the_batch(case: Case, intake: Intake, facts: dict[str, object]) -> None:
    good, bad = intake.draft("file"), intake.draft("file")
    good.write("a.txt", b"x", "text/plain", "original")
    bad.facts = facts
    with pytest.raises(ValueError, match=r"."):
        intake.commit([good, bad])
    assert case.item_ids() == []
    assert [item.id for item in intake.commit([good])] == ["E0001"]
    no_faults(case)


def test_a_file_that_changes_while_it_is_copied(
    case: Case, intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "growing.log"
    source.write_bytes(b"x" * 1000)
    draft = intake.draft("file")
    draft.write("other.txt", b"x", "text/plain", "original")
    real = os.fstat
    calls = []

    def looked_at(fd: int) -> os.stat_result:
        calls.append(fd)
        if len(calls) == 2:  # the second look, behind the copy
            with source.open("ab") as stream:
                stream.write(b"y")
        return real(fd)

    monkeypatch.setattr(os, "fstat", looked_at)
    with pytest.raises(InputError, match="changes while it is read"):
        draft.copy(source, "growing.txt", "text/plain")
    monkeypatch.undo()
    (item,) = intake.commit([draft])
    assert [stored.name for stored in item.files] == ["other.txt"]
    assert sorted(os.listdir(case.evidence / item.id)) == ["item.json", "other.txt"]
    no_faults(case)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_only_regular_files_are_copied(intake: Intake, tmp_path: Path, make: object) -> None:
    make(tmp_path / "thing")  # type: ignore[operator]
    for source in (tmp_path / "thing", tmp_path / "absent"):
        with pytest.raises(InputError):
            intake.draft("file").copy(source, "x.txt", "text/plain")


def test_a_broken_installation_records_nothing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abusekit.case.intake.self_test", lambda: "FAILED: sha256")
    with pytest.raises(EvidenceError), Intake(case, PRODUCER, clock=lambda: NOW):
        pass


# --- the folder's own troubles


def test_a_torn_log_stops_before_anything_is_fetched(case: Case) -> None:
    with case.log.path.open("ab") as log:
        log.write(b'{"at"')
    with pytest.raises(TornLogError), Intake(case, PRODUCER, clock=lambda: NOW):
        pass


def test_a_log_torn_meanwhile(case: Case, intake: Intake) -> None:
    take(intake, b"x")
    with case.log.path.open("ab") as log:
        log.write(b'{"at":"x","do":"item.add"')
    with pytest.raises(TornLogError):
        take(intake, b"y")
    assert case.item_ids() == ["E0001"]


HOLD = """
import sys
from pathlib import Path
from abusekit.case.folder import Case
with Case(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_case_that_another_process_holds(case: Case) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, case.root], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin and holder.stdout and holder.stdout.readline() == "held\n"
    started = time.monotonic()
    with pytest.raises(LockedError) as caught, case.lock(timeout=0.2):
        pass
    assert time.monotonic() - started < 2
    assert caught.value.exit_code == 3 and caught.value.hint
    with case.lock("capture", timeout=0.2):
        pass  # another lock
    holder.kill()
    holder.communicate()
    with case.lock(timeout=5):
        pass  # the kernel dropped it


MANY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
case = Case.open(Path(sys.argv[1]))
with Intake(case, case.settings().producer(None), clock=lambda: datetime.now(UTC)) as intake:
    for n in range(int(sys.argv[2])):
        draft = intake.draft("file")
        draft.write("a.txt", f"{sys.argv[3]} {n}".encode(), "text/plain", "original")
        print(intake.commit([draft])[0].id)
"""


def test_eight_processes_at_once(case: Case) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", MANY, case.root, "50", str(k)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for k in range(8)
    ]  # fmt: skip
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 8, said
    ids = [item for out, _ in said for item in out.split()]
    assert sorted(ids) == [f"E{n:04}" for n in range(1, 401)] == case.item_ids()
    entries = list(case.entries())
    assert len(entries) == 401
    assert len({entry["exhibit"] for entry in entries[1:]}) == 400
    texts = {(case.evidence / item / "a.txt").read_text() for item in ids}
    assert texts == {f"{k} {n}" for k in range(8) for n in range(50)}
    no_faults(case)


def test_an_orphan_of_another_process_that_died(case: Case, intake: Intake) -> None:
    """It died between rename and log while we were at work: its item is entered, ours comes behind it."""
    take(intake, b"1")
    with Intake(case, PRODUCER, clock=lambda: NOW) as other:
        size = case.log.path.stat().st_size
        take(other, b"2")
    os.truncate(case.log.path, size)
    assert take(intake, b"3") == ["E0003"]
    assert [entry.get("recovered") for entry in case.entries()] == [None, None, True, None]
    no_faults(case)


# --- a full disk, a read-only case


FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.errors import CaseError
case = Case.open(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Intake(case, case.settings().producer(None), clock=lambda: datetime.now(UTC)) as intake:
    draft = intake.draft("file")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        draft.write("large.bin", bytes(300_000), "application/octet-stream", "original")
    except CaseError as fault:
        print(fault.message)
    draft.write("small.bin", bytes(1000), "application/octet-stream", "original")
    intake.commit([draft])
"""


def test_a_file_too_large_for_the_disk(case: Case) -> None:
    """RLIMIT_FSIZE: the write comes up short, as on a full disk."""
    done = subprocess.run([sys.executable, "-c", FULL, case.root], capture_output=True, text=True, check=True)
    assert done.stdout == "large.bin could not be stored: the disk is full\n"
    assert sorted(os.listdir(case.evidence / "E0001")) == ["item.json", "small.bin"]
    no_faults(case)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of our own; where we may not mount, the test fails and says so."""
    where = tmp_path / "disk"
    where.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", where], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.xfail(f"no mount for us here ({mounted.stderr.strip()}): RLIMIT_FSIZE above stands for it")
    yield where
    subprocess.run(["umount", "-l", where], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    case = Case.create(small_disk / "case", settings, now=NOW)
    done: list[str] = []
    with Intake(case, PRODUCER, clock=lambda: NOW) as intake:
        with pytest.raises(CaseError, match=r"the disk is full|could not be written") as caught:
            while True:
                done += take(intake, os.urandom(20_000), os.urandom(3_000))
        assert caught.value.hint
    assert done and case.item_ids() == done
    assert len(list(case.entries())) == 1 + len(done)
    no_faults(case)
    with Intake(case, PRODUCER, clock=lambda: NOW) as intake:  # staging was cleared: there is room again
        assert take(intake, b"x") == [f"E{len(done) + 1:04}"]
    no_faults(case)


def test_settings_on_a_full_disk(small_disk: Path) -> None:
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    case = Case.create(small_disk / "case", settings, now=NOW)
    (small_disk / "ballast").write_bytes(b"")
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError, match="space"):
        while True:
            ballast.write(bytes(4096))
    changed = case.settings().with_producer(Producer("AB", "Another Body", "officer"))
    with pytest.raises(CaseError):
        case.change_settings(changed, by="PO", now=NOW, reason="help")
    (small_disk / "ballast").unlink()
    no_faults(case)
    case.change_settings(changed, by="PO", now=NOW, reason="help")
    assert case.settings() == changed
    no_faults(case)


def test_a_case_cannot_be_made_on_a_full_disk(small_disk: Path) -> None:
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError, match="space"):
        while True:
            ballast.write(bytes(4096))
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    with pytest.raises(CaseError, match=r"disk is full|could not"):
        Case.create(small_disk / "case", settings, now=NOW)
    assert os.listdir(small_disk) == ["ballast"]


def test_a_read_only_case(small_disk: Path) -> None:
    """On a file system that is mounted read-only: not even root may write."""
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    case = Case.create(small_disk / "case", settings, now=NOW)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for act in (
        lambda: Intake(case, PRODUCER, clock=lambda: NOW).__enter__(),
        lambda: case.record([], by="PO", now=NOW),
        lambda: case.change_settings(case.settings(), by="PO", now=NOW, reason="x"),
        lambda: Case.create(small_disk / "other", settings, now=NOW),
    ):
        with pytest.raises(CaseError, match=r"read-only|cannot be"):
            act()
    no_faults(case)  # and verify needs no more than to read


# --- how often the disk is waited for


STEPS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
case = Case.open(Path(sys.argv[1]))
with Intake(case, case.settings().producer(None), clock=lambda: datetime.now(UTC)) as intake:
    drafts = []
    for n in range(2000):
        draft = intake.draft("capture")
        draft.write("capture.wacz", b"w" * 3000, "application/wacz+zip", "original")
        draft.write("text.txt", f"page {n}".encode(), "text/plain", "rendering")
        drafts.append(draft)
        if len(drafts) == 64:
            intake.commit(drafts)
            drafts = []
    intake.commit(drafts)
"""


def test_a_batch_shares_its_durable_steps(case: Case, tmp_path: Path) -> None:
    """2,000 small items in batches of 64: at most 0.2 waits for the disk an item, within 12 s."""
    counted = tmp_path / "strace.txt"
    started = time.monotonic()
    subprocess.run(
        ["strace", "-c", "-f", "-e", "trace=fsync,fdatasync,sync,syncfs", "-o", counted,
         sys.executable, "-c", STEPS, case.root],
        check=True,
    )  # fmt: skip
    took = time.monotonic() - started
    rows = [line.split() for line in counted.read_text().splitlines()]
    calls = {
        row[-1]: int(row[3]) for row in rows if row and row[-1] in ("fsync", "fdatasync", "sync", "syncfs")
    }
    print(json.dumps({"seconds": round(took, 2), **calls}))
    assert 0 < sum(calls.values()) <= 0.2 * 2000, calls
    assert calls["syncfs"] >= 2000 // 64  # the batches were made durable, not merely written
    assert len(case.item_ids()) == 2000
    assert took < 12


def test_small_batches_are_durable_as_well(case: Case, tmp_path: Path) -> None:
    counted = tmp_path / "strace.txt"
    subprocess.run(
        ["strace", "-f", "-y", "-e", "trace=fsync,syncfs,rename,renameat,renameat2", "-o", counted,
         sys.executable, "-c", MANY, case.root, "1", "x"],
        check=True, capture_output=True,
    )  # fmt: skip
    steps = counted.read_text()
    files = max(steps.index("a.txt>"), steps.index("item.json>"))
    order = [files, steps.index("rename("), steps.index("case/evidence>)"), steps.rindex("log.jsonl>")]
    assert order == sorted(order), steps


def test_an_error_in_between_undoes_the_batch(
    case: Case, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [intake.draft("file") for _ in range(3)]
    for draft in drafts:
        draft.write("a.txt", b"x", "text/plain", "original")
    real = case.log.append

    def refuse(*_args: object, **_more: object) -> object:
        raise CaseError("the log could not be written")

    monkeypatch.setattr(case.log, "append", refuse)
    with pytest.raises(AbusekitError):
        intake.commit(drafts)
    assert case.item_ids() == []
    monkeypatch.setattr(case.log, "append", real)
    assert [item.id for item in intake.commit(drafts)] == ["E0001", "E0002", "E0003"]
    no_faults(case)
