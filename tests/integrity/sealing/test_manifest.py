"""Seals and manifests: one strict form, and sha256sum reads what we list."""

from __future__ import annotations

import hashlib
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abusekit.case.custody import Act, LogFormError
from abusekit.case.folder import Case
from abusekit.case.settings import Producer, Settings
from abusekit.errors import CaseError, EvidenceError, TornLogError
from abusekit.integrity.sealing.manifest import (
    Seal,
    make_manifest,
    manifest_bytes,
    newest_seal,
    parse_seal,
    read_state,
)

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)
SEALS = st.builds(
    Seal,
    case=st.uuids().map(str),
    size=st.integers(1, 10**15 - 1),
    root=HEX,
    head=HEX,
    log_sha256=HEX,
    manifest_sha256=HEX,
    sealed_at=st.datetimes().map(
        lambda at: at.strftime("%Y").rjust(4, "0") + at.strftime("-%m-%dT%H:%M:%S.%fZ")
    ),
    tool=st.from_regex(r"[!-~]{1,100}", fullmatch=True),
)
NAMES = st.from_regex(r"(evidence|custody)/[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", fullmatch=True)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Settings("", "OP-1", "Europe/London", (Producer("PO", "Producer One", "volunteer"),))
    return Case.create(tmp_path / "case", made, now=NOW)


@given(SEALS)
def test_a_seal_is_read_back(seal: Seal) -> None:
    assert parse_seal(seal.text()) == seal
    assert seal.text().decode("ascii").count("\n") == 9


@given(SEALS, st.data())
def test_only_one_spelling_of_a_seal(seal: Seal, data: st.DataObject) -> None:
    text = bytearray(seal.text())
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = parse_seal(bytes(text))
    except EvidenceError:
        return
    assert found.text() == bytes(text)


def test_further_lines_are_kept_apart() -> None:
    seal = Seal("0" * 8 + "-0000" * 3 + "-" + "0" * 12, 3, "0" * 64, "1" * 64, "2" * 64, "3" * 64,
                "2026-11-20T21:00:00.000000Z", "t/1")  # fmt: skip
    assert parse_seal(seal.text() + b"witness a b\nnote x\n") == seal
    for more in (b"witness a\nwitness b\n", b"Witness a\n", b"witness\n", b"witness a", b"\n", b"w \xc3\xa9\n",
                 b"note x\r\n", b"x y\n" * 21):  # fmt: skip
        with pytest.raises(EvidenceError):
            parse_seal(seal.text() + more)
    for old, new in ((b"2026-11-20", b"2026-02-30"), (b"T21", b"T25"), (b"\n3\n", b"\n0\n"), (b"\n3\n", b"\n-3\n"),
                     (b"AAAA=", b"AAAB="), (b"root-sha256 0", b"root-sha256 1")):  # fmt: skip
        with pytest.raises(EvidenceError):
            parse_seal(seal.text().replace(old, new, 1))
    for data in (b"", b"\xff" * 50, b"x" * 10_000):
        with pytest.raises(EvidenceError):
            parse_seal(data)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(NAMES, st.binary(max_size=100), min_size=1, max_size=6), st.randoms())
def test_sha256sum_reads_a_manifest(tmp_path: Path, files: dict[str, bytes], chance: object) -> None:
    root = tmp_path / os.urandom(4).hex()
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    listing = manifest_bytes({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})
    (root / "manifest").write_bytes(listing)
    command = ["sha256sum", "--strict", "--quiet", "-c", "manifest"]
    assert subprocess.run(command, cwd=root, check=False, capture_output=True).returncode == 0
    names = [line.split("  ", 1)[1] for line in listing.decode().splitlines()]
    assert names == sorted(files)
    (root / names[0]).write_bytes(files[names[0]] + b"x")
    assert subprocess.run(command, cwd=root, check=False, capture_output=True).returncode == 1


def test_a_seal_over_a_case(case: Case) -> None:
    folder = make_manifest(case, by="PO", now=NOW)
    assert folder.name == "000001" and newest_seal(case) == folder
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o400}
    seal = parse_seal((folder / "seal.txt").read_bytes())
    command = ["sh", "-c", "head -n 1 custody/log.jsonl | sha256sum"]
    head = subprocess.run(command, cwd=case.root, capture_output=True, check=True).stdout.decode()
    assert seal.log_sha256 == head[:64]
    state = read_state(case.log.path, 1)
    assert (seal.root, seal.head, seal.log_sha256) == (state.root, state.head, state.log_sha256)
    assert state.root == state.head  # the tree of one leaf
    subprocess.run(["sha256sum", "-c", "seals/000001/manifest-sha256.txt"], cwd=case.root, check=True)
    assert make_manifest(case, by="PO", now=NOW).name == "000002"


def test_two_salts_differ(case: Case) -> None:
    one, two = (make_manifest(case, by="PO", now=NOW) for _ in range(2))
    assert (one / "salt.txt").read_bytes() != (two / "salt.txt").read_bytes()


def test_a_folder_that_a_crash_left_is_set_aside(case: Case) -> None:
    (case.seals / "000001").mkdir()
    (case.seals / "000001/seal.txt").write_bytes(b"half")
    make_manifest(case, by="PO", now=NOW)
    (aside,) = (case.root / "custody").glob("not-whole-seals-000001-*")
    assert (aside / "seal.txt").read_bytes() == b"half"


def test_a_state_that_is_not_there(case: Case) -> None:
    with pytest.raises(EvidenceError, match="the log has 1 lines"):
        read_state(case.log.path, 2)
    with pytest.raises(CaseError):
        newest_seal(case)


def test_a_torn_log_is_not_sealed(case: Case) -> None:
    with case.log.path.open("ab") as log:
        log.write(b"{")
    with pytest.raises(TornLogError):
        make_manifest(case, by="PO", now=NOW)
    assert list(case.seals.iterdir()) == []


@pytest.mark.parametrize(
    "files",
    [7, [7], ["x"], [{"path": "x\ny", "sha256": "0" * 64, "size": 1}], [{"path": "evidence/é"}],
     [{"path": "evidence/x", "sha256": "0", "size": 1}], [{"path": "../x", "sha256": "0" * 64, "size": 1}]],
)  # fmt: skip
def test_a_hostile_log_is_not_sealed(case: Case, files: object) -> None:
    """A newline in a path would add a line of its own to the manifest."""
    case.log.append([Act("case.note", {"files": files})], by="PO", now=NOW)
    with pytest.raises(LogFormError):
        make_manifest(case, by="PO", now=NOW)
