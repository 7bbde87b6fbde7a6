"""The trace for Perfetto and chrome://tracing: tracks, locks, arrows, values and the seal."""

from __future__ import annotations

import json
from typing import Any

from made_reports import made
from toy_reports import initial

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import empty, from_pairs
from explorer.property import Mark, Violation
from reports.forms.trace import trace
from reports.structure import Report


def entries(report: Report) -> list[dict[str, Any]]:
    found = json.loads(trace(report))["traceEvents"]
    assert isinstance(found, list)
    return found


def test_a_step_says_all_about_itself(leak: Report) -> None:
    (last,) = [entry for entry in entries(leak) if entry["name"] == "R10 reads page A.data = 42"]
    assert last == {
        "ph": "X",
        "pid": 1,
        "tid": 3,
        "ts": 9000,
        "dur": 1000,
        "name": "R10 reads page A.data = 42",
        "cat": "path",
        "cname": "terrible",
        "args": {
            "step": 10,
            "events": [13],
            "does": "reads page A.data = 42",
            "location": "page A.data",
            "value": 42,
            "reads from": "guest K4 (step 8)",
            "kernel": "mm/shmem.c shmem_file_read_iter: copy_page_to_iter",
            "code": "toy_memfd.py:32",
            "marks": ["LEAK"],
        },
    }


def test_tracks_have_the_threads_names_in_order(leak: Report) -> None:
    named = [(entry["tid"], entry["args"]["name"]) for entry in entries(leak) if entry["name"] == "thread_name"]
    assert named == [(1, "owner"), (2, "guest"), (3, "reader")]
    sorted_by = [entry["args"]["sort_index"] for entry in entries(leak) if entry["name"] == "thread_sort_index"]
    assert sorted_by == [0, 1, 2]


def test_an_arrow_starts_and_ends_inside_its_steps(leak: Report) -> None:
    arrows = [entry for entry in entries(leak) if entry["ph"] in "sf" and entry["name"] == "fr"]
    # R3 is step 2, A9 step 4.
    assert [(a["ph"], a["tid"], a["ts"], a["id"], a.get("bp")) for a in arrows] == [
        ("s", 3, 1500, 1, None),
        ("f", 1, 3500, 1, "e"),
    ]


def test_the_seal_is_an_instant_across_all_tracks(leak: Report) -> None:
    assert [entry for entry in entries(leak) if entry["ph"] == "i"] == [
        {"ph": "i", "s": "g", "pid": 1, "tid": 1, "ts": 4000, "name": "sealed", "cat": "value"}
    ]


def test_counters_follow_what_memory_holds(leak: Report, odd: Report) -> None:
    def counter(report: Report, name: str) -> list[tuple[int, int]]:
        return [(e["ts"], e["args"]["value"]) for e in entries(report) if e["ph"] == "C" and e["name"] == name]

    assert counter(leak, "inode.i_size") == [(0, 4096), (3000, 0), (5000, 4096)]
    assert counter(leak, "inode.seals") == [(0, 0), (4000, 32)]
    # The last step stores 2, which is earlier in coherence: x stays 1.
    assert counter(odd, "x") == [(0, 0), (2000, 1)]


def test_a_location_of_objects_has_instants(hostile: Report) -> None:
    shown = "</script><b>&\"'\\\\x1b[31m\\u202e]]>\\x0a{{ 7*7 }}"
    instants = [(entry["s"], entry["ts"], entry["name"]) for entry in entries(hostile) if entry["ph"] == "i"]
    assert instants == [("p", 0, f"{shown} = {shown}"), ("t", 1000, f"{shown} = 7")]


def test_a_lock_encloses_the_steps_under_it(odd: Report) -> None:
    holds = [entry for entry in entries(odd) if entry.get("cat") == "lock"]
    # Taken in step 3, released in step 4.
    assert holds == [
        {
            "ph": "X",
            "pid": 1,
            "tid": 2,
            "ts": 2000,
            "dur": 2000,
            "name": "holds lock",
            "cat": "lock",
            "args": {"taken in step": 3, "until step": 4},
        }
    ]


def test_the_rest_is_beside_the_events(odd: Report) -> None:
    about = json.loads(trace(odd))["otherData"]
    assert about["verdict"] == "VIOLATED: deadlock"
    assert about["program"] == "odd, fix none, protocol P1, model tso"
    assert about["path"][0] == {"source": 8, "target": 2, "relation": "fre"}
    assert "b ended blocked: waits for x == 3" in about["notes"]


def test_locks_taken_hand_over_hand_lie_inside_one_another() -> None:
    """Steps 1: takes a, 2: takes b, 3: releases a, 4: releases b."""
    a, b = Location("a"), Location("b")
    execution = Execution(
        threads=("owner",),
        events=(
            initial(a),
            initial(b),
            Event(0, 0, Kind.READ, Tag.ACQUIRE, a, 0),
            Event(0, 1, Kind.WRITE, Tag.ONCE, a, 1),
            Event(0, 2, Kind.READ, Tag.ACQUIRE, b, 0),
            Event(0, 3, Kind.WRITE, Tag.ONCE, b, 1),
            Event(0, 4, Kind.WRITE, Tag.RELEASE, a, 0),
            Event(0, 5, Kind.WRITE, Tag.RELEASE, b, 0),
        ),
        source_of=(-1, -1, 0, -1, 1, -1, -1, -1),
        coherence=((0, 3, 6), (1, 5, 7)),
        rmw=from_pairs(8, [(2, 3), (4, 5)]),
        addr=empty(8),
        data=empty(8),
        ctrl=empty(8),
        ctrl_later=empty(8),
    )
    violation = Violation("leak", path=(), marks=(Mark(7, "LEAK"),), sentence="A read leaks.")
    holds = [e for e in entries(made(execution, violation, tuple(range(2, 8)))) if e.get("cat") == "lock"]
    # What b has beyond a is a part of its own.
    assert [(hold["name"], hold["ts"], hold["dur"]) for hold in holds] == [
        ("holds a", 0, 3000),
        ("holds b", 1000, 2000),
        ("holds b", 3000, 1000),
    ]
    assert {tuple(hold["args"].values()) for hold in holds if hold["name"] == "holds b"} == {(2, 4)}
