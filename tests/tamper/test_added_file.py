"""A file lies in the case that nobody logged."""

from __future__ import annotations

import pytest
from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize(
    ("path", "item", "exhibit"),
    [
        ("evidence/E0003/more.txt", "E0003", "PO/3"),
        ("evidence/stray.txt", "", ""),
        ("evidence/E0099/photo.jpg", "", ""),
        ("custody/notes.txt", "", ""),
        ("custody/torn-17-0123456789abcdef.bin", "", ""),
        ("settings/0003.yaml", "", ""),
        ("seals/000007/extra.txt", "", ""),
        ("seals/extra.txt", "", ""),
        ("readme.txt", "", ""),
        ("evidence/E0003/deeper/more.txt", "E0003", "PO/3"),
    ],
)
def test_is_unlisted(suspect: Suspect, path: str, item: str, exhibit: str) -> None:
    overwrite(suspect.root / path, b"planted\n")
    suspect.finds(1, "unlisted", Status.UNLISTED, path, item, exhibit)
