"""The last line of the log is incomplete: a power cut, not an opponent; `recover` mends it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from forger import overwrite
from honest_case import Suspect

from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.orphans import recover
from abusekit.case.settings import Producer
from abusekit.integrity.findings import Status

PRODUCER = Producer("PO", "Producer One", "volunteer")


@pytest.mark.parametrize("left", [1, 100, -1])
def test_says_recover(suspect: Suspect, left: int) -> None:
    data = (suspect.root / "custody/log.jsonl").read_bytes()
    last = data[:-1].rindex(b"\n") + 1
    overwrite(suspect.root / "custody/log.jsonl", data[:last] + data[last:][:left])
    verdict = suspect.verdict()
    assert verdict.exit_code == 3, verdict.findings
    assert verdict.word == "TORN LOG"
    assert "incomplete" in verdict.torn


def test_in_an_item_that_was_just_taken_in(suspect: Suspect) -> None:
    with Intake(Case.open(suspect.root), PRODUCER, clock=lambda: datetime(2027, 1, 1, tzinfo=UTC)) as intake:
        draft = intake.draft("file")
        draft.write("late.txt", b"late", "text/plain", "original")
        intake.commit([draft])
    assert suspect.verdict().exit_code == 7
    data = (suspect.root / "custody/log.jsonl").read_bytes()
    overwrite(suspect.root / "custody/log.jsonl", data[:-40])
    assert suspect.verdict().exit_code == 3
    done = recover(Case.open(suspect.root), by="PO", now=datetime(2027, 1, 2, tzinfo=UTC))
    assert done.adopted == ["E0009"] and done.torn
    assert suspect.verdict().exit_code == 7  # two acts are not sealed yet
    assert (suspect.root / done.torn.kept_as).read_bytes() in data


def test_does_not_excuse_anything_else(suspect: Suspect) -> None:
    data = (suspect.root / "custody/log.jsonl").read_bytes()
    overwrite(suspect.root / "custody/log.jsonl", data[:-1])
    overwrite(suspect.root / "evidence/E0001/planted.txt", b"x")
    suspect.finds(1, "unlisted", Status.UNLISTED, "evidence/E0001/planted.txt", "E0001", "PO/1")
