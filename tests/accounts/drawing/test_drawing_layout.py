"""Nothing of a picture lies over anything else, however many links there are."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from drawn_sample import ledger, links

from abusekit.accounts.drawing.draw import draw
from abusekit.accounts.drawing.layout import Box, Layout, layout

_DRAWN = draw(ledger(), links(), case="OP-1", zone="UTC")


def laid(seed: int, nodes: int, edges: int) -> Layout:
    """Random links over accounts of three platforms."""
    chance = random.Random(seed)
    some = [
        replace(_DRAWN.nodes[0], n=n, platform=f"p{(n - 1) * 3 // nodes}", key=f"k{n}")
        for n in range(1, nodes + 1)
    ]
    ends = [chance.sample(range(1, nodes + 1), 2) for _ in range(edges)]
    return layout(some, [replace(_DRAWN.edges[0], n=n, a=a, b=b) for n, (a, b) in enumerate(ends, start=1)])


@pytest.mark.parametrize(
    ("seed", "nodes", "edges"), [(1, 12, 8), (2, 200, 150), (3, 2, 1), (4, 30, 150), (5, 3, 40)]
)
def test_labels_boxes_and_lines_do_not_meet(seed: int, nodes: int, edges: int) -> None:
    found = laid(seed, nodes, edges)
    assert len(found.boxes) == nodes and len(found.edges) == edges and len(found.headings) == min(3, nodes)
    solid = [*found.boxes, *(edge.label for edge in found.edges)]
    for n, one in enumerate(solid):
        assert one.x >= 0 and one.x + one.width <= found.width and one.y + one.height <= found.height
        assert not any(one.meets(other) for other in solid[n + 1 :])
    for edge in found.edges:
        line = Box(edge.x - 2, edge.top, 4, edge.bottom - edge.top)
        assert edge.top < edge.label.middle < edge.bottom
        assert not any(line.meets(other) for other in found.boxes)
        assert not any(line.meets(other.label) for other in found.edges if other is not edge)
        rows = [box.middle for box in found.boxes]
        assert not any(edge.label.y < row < edge.label.y + edge.label.height for row in rows), (
            "a row runs through"
        )


def test_a_line_ends_at_its_own_accounts_and_short_links_stand_nearest() -> None:
    found = layout(_DRAWN.nodes, [edge for edge in _DRAWN.edges if edge.state != "undecided"])
    for placed in found.edges:
        ends = sorted((placed.edge.a, placed.edge.b))
        assert [placed.top, placed.bottom] == [found.boxes[n - 1].middle for n in ends]
    nearest = min(found.edges, key=lambda placed: placed.x)
    assert abs(nearest.edge.a - nearest.edge.b) == 1


def test_boxes_that_touch_do_not_meet() -> None:
    assert not Box(0, 0, 10, 10).meets(Box(10, 0, 10, 10))
    assert Box(0, 0, 10, 10).meets(Box(9, 9, 10, 10))
