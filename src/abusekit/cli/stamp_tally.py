"""What a run with `--stamp-each` tells at its end: by whom its captures were stamped, and whose stamps are missing."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from abusekit.cli.options import Session

if TYPE_CHECKING:
    from abusekit.case.records import Item

_PROBLEM = re.compile(r"no-stamp: (?:([a-z0-9-]+)(?:: | (?=was not asked)))?(.*)", re.DOTALL)
"""As `sealing.stamp_each` words it: the authority, where it is about one, and why."""


class StampTally:
    """Counts while items are stored."""

    def __init__(self) -> None:
        self.stamped: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self._why: dict[str, str] = {}

    def take(self, item: Item) -> None:
        for stored in item.files:
            if stored.name.startswith("stamp.") and stored.name.endswith(".tsr"):
                self.stamped[stored.name[len("stamp.") : -len(".tsr")]] += 1
        for problem in item.problems:
            if found := _PROBLEM.match(problem):
                name = found[1] or "any authority"
                self.missing[name] += 1
                self._why.setdefault(name, found[2])

    def say(self, session: Session) -> None:
        """One line for each authority; none where no stamp was wanted."""
        for name, number in sorted(self.stamped.items()):
            session.say(f"stamped by {name}: {_captures(number)}")
        for name, number in sorted(self.missing.items()):
            session.say(f"no time stamp of {name} for {_captures(number)}: {self._why[name]}")
        if self.missing:
            session.say(
                "they are stored all the same; a stamp over the next seal covers them: abusekit seal --tsa NAME"
            )


def _captures(number: int) -> str:
    return f"{number} capture{'s' if number != 1 else ''}"
