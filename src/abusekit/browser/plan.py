"""What one visit may do to a page, and how the browser introduces itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from abusekit.errors import UsageError

VIEWPORT_WIDTHS = (200, 4096)
VIEWPORT_HEIGHTS = (200, 4096)
MAX_SCREENS = 200
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

Recorder = Literal["netlog", "decoded"]


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """Raises UsageError on a value that makes no sense. Everything here that changes the page is recorded (R3)."""

    executable: Path | None = None
    # the browser; None: the first that is found
    width: int = 1280
    # CSS pixels of the viewport
    height: int = 900
    # CSS pixels of the viewport
    locale: str = ""
    # BCP 47, such as "en-GB": Accept-Language and what scripts see; empty: the browser's own
    timezone: str = ""
    # IANA name, as scripts see it; empty: that of this computer
    user_agent: str = ""
    # empty: the browser's own, without the word Headless
    wait_s: float = 0.0
    # seconds to wait after the page has become quiet
    scroll_screens: int = 30
    # screens scrolled down at most; 0: not at all
    scroll_s: float = 20.0
    # seconds spent on scrolling at most
    expand: bool = True
    # press "more replies" and the like, by the declared table
    dismiss_consent: bool = False
    # press "reject" in a consent banner, by the declared table
    pdf: bool = True
    # a PDF of the page
    mhtml: bool = True
    # the page as one MHTML file
    profile: Path | None = None
    # a stored profile, of which the visit uses a copy; None: an empty one
    accept_bad_certificate: bool = False
    # go on to a page whose certificate the browser does not trust
    unsafe_no_sandbox: bool = False
    # run the browser without its sandbox
    recorder: Recorder = "netlog"
    # "decoded" asks for the fallback at once

    def __post_init__(self) -> None:
        low, high = VIEWPORT_WIDTHS
        if not (low <= self.width <= high and VIEWPORT_HEIGHTS[0] <= self.height <= VIEWPORT_HEIGHTS[1]):
            raise UsageError(f"a viewport has {low} to {high} pixels each way", "--viewport 1280x900")
        if self.locale and not LOCALE.fullmatch(self.locale):
            raise UsageError(f"not a locale: {self.locale[:40]}", "such as --locale en-GB")
        agent = self.user_agent
        if not agent.isascii() or (agent and not agent.isprintable()) or len(agent) > 500:
            raise UsageError("the user agent must be printable ASCII of at most 500 characters")
        if not 0 <= self.wait_s <= 600 or not 0 <= self.scroll_screens <= MAX_SCREENS:
            raise UsageError(f"--wait is 0 to 600 seconds, --scroll 0 to {MAX_SCREENS} screens")

    def to_facts(self) -> dict[str, Any]:
        """The options as canonical JSON takes them: no floats, no paths."""
        return {
            "viewport": f"{self.width}x{self.height}",
            "locale": self.locale or None,
            "timezone": self.timezone or None,
            "user_agent": self.user_agent or None,
            "wait_ms": round(self.wait_s * 1000),
            "scroll_screens": self.scroll_screens,
            "scroll_ms": round(self.scroll_s * 1000),
            "expand": self.expand,
            "dismiss_consent": self.dismiss_consent,
            "pdf": self.pdf,
            "mhtml": self.mhtml,
            "profile": self.profile.name if self.profile else None,
            "accept_bad_certificate": self.accept_bad_certificate,
            "unsafe_no_sandbox": self.unsafe_no_sandbox,
            "recorder": self.recorder,
        }
