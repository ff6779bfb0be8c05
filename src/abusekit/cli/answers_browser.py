"""What the `browser` commands answer with --json; gathered in `answers.py`."""

from __future__ import annotations

import msgspec


class BrowserProfile(msgspec.Struct):
    """What `browser login --json` answers: one profile. All but the name was declared, and is not checked."""

    name: str
    account: str
    """As whom the person said to have logged in."""
    address: str
    """Where the login began, as typed; may be empty."""
    at: str
    """UTC, our clock: when the window was closed."""


class BrowserListAnswer(msgspec.Struct):
    """What `browser list --json` answers."""

    profiles: list[BrowserProfile]


class BrowserDeleted(msgspec.Struct):
    """What `browser delete --json` answers."""

    deleted: str
    """Name of the profile."""
