"""What is still needed: one thing about one item, or about the case, with what would mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KINDS: dict[str, str] = {
    "wrong": "changed, missing, or not logged",
    "quarantine": "in quarantine: only the police decide who gets it, and how",
    "unsealed": "acts that no seal covers",
    "leak": "private things in files that would leave",
    "unchecked": "could not be checked here",
    "not-scanned": "files that were not looked through for private things to their end",
    "stamp": "no independent time",
    "transfer": "handed over, and nobody has confirmed it",
    "custody": "times in which nobody says who had it, or where it was kept",
    "producer": "nobody with a full name stands behind the exhibit",
    "outcome": "captures that did not show the thing",
    "grade": "captures below grade B",
    "export": "exports that were not understood whole, or hold what could not be checked",
    "diary": "diary entries that nobody has confirmed",
    "screenshot": "pictures that nothing else in the case bears out",
    "file": "other files that nothing else in the case bears out",
    "time": "times that may be hours apart from what they say, or are not stated",
    "recheck": "addresses to look at again",
    "selection": "no word on why this was captured, and not more",
    "context": "posts without what came before and after",
}
"""Kind → what it is; the worst first."""

ACCEPTED = "accepted:"
NEVER_ACCEPTED = ("wrong", "quarantine", "unsealed", "unchecked")
"""Nobody can decide that these do not matter."""


@dataclass(frozen=True, slots=True)
class Need:
    kind: str
    # key of KINDS
    what: str
    # one line for a person; never content, never a value that was found
    item: str = ""
    # its id; empty: about the case
    exhibit: str = ""
    # its reference; empty likewise
    raise_by: str = ""
    # what would mend it
    typed: str = ""
    # the command, with ITEM where the item's id belongs (ITEM…: it takes several); empty: no command mends it
    blocking: bool = False
    # it should not leave before this is settled

    @property
    def command(self) -> str:
        """The command to type next for this item alone; empty: there is none."""
        return self.typed.replace("ITEM…", self.item).replace("ITEM", self.item)


def accept(kind: str) -> str:
    """The command by which a person says that a need of this kind was looked at and stays as it is."""
    return f'abusekit tag ITEM… --add {ACCEPTED}{kind} --reason "…"'


def is_accepted(need: Need, tags: Sequence[str]) -> bool:
    """Whether a label of the item says so. What is said of the case, and what is wrong, cannot be accepted."""
    return bool(need.item) and need.kind not in NEVER_ACCEPTED and f"{ACCEPTED}{need.kind}" in tags


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next about all needs of one kind that are mended in the same way."""

    kind: str
    # key of KINDS
    count: int
    # needs
    blocking: bool
    # one of them is
    raise_by: str
    # what would mend them
    command: str
    # with all the items, or the first of them; empty: no command does it
    items: tuple[str, ...]
    # ids, in their order; empty: about the case


MOST_NAMED = 12
"""Items and ranges that a command names; the rest is for the next time."""


def ordered(needs: list[Need]) -> list[Need]:
    """By kind, the worst first; then by item number and text."""
    rank = {kind: number for number, kind in enumerate(KINDS)}
    return sorted(needs, key=lambda need: (rank[need.kind], len(need.item), need.item, need.what))


def steps(needs: list[Need]) -> list[Step]:
    """The short list of what to do next, the worst first. `needs` are ordered."""
    grouped: dict[tuple[str, str, str], list[Need]] = {}
    for need in needs:
        grouped.setdefault((need.kind, need.raise_by, need.typed), []).append(need)
    found = []
    for (kind, raise_by, typed), same in grouped.items():
        items = tuple(dict.fromkeys(need.item for need in same if need.item))
        command = typed.replace("ITEM…", ranges(items)).replace("ITEM", items[0] if items else "ITEM")
        found.append(Step(kind, len(same), any(n.blocking for n in same), raise_by, command, items))
    return found


def ranges(items: tuple[str, ...]) -> str:
    """`E0001-E0003 E0007` for item ids in their order, as commands take them."""
    found: list[tuple[str, str]] = []
    for item in items:
        if found and int(item[1:]) == int(found[-1][1][1:]) + 1:
            found[-1] = (found[-1][0], item)
        else:
            found.append((item, item))
    return " ".join(first if first == last else f"{first}-{last}" for first, last in found[:MOST_NAMED])
