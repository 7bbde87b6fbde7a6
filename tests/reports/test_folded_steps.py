"""Which steps a picture folds: runs of one thread that are off the path and touch none of its locations."""

from __future__ import annotations

from msgspec.structs import replace

from reports.folding import Row, fold, summary
from reports.holds import lock_holds
from reports.steps import Schedule
from reports.structure import Report


def fold_of(report: Report) -> list[Row]:
    schedule = Schedule(report)
    return fold(report, schedule, lock_holds(report, schedule))


def numbers(report: Report) -> list[list[int]]:
    return [[step.number for step in row] for row in fold_of(report)]


def test_runs_off_the_path_are_folded_one_row_for_each_thread(long: Report) -> None:
    # Step 3 reads the seals, which the path does too; step 8 stands alone.
    assert numbers(long) == [[1, 2], [3], [4, 5], [6], [7], [8]]


def test_single_steps_stay(leak: Report) -> None:
    assert numbers(leak) == [[number] for number in range(1, 11)]


def test_steps_with_a_note_stay(long: Report) -> None:
    """Event 6, the fence, takes effect before the read of the RMW (event 3)."""
    early = replace(long.witness, order=(6, 2, 3, 4, 5, 7, 10, 11, 12, 8, 9), reordered=(6,))
    assert numbers(replace(long, witness=early)) == [[1], [2], [3], [4, 5], [6], [7], [8]]


def test_an_implied_fence_on_the_path_keeps_its_operation(long: Report) -> None:
    """Event 5 is implied by the RMW, step 1; the next step in program order, where it is drawn, is step 2."""
    edge = replace(long.property.path[0], source=5, target=8, relation="po")
    changed = replace(long, property=replace(long.property, path=(edge,)))
    assert numbers(changed) == [
        [1],
        [2],
        [3],
        [4, 5],
        [6],
        [7],
        [8],
    ]


def test_a_folded_row_names_its_steps_and_functions(long: Report) -> None:
    rows = fold_of(long)
    holds = lock_holds(long, Schedule(long))
    assert summary(rows[0], holds) == "2 steps, O1 to O2: get_page, owner"
    assert summary(rows[2], holds) == "2 steps, Q1: reader"
