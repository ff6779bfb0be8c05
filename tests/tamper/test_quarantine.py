"""Acts about items that cannot be, and an item that hides behind one."""

from __future__ import annotations

import pytest
from forger import Entry, extend, flip, listed
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"
PUT: Entry = {"do": "item.quarantine", "item": "E0004", "reason": "x", "seen_by": ["PO"]}
BORNE_OUT: Entry = {"do": "item.corroborate", "item": "E0004", "reason": "z"}
RELEASE: Entry = {"do": "item.release", "item": "E0004", "reason": "y", "decided_by": "an officer"}


def test_put_and_released_is_no_fault(suspect: Suspect) -> None:
    extend(suspect.root, PUT, {**PUT, "item": "E0006"}, RELEASE)
    verdict = suspect.verdict()
    assert verdict.exit_code == 7 and list(verdict.quarantined) == ["E0006"]  # 7: not sealed yet


@pytest.mark.parametrize(
    ("acts", "says"),
    [
        ([{**PUT, "item": "E0099"}], "not taken in before"),
        ([{**PUT, "reason": 7}], "reason is of another type"),
        ([{"do": "item.quarantine", "item": "E0004"}], "absent or malformed"),
        ([{**BORNE_OUT, "by_item": "E0099"}], "no other item of this case"),
        ([{**BORNE_OUT, "by_item": "E0004"}], "no other item of this case"),
        ([RELEASE], "was not in quarantine"),
        ([PUT, RELEASE, RELEASE], "was not in quarantine"),
        ([PUT, {**RELEASE, "decided_by": " "}], "who decided"),
        ([PUT, {**RELEASE, "reason": None}], "reason is of another type"),
        ([PUT, {"do": "item.release", "item": "E0004", "reason": "y"}], "absent or malformed"),
    ],
)
def test_acts_that_cannot_be(suspect: Suspect, acts: list[Entry], says: str) -> None:
    extend(suspect.root, *acts)
    suspect.finds(1, "log", Status.CHANGED, LOG, says=says)


def test_it_admits_no_file_into_evidence(suspect: Suspect) -> None:
    (suspect.root / "evidence/E0004/more.jpg").write_bytes(b"x")
    extend(suspect.root, {**PUT, "files": [listed(suspect.root, "evidence/E0004/more.jpg")]})
    suspect.finds(1, "log", Status.CHANGED, LOG, says="admits files in custody/ only")


def test_a_changed_file_is_found_in_quarantine_too(suspect: Suspect) -> None:
    extend(suspect.root, PUT)
    flip(suspect.root / "evidence/E0004/photo.jpg", 40)
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0004/photo.jpg", item="E0004", exhibit="PO/4")


def test_a_removed_file_is_found_in_quarantine_too(suspect: Suspect) -> None:
    extend(suspect.root, PUT)
    (suspect.root / "evidence/E0004").chmod(0o700)
    (suspect.root / "evidence/E0004/photo.jpg").unlink()
    suspect.finds(1, "file", Status.MISSING, "evidence/E0004/photo.jpg", item="E0004", exhibit="PO/4")
