"""A line of the log names a file outside of the case."""

from __future__ import annotations

from pathlib import Path

import pytest
from forger import extend, sha256
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize(
    "path",
    [
        "../outside.txt",
        "evidence/../../outside.txt",
        "evidence/E0001/../../../outside.txt",
        "/etc/passwd",
        "evidence//E0001/x",
        "evidence/./x",
        "evidence/E0001/",
        "evidence",
        "private/safety.txt",
        "derived/x",
        "staging/x",
        "case.yaml",
        "evidence\\E0001",
        "evidence/E0001/x\n",
        "evidence/E0001/\u202ex",
        "",
    ],
)
@pytest.mark.parametrize("do", ["case.note", "item.add"])
def test_is_refused(suspect: Suspect, path: str, do: str, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_bytes(b"x")
    act = {
        "do": do, "item": "E0009", "exhibit": "PO/6", "kind": "file", "outcome": "complete",
        "files": [{"path": path, "sha256": sha256(b"x"), "size": 1}],
    }  # fmt: skip
    extend(suspect.root, act)
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="line 18 (n 17): names a file wrongly")


@pytest.mark.parametrize(
    "listed",
    [
        {"path": "evidence/E0009/x", "sha256": "A" * 64, "size": 1},
        {"path": "evidence/E0009/x", "sha256": "0" * 63, "size": 1},
        {"path": "evidence/E0009/x", "sha256": "0" * 64, "size": -1},
        {"path": "evidence/E0009/x", "sha256": "0" * 64, "size": True},
        {"path": "evidence/E0009/x", "sha256": "0" * 64, "size": "1"},
        {"path": "evidence/E0009/x", "sha256": "0" * 64},
        {"path": 7, "sha256": "0" * 64, "size": 1},
        {"path": ["evidence/E0009/x"], "sha256": "0" * 64, "size": 1},
        "evidence/E0009/x",
        None,
        7,
    ],
)
def test_malformed_listings(suspect: Suspect, listed: object) -> None:
    extend(suspect.root, {"do": "case.note", "files": [listed]})
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="line 18")


@pytest.mark.parametrize("files", [7, "text", None, {"path": "x"}, True])
def test_files_that_are_no_list(suspect: Suspect, files: object) -> None:
    extend(suspect.root, {"do": "case.note", "files": files})
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="line 18")
