"""What `recheck` and `record` answer with --json; see `answers.ANSWERS`."""

from __future__ import annotations

import msgspec


class RecordedItem(msgspec.Struct):
    """One item of `record --json`."""

    item: str
    exhibit: str


class RecordAnswer(msgspec.Struct):
    """What `record --json` answers."""

    recorded: list[RecordedItem]


class SeenAt(msgspec.Struct):
    """A capture that brackets a deletion."""

    item: str
    at: str
    """UTC, our clock: for what was live when the capture began, for what was gone when it ended."""


class MarkerFound(msgspec.Struct):
    """A sign on which a verdict rests."""

    marker: str
    kind: str
    confidence: str
    where: str


class Rechecked(msgspec.Struct):
    """One address of `recheck --json`."""

    item: str
    """The newest item that the case held of the address."""
    recheck: str | None
    """The new item; null where there is none."""
    exhibit: str | None
    verdict: str | None
    """As in docs/case-format.md; null where nothing could be stored."""
    confidence: str | None
    """`high`, `medium` or `low`."""
    markers: list[MarkerFound]
    reasons: list[str]
    """Why, in neutral words."""
    compared_with: str | None
    """The item that the page was compared with: the newest in which it was there."""
    last_live: SeenAt | None
    first_gone: SeenAt | None
    alarm: str
    """`handle-reuse`: the handle belongs to another account now; empty: none."""
    lines_added: int | None
    """Lines of the readable text; null where there is nothing to compare."""
    lines_removed: int | None
    problem: str
    diff: list[str] | None = None
    """The changed text; null without --diff and --reveal."""


class RecheckAnswer(msgspec.Struct):
    """What `recheck --json` answers."""

    rechecked: list[Rechecked]
    skipped: int
    """Addresses that were looked at within the last hour, or are not due."""
    held_back: int
    """Addresses that are not asked: in quarantine, recorded only, or withdrawn."""
    verdicts: dict[str, int]
    exit_code: int
    stamped: dict[str, int] = {}
    """With --stamp-each: authority → number of captures that it stamped."""
    not_stamped: dict[str, int] = {}
    """With --stamp-each: authority → number of captures without its stamp; then the exit code is 7."""
