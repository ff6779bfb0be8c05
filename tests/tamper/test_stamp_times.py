"""Clocks that contradict each other are told; no time stamp makes an honest clock wrong, or a wrong one honest."""

from __future__ import annotations

from datetime import timedelta

from honest_case import Suspect
from stamped_case import NEWEST, Stamped, stamped_copy

from abusekit.integrity.findings import Status


def _with_shift(suspect: Suspect, shift: timedelta) -> Stamped:
    copy = stamped_copy(suspect)
    copy.issuers["local-b"].shift = shift
    for path in (copy.root / NEWEST).glob("stamp*"):
        path.unlink()
    from forger import raw_lines, store_lines

    store_lines(copy.root, raw_lines(copy.root)[:-4])
    for asked in copy.ask("local-a", "local-b"):
        copy.take(asked)
    return copy


def test_two_authorities_ten_minutes_apart(suspect: Suspect) -> None:
    copy = _with_shift(suspect, timedelta(minutes=10))
    copy.finds(7, "stamp", Status.UNCHECKED, f"{NEWEST}/stamp.sha256", says="10 minutes apart")
    copy.finds(7, "stamp", Status.NOTE, f"{NEWEST}/stamp.local-b.tsr", says="our clock was 10 minutes behind")


def test_two_authorities_four_minutes_apart(suspect: Suspect) -> None:
    assert _with_shift(suspect, timedelta(minutes=4)).verdict().exit_code == 0


def test_before_the_seal(suspect: Suspect) -> None:
    """A token cannot be older than what it stamps: the clock that wrote the seal was ahead."""
    copy = _with_shift(suspect, -timedelta(hours=2))
    path = f"{NEWEST}/stamp.local-b.tsr"
    copy.finds(7, "stamp", Status.NOTE, path, says="our clock was")
    copy.finds(7, "stamp", Status.UNCHECKED, f"{NEWEST}/stamp.sha256", says="apart")


def test_asked_again_a_week_later(suspect: Suspect) -> None:
    """One authority was down: its later token contradicts nobody."""
    copy = stamped_copy(suspect)
    for path in (copy.root / NEWEST).glob("stamp*"):
        path.unlink()
    from forger import raw_lines, store_lines

    store_lines(copy.root, raw_lines(copy.root)[:-4])
    first, second = copy.ask("local-a", "local-b")
    copy.take(first)
    copy.now += timedelta(days=7)
    copy.take(second)
    verdict = copy.verdict()
    assert verdict.exit_code == 0 and verdict.counts["stamp", Status.OK] == 2, verdict.findings
