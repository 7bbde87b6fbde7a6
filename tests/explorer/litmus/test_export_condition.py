"""What the ``exists`` clause of an exported scenario says."""

from __future__ import annotations

import pytest
from exported_text import MODELS, program, read_back

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.litmus.export.text import export
from explorer.litmus.judge import judge
from explorer.litmus.parser import parse
from explorer.litmus.printer import print_test
from explorer.litmus.source import Source
from explorer.memory.model import Model, load_model
from explorer.program.errors import ScenarioError
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Thread
from explorer.program.tree import Unfolding
from scenarios.classic.litmus import message_passing, store_buffering


def both_read_0(execution: Execution, _model: Model) -> list[str]:
    reads = [event.value for event in execution.events if event.reads]
    return ["both-0"] if reads == [0, 0] else []


def test_the_condition_is_true_of_violating_executions_and_of_no_other() -> None:
    text = export("SB", "", Unfolding(store_buffering(), 3), both_read_0)
    assert "Result: Sometimes" in text
    assert " * exists: what the executions that break a property end in (both-0), and no others.\n" in text
    assert text.endswith("exists (0:r0=0 /\\ 1:r0=0)\n")
    test, made = read_back(text)
    counts = {model: judge(made, load_model(model)) for model in MODELS}
    assert {model: (got.positive, got.negative) for model, got in counts.items()} == {
        "sc": (0, 3), "tso": (1, 3), "pso": (1, 3), "armv8": (1, 3), "lkmm": (1, 3),
    }  # fmt: skip
    assert print_test(parse(Source("again", print_test(test)))) == print_test(test)


def flag_before_data(execution: Execution, _model: Model) -> list[str]:
    reads = [event.value for event in execution.events if event.reads]
    return ["flag-first"] if reads == [1, 0] else []


async def publishes(t: Thread, data: Location, flag: Location) -> None:
    await t.write(data, 1, ONCE)
    await t.write(flag, 1, RELEASE)


async def consumes(t: Thread, data: Location, flag: Location) -> None:
    await t.read(flag, ACQUIRE)
    await t.read(data, ONCE)


def test_where_nothing_is_violated_the_condition_is_what_a_violation_would_end_in() -> None:
    shared = (Location("data"), Location("flag"))
    text = export("MP", "", program((publishes, shared), (consumes, shared)), flag_before_data)
    assert "Result: Never" in text
    assert "(flag-first) if accesses to different locations had no order at all." in text
    assert text.endswith("exists (1:r0=1 /\\ 1:r1=0)\n")


def test_without_any_violation_there_is_no_state_to_look_for() -> None:
    text = export("MP", "", Unfolding(message_passing(), 3), lambda _execution, _model: [])
    assert "Result: Never" in text
    assert text.endswith("exists (false)\n")


async def writes_one(t: Thread, x: Location) -> None:
    await t.write(x, 1, ONCE)


async def reads_it(t: Thread, x: Location) -> None:
    await t.read(x, ONCE)


def read_the_second_writer(execution: Execution, _model: Model) -> list[str]:
    (read,) = (i for i, event in enumerate(execution.events) if event.reads)
    return ["second"] if execution.events[execution.source_of[read]].thread == 1 else []


def test_a_property_that_final_states_do_not_show_is_refused() -> None:
    x = Location("x")
    unfolding = program((writes_one, (x,)), (writes_one, (x,)), (reads_it, (x,)))
    with pytest.raises(ScenarioError, match=r"executions that end in 2:r0=1; x=1; some break one and some do not"):
        export("twins", "", unfolding, read_the_second_writer)
