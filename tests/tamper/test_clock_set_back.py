"""Time runs backwards in the log, and no line says that the clock was set back."""

from __future__ import annotations

from datetime import UTC, datetime

from forger import entries, extend
from honest_case import Suspect

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


def test_is_found(suspect: Suspect) -> None:
    extend(suspect.root, {"do": "case.note", "at": "2020-01-01T00:00:00.000000Z"})
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 18 (n 17): is earlier than the line before it")


def test_said_in_the_line_is_no_fault(suspect: Suspect) -> None:
    last = entries(suspect.root)[-1]["at"]
    said = {"do": "case.note", "at": "2020-01-01T00:00:00.000000Z", "clock_set_back_from": last}
    extend(suspect.root, said)
    assert suspect.verdict().exit_code == 7  # one act behind the seal, nothing else


def test_said_wrongly(suspect: Suspect) -> None:
    said = {
        "do": "case.note",
        "at": "2020-01-01T00:00:00.000000Z",
        "clock_set_back_from": "2021-01-01T00:00:00.000000Z",
    }
    extend(suspect.root, said)
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 18")


def test_by_our_own_writer_is_said(suspect: Suspect) -> None:
    act = Act("item.tag", {"item": "E0001", "tags": ["seen"]})
    Case.open(suspect.root).record([act], by="PO", now=datetime(2020, 1, 1, tzinfo=UTC))
    assert suspect.verdict().exit_code == 7
