"""Words that all renderers share; not made safe."""

from __future__ import annotations

from collections.abc import Iterable

from abusekit.accounts.drawing.drawn import Counted, Edge, Node, Told
from abusekit.accounts.drawing.labels import label

CITED = 6
"""Exhibits that a line names; the tables of the page name more."""
_SENTENCE = 400
"""Columns of a sentence."""


def cited(cites: Iterable[str], most: int = CITED) -> str:
    """`AB/7 (E0007), AB/9 (E0009) and 3 more`."""
    all_of_them = list(cites)
    more = f" and {len(all_of_them) - most} more" if len(all_of_them) > most else ""
    return ", ".join(all_of_them[:most]) + more


def counted(number: Counted, most: int = CITED) -> str:
    """`42 in AB/7 (E0007): 40, AB/9 (E0009): 2`."""
    if not number.by:
        return str(number.number)
    return f"{number.number} in " + cited((f"{exhibit}: {count}" for exhibit, count in number.by), most)


def first_and_last(first: Told | None, last: Told | None) -> str:
    """`first 2026-03-01 10:00 AB/7#m3 (E0007); last …`; `only` where both are the same."""
    if first and last and first == last:
        return f"only {first.text} {cited(first.cites)}"
    ends = (("first", first), ("last", last))
    return "; ".join(f"{word} {end.text} {cited(end.cites)}" for word, end in ends if end)


def posts(node: Node, most: int = CITED) -> str:
    """`posts that captures show: 4 in …; first …; last …`; empty where there are none."""
    if not node.posts.number:
        return ""
    ends = first_and_last(node.first_post, node.last_post)
    dated = f"; as the pages say, {ends}" if ends else "; none with a time"
    return f"posts that captures show: {counted(node.posts, most)}{dated}"


def strength(edge: Edge) -> str:
    """`moderate (SB)`: the band, and the initials of the groups that support it; empty where nothing was computed."""
    if edge.strength is None:
        return ""
    return edge.strength + (f" ({edge.groups})" if edge.groups else "")


def told(one: Told) -> str:
    """A sentence with its exhibits, which no length of it can push out."""
    return f"{label(one.text, _SENTENCE)} {cited(one.cites)}".strip()
