"""A program in Promela, to the letter, and what its verifier prints read back."""

from __future__ import annotations

import pytest
from said_programs import grace_period, nested_sections, one, searched, through_a_pointer

from explorer.crosscheck.final_state import CUT, FinalState, ThreadState
from explorer.crosscheck.promela import PromelaModel
from explorer.crosscheck.tools import ToolFailed
from explorer.crosscheck.wording import CannotSay
from explorer.execution.execution import Ending
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from scenarios.classic.litmus import message_passing

MESSAGE_PASSING = r"""/* MP */

int v_data = 0; /* data */
int v_flag = 0; /* flag */

/* where P0 is, and what it has read */
int at0 = 0;

/* where P1 is, and what it has read */
int at1 = 0;
int r1_0;
int r1_1;

/* P0 */
active proctype thread0()
{
end:
	do
	:: d_step { at0 == 0 -> v_data = 1; at0 = 1 } /* _write */
	:: d_step { at0 == 1 -> v_flag = 1; at0 = 2 } /* _write */
	:: false
	od
}

/* P1 */
active proctype thread1()
{
end:
	do
	:: d_step { at1 == 0 -> r1_0 = v_flag; at1 = 1 } /* _read */
	:: d_step { at1 == 1 -> r1_1 = v_data; at1 = 2 } /* _read */
	:: false
	od
}

/* prints a final state: no thread can go on */
active proctype teller()
{
	timeout ->
	d_step {
		printf("sealrace: %d %d %d %d %d %d\n", at0, at1, r1_0, r1_1, v_data, v_flag);
		skip
	}
}
"""


def steps(model: PromelaModel, thread: int) -> list[str]:
    """The steps of a thread without their comments."""
    _before, _name, after = model.text.partition(f"proctype thread{thread}()")
    body = after.partition("\tod")[0]
    return [line.partition(" } /*")[0].removeprefix("\t:: d_step { ") for line in body.splitlines() if "d_step" in line]


def test_message_passing_to_the_letter() -> None:
    assert PromelaModel(Unfolding(message_passing(), 3), "MP").text == MESSAGE_PASSING


def test_a_title_cannot_end_its_comment() -> None:
    assert PromelaModel(Unfolding(message_passing(), 3), "a */ b").text.startswith("/* a * / b */\n")


def test_an_update_is_one_step_and_decides_in_it() -> None:
    x, y = Location("x"), Location("y")

    async def thread(t: Thread) -> None:
        if await t.fetch("+", x, 2) == 0:
            await t.write(y, 1, ONCE)

    # The old value is read at position 1, behind the implied fence.
    assert steps(PromelaModel(one(thread), "t"), 0) == [
        "at0 == 0 -> r0_1 = v_x; v_x = (r0_1 + 2); if :: (r0_1 == 0) -> at0 = 1 :: else -> at0 = 2 fi",
        "at0 == 1 -> v_y = 1; at0 = 3",
    ]


def test_a_compare_and_exchange_has_a_step_for_each_outcome() -> None:
    x = Location("x")

    async def thread(t: Thread) -> None:
        await t.compare_exchange(x, 0, 7, ONCE)

    assert steps(PromelaModel(one(thread), "t"), 0) == [
        "at0 == 0 && (v_x == 0) -> r0_0 = v_x; v_x = 7; at0 = 1",
        "at0 == 0 && ((v_x == 0) == 0) -> r0_0 = v_x; at0 = 2",
    ]


def test_a_pointer_is_compared_with_the_number_of_each_object() -> None:
    model = PromelaModel(through_a_pointer(), "t")
    box = 1 << 30
    assert steps(model, 0) == ["at0 == 0 -> v_box_field = 5; at0 = 1", f"at0 == 1 -> v_pointer = {box}; at0 = 2"]
    # To any other number than that of an object the pointer cannot point: place 3 is not unfolded.
    assert steps(model, 1)[0] == (
        "at1 == 0 -> r1_0 = v_pointer; if :: (r1_0 != 0) -> "
        f"if :: r1_0 == {box} -> at1 = 1 :: else -> at1 = 2 fi :: else -> at1 = 3 fi"
    )
    states, unexplored = model.read_states([f"sealrace: 2 4 {box} 5 5 {box}"])
    assert not unexplored
    assert states == {
        FinalState(
            (ThreadState("writer", "", ()), ThreadState("reader", "", (("pointer", "box"), ("box.field", 5)))),
            (("box.field", 5), ("pointer", "box")),
        )
    }


def test_a_grace_period_waits_for_the_sections_that_were_there() -> None:
    model = PromelaModel(grace_period(stuck=False), "t")
    assert steps(model, 0) == [
        "at0 == 0 -> in0_0 = true; at0 = 1",
        "at0 == 1 -> v_x = 1; at0 = 2",
        "at0 == 2 -> v_y = 1; at0 = 3",
        "at0 == 3 -> in0_0 = false; wait0_0_0 = false; wait0_1_0 = false; at0 = 4",
    ]
    assert steps(model, 1)[1:3] == [
        "at1 == 1 -> wait0_1_0 = in0_0; wait0_1_1 = in0_1; at1 = 2",
        "at1 == 2 && !(wait0_1_0 || wait0_1_1) -> at1 = 3",
    ]


