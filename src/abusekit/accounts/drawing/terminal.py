"""A drawing for a terminal of 80 columns: accounts and their names, links, and a lane of weeks for each account."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap

from abusekit.accounts.drawing.drawn import SIGNS, STATES, Called, Drawn, Edge, Lane, Node, State
from abusekit.accounts.drawing.labels import cells, label, padded
from abusekit.accounts.drawing.lanes import Axis, axis_of, with_lanes
from abusekit.accounts.drawing.wording import cited, counted, strength, told

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
_BINS = WIDTH - _GUTTER - 1
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
            f"{drawn.others_count} more accounts are counted and not shown: abusekit account list"
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
        ends = "; ".join(
            f"{word} {end.text} {cited(end.cites)}"
            for word, end in (("first", node.first), ("last", node.last))
            if end
        )
        yield from _wrapped(
            f"       messages: {counted(node.messages)}; received by the victim's own account: "
            f"{node.to_owner}; {ends}",
            "         ",
        )
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
    axis = axis_of(drawn, _BINS, least_per=7)
    yield ""
    if axis is None:
        yield "ACTIVITY: nothing has a time"
        return
    tallest = max((height for lane in drawn.lanes for height in axis.heights(lane).values()), default=0)
    yield from _wrapped(
        f"ACTIVITY, {axis.day(0)} to {axis.end} (UTC): one sign is one {axis.words}, "
        f"the tallest {tallest} messages; all lanes have one scale"
    )
    busy, still = with_lanes(drawn)
    for lane in busy:
        yield from _lane(drawn.node(lane.node), lane, axis, tallest)
    yield from [f"  {still}"] if still else []


def _lane(node: Node, lane: Lane, axis: Axis, tallest: int) -> Iterator[str]:
    heights = axis.heights(lane)
    bars = ["·"] * axis.bins
    for place, height in heights.items():
        bars[place] = _SPARKS[(height * 7 + tallest - 1) // tallest]
    yield f"{padded(f'{node.n:>3}  {node.label}', _GUTTER)} {''.join(bars)}".rstrip()
    marks = lane.marks
    if marks:
        below = [" "] * axis.bins
        for mark in marks:
            below[axis.place(mark.last.toordinal())] = "^"
        yield f"{' ' * _GUTTER} {''.join(below)}".rstrip()
    for mark in marks[:12]:
        yield from _wrapped(f"       ^ {SIGNS[mark.kind][0]} {mark.last} {told(mark.told)}", "           ")
    if len(marks) > 12:
        yield f"       {len(marks) - 12} more marks"
    words = _beside(lane)
    if words:
        yield f"       {words}"


def _beside(lane: Lane) -> str:
    parts = [f"{lane.undated} messages without a time"] if lane.undated else []
    parts += [f"{lane.left_out} outside of the time asked for"] if lane.left_out else []
    return "; ".join(parts)


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
