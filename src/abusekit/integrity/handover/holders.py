"""Which keys are one person's, as the log says: a key that replaces another has the same holder."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from abusekit.case.canonical import JSON


def replacements(entries: Iterable[dict[str, JSON]]) -> list[tuple[str, str]]:
    """New and old key of every `key.add` that says which key it replaces."""
    return [
        (str(entry["key"]), str(entry["replaces"]))
        for entry in entries
        if entry["do"] == "key.add" and "key" in entry and "replaces" in entry
    ]


def holder_of(replaced: Iterable[tuple[str, str]]) -> Callable[[str], str]:
    """From pairs of a new and the old key: a function from a key to one that stands for all of its holder.

    Directly or over several; a circle is one holder. It is what the log says: who holds a key is not shown.
    """
    parent: dict[str, str] = {}

    def first(key: str) -> str:
        while (above := parent.get(key, key)) != key:
            parent[key] = parent.get(above, above)  # half the way each time: a hostile chain stays short
            key = above
        return key

    for new, old in replaced:
        parent[first(new)] = first(old)
    return first
