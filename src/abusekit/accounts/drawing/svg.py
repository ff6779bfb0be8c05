"""The drawing as SVG: accounts and links, and below them the lanes.

What is told by colour is told by line, shape and word as well. Every node, link, lane and mark carries a title and a
description with its exhibits. Nothing in it is script, and nothing is loaded.
"""

from __future__ import annotations

from importlib.resources import files

from abusekit.accounts.drawing.draw import drawable
from abusekit.accounts.drawing.drawn import STATES, Drawn, Edge, Node
from abusekit.accounts.drawing.edges import INITIALS
from abusekit.accounts.drawing.labels import label
from abusekit.accounts.drawing.lanes_svg import lanes
from abusekit.accounts.drawing.layout import Box, Layout, PlacedEdge, layout
from abusekit.accounts.drawing.marks import (
    Picture,
    bar_sample,
    end_sign,
    frame,
    line_sample,
    text_at,
    titled,
    xml,
)
from abusekit.accounts.drawing.wording import cited, counted, posts, strength, told

_SHAPES = (
    "Account: rounded. Own account: square, double line. Weak (no stable id): dashed line. ! : an alarm."
)
_POSTS = "On a lane: bar = messages; ring = posts that captures show, on the day that the page says."
_LEAST_WIDTH = 920


def styles() -> str:
    """The style sheet of the drawing, for a page or for the file itself."""
    return files("abusekit.accounts.drawing").joinpath("templates", "drawing.css").read_text("utf-8")


def graph(drawn: Drawn, *, linked: bool = False) -> Picture:
    """Accounts and links. `linked`: each is a link to its row of the tables (`#account-3`, `#link-2`)."""
    edges = drawable(drawn)
    places = layout(drawn.nodes, edges)
    parts = [text_at(16, y, platform, 30, "platform") for platform, y in places.headings]
    parts += _row_lines(drawn, places)
    parts += [_edge(drawn, placed, linked=linked) for placed in places.edges]
    parts += [_node(node, box, linked=linked) for node, box in zip(drawn.nodes, places.boxes, strict=True)]
    return Picture(places.width, places.height, "\n".join(parts))


def legend(drawn: Drawn) -> list[tuple[str, str]]:
    """What the signs mean: (a sample 60 by 16, or nothing; words)."""
    lines = [
        (line_sample(state), f"{state}: {said}")
        for state, said in STATES.items()
        if state not in ("undecided", "candidate") or (state == "candidate" and drawn.compared)
    ]
    groups = ", ".join(f"{sign} {group}" for group, sign in INITIALS.items())
    bands = f"On a link: groups of findings ({groups}) and how strongly they support it."
    posted = any(lane.posts for lane in drawn.lanes)
    return [
        *lines,
        *([(bar_sample(), _POSTS)] if posted else []),
        ("", _SHAPES),
        ("", bands if drawn.compared else "Strength was not computed (--candidates)."),
    ]


def alone(drawn: Drawn) -> str:
    """A whole SVG file: title, legend, graph, lanes, notes. The same drawing gives the same bytes."""
    above, below = graph(drawn), lanes(drawn)
    width = max(above.width, below.width, _LEAST_WIDTH)
    title = f"Accounts of case {drawn.case}"
    parts = [text_at(16, 34, title, 80, "heading")]
    y = 54
    for said in (summary(drawn), "Accounts are never merged: a link is the claim of the person named."):
        parts.append(text_at(16, y, said, 150, "small"))
        y += 17
    for sample, words in legend(drawn):
        if sample:
            parts.append(f'<g transform="translate(16 {y - 12})">{sample}</g>')
        parts.append(text_at(86 if sample else 16, y, words, 140, "small"))
        y += 18
    for picture in (above, below):
        parts.append(f'<g transform="translate(0 {y})">{picture.body}</g>')
        y += int(picture.height) + 10
    for note in drawn.notes[:30]:
        parts.append(text_at(16, y, f"! {note}", 150, "small"))
        y += 17
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {y + 10}" width="{width:g}" '
        f'height="{y + 10}" role="img" lang="en" class="alone" aria-labelledby="drawing-title drawing-desc">\n'
        f'<title id="drawing-title">{xml(title)}</title>\n<desc id="drawing-desc">{xml(summary(drawn))}</desc>\n'
        f'<style>{styles()}</style>\n<rect class="ground" width="100%" height="100%"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def summary(drawn: Drawn) -> str:
    """How many of everything, in a sentence."""
    states = [edge.state for edge in drawn.edges]
    counts = ", ".join(f"{states.count(state)} {state}" for state in STATES if state in states)
    left = f" {drawn.others_count} more accounts are counted and not drawn." if drawn.others_count else ""
    return (
        f"{len(drawn.nodes)} of {drawn.accounts} accounts; links: {counts or 'none'}.{left} "
        f"Times are in {drawn.zone}."
    )


