"""A drawing for a terminal of 80 columns: accounts and their names, links, and a lane for each account."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap

from abusekit.accounts.drawing.drawn import SIGNS, STATES, Called, Drawn, Edge, Lane, Node, State
from abusekit.accounts.drawing.labels import cells, label, padded
from abusekit.accounts.drawing.lanes import Axis, axis_of, beside, tallest_of, with_lanes
from abusekit.accounts.drawing.wording import cited, counted, first_and_last, posts, strength, told

WIDTH = 80
LINES: dict[State, str] = {
    "confirmed": "===",
    "proposed": "- -",
    "candidate": "-?-",
    "rejected": ". .",
    "undecided": "   ",
}
"""Between two accounts: told from one another without colour."""
_SPARKS = "▁▂▃▄▅▆▇█"
_GUTTER = 20
_SHADES = "░▒▓"
_BINS = WIDTH - _GUTTER - 3
_TOLD = 600
"""Characters of one remark; the rest stands in the page."""


def lines(drawn: Drawn) -> Iterator[str]:
    """Line by line, safe to print, at most WIDTH columns but for one unbroken word."""
    yield from _wrapped(
        f"Accounts of case {label(drawn.case, 40)}: {len(drawn.nodes)} of {drawn.accounts} shown. Times are in "
        f"{drawn.zone}. Accounts are never merged: a link is the claim of the person named."
    )
    yield from _accounts(drawn)
    yield from _links(drawn)
    yield from _lanes(drawn)
    if drawn.notes:
        yield ""
        yield "TO BE KEPT IN MIND"
        for note in drawn.notes:
            yield from _wrapped(f"! {note}", "  ")
    if drawn.others_count:
        yield ""
        yield from _wrapped(
            f"{drawn.others_count} more accounts are counted and not shown: nothing links them, nothing happened "
            "to them, and they are not among those that wrote most to the victim (--all; abusekit account list)."
        )


def _accounts(drawn: Drawn) -> Iterator[str]:
    for platform, nodes in groupby(drawn.nodes, key=lambda node: node.platform):
        yield ""
        yield f"ACCOUNTS: {label(platform, 60)}"
        for node in nodes:
            yield from _account(node)


def _account(node: Node) -> Iterator[str]:
    said = f" [{node.label_by}]" if node.label_by else ""
    marks = [word for word, there in (("own account", node.own), ("weak", node.weak)) if there]
    marks += [f"cluster {node.cluster}"] if node.cluster else []
    yield from _wrapped(
        f"{node.n:>3}  {label(node.label, 34)}{said}  {label(node.key, 36)}  {node.status}"
        + "".join(f", {word}" for word in marks),
        "       ",
    )
    for field in ("handle", "name"):
        names = [name for name in node.names if name.field == field]
        if names:
            chain = " -> ".join(_name(name) for name in names[:8])
            more = f" -> {len(names) - 8} more" if len(names) > 8 else ""
            yield from _wrapped(f"       {field}: {chain}{more}", "         ")
    if node.messages.number:
        ends = first_and_last(node.first, node.last)
        yield from _wrapped(
            f"       messages: {counted(node.messages)}; to the victim: {node.to_owner}; {ends}", "         "
        )
    if node.posts.number:
        yield from _wrapped(f"       {posts(node)}", "         ")
    yield from _wrapped(
        f"       items that show it: {node.items.number}: {cited(exhibit for exhibit, _ in node.items.by)}",
        "         ",
    )
    for alarm in node.alarms[:8]:
        yield from _wrapped(f"     ! {told(alarm)}", "       ")


def _name(name: Called) -> str:
    by = f", {name.by}" if name.by else ""
    when = name.first if name.first == name.last else f"{name.first} to {name.last}"
    return f"{label(name.value, 30)} (seen {when}, {name.dated}{by}; {cited(name.cites, 2)})"


def _links(drawn: Drawn) -> Iterator[str]:
    yield ""
    yield "LINKS"
    if not drawn.edges:
        yield "  none: nobody has proposed, confirmed or rejected one"
    for edge in drawn.edges[:60]:
        yield from _link(drawn, edge)
    if len(drawn.edges) > 60:
        yield f"  {len(drawn.edges) - 60} more: abusekit account graph --html FILE"
    if not drawn.compared:
        yield "  Strength: not computed; --candidates compares the accounts."
    used = dict.fromkeys(edge.state for edge in drawn.edges)
    for state in used:
        yield f"  {LINES[state]}  {state}: {STATES[state]}"


def _link(drawn: Drawn, edge: Edge) -> Iterator[str]:
    one, other = (_end(drawn, n, key) for n, key in ((edge.a, edge.a_key), (edge.b, edge.b_key)))
    by = f" by {edge.who} on {edge.at}" if edge.who else ""
    yield from _wrapped(f"{edge.n:>3}  {one} {LINES[edge.state]} {other}  {edge.state}{by}", "       ")
    rows = [
        ("basis", ", ".join(edge.basis)),
        ("strength", strength(edge)),
        ("reason", edge.reason),
        ("exhibits", cited(edge.cites)),
        ("decided in", f"log line {edge.line}" if edge.line else ""),
        *(("AGAINST", f"{told(one)}") for one in edge.against),
        *(("for", f"{told(one)}") for one in edge.speaks_for),
        *(("described only", f"{told(one)}") for one in edge.described),
        *(("note", note) for note in edge.notes),
    ]
    for name, text in rows:
        if text:
            yield from _wrapped(f"       {name}: {text}", "         ")


def _end(drawn: Drawn, n: int, key: str) -> str:
    return f"[{n}] {label(drawn.node(n).label, 24)}" if n else label(key, 30)


def _lanes(drawn: Drawn) -> Iterator[str]:
    axis = axis_of(drawn, _BINS)
    yield ""
    if axis is None:
        yield "ACTIVITY: nothing has a time"
        return
    tallest = tallest_of(drawn, axis)
    posted = any(lane.posts for lane in drawn.lanes)
    shades = (
        f"; {_SHADES} in a second row: posts that captures show, as the pages date them" if posted else ""
    )
    yield from _wrapped(
        f"ACTIVITY, {axis.day(0)} to {axis.end} (UTC): one sign is one {axis.words}, "
        f"the tallest {tallest} {'messages or posts' if posted else 'messages'}; all lanes have one scale{shades}"
    )
    if any(axis.later(mark) for lane in drawn.lanes for mark in lane.marks):
        yield "  > is what was seen or done after that time"
    busy, still = with_lanes(drawn)
    for lane in busy:
        yield from _lane(drawn.node(lane.node), lane, axis, tallest)
    yield from [f"  {still}"] if still else []


def _lane(node: Node, lane: Lane, axis: Axis, tallest: int) -> Iterator[str]:
    start = padded(f"{node.n:>3}  {node.label}", _GUTTER)
    yield f"{start} {_row(axis.heights(lane.days), axis, _SPARKS, tallest)}".rstrip()
    if lane.posts:
        start = padded("     posts shown", _GUTTER)
        yield f"{start} {_row(axis.heights(lane.posts), axis, _SHADES, tallest)}".rstrip()
    marks = lane.marks
    if marks:
        below = [" "] * (axis.bins + 2)
        for mark in marks:
            if axis.later(mark):
                below[-1] = ">"
            else:
                below[axis.place(mark.last.toordinal())] = "^"
        yield f"{' ' * _GUTTER} {''.join(below)}".rstrip()
    for mark in marks[:12]:
        sign = ">" if axis.later(mark) else "^"
        yield from _wrapped(
            f"       {sign} {SIGNS[mark.kind][0]} {mark.last} {told(mark.told)}", "           "
        )
    if len(marks) > 12:
        yield f"       {len(marks) - 12} more marks"
    words = "; ".join(beside(lane))
    if words:
        yield f"       {words}"


def _row(heights: dict[int, int], axis: Axis, signs: str, tallest: int) -> str:
    row = ["·"] * axis.bins
    for place, height in heights.items():
        row[place] = signs[(height * (len(signs) - 1) + tallest - 1) // tallest]
    return "".join(row)


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    """In lines of WIDTH columns; a wide letter takes two, so such a line is wrapped earlier."""
    safe = label(text, _TOLD)
    wide = max(cells(safe) - len(safe), 0)
    most = WIDTH if not wide else max(WIDTH - wide, WIDTH // 2)
    lead = safe[: len(safe) - len(safe.lstrip())]
    yield from wrap(
        safe.strip(),
        most,
        initial_indent=lead,
        subsequent_indent=indent,
        break_long_words=True,
        break_on_hyphens=False,
    )
