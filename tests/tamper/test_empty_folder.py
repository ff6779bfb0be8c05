"""A folder that holds nothing that was logged: it names nothing, but it could mislead whoever works on."""

from __future__ import annotations

import pytest
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize(
    "path",
    [
        "evidence/E0999",
        "evidence/E999999999",
        "evidence/withdrawn",
        "seals/0000005",
        "seals/00099",
        "foo/bar",
        "evidence/E0001/more",
    ],
)
def test_is_found(suspect: Suspect, path: str) -> None:
    (suspect.root / path).mkdir(parents=True)
    suspect.finds(
        1, "unlisted", Status.UNLISTED, path.split("/", maxsplit=1)[0] if path.startswith("foo") else path
    )


def test_folders_of_a_case_may_be_empty(suspect: Suspect) -> None:
    for name in ("derived", "private", "staging"):
        (suspect.root / name).mkdir(exist_ok=True)
    assert suspect.verdict().exit_code == 0
