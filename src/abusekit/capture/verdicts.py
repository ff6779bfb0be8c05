"""The verdicts of a re-check, and what each of them does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from abusekit.capture.seen import Marker
from abusekit.capture.text_diff import Difference

Kind = Literal[
    "present",
    "edited",
    "renamed",
    "deleted",
    "account-gone",
    "suspended",
    "login-wall",
    "challenge",
    "geo-block",
    "rate-limited",
    "network-failed",
    "changed-unclear",
]
Confidence = Literal["high", "medium", "low"]

LIVE: tuple[Kind, ...] = ("present", "edited", "renamed")
"""The thing was there."""
HANDLE_REUSE = "handle-reuse"
"""Alarm: the handle or address belongs to another account now."""

NOT_SHOWN: dict[Kind, str] = {
    "present": "that others see it, or that nothing changed which a reader of the text does not see",
    "edited": "who changed it, when within the two captures, or that the earlier text was never seen by others",
    "renamed": "who did it; the id is the site's own word for the same account",
    "deleted": "who removed it, or when within the bracket; or that the site keeps no copy",
    "account-gone": "who closed the account, or that it cannot come back; some sites say the same after a rename",
    "suspended": "why, by whom, or for how long; that is the site's own statement",
    "login-wall": "whether the thing is there: it was not shown",
    "challenge": "whether the thing is there: it was not shown",
    "geo-block": "whether the thing is there: it may be shown in other places",
    "rate-limited": "whether the thing is there: the site did not answer the question",
    "network-failed": "anything about the thing: it was not reached",
    "changed-unclear": "what became of it: a person has to look",
}
"""Verdict → what it does not show."""


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Kind
    confidence: Confidence
    markers: tuple[Marker, ...]
    # the signs it rests on; empty where it rests on a comparison of contents
    reasons: tuple[str, ...]
    # in neutral words, without content
    alarm: str = ""
    # HANDLE_REUSE or empty
    difference: Difference | None = None
    # of the readable texts, where both are there

    @property
    def not_shown(self) -> str:
        return NOT_SHOWN[self.kind]
