"""A file whose name would mislead a person, a terminal or another system."""

from __future__ import annotations

import os

import pytest
from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("aux", "device"),
        ("COM1.txt", "device"),
        ("nul.wacz", "device"),
        ("Photo.JPG", "capitals"),
        ("\x1b[2Jphoto", "does not use"),
        ("photo\u202egpj.exe", "does not use"),
        ("photo\n.jpg", "does not use"),
        (" photo.jpg", "does not use"),
        ("-rf", "does not use"),
        (".hidden", "does not use"),
        ("ph\u00f6to.jpg", "does not use"),  # NFC
        ("pho\u0308to.jpg", "does not use"),  # NFD: the same name to a person, and to some disks
        ("a" * 201, "does not use"),
        ("back\\slash", "does not use"),
    ],
)
def test_is_unlisted(suspect: Suspect, name: str, why: str) -> None:
    overwrite(suspect.root / "evidence/E0004" / name, b"x")
    twin = "photo.jpg" if why == "capitals" else name  # whichever of the two sorts later is told
    suspect.finds(1, "names", Status.UNLISTED, f"evidence/E0004/{twin}", says=why)


def test_bytes_that_are_no_text(suspect: Suspect) -> None:
    with open(os.fsencode(suspect.root / "evidence") + b"/\xff\xfe", "wb"):
        pass
    suspect.finds(1, "names", Status.UNLISTED, "evidence/\udcff\udcfe")


def test_at_the_top(suspect: Suspect) -> None:
    overwrite(suspect.root / ".git" / "config", b"x")
    suspect.finds(1, "names", Status.UNLISTED, ".git")
