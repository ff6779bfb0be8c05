"""A file claims a terabyte: the answer comes at once, and without reading it."""

from __future__ import annotations

import os
import time

import pytest
from forger import open_up
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize(
    ("path", "check", "item", "exhibit"),
    [
        ("evidence/E0004/photo.jpg", "file", "E0004", "PO/4"),
        ("evidence/E0001/item.json", "file", "E0001", "PO/1"),
        ("seals/000015/manifest-sha256.txt", "file", "", ""),
        ("seals/000015/seal.txt", "file", "", ""),
        ("case.yaml", "settings", "", ""),
    ],
)
def test_is_changed(suspect: Suspect, path: str, check: str, item: str, exhibit: str) -> None:
    open_up(suspect.root / path)
    os.truncate(suspect.root / path, 1 << 40)
    started = time.monotonic()
    suspect.finds(1, check, Status.CHANGED, path, item, exhibit)
    assert time.monotonic() - started < 5


def test_the_log(suspect: Suspect) -> None:
    os.truncate(suspect.root / "custody/log.jsonl", 1 << 40)
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="longer than")
