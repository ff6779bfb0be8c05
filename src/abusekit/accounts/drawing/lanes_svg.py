"""The lanes as SVG: bars of messages, rings of posts, ticks where another handle was seen, flags of blocks and
suspensions; what was seen after the axis ends stands to the right of it, with its day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from abusekit.accounts.drawing.drawn import SIGNS, Drawn, Lane, Mark, Node
from abusekit.accounts.drawing.labels import label
from abusekit.accounts.drawing.lanes import Axis, axis_of, beside, tallest_of, with_lanes
from abusekit.accounts.drawing.marks import Picture, post_dots, text_at, titled
from abusekit.accounts.drawing.wording import counted, posts, told

LEFT = 286
PLOT = 618
"""Width of the axis."""
BINS = 210
PITCH = 86
_TOP = 62
_BAR = 31
_BASE = 50
"""The base line of the bars, from the top of their lane."""
_GUIDES = 16
"""Blocks and suspensions whose day is drawn through all lanes."""
_TICKS = 6
_LATER = 124
"""Width of what stands after the axis, where there is anything."""
_LATER_LINES = 5


def lanes(drawn: Drawn) -> Picture:
    """All lanes over one axis; without any time, a sentence."""
    axis = axis_of(drawn, BINS)
    if axis is None:
        return Picture(LEFT, 40, text_at(16, 24, "No message, name or act has a time.", 80, "small"))
    tallest = tallest_of(drawn, axis)
    busy, still = with_lanes(drawn)
    height = _TOP + PITCH * len(busy) + (30 if still else 8)
    of = "messages or posts" if any(lane.posts for lane in busy) else "messages"
    said = (
        f"{axis.day(0)} to {axis.end}, days in UTC; a bar is one {axis.words}; the tallest is {tallest} {of}"
    )
    parts = [text_at(16, 20, "Activity", 40, "platform"), text_at(LEFT, 20, said, 110, "small")]
    parts += _grid(axis, height)
    later = any(axis.later(mark) for lane in busy for mark in lane.marks)
    if later:
        x = LEFT + PLOT + 14
        parts.append(f'<line class="grid" x1="{x}" y1="30" x2="{x}" y2="{height:g}"/>')
        parts.append(text_at(x + 8, 54, "seen after that", 20, "small"))
    parts += _guides(drawn, axis, height)
    for row, lane in enumerate(busy):
        parts.append(_lane(drawn.node(lane.node), lane, axis, tallest, _TOP + PITCH * row))
    parts += [text_at(16, height - 10, still, 80, "small")] if still else []
    return Picture(LEFT + PLOT + (_LATER if later else 24), height, "\n".join(parts))


def signs() -> str:
    """What the letters on the lanes mean."""
    return ", ".join(f"{sign} {word}" for sign, word in SIGNS.values())


def _x(axis: Axis, day: int) -> float:
    """Where the bin of that day begins."""
    return LEFT + PLOT * axis.place(day) / axis.bins


def _middle(axis: Axis, day: int) -> float:
    """Where a mark of that day stands: the hour is not drawn, so neither before nor after the bar of its day."""
    return LEFT + PLOT * (axis.place(day) + 0.5) / axis.bins


def _grid(axis: Axis, height: float) -> Iterable[str]:
    for day in _tick_days(axis):
        x = _x(axis, day.toordinal())
        yield f'<line class="grid" x1="{x:.1f}" y1="46" x2="{x:.1f}" y2="{height:g}"/>'
        yield text_at(round(x, 1), 40, day.isoformat(), 10, "small", "middle")


def _tick_days(axis: Axis) -> list[date]:
    """Firsts of months where the axis has some, else days at equal distances; never more than fit."""
    first, last = axis.day(0), axis.end
    months = first.year * 12 + first.month, last.year * 12 + last.month - 1
    firsts = [date(number // 12, number % 12 + 1, 1) for number in range(months[0], months[1] + 1)]
    if len(firsts) < 3:
        step = max(axis.bins // _TICKS, 1)
        return [axis.day(place) for place in range(0, axis.bins, step)][: _TICKS + 2]
    return firsts[:: -(-len(firsts) // _TICKS)]


def _guides(drawn: Drawn, axis: Axis, height: float) -> Iterable[str]:
    days = sorted(
        {
            mark.last
            for lane in drawn.lanes
            for mark in lane.marks
            if mark.kind in ("block", "suspended", "closed") and not axis.later(mark)
        }
    )
    for day in days[:_GUIDES]:
        x = _middle(axis, day.toordinal())
        yield f'<line class="guide" x1="{x:.1f}" y1="{_TOP - 10}" x2="{x:.1f}" y2="{height:g}"/>'


def _lane(node: Node, lane: Lane, axis: Axis, tallest: int, top: float) -> str:
    base = top + _BASE
    parts = [
        f'<g class="lane">{titled(f"Lane of {label(node.label, 60)} ({label(node.key, 80)})", _said(node, lane))}'
    ]
    parts.append(f'<svg x="16" y="{top + 12:g}" width="{LEFT - 30}" height="46">')
    parts.append(text_at(0, 14, f"{node.n}  {node.label}", 30, "name"))
    parts.append(text_at(0, 29, _numbers(node, lane), 42, "tags"))
    parts.append(text_at(0, 42, " · ".join(beside(lane)), 42, "tags"))
    parts.append("</svg>")
    parts.append(f'<line class="base" x1="{LEFT}" y1="{base:g}" x2="{LEFT + PLOT}" y2="{base:g}"/>')
    parts.append(_bars(axis.heights(lane.days), axis, tallest, base))
    parts.append(_posts(axis.heights(lane.posts), axis, tallest, base))
    parts += _flags(lane, axis, top)
    parts += _handles(lane, axis, base)
    parts += _afterwards([mark for mark in lane.marks if axis.later(mark)], top)
    parts.append("</g>")
    return "".join(parts)


def _bars(heights: dict[int, int], axis: Axis, tallest: int, base: float) -> str:
    """One path of thick upright strokes, in units of a bin: 200 lanes of them have to fit into a page."""
    if not heights:
        return ""
    strokes = "".join(
        f"M{place} 0v-{max(_BAR * count / tallest, 2):.0f}" for place, count in sorted(heights.items())
    )
    width = PLOT / axis.bins
    move = f"translate({LEFT + width / 2:.2f} {base:g}) scale({width:.4f} 1)"
    return f'<path class="bars" stroke-width="0.85" transform="{move}" d="{strokes}"/>'


def _posts(heights: dict[int, int], axis: Axis, tallest: int, base: float) -> str:
    """A ring on a thin stem for each bin, told from bars without colour."""
    if not heights:
        return ""
    width = PLOT / axis.bins
    tops = [
        (LEFT + (place + 0.5) * width, base - max(_BAR * count / tallest, 6))
        for place, count in sorted(heights.items())
    ]
    stems = "".join(f"M{x:.1f} {base:g}V{y:.1f}" for x, y in tops)
    return f'<path class="stalk" d="{stems}"/>{post_dots(tops)}'


def _afterwards(marks: list[Mark], top: float) -> Iterable[str]:
    """Marks after the axis, one below the other, each with its day."""
    x, y = LEFT + PLOT + 22, top
    for place, mark in enumerate(marks):
        lines = 2 if mark.kind == "handle" else 1
        if y + 15 * lines > top + 15 * _LATER_LINES:
            yield text_at(x, y + 11, f"and {len(marks) - place} more", 20, "tags")
            return
        sign, word = SIGNS[mark.kind]
        yield f'<g class="after">{titled(f"{word}: {told(mark.told)}")}'
        if mark.kind == "handle":
            yield text_at(x, y + 11, f"→ {mark.last}", 20, "tags")
            yield text_at(x, y + 25, f"@{mark.label}", 14, "tags")
        else:
            yield f'<rect class="flag" x="{x}" y="{y:g}" width="15" height="14" rx="2"/>'
            yield f'<text class="flag" x="{x + 7.5}" y="{y + 11:g}" text-anchor="middle">{sign}</text>'
            yield text_at(x + 20, y + 11, mark.last.isoformat(), 20, "tags")
        yield "</g>"
        y += 15 * lines


def _flags(lane: Lane, axis: Axis, top: float) -> Iterable[str]:
    free = float("-inf")
    for mark in lane.marks:
        if mark.kind == "handle" or axis.later(mark):
            continue
        x = _middle(axis, mark.last.toordinal())
        at = min(max(x - 7, free), LEFT + PLOT + 6)
        free = at + 16
        sign, word = SIGNS[mark.kind]
        yield f'<g class="flag">{titled(f"{word}: {told(mark.told)}")}'
        yield _interval(mark, axis, top + _BASE)
        yield f'<line class="stem" x1="{x:.1f}" y1="{top + 14:g}" x2="{x:.1f}" y2="{top + _BASE:g}"/>'
        yield f'<rect class="flag" x="{at:.1f}" y="{top - 1:g}" width="15" height="15" rx="2"/>'
        yield f'<text class="flag" x="{at + 7.5:.1f}" y="{top + 10.5:g}" text-anchor="middle">{sign}</text></g>'


def _handles(lane: Lane, axis: Axis, base: float) -> Iterable[str]:
    """Ticks below the base line; labels on two lines where they do not meet, else the tick alone."""
    free = [float("-inf"), float("-inf")]
    for mark in lane.marks:
        if mark.kind != "handle" or axis.later(mark):
            continue
        x = _middle(axis, mark.last.toordinal())
        to_the_left = x > LEFT + PLOT - 118
        first, last = (x - 118, x) if to_the_left else (x, x + 118)
        line = next((n for n, end in enumerate(free) if end <= first), None)
        yield f'<g class="handle">{titled(told(mark.told))}{_interval(mark, axis, base)}'
        yield f'<path class="tick" d="M{x:.1f} {base + 1:g}l4 7h-8z"/>'
        if line is not None:
            free[line] = last
            at = (x - 7 if to_the_left else x + 7, base + 19 + 12 * line)
            yield text_at(
                round(at[0], 1), at[1], f"→ @{mark.label}", 16, "tags", "end" if to_the_left else ""
            )
        yield "</g>"


def _interval(mark: Mark, axis: Axis, base: float) -> str:
    """Between which days it lies, where that is more than one bin."""
    first, last = _middle(axis, mark.first.toordinal()), _middle(axis, mark.last.toordinal())
    if last - first < 1:
        return ""
    return f'<line class="interval" x1="{first:.1f}" y1="{base + 3:g}" x2="{last:.1f}" y2="{base + 3:g}"/>'


def _numbers(node: Node, lane: Lane) -> str:
    words = [f"{lane.counted} messages"] if node.messages.number or not node.posts.number else []
    words += [f"{node.to_owner} to the victim"] if node.to_owner else []
    words += [f"{lane.posts_counted} posts shown"] if node.posts.number else []
    return " · ".join(words)


def _said(node: Node, lane: Lane) -> str:
    marks = "".join(f" {SIGNS[mark.kind][1]}: {told(mark.told)}." for mark in lane.marks[:30])
    posted = f" {posts(node, 40)}." if node.posts.number else ""
    return f"{lane.counted} messages with a time; in all {counted(node.messages, 40)}.{posted}{marks}"
