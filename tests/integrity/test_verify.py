"""The verdict: its exit codes, what it is told and tells, and that it leaves the case alone. See tests/tamper."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.errors import CaseError
from abusekit.integrity.findings import PROVES, Status
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest, parse_seal
from abusekit.integrity.sealing.marks import HighWater, note_mark
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, Verdict, verify_case

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
PRODUCER = Producer("PO", "Producer One", "volunteer")
KEY = Ed25519PrivateKey.generate()
PINNED = Trust((), (public_key_of(KEY).fingerprint,))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case.create(tmp_path / "case", Settings("", "OP-1", "Europe/London", (PRODUCER,)), now=NOW)
    with Intake(made, PRODUCER, clock=lambda: NOW) as intake:
        drafts = []
        for n in range(300):
            draft = intake.draft("file")
            draft.write("a.bin", bytes([n % 256]) * (n * 40), "application/octet-stream", "original")
            drafts.append(draft)
        intake.commit(drafts)
    sign_seal(made, make_manifest(made, by="PO", now=NOW), StoredKey("me", KEY), by="PO", now=NOW)
    return made


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_however_many_threads(case: Case, jobs: int) -> None:
    steps: list[tuple[int, int]] = []
    question = Question(trust=PINNED, jobs=jobs, everything=True)
    verdict = verify_case(case.root, question, lambda done, total: steps.append((done, total)))
    assert (verdict.exit_code, verdict.word) == (0, "VERIFIED")
    assert verdict.counts["item", Status.OK] == 300
    assert steps == sorted(steps) and steps[-1][0] == steps[-1][1] > 0
    files = [f.path for f in verdict.findings if f.check == "file"]
    assert len(files) == len(set(files)) == verdict.counts["file", Status.OK]
    assert {f.check for f in verdict.findings} <= set(PROVES)


def test_nothing_is_written_and_nothing_is_asked_of_the_network(case: Case, tmp_path: Path) -> None:
    before = {path: path.lstat().st_mtime_ns for path in [case.root, *case.root.rglob("*")]}
    watched = tmp_path / "strace.txt"
    script = (
        "import sys; from pathlib import Path; from abusekit.integrity.verify import *; "
        "verify_case(Path(sys.argv[1]), Question())"
    )
    subprocess.run(
        ["strace", "-f", "-e", "trace=socket,connect,openat,unlink,rename,mkdir", "-o", watched,
         sys.executable, "-c", script, case.root],
        check=True,
    )  # fmt: skip
    calls = watched.read_text().splitlines()
    assert not [call for call in calls if "socket(" in call or "connect(" in call]
    ours = [call for call in calls if str(case.root) in call]
    assert len(ours) > 600
    assert not [call for call in ours if "O_WRONLY" in call or "O_RDWR" in call or "openat" not in call]
    assert {path: path.lstat().st_mtime_ns for path in [case.root, *case.root.rglob("*")]} == before


def test_without_everything_only_what_matters_is_kept(case: Case) -> None:
    verdict = verify_case(case.root, Question(trust=PINNED))
    assert {f.check for f in verdict.findings} == {"log", "seal", "signature", "stamp"}
    assert verdict.root in verdict.findings[0].message


@pytest.mark.parametrize(
    ("counts", "torn", "code"),
    [
        ({}, "", 0),
        ({("file", Status.OK): 9, ("names", Status.NOTE): 1}, "", 0),
        ({("file", Status.UNCHECKED): 1}, "", 7),
        ({("file", Status.UNCHECKED): 1}, "torn", 3),
        ({("file", Status.CHANGED): 0}, "", 0),
        ({("file", Status.CHANGED): 1, ("file", Status.UNCHECKED): 5}, "torn", 1),
        ({("file", Status.MISSING): 1}, "", 1),
        ({("file", Status.UNLISTED): 1}, "", 1),
    ],
)
def test_exit_codes(counts: dict[tuple[str, Status], int], torn: str, code: int) -> None:
    assert Verdict(torn=torn, counts=Counter(counts)).exit_code == code


def test_no_case(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for path in (tmp_path, tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(CaseError) as caught:
            verify_case(path, Question())
        assert caught.value.hint


def test_a_case_that_is_not_sealed(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", Settings("", "OP-1", "Europe/London", (PRODUCER,)), now=NOW)
    assert verify_case(case.root, Question()).exit_code == 7
    assert verify_case(case.root, Question(trust=PINNED)).exit_code == 1


def test_a_pipe_in_place_of_the_log_does_not_hang_the_mark(case: Case, tmp_path: Path) -> None:
    seal = parse_seal((case.seals / "000301/seal.txt").read_bytes())
    note_mark(tmp_path / "marks", HighWater(seal.case, seal.size, seal.root, seal.sealed_at))
    case.log.path.unlink()
    os.mkfifo(case.log.path)
    assert verify_case(case.root, Question(marks=tmp_path / "marks")).exit_code == 1
