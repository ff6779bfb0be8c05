"""Where everything of a drawing stands: deterministic, and nothing can lie over anything else.

Accounts are rows, grouped by platform. Every link is a vertical line on a track of its own to the right of them; two
links share a track only where no row lies between the ends of both. The label of a link stands on its line between two
rows, where no other line runs. So the picture stays legible however many links there are; it only grows wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abusekit.accounts.drawing.drawn import Edge, Node

MARGIN = 16
BOX_WIDTH = 250
BOX_HEIGHT = 54
PITCH = 70
HEADING = 36
TRACK = 112
LABEL_WIDTH = 104
LABEL_HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    def meets(self, other: Box) -> bool:
        """Whether they share more than a border."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    edge: Edge
    x: float
    # of its vertical line
    top: float
    bottom: float
    left: float
    # where its horizontal lines begin: the right side of the boxes
    label: Box


@dataclass(frozen=True, slots=True)
class Layout:
    width: float
    height: float
    headings: tuple[tuple[str, float], ...]
    # platform and base line
    boxes: tuple[Box, ...]
    # in the order of the nodes
    edges: tuple[PlacedEdge, ...]


def layout(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layout:
    """`edges` join two different nodes each."""
    headings: list[tuple[str, float]] = []
    boxes: list[Box] = []
    y = float(MARGIN)
    for node in nodes:
        if not headings or headings[-1][0] != node.platform:
            headings.append((node.platform, y + HEADING - 14))
            y += HEADING
        boxes.append(Box(MARGIN, y, BOX_WIDTH, BOX_HEIGHT))
        y += PITCH
    tracks = _tracks(edges)
    placed = tuple(_placed(edge, tracks[edge.n], boxes) for edge in edges)
    most = max(tracks.values(), default=-1) + 1
    width = MARGIN + BOX_WIDTH + most * TRACK + MARGIN + (10 if most else 0)
    return Layout(width, y + MARGIN - (PITCH - BOX_HEIGHT), tuple(headings), tuple(boxes), placed)


def _rows(edge: Edge) -> tuple[int, int]:
    return min(edge.a, edge.b) - 1, max(edge.a, edge.b) - 1


def _tracks(edges: Sequence[Edge]) -> dict[int, int]:
    """Number of the edge → track from the left: what people said first, and short links near to their accounts."""
    taken: list[list[tuple[int, int]]] = []
    found: dict[int, int] = {}
    by_length = sorted(edges, key=lambda one: (_rows(one)[1] - _rows(one)[0], one.n))
    for edge in sorted(by_length, key=lambda one: one.state == "candidate"):
        top, bottom = _rows(edge)
        free = (track for track, spans in enumerate(taken) if all(bottom < a or b < top for a, b in spans))
        track = next(free, len(taken))
        if track == len(taken):
            taken.append([])
        taken[track].append((top, bottom))
        found[edge.n] = track
    return found


def _placed(edge: Edge, track: int, boxes: Sequence[Box]) -> PlacedEdge:
    top, bottom = _rows(edge)
    x = MARGIN + BOX_WIDTH + track * TRACK + TRACK / 2 + 10
    gap = (top + bottom - 1) // 2
    middle = (boxes[gap].middle + boxes[gap + 1].middle) / 2
    label = Box(x - LABEL_WIDTH / 2, middle - LABEL_HEIGHT / 2, LABEL_WIDTH, LABEL_HEIGHT)
    return PlacedEdge(edge, x, boxes[top].middle, boxes[bottom].middle, MARGIN + BOX_WIDTH, label)
