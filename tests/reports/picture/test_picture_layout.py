"""The picture's geometry: nothing overlaps, and the path crosses the seal line."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from explorer.visible import visible
from reports.picture.layout import Box, Layout, lay_out
from reports.picture.measure import BOX, FONT, LINE, SMALL, text_width
from reports.steps import Schedule
from reports.structure import Report


@pytest.fixture(params=["leak", "stale", "odd", "long", "hostile"])
def layout(request: pytest.FixtureRequest) -> Layout:
    report: Report = request.getfixturevalue(request.param)
    return lay_out(report, Schedule(report))


Rectangle = tuple[float, float, float, float]


def rectangle(box: Box) -> Rectangle:
    return box.left, box.middle - BOX / 2, box.left + box.width, box.middle + BOX / 2


def rectangles(layout: Layout) -> list[Rectangle]:
    """What text may cover: boxes with the lines below them, and strips."""
    boxes = [(*rectangle(box)[:3], box.middle + BOX / 2 + LINE * len(box.lines)) for box in layout.boxes]
    return boxes + [(s.left, s.top, s.left + s.width, s.top + s.height) for s in layout.strips]


def test_texts_fit_into_their_boxes(layout: Layout) -> None:
    for box in layout.boxes:
        words = " ".join([box.step.action, *(f"◀ {label}" for label in box.step.labels)])
        assert box.action_left + text_width(words, FONT) <= box.left + box.width
        assert box.left + text_width(box.step.name, FONT) < box.action_left
        assert all(text_width(line, SMALL) <= box.width for line in box.lines)
    for strip in layout.strips:
        assert all(text_width(line, SMALL) < strip.width for line in strip.lines)


def test_boxes_and_lanes_are_apart(layout: Layout) -> None:
    for a, b in combinations(rectangles(layout), 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
    for left, right in pairwise(layout.lanes):
        assert left.right + 20 < right.rail
    assert layout.lanes[-1].right < layout.width
    assert all(left > 0 and right < layout.width for left, _, right, _ in rectangles(layout))
    assert all(top > 0 and bottom <= layout.height for _, top, _, bottom in rectangles(layout))


def test_no_edge_crosses_a_box(layout: Layout) -> None:
    for route in layout.routes:
        for (x0, y0), (x1, y1) in pairwise(route.points):
            assert x0 == x1 or y0 == y1
            strips = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in layout.strips]
            for left, top, right, bottom in [*map(rectangle, layout.boxes), *strips]:
                outside = max(x0, x1) <= left or min(x0, x1) >= right or max(y0, y1) <= top or min(y0, y1) >= bottom
                assert outside, route.link


def test_vertical_parts_of_edges_are_apart(layout: Layout) -> None:
    verticals = [
        (a[0], min(a[1], b[1]), max(a[1], b[1]))
        for route in layout.routes
        if not route.link.along_rail
        for a, b in pairwise(route.points)
        if a[0] == b[0]
    ]
    for (x0, top0, bottom0), (x1, top1, bottom1) in combinations(verticals, 2):
        assert abs(x0 - x1) >= 8 or bottom0 < top1 or bottom1 < top0


def test_labels_fit_beside_their_lane(layout: Layout) -> None:
    for route in layout.routes:
        if route.label:
            half = text_width(visible(route.link.relation), SMALL) / 2
            track, target = route.points[-2][0], route.points[-1][0]
            assert min(track, target) < route.label[0] - half
            assert route.label[0] + half < max(track, target)


@pytest.mark.parametrize("name", ["leak", "stale"])
def test_the_path_crosses_the_seal_line(name: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(name)
    layout = lay_out(report, Schedule(report))
    (seal,) = layout.seals
    assert any(
        min(a[1], b[1]) < seal < max(a[1], b[1])
        for route in layout.routes
        if route.link.on_path
        for a, b in pairwise(route.points)
    )
    sealing = next(box for box in layout.boxes if box.step.seals)
    following = next(box for box in layout.boxes if box.step.number == sealing.step.number + 1)
    assert sealing.middle + BOX / 2 < seal < following.middle - BOX / 2
