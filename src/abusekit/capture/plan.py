"""What one capture may do: limits, allowed addresses, and how it introduces itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from abusekit import __version__
from abusekit.browser.plan import VisitPlan
from abusekit.errors import UsageError
from abusekit.net.policy import AddressPolicy

USER_AGENT = f"Mozilla/5.0 (compatible; abusekit/{__version__})"
"""Honest on purpose: says which tool asks. A site that answers tools differently is seen to do so."""

MAX_BYTES_LIMIT = 2 << 30
"""Bytes: the largest cap a plan may set, so that every capture fits into a ZIP without ZIP64."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The limits hold for one address as a whole: redirects and page parts included.

    Raises UsageError on a limit that makes no sense.
    """

    user_agent: str = USER_AGENT
    # the User-Agent header, printable ASCII
    deadline_s: float = 60.0
    # seconds, from the name lookup of the address to the last byte of its last part
    max_bytes: int = 100 << 20
    # bytes received (inside of TLS), for the address and its parts together
    max_redirects: int = 10
    # hops followed, for the address and for each part
    requisites: bool = True
    # fetch what the page is made of: images, style sheets, scripts, fonts, frames
    max_requisites: int = 200
    # parts fetched for one page
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    # which addresses may be reached
    extra_ca: Path | None = None
    # PEM file with roots trusted beside the system's
    spool: Path | None = None
    # folder for unnamed temporary files; None: the system's
    accept_language: str | None = None
    # the Accept-Language header; None: not sent
    visit: VisitPlan | None = None
    # how the browser engine goes about it; None for the plain engine
    text_only: bool = False
    # keep no pictures, sound or film: an answer that is no text is given up after its head
    with_profile: bool = False
    # capture the author's profile right after a post
    with_thread: bool = False
    # capture what a post answers, and its answers, one level
    media: bool = False
    # fetch the video behind a post with yt-dlp
    identity: str = ""
    # as whom a stored profile is logged in, as the person declared it; empty: no session

    def __post_init__(self) -> None:
        for name, value in (
            ("user_agent", self.user_agent),
            ("accept_language", self.accept_language or "x"),
        ):
            if not value.isascii() or not value.isprintable() or not value.strip() or len(value) > 500:
                raise UsageError(f"{name} must be printable ASCII of at most 500 characters")
        if not 0 < self.deadline_s <= 86_400:
            raise UsageError("the time limit must be more than 0 and at most 86,400 seconds")
        if not 0 < self.max_bytes <= MAX_BYTES_LIMIT:
            raise UsageError(f"the size limit must be between 1 and {MAX_BYTES_LIMIT} bytes")
        if not 0 <= self.max_redirects <= 50 or not 0 <= self.max_requisites <= 10_000:
            raise UsageError("max_redirects must be 0 to 50, max_requisites 0 to 10,000")
