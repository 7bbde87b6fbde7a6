"""The DOT graph as Graphviz draws it: columns stay columns, the witness order runs downwards."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations

import pytest

from reports.forms.dot import dot
from reports.structure import Report

Box = tuple[float, float, float, float]
"""Middle, width and height of a node, in inches; y grows upwards."""


@pytest.fixture(params=["leak", "stale", "odd", "long", "hostile"])
def report(request: pytest.FixtureRequest) -> Report:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Report)
    return found


def drawn(report: Report, form: str) -> str:
    """What Graphviz makes of the graph, without a word of warning."""
    program = shutil.which("dot")
    if program is None:
        pytest.skip("needs Graphviz: apt install graphviz")
    done = subprocess.run([program, f"-T{form}"], input=dot(report), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def nodes(report: Report) -> dict[str, Box]:
    rows = [line.split() for line in drawn(report, "plain").splitlines() if line.startswith("node ")]
    return {row[1]: (float(row[2]), float(row[3]), float(row[4]), float(row[5])) for row in rows}


def test_the_events_of_a_thread_share_a_column_below_its_name(report: Report) -> None:
    found = nodes(report)
    columns = []
    for thread in range(len(report.threads)):
        own = [found[f"e{event.id}"] for event in report.events if event.thread == thread]
        columns.append(found[f"t{thread}"][0])
        assert {x for x, *_ in own} == {columns[-1]}
        assert all(y < found[f"t{thread}"][1] for _, y, *_ in own)
    assert sorted(set(columns)) == columns


def test_the_witness_order_runs_downwards_below_the_initial_writes(report: Report) -> None:
    found = nodes(report)
    heights = [found[f"e{event}"][1] for event in report.witness.order]
    assert sorted(set(heights), reverse=True) == heights
    initial = [found[f"e{event.id}"][1] for event in report.events if event.thread < 0]
    assert min(initial) > max(heights)


def test_no_box_meets_another(report: Report) -> None:
    found = nodes(report)
    for (first, a), (second, b) in combinations(found.items(), 2):
        apart = abs(a[0] - b[0]) >= (a[2] + b[2]) / 2 or abs(a[1] - b[1]) >= (a[3] + b[3]) / 2
        assert apart, (first, second)


def splines(report: Report) -> Iterator[tuple[str, str, list[tuple[float, float]]]]:
    for line in drawn(report, "plain").splitlines():
        if line.startswith("edge "):
            _, tail, head, count, *rest = line.split()
            numbers = list(map(float, rest[: 2 * int(count)]))
            yield tail, head, list(zip(numbers[::2], numbers[1::2], strict=True))


def test_no_edge_runs_through_the_box_of_another_event(report: Report) -> None:
    found = nodes(report)
    boxes = {name: box for name, box in found.items() if name.startswith("e")}
    for tail, head, points in splines(report):
        if not tail.startswith("e"):
            continue  # the line of the seal, and the legend
        for name, (x, y, width, height) in boxes.items():
            if name in (tail, head):
                continue
            for place in curve(points):
                inside = abs(place[0] - x) < width / 2 - 0.01 and abs(place[1] - y) < height / 2 - 0.01
                assert not inside, (tail, head, name)


def curve(points: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Points along a chain of cubic Bezier curves."""
    for start in range(0, len(points) - 1, 3):
        a, b, c, d = points[start : start + 4]
        for step in range(21):
            t = step / 20
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))  # type: ignore[misc]


def test_the_seal_is_a_line_between_its_rows(leak: Report) -> None:
    found = nodes(leak)
    left, right = found["seal0from"], found["seal0to"]
    assert left[1] == right[1]
    # A9 sets the seal, F5 is the step after it.
    assert found["e5"][1] > left[1] > found["e6"][1]
    assert left[0] < min(x - width / 2 for x, _, width, _ in (found[f"e{i}"] for i in range(4, 14)))
    assert right[0] > max(x + width / 2 for x, _, width, _ in (found[f"e{i}"] for i in range(4, 14)))


def test_the_two_racing_edges_are_the_thickest(leak: Report) -> None:
    widths = {
        (int(a), int(b)): float(width)
        for a, b, width in re.findall(r"^\te(\d+) -> e(\d+) \[.*penwidth=([\d.]+)", dot(leak), re.MULTILINE)
    }
    # fr from the seal check to the seal, rf of the flag and of the data between threads; po is thinner.
    assert widths == {(11, 5): 4, (5, 7): 2.5, (7, 8): 4, (8, 9): 2.5, (9, 13): 4}


def test_there_is_a_legend(leak: Report, stale: Report) -> None:
    words = re.findall(r"^\tkey\d+ \[label=\"(.*?)\"", dot(leak), re.MULTILINE)
    assert words[0] == "why it is a violation: fr, po, rf; the thickest lead from thread to thread"
    assert [word.partition(":")[0] for word in words[1:]] == [
        "grey, without a word",
        "grey, solid",
        "grey, dashed",
        "grey, dotted",
    ]
    assert "dashed box: takes effect out of program order" in dot(stale)