def test_only_the_outermost_sections_that_somebody_waits_for_are_steps() -> None:
    assert [step.split(" -> ")[1].split(";")[0] for step in steps(PromelaModel(nested_sections(), "t"), 0)] == [
        "in0_0 = true",
        "r0_3 = v_x",
        "in0_0 = false",
    ]


def test_final_states_are_read_back() -> None:
    model = PromelaModel(Unfolding(message_passing(), 3), "MP")
    printed = ["      sealrace: 2 2 1 1 1 1", "anything else", "sealrace: 2 2 0 1 1 1"]
    states, unexplored = model.read_states(printed)
    assert not unexplored
    assert {state.facts for state in states} == {
        (("P0", "nothing"), ("P1", f"flag = {flag}, data = 1"), ("at the end", "data = 1, flag = 1")) for flag in (0, 1)
    }


def test_a_line_of_another_length_is_no_state() -> None:
    model = PromelaModel(Unfolding(message_passing(), 3), "MP")
    with pytest.raises(ToolFailed, match="the verifier printed 5 numbers of a final state, not 6"):
        model.read_states(["sealrace: 2 2 0 1 1"])


def test_a_state_to_look_for_fails_the_assertion() -> None:
    model = PromelaModel(Unfolding(message_passing(), 3), "MP")
    (state,), _unexplored = model.read_states(["sealrace: 2 2 0 1 1 1"])
    condition = "(at0 == 2) && (at1 == 2 && r1_0 == 0 && r1_1 == 1) && v_data == 1 && v_flag == 1"
    assert model.looking_for(state) == MESSAGE_PASSING.replace("\t\tskip\n", f"\t\tassert(!({condition}))\n")


def test_a_way_that_was_not_unfolded_is_no_final_state() -> None:
    """Sealrace has not been searched: only the root of the thread is there."""
    x = Location("x")

    async def thread(t: Thread) -> None:
        if await t.read(x, ONCE):
            await t.write(x, 2, ONCE)

    model = PromelaModel(Unfolding(Program((ThreadSpec("P0", thread),)), 3), "t")
    assert steps(model, 0) == ["at0 == 0 -> r0_0 = v_x; if :: r0_0 -> at0 = 1 :: else -> at0 = 2 fi"]
    states, unexplored = model.read_states(["sealrace: 2 0 0"])
    assert not states
    assert [(key, way.outcome) for key, way in unexplored.items()] == [((0, 2), False)]


def test_a_dropped_thread_gives_no_final_state() -> None:
    x = Location("x")

    async def thread(t: Thread) -> None:
        await t.assume(await t.read(x, ONCE) == 1)

    async def writer(t: Thread) -> None:
        await t.write(x, 1, ONCE)

    model = PromelaModel(searched(ThreadSpec("P0", thread), ThreadSpec("P1", writer)), "t")
    kept, dropped = "sealrace: 1 1 1 1", "sealrace: 2 1 0 1"
    assert len(model.read_states([kept])[0]) == 1
    assert not model.read_states([dropped])[0]


def test_a_loop_that_its_bound_cuts_says_so() -> None:
    x = Location("x")

    async def thread(t: Thread) -> None:
        while await t.read(x, ONCE) == 0:
            pass

    unfolding = searched(ThreadSpec("P0", thread), unroll=1)
    model = PromelaModel(unfolding, "t")
    cut = next(number for number, place in enumerate(model.graphs[0].places) if place.ending is Ending.CUT)
    # It has read once, and once more to begin the iteration that is cut.
    (state,), _unexplored = model.read_states([f"sealrace: {cut} 0 0 0"])
    assert state.threads == (ThreadState("P0", CUT, (("x", 0), ("x", 0))),)


@pytest.mark.parametrize(
    ("operator", "said"),
    [("//", "//"), ("%", "%"), ("*", r"\*"), ("<<", "<<")],
)
def test_what_differs_between_languages_is_refused(operator: str, said: str) -> None:
    x, y = Location("x"), Location("y")

    async def thread(t: Thread) -> None:
        a, b = await t.read(x, ONCE), await t.read(y, ONCE)
        results = {"//": lambda: a // (b + 1), "%": lambda: a % (b + 1), "*": lambda: a * b, "<<": lambda: a << b}
        await t.write(x, results[operator](), ONCE)

    with pytest.raises(CannotSay, match=f"a value is computed with {said} from values read"):
        PromelaModel(one(thread), "t")


def test_a_number_that_could_be_an_object_is_refused() -> None:
    x = Location("x")

    async def thread(t: Thread) -> None:
        await t.write(x, 1 << 30, ONCE)

    with pytest.raises(CannotSay, match="the value 1073741824 has more than 30 bits"):
        PromelaModel(one(thread), "t")


def test_a_number_that_stands_for_nothing_is_refused() -> None:
    model = PromelaModel(Unfolding(message_passing(), 3), "MP")
    with pytest.raises(CannotSay, match="a value that a thread computes has more than 30 bits"):
        model.read_states([f"sealrace: 2 2 0 {1 << 30} 1 1"])
