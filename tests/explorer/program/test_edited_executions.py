"""The executions of an edited program are those of the program, edited, as far as they are allowed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from edited_programs import counting, executions, facts, message, site, taking, updates_of

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.memory.model import load_model
from explorer.program.edited_execution import EditedExecutions
from explorer.program.edits import Insert, Reorder
from explorer.program.program import Program
from explorer.program.thread import ACQUIRE, FULL, ONCE, RELEASE
from scenarios.shmem.reduced import FRESH_WINDOW


def fresh() -> Program:
    return FRESH_WINDOW.case("none", "P2", {}).program


def all_of(execution: Execution) -> object:
    """All that a model can see, and where fences stand."""
    places = [event.source and (event.source.line, event.thread, event.implied) for event in execution.events]
    relations = [execution.rmw, execution.addr, execution.data, execution.ctrl, execution.ctrl_later]
    return execution.key, tuple(places), tuple(map(tuple, relations))


def assert_edits_commute(program: Program, edits: Sequence[Insert | Reorder], *models: str) -> None:
    editing = EditedExecutions(updates_of(program))
    for name in models:
        model = load_model(name)
        moved = [editing.edited(execution, edits) for execution in executions(program, name)]
        allowed = [execution for execution in moved if model.allows(execution)]
        found = executions(program, name, edits)
        assert len(found) == len(allowed) > 0
        assert {repr(all_of(each)) for each in found} == {repr(all_of(each)) for each in allowed}


@pytest.mark.parametrize("model", ["sc", "tso", "pso", "armv8", "lkmm"])
def test_messages(model: str) -> None:
    program = message()
    by_label = {label: found.site for label, found in facts(program).items()}
    tried: list[list[Insert | Reorder]] = [
        [Insert(by_label["R2"], Tag.RMB)],
        [Reorder(by_label["R1"], ACQUIRE), Insert(by_label["W2"], Tag.WMB)],
        [Reorder(by_label["W2"], RELEASE), Reorder(by_label["W1"], ONCE), Insert(by_label["R2"], Tag.MB)],
    ]
    for edits in tried:
        assert_edits_commute(program, edits, model)


@pytest.mark.parametrize("model", ["tso", "armv8", "lkmm"])
def test_updates_whether_they_happen_or_not(model: str) -> None:
    program = taking()
    take, give = site(program, "T1"), site(program, "T2")
    for order in (ONCE, ACQUIRE, RELEASE, FULL):
        assert_edits_commute(program, [Reorder(take, order), Insert(give, Tag.WMB)], model)
    count = site(counting(), "C1")
    for order in (ACQUIRE, RELEASE, FULL):
        assert_edits_commute(counting(), [Reorder(count, order), Insert(count, Tag.RMB)], model)


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
def test_kernel_code_with_dependences(model: str) -> None:
    """Three of its six executions see the grown size and no seal, which an acquire forbids."""
    program = fresh()
    size, check = site(program, "R1"), site(program, "R3")
    assert_edits_commute(program, [Insert(check, Tag.RMB)], model)
    assert_edits_commute(program, [Reorder(size, ACQUIRE)], model)
    assert len(executions(program, "armv8")) == 6
    assert len(executions(program, "armv8", [Reorder(size, ACQUIRE)])) == 3
