"""Cases that are made to hurt whoever checks them, at a hundredth of the sizes of `make soak`.

Each is checked by both programs that a stranger may have, in processes that may take no more memory than here
stands: an answer that needs a machine of its own is none.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.integrity.sealing.manifest import make_manifest

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
PRODUCER = Producer("PO", "Producer One", "volunteer")
MEMORY = 400 << 20
"""Bytes of address space that Python's own allocations may grow to (RLIMIT_DATA)."""
PROGRAMS = ("abusekit", "verify_case.py")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    settings = Settings("", "OP-1", "Europe/London", (PRODUCER,))
    return Case.create(tmp_path / "case", settings, now=NOW)


def _checked(program: str, case: Case, project: Path, tmp_path: Path) -> tuple[int, str]:
    """Exit code and words of one of the two programs over the case."""
    argv = {
        "abusekit": [sys.executable, "-m", "abusekit", "verify"],
        "verify_case.py": [sys.executable, str(project / "src/abusekit/kit/programs/verify_case.py")],
    }[program]
    ended = subprocess.run(
        [*argv, str(case.root)],
        env={
            **os.environ,
            "ABUSEKIT_KEYS": str(tmp_path / "keys"),
            "ABUSEKIT_STATE": str(tmp_path / "state"),
        },
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in ended.stderr, ended.stderr[-2000:]
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_ten_thousand_lines(program: str, case: Case, project: Path, tmp_path: Path) -> None:
    with Intake(case, PRODUCER, clock=lambda: NOW) as intake:
        draft = intake.draft("file")
        draft.write("a.bin", b"x", "application/octet-stream", "original")
        intake.commit([draft])
    tag = Act("item.tag", {"item": "E0001", "tags": ["t"], "removed": [], "reason": "r" * 300})
    case.record([tag] * 10_000, by="PO", now=NOW)
    make_manifest(case, by="PO", now=NOW)
    code, said = _checked(program, case, project, tmp_path)
    assert code == 7 and "not signed" in said, said[-2000:]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_thousand_items_and_one_that_is_not_as_it_was(
    program: str, case: Case, project: Path, tmp_path: Path
) -> None:
    with Intake(case, PRODUCER, clock=lambda: NOW) as intake:
        drafts = []
        for n in range(1_000):
            drafts.append(intake.draft("file"))
            drafts[-1].write("a.bin", b"%d" % n, "application/octet-stream", "original")
        intake.commit(drafts)
    make_manifest(case, by="PO", now=NOW)
    assert _checked(program, case, project, tmp_path)[0] == 7
    path = case.evidence / "E0777" / "a.bin"
    path.chmod(0o600)
    path.write_bytes(b"xxx")
    code, said = _checked(program, case, project, tmp_path)
    assert code == 1 and "E0777" in said, said[-2000:]


@pytest.mark.parametrize("program", PROGRAMS)
def test_half_a_gigabyte_of_nothing(program: str, case: Case, project: Path, tmp_path: Path) -> None:
    """A sparse file whose size the log confirms, so that it has to be read to its end."""
    listed = {"path": "custody/claimed.bin", "sha256": "0" * 64, "size": 500 << 20}
    case.log.append([Act("case.note", {"files": [listed]})], by="PO", now=NOW)
    path = case.root / "custody/claimed.bin"
    path.touch()
    os.truncate(path, 500 << 20)
    make_manifest(case, by="PO", now=NOW)
    code, said = _checked(program, case, project, tmp_path)
    assert code == 1 and "custody/claimed.bin" in said, said[-2000:]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_folder_of_twenty_thousand_strangers(
    program: str, case: Case, project: Path, tmp_path: Path
) -> None:
    """Files that nobody logged, under names that look like seals and items."""
    for folder in ("seals", "evidence"):
        for n in range(1, 10_001):
            name = f"{n:06}" if folder == "seals" else f"E{n:04}"
            (case.root / folder / name).mkdir()
    code, said = _checked(program, case, project, tmp_path)
    assert code == 1 and len(said) < 5_000_000, said[-2000:]


@pytest.mark.parametrize("program", PROGRAMS)
def test_two_hundred_signatures(program: str, case: Case, project: Path, tmp_path: Path) -> None:
    """Pure Python takes milliseconds for each; the number of them must not decide how long a stranger waits."""
    from abusekit.integrity.keys.sshsig import sign

    folder = make_manifest(case, by="PO", now=NOW)
    text = (folder / "seal.txt").read_bytes()
    key = Ed25519PrivateKey.generate()
    for n in range(200):
        (folder / f"seal.txt.k{n}.sig").write_bytes(sign(key, text))
    code, said = _checked(program, case, project, tmp_path)
    assert code == 7 and "seal.txt.k199.sig" in said, said[-2000:]
