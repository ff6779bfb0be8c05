"""The most volatile first: stories and live pages vanish within hours, posts may, profiles change slowly."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

FIRST, SECOND, LAST = 100, 200, 300
"""Priorities that an address has by itself; a list may give its own, from 0 (first) to 999."""

SOON_GONE = re.compile(r"/(story|stories|live|reel-story|status-story|spotlight|moments)(/|$)", re.I)
PROFILE = re.compile(
    r"/(@[^/]+|user/[^/]+|users/[^/]+|profile(\.php)?(/[^/]+)?|u/[^/]+|channel/[^/]+|in/[^/]+)/?", re.I
)


def priority_of(address: str, typed: str = "") -> tuple[int, str]:
    """Lower is sooner; and what is wrong with the priority typed in a list, empty where nothing is.

    By the shape of the path alone: a guess that decides about the order, and about nothing else.
    """
    if typed.isascii() and typed.isdigit() and len(typed) <= 3:
        return int(typed), ""
    fault = f"priority {typed[:20]!r} is not a number from 0 to 999; not used" if typed else ""
    path = urlsplit(address).path
    if SOON_GONE.search(path):
        return FIRST, fault
    return (LAST if PROFILE.fullmatch(path) else SECOND), fault
