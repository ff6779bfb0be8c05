"""Lines are dated after the day on which somebody looks: one of two clocks was wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from forger import entries, extend
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_is_said(suspect: Suspect) -> None:
    assert suspect.verdict(now=NOW).exit_code == 0
    extend(suspect.root, {"do": "seal.note", "at": "2027-11-21T12:00:00.000000Z"})
    suspect.finds(7, "log", Status.UNCHECKED, LOG, says="line 18 is of 2027-11-21T12:00:00Z", now=NOW)


def test_hidden_behind_a_clock_set_back(suspect: Suspect) -> None:
    """The last line is of today again; the one of the future is found all the same."""
    later = "2027-11-21T12:00:00.000000Z"
    back = {"do": "case.note", "at": entries(suspect.root)[-1]["at"], "clock_set_back_from": later}
    extend(suspect.root, {"do": "case.note", "at": later}, back)
    suspect.finds(7, "log", Status.UNCHECKED, LOG, says="line 18", now=NOW)


def test_clocks_that_differ_a_little_agree(suspect: Suspect) -> None:
    last = datetime.fromisoformat(entries(suspect.root)[-1]["at"])
    assert suspect.verdict(now=last - timedelta(minutes=50)).exit_code == 0
    assert suspect.verdict(now=last - timedelta(minutes=70)).exit_code == 7
