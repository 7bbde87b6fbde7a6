"""Routes for edges between steps that never cross a box and never lie on one another.

Each step has a row of its own, so a horizontal line in a step's row meets no other box.
The vertical part of an edge runs in a gutter beside its target's lane, in a track of its
own; program order runs along the lane's rail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.visible import visible
from reports.picture.measure import SMALL, text_width

_TRACK = 9.0  # distance of tracks in a gutter
_CLEARANCE = 8.0  # vertical distance of two edges in one track
_ARROW = 16.0  # room for an arrow head and the gap to its label
_STUB = 26.0  # least room left of a rail: the sign for an initial value
_ENTRY = 11.0  # vertical distance of labelled edges that enter one step from one side

Point = tuple[float, float]


@dataclass(frozen=True)
class Lane:
    """A thread's place: the x of its rail, and of its boxes' left and right sides."""

    rail: float
    left: float
    right: float


@dataclass(frozen=True)
class Link:
    """An edge to be routed: its events, its lanes, and the heights at which it starts and ends.

    ``source_lane`` is None for an initial write, whose edges start above the lanes.
    Edges on the violating path carry their relation as a label.
    """

    source: int
    target: int
    relation: str
    on_path: bool
    source_lane: int | None
    target_lane: int
    start: float
    end: float

    @property
    def along_rail(self) -> bool:
        return self.relation == "po"

    @property
    def from_right(self) -> bool:
        """Whether the edge enters its target's lane from the right."""
        return self.source_lane is not None and self.source_lane > self.target_lane


@dataclass(frozen=True)
class Route:
    """A link as a polyline from source to target; the middle of its label stands at ``label``."""

    link: Link
    points: tuple[Point, ...]
    label: Point | None


class Gutter:
    """The tracks on one side of a lane, for the edges that enter the lane from there."""

    def __init__(self, links: Sequence[Link]) -> None:
        """Give each edge the track nearest to the lane that is free where it runs, short edges first."""
        self._track: dict[Link, int] = {}
        for link in sorted(links, key=lambda link: (abs(link.end - link.start), link.target, link.source)):
            taken = {track for other, track in self._track.items() if _meet(link, other)}
            self._track[link] = min(set(range(len(taken) + 1)) - taken)
        labels = [text_width(visible(link.relation), SMALL) for link in links if link.on_path]
        self.label_width = max(labels, default=0.0)

    @property
    def width(self) -> float:
        """Room from the lane to beyond the last track; 0 for an empty gutter."""
        return self.distance(max(self._track.values())) + _TRACK if self._track else 0.0

    def distance(self, track: int) -> float:
        """From the lane to this track: past arrow head and label."""
        return _ARROW + self.label_width + 10 + track * _TRACK

    def of(self, link: Link) -> float:
        return self.distance(self._track[link])


class Gutters:
    """The gutters of all lanes."""

    def __init__(self, links: Sequence[Link], lanes: int) -> None:
        self._links = links
        beside = [[link for link in links if link.target_lane == lane and not link.along_rail] for lane in range(lanes)]
        self._left = [Gutter([link for link in own if not link.from_right]) for own in beside]
        self._right = [Gutter([link for link in own if link.from_right]) for own in beside]

    def left_width(self, lane: int) -> float:
        return max(self._left[lane].width, _STUB)

    def right_width(self, lane: int) -> float:
        return self._right[lane].width

    def routes(self, lanes: Sequence[Lane]) -> list[Route]:
        """The links as polylines, those on the path last (drawn on top)."""
        entered: Counter[tuple[int, bool]] = Counter()
        entering = Counter((link.target, link.from_right) for link in self._links if link.on_path)
        routes = []
        for link in sorted(self._links, key=lambda link: link.on_path):
            shift = 0.0
            if link.on_path and not link.along_rail:
                side = link.target, link.from_right
                shift = (entered[side] - (entering[side] - 1) / 2) * _ENTRY
                entered[side] += 1
            routes.append(self._route(link, lanes, link.end + shift))
        return routes

    def _route(self, link: Link, lanes: Sequence[Lane], end: float) -> Route:
        lane = lanes[link.target_lane]
        if link.along_rail:
            return Route(link, ((lane.rail, link.start), (lane.rail, end)), None)
        if link.from_right:
            assert link.source_lane is not None
            gutter, target, outwards = self._right[link.target_lane], lane.right, 1
            start = lanes[link.source_lane].rail
        else:
            gutter, target, outwards = self._left[link.target_lane], lane.rail, -1
            same = link.source_lane is None or link.source_lane == link.target_lane
            start = lane.rail if same else lanes[link.source_lane or 0].right
        track = target + outwards * gutter.of(link)
        points = [(start, link.start), (track, link.start), (track, end), (target, end)]
        if link.source_lane is None:
            del points[0]
        label = (target + outwards * (_ARROW + gutter.label_width / 2), end) if link.on_path else None
        return Route(link, tuple(points), label)


def _meet(a: Link, b: Link) -> bool:
    """Whether two edges would touch in one track."""
    return (
        min(a.start, a.end) < max(b.start, b.end) + _CLEARANCE
        and min(b.start, b.end) < max(a.start, a.end) + _CLEARANCE
    )
