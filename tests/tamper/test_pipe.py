"""A pipe or a socket stands where a file was: it is not opened, so nothing waits for it."""

from __future__ import annotations

import os
import socket

import pytest
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize("path", ["evidence/E0004/photo.jpg", "seals/000015/seal.txt", "case.yaml"])
def test_a_pipe(suspect: Suspect, path: str) -> None:
    (suspect.root / path).unlink()
    os.mkfifo(suspect.root / path)
    suspect.finds(1, "names", Status.CHANGED, path, says="pipe")


def test_the_log(suspect: Suspect) -> None:
    (suspect.root / "custody/log.jsonl").unlink()
    os.mkfifo(suspect.root / "custody/log.jsonl")
    suspect.finds(1, "log", Status.MISSING, "custody/log.jsonl")


def test_a_socket(suspect: Suspect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(suspect.root / "evidence/E0004")  # a socket's path may have 107 bytes only
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.sock")
        suspect.finds(1, "names", Status.CHANGED, "evidence/E0004/s.sock")


def test_a_folder(suspect: Suspect) -> None:
    (suspect.root / "evidence/E0004/photo.jpg").unlink()
    (suspect.root / "evidence/E0004/photo.jpg").mkdir()
    suspect.finds(1, "file", Status.MISSING, "evidence/E0004/photo.jpg", "E0004", "PO/4")
