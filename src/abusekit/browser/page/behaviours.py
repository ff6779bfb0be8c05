"""The declared table of what may be pressed, and how what was done to a page is put down (R3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Literal

NUMBER = r"\d[\d.,  ]{0,9}\s?[km]?"
ENDING = r"\s*(?:\(\d[\d.,]{0,9}\))?\s*[….:›»▾▼⌄]*\s*"
"""Dots, arrows and a number in brackets are no part of the meaning."""

Act = Literal["expand", "consent"]


@dataclass(frozen=True, slots=True)
class Alteration:
    """Something done that the page would not have seen from a person who only looks."""

    what: str
    # header, user-agent, viewport, locale, timezone, certificates, downloads, permissions, wait, consent, scroll,
    # expand, dialog, popup, scripts-off, freeze
    at: datetime
    # UTC, our clock: when it began
    count: int
    # how often
    outcome: str
    # done, refused, "refused: why", dismissed, closed, none-found, navigated, end-reached, limit-screens,
    # limit-seconds, limit-height, limit-presses, page-hung, page-gone, storm, navigation-limit, "in part: why"
    detail: str = ""
    # one line; may hold text from outside
    listed: tuple[str, ...] = ()
    # each thing that was pressed, by its text


def matches(act: Act, label: str) -> bool:
    """Whether a button with this accessible name may be pressed for `act`."""
    return _table(act).fullmatch(" ".join(label.split())) is not None


@cache
def _table(act: Act) -> re.Pattern[str]:
    import yaml

    document = yaml.safe_load(resources.files(__package__).joinpath("behaviours.yaml").read_text("utf-8"))
    texts = [text for language in document[act].values() for text in language]
    return re.compile(f"(?:{'|'.join(_pattern(text) for text in texts)}){ENDING}", re.IGNORECASE)


def _pattern(text: str) -> str:
    return r"\s".join(NUMBER if word == "N" else re.escape(word) for word in text.split())
