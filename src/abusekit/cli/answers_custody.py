"""What the commands about custody answer with --json."""

from __future__ import annotations

import msgspec

from abusekit.cli.answers_stamps import StampAnswer


class TransferAnswer(msgspec.Struct):
    """What `custody transfer --json` answers."""

    transfer: int
    """Its number in the case."""
    to: str
    exhibits: int
    seal: int
    """N of the seal that covers it."""
    root: str
    keys: list[str]
    """Fingerprints that signed it."""
    written: list[str]
    """The hand-over file, and the receipt to print as HTML and as text."""
    stamps: list[StampAnswer] = []
    """Time stamps that were asked for over the seal; none where it was sealed before (--again)."""


class ReceiveAnswer(msgspec.Struct):
    """What `custody receive --json` answers."""

    transfer: int
    how: str
    """`signature` or `paper`."""
    name: str
    """Who received it, as written."""
    key: str
    """Fingerprint of the key that countersigned; empty on paper."""
    at: str
    """UTC, as the receiver says."""
    exhibits: int
    verdict: str
    """Of the case copy that was verified first; empty where the receipt came back to the releaser, or is on paper."""
    could_not_check: int
    """Findings of it that could not be checked."""
    written: list[str]
    """The receipt to send back, and the one to print."""
    exit_code: int = 0
    """7: the copy was received, and something in it could not be checked."""


class GapAnswer(msgspec.Struct):
    """A time in which an exhibit has no custodian or no place on record."""

    item: str
    exhibit: str
    start: str
    """UTC."""
    end: str | None
    """UTC; null: still."""
    missing: str
    """`custodian`, `place`, `custodian and place`."""
    why: str


class GapsAnswer(msgspec.Struct):
    """What `custody gaps --json` answers."""

    gaps: list[GapAnswer]
    exhibits: int
    """That have a gap."""
    exit_code: int