def node_title(node: Node) -> str:
    kinds = [word for word, there in (("own account", node.own), ("weak", node.weak)) if there]
    kinds += ["alarm"] if node.alarms else []
    return f"{_named(node)}, {node.status}" + "".join(f", {word}" for word in kinds)


def _named(node: Node) -> str:
    """Short enough that no name pushes out what stands behind it."""
    return f"{label(node.label, 60)} ({label(node.key, 80)})"


def _row_lines(drawn: Drawn, places: Layout) -> list[str]:
    """From each account to its farthest link."""
    far: dict[int, float] = {}
    for placed in places.edges:
        for n in (placed.edge.a, placed.edge.b):
            far[n] = max(far.get(n, 0), placed.x)
    return [
        f'<line class="row" x1="{box.x + box.width:g}" y1="{box.middle:g}" x2="{far[n]:g}" y2="{box.middle:g}"/>'
        for n, box in enumerate(places.boxes, start=1)
        if n in far
    ]


def _edge(drawn: Drawn, placed: PlacedEdge, *, linked: bool) -> str:
    edge, x = placed.edge, placed.x
    ends = " and ".join(_named(drawn.node(n)) for n in (edge.a, edge.b))
    title = f"Link {edge.n}, {edge.state}: {ends}"
    box = placed.label
    band = " ".join(word for word in (edge.groups, edge.strength or "") if word)
    middle = box.y + box.height / 2
    return (
        _opened("edge", f"link-{edge.n}", title, linked=linked)
        + "".join(
            (
                titled(title, _edge_desc(edge)),
                f'<line class="hit" x1="{x:g}" y1="{placed.top:g}" x2="{x:g}" y2="{placed.bottom:g}"/>',
                f'<line class="link {edge.state}" x1="{x:g}" y1="{placed.top:g}" x2="{x:g}" y2="{placed.bottom:g}"/>',
                end_sign(edge.state, x, placed.top),
                end_sign(edge.state, x, placed.bottom),
                f'<rect class="plate" {_sides(box)} rx="5"/>',
                text_at(x, middle - 3 if band else middle + 4, f"{edge.n} {edge.state}", 16, "tag", "middle"),
                text_at(x, middle + 11, band, 17, "band", "middle") if band else "",
            )
        )
        + _closed(linked=linked)
    )


def _sides(box: Box) -> str:
    return f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'


def _edge_desc(edge: Edge) -> str:
    parts = [f"by {edge.who} on {edge.at}"] if edge.who else []
    parts += [f"basis: {', '.join(edge.basis)}"] if edge.basis else []
    parts += [f"strength: {strength(edge)}"] if edge.strength else []
    parts += [f"against: {told(one)}" for one in edge.against]
    parts += [f"for: {told(one)}" for one in edge.speaks_for]
    parts += [f"exhibits: {cited(edge.cites)}"] if edge.cites else []
    parts += [f"decided in log line {edge.line}"] if edge.line else []
    parts += edge.notes
    return ". ".join(parts)


def _node(node: Node, box: Box, *, linked: bool) -> str:
    desc = f"messages: {counted(node.messages)}. Items that show it: {node.items.number}; places in each: {_by(node)}."
    desc += f" {posts(node)}." if node.posts.number else ""
    desc += "".join(f" {told(alarm)}" for alarm in node.alarms)
    # A picture within the picture: what a name would draw outside of its box is cut off.
    inside = box.width - 16 - (24 if node.alarms else 0)
    return (
        _opened("node", f"account-{node.n}", node_title(node), linked=linked)
        + "".join(
            (
                titled(node_title(node), desc),
                frame(node, box.x, box.y, box.width, box.height),
                f'<svg x="{box.x + 10:g}" y="{box.y + 3:g}" width="{inside:g}" height="{box.height - 6:g}">',
                text_at(0, 15, f"{node.n}  {node.label}", 25 if node.alarms else 28, "name"),
                text_at(0, 30, node.key, 36, "key"),
                text_at(0, 44, _tags(node), 40, "tags"),
                "</svg>",
            )
        )
        + _closed(linked=linked)
    )


def _by(node: Node) -> str:
    return cited(f"{exhibit}: {count}" for exhibit, count in node.items.by)


def _tags(node: Node) -> str:
    words: list[str] = [node.status] if node.status != "unknown" else []
    words += ["own account"] if node.own else []
    words += [f"weak: {'handle' if node.basis.startswith('handle') else 'name'} only"] if node.weak else []
    words += [f"cluster {node.cluster}"] if node.cluster else []
    words += [node.label_by] if node.label_by else []
    return " · ".join(words)


def _opened(kind: str, row: str, title: str, *, linked: bool) -> str:
    if linked:
        return f'<a class="{kind}" data-kind="{kind}" href="#{row}" aria-label="{xml(title, 600)}">'
    return f'<g class="{kind}">'


def _closed(*, linked: bool) -> str:
    return "</a>" if linked else "</g>"
