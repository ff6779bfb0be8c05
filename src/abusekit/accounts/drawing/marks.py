"""Pieces of SVG: text that is safe within XML, and the signs of the legend."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from abusekit.accounts.drawing.drawn import Node, State
from abusekit.accounts.drawing.labels import label
from abusekit.plain import safe_text

_NO_XML = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}
"""Not allowed in XML 1.0 (2.2 Char), and not escaped by `safe_text`."""
_WIDE = frozenset("WMmw@%&ΜШЩЖЮШщшжю")
"""Letters that take half as much again as the others."""
_LONGEST = 4_000
"""Columns of a title or description."""


class Picture(NamedTuple):
    """A part of the drawing, in pixels."""

    width: float
    height: float
    body: str


def xml(text: str, most: int = _LONGEST) -> str:
    """`text` from outside, shortened to `most` columns, for element content or a quoted attribute."""
    return escape(label(text, most).translate(_NO_XML))


def xml_whole(text: str) -> str:
    """The same, not shortened."""
    return escape(safe_text(text).translate(_NO_XML))


def text_at(x: float, y: float, text: str, most: int, kind: str, anchor: str = "") -> str:
    """One label by itself: `unicode-bidi` keeps right-to-left letters from reordering what stands beside it."""
    start = text[:most]
    most -= most * 2 * sum(sign in _WIDE for sign in start) // (5 * max(len(start), 1))
    ends = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" unicode-bidi="isolate"{ends}>{xml(text, most)}</text>'


def titled(title: str, desc: str = "") -> str:
    described = f"<desc>{xml(desc)}</desc>" if desc else ""
    return f"<title>{xml(title, 600)}</title>{described}"


def end_sign(state: State, x: float, y: float) -> str:
    """Told from one another by shape: filled, hollow, half, crossed."""
    if state == "rejected":
        return f'<path class="sign {state}" d="M{x - 5:g} {y - 5:g}l10 10m0 -10l-10 10"/>'
    if state == "candidate":
        return f'<path class="sign {state}" d="M{x:g} {y - 6:g}l6 6l-6 6l-6 -6z"/>'
    return f'<circle class="sign {state}" cx="{x:g}" cy="{y:g}" r="5.5"/>'


def line_sample(state: State) -> str:
    """A link of that state as it looks, 60 by 16."""
    line = f'<line class="link {state}" x1="6" y1="8" x2="54" y2="8"/>'
    return line + end_sign(state, 7, 8) + end_sign(state, 53, 8)


def post_dots(tops: Iterable[tuple[float, float]]) -> str:
    """Rings at these places: strokes without length and with round ends, a smaller one over each."""
    points = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in tops)
    return f'<path class="post" d="{points}"/><path class="post hole" d="{points}"/>'


def bar_sample() -> str:
    """A bar of messages and a ring of posts as the lanes have them, 60 by 16."""
    bar = '<path class="bars" stroke-width="5" d="M12 15v-13"/>'
    return bar + '<path class="stalk" d="M44 15V5"/>' + post_dots([(44, 5)])


def frame(node: Node, x: float, y: float, width: float, height: float) -> str:
    """The outline of an account: rounded; own: square and double; weak: dashed; alarm: a corner with `!`."""
    kind = " ".join(word for word, there in (("own", node.own), ("weak", node.weak)) if there)
    rounding = 2 if node.own else 10
    box = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{rounding}"'
    parts = [f'<rect class="box {kind}" {box}/>']
    if node.own:
        inner = f'x="{x + 3:g}" y="{y + 3:g}" width="{width - 6:g}" height="{height - 6:g}"'
        parts.append(f'<rect class="box inner" {inner}/>')
    if node.alarms:
        right = x + width - 8
        parts.append(f'<path class="alarm" d="M{right - 18:g} {y + 21:g}h18l-9 -16z"/>')
        parts.append(f'<text class="alarm" x="{right - 9:g}" y="{y + 19.5:g}" text-anchor="middle">!</text>')
    return "".join(parts)
