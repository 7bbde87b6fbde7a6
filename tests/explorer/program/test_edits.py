"""Edited threads: both engines see the operations that the edits make."""

from __future__ import annotations

import pytest
from edited_programs import counting, executions, message, site, taking

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.memory.model import load_model
from explorer.program.edits import Edit, Insert, Reorder, Skip, edited
from explorer.program.fingerprint import fingerprint
from explorer.program.identical import classes_of
from explorer.program.program import Program
from explorer.program.thread import ACQUIRE, FULL, ONCE, RELEASE
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import explore_depth_first


def shown(execution: Execution, thread: int) -> list[str]:
    return [str(execution.events[i]) for i in execution.thread_events(thread)]


def sequential(program: Program, edits: list[Edit]) -> Execution:
    """The execution under sc in which the first thread reads nothing of the second."""
    return executions(program, "sc", edits)[0]


def test_an_ordering_is_another_tag_and_a_fence_stands_right_before() -> None:
    program = message()
    edits: list[Edit] = [
        Reorder(site(program, "W2"), RELEASE),
        Insert(site(program, "W2"), Tag.WMB),
        Reorder(site(program, "R1"), ACQUIRE),
        Insert(site(program, "R2"), Tag.RMB),
        Insert(site(program, "R2"), Tag.MB),
    ]
    found = executions(program, "sc", edits)
    assert shown(found[0], 0) == ["W[plain] x=1", "F[wmb]", "W[release] y=1"]
    assert {tuple(shown(each, 1)) for each in found} == {
        ("R[acquire] y=0",),
        ("R[acquire] y=1", "F[rmb]", "F[mb]", "R[once] x=1"),
    }
    fence = next(event for event in found[0].events if event.tag is Tag.WMB)
    assert fence.source is not None
    assert (fence.source.function, fence.source.reference) == ("publish", "kernel/toy.c publish: smp_wmb")


def test_a_fully_ordered_update_stands_between_fences_and_a_relaxed_one_does_not() -> None:
    program = counting(1)
    execution = sequential(program, [Reorder(site(program, "C1"), FULL)])
    assert [text.partition(" ")[0] for text in shown(execution, 0)] == ["F[mb]", "R[once]", "W[once]", "F[mb]"]
    weaker = sequential(taking(), [Reorder(site(taking(), "T1"), ONCE)])
    assert not any(event.implied for event in weaker.events)


def test_every_round_and_thread_is_edited_and_threads_stay_identical() -> None:
    program = counting(2)
    changed = edited(program, [Insert(site(program, "C1"), Tag.MB)])
    assert classes_of(changed) == ((0, 1),)
    execution = sequential(program, [Insert(site(program, "C1"), Tag.MB)])
    for thread in (0, 1):
        assert [text.partition(" ")[0] for text in shown(execution, thread)] == ["F[mb]", "R[once]", "W[once]"] * 2


def test_what_is_skipped_is_not_made_and_answers_what_was_said() -> None:
    program = message()
    found = executions(program, "sc", [Skip(site(program, "W1")), Skip(site(program, "R1"), 1)])
    assert {tuple(shown(each, 0)) for each in found} == {("W[once] y=1",)}
    # The flag counts as set, and nobody stores the data.
    assert {tuple(shown(each, 1)) for each in found} == {("R[once] x=0",)}


def test_the_scheduler_finds_the_same_executions() -> None:
    program = message()
    edits: list[Edit] = [Insert(site(program, "R2"), Tag.RMB), Reorder(site(program, "W2"), RELEASE)]
    for name in ("sc", "tso", "pso"):
        scheduled = explore_depth_first(Unfolding(edited(program, edits), 3), load_model(name)).executions
        searched = executions(program, name, edits)
        # The flag is not seen, or it is and the data too.
        assert len(searched) == len(scheduled) == 2
        assert {each.key for each in scheduled} == {each.key for each in searched}


def test_an_edited_program_has_a_fingerprint_of_its_own() -> None:
    program = message()
    prints = [
        fingerprint(Unfolding(edited(program, edits), 3))
        for edits in ([], [Insert(site(program, "W2"), Tag.WMB)], [Reorder(site(program, "W2"), RELEASE)])
    ]
    assert prints[0] == fingerprint(Unfolding(program, 3))
    assert len(set(prints)) == 3


def test_edits_that_mean_nothing_are_refused() -> None:
    program = message()
    with pytest.raises(ValueError, match="a write cannot be acquire"):
        edited(program, [Reorder(site(program, "W2"), ACQUIRE)])
    with pytest.raises(ValueError, match="is no fence"):
        edited(program, [Insert(site(program, "W2"), Tag.ONCE)])
    twice = [Reorder(site(program, "W2"), RELEASE), Reorder(site(program, "W2"), ONCE)]
    with pytest.raises(ValueError, match="two orderings"):
        edited(program, twice)
