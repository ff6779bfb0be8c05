"""What `import` and `show` of a part answer with --json."""

from __future__ import annotations

from typing import Any

import msgspec

from abusekit.messages.reading import Summary


class Imported(msgspec.Struct):
    """One export of `import --json`."""

    name: str
    """As received; of several parts the first."""
    item: str | None
    """Item that holds it now, or held it before; null where it was refused."""
    exhibit: str | None
    state: str
    """`read`; `stored` (no importer knows it: kept as a file); `already-there` (the same bytes); `refused`;
    `declared` (with --item: read as it is understood now)."""
    problem: str = ""
    reading: Summary | None = None
    """What was found; null where nothing was read."""
    declared: dict[str, str] = {}
    """What is declared of it now: name → the newest value."""


class SameChat(msgspec.Struct):
    """Two exports, from two phones, that hold one chat."""

    first: str
    second: str
    """Item ids."""
    messages: int
    """That stand in both."""
    clocks_apart_minutes: int
    """What the second phone's clock shows, minus the first's."""
    names: dict[str, str]
    """Name in the first export → name in the second."""
    author_differs: int
    """The same words in the same minute by another name: look at these."""


class ImportAnswer(msgspec.Struct):
    """What `import --json` answers."""

    exports: list[Imported]
    duplicates: int
    """Records that stand in more than one export of the case; each comes once on the timeline, with all its places."""
    changed: int
    """Records with the same id, and another text, in two exports."""
    same_chats: list[SameChat]
    exit_code: int


class PartAnswer(msgspec.Struct):
    """What `show AB/7#m412 --json` answers."""

    part: str
    """`AB/7#m412`."""
    item: str
    uid: str
    """The same in every export of the account that holds this message."""
    kind: str
    account: str
    time: dict[str, str | None] | None
    """As `dated` of an item; null where no time could be understood."""
    bytes: tuple[int, int]
    """Where it stands in the unpacked file: from, to (not included)."""
    sha256: str
    """Of exactly these bytes."""
    tags: list[str]
    record: Any
    """All that was read of it; null without --reveal."""
