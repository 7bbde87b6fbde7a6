"""Programs without some of their elements: what is violated then, and the fewest that guard a property together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.elements import Element, elements_of
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, RELEASE, Thread
from explorer.program.tree import Unfolding
from explorer.property import Violation
from explorer.scenario import Case, Goal
from explorer.search.mutants import Mutants, answer_of, can_tell, fewest
from explorer.search.result import UNLIMITED, Limits

BOX, FLAG = Location("box"), Location("flag")


@dataclass(frozen=True)
class Empty:
    """The last thread saw the flag, and then an empty box."""

    name: str = "empty"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        values = [execution.events[i].value for i in execution.thread_events(1) if execution.events[i].reads]
        return Violation(self.name, (), (), "The box was empty.") if values[-2:] == [1, 0] else None


async def fill(t: Thread) -> None:
    await t.write(BOX, 1, ONCE, at="W1 fill")
    await t.fence(Tag.WMB, at="W2 order")
    await t.write(FLAG, 1, RELEASE, at="W3 raise")


async def look(t: Thread) -> None:
    await t.read(FLAG, ONCE, at="R1 look")
    await t.read(BOX, ONCE, at="R2 open")


SEEN = Goal("seen", "the flag was seen", lambda e: any(e.events[i].value == 1 for i in e.thread_events(1)))
TWICE = Case(Program((ThreadSpec("writer", fill), ThreadSpec("reader", look))), (Empty(),), (SEEN,))


def explored(case: Case, model: str) -> tuple[list[Element], Mutants]:
    """The elements of a case, and its mutants."""
    unfolding = Unfolding(case.program, 3)
    answer_of(case, load_model(model), unfolding, UNLIMITED)
    return elements_of(unfolding), Mutants(case, 3, None, UNLIMITED)


def test_two_orderings_of_one_pair_guard_together_what_neither_does_alone() -> None:
    """Under pso the stores stay in order by the fence, and by the release; the loads are in order anyway."""
    pso = load_model("pso")
    elements, mutants = explored(TWICE, "pso")
    guards = [each for each in elements if can_tell(pso, each) and (each.kind == "fence" or each.before is RELEASE)]
    assert [each.sites[0].site.label for each in guards] == ["W2", "W3"]
    for each in guards:
        assert mutants.without([each], pso, frozenset()).violated == frozenset()
    answer = mutants.without(guards, pso, frozenset())
    assert (answer.violated, answer.reached) == (frozenset({"empty"}), frozenset({"seen"}))
    assert answer.executions == 4
    assert fewest(elements, lambda some: "empty" in mutants.without(some, pso, frozenset()).violated) == guards


def test_a_search_ends_once_all_that_was_asked_for_is_violated() -> None:
    pso = load_model("pso")
    elements, mutants = explored(TWICE, "pso")
    guards = [each for each in elements if each.kind == "fence" or each.before is RELEASE]
    answer = mutants.without(guards, pso, frozenset({"empty"}))
    assert answer.violated == {"empty"}
    assert answer.incomplete == ()
    assert 1 <= answer.executions <= 4


def test_a_limit_leaves_it_incomplete() -> None:
    _elements, mutants = explored(TWICE, "pso")
    stopped = replace(mutants, limits=Limits(executions=1)).without([], load_model("pso"), frozenset({"empty"}))
    assert stopped.incomplete == ("limit of 1 executions reached",)


def test_models_that_name_no_ordering_cannot_tell_one() -> None:
    elements, _mutants = explored(TWICE, "pso")
    told = {model: [can_tell(load_model(model), each) for each in elements] for model in ("sc", "pso", "armv8", "lkmm")}
    labels = [(each.kind, each.sites[0].site.label) for each in elements]
    assert labels == [
        ("ordering", "W1"),
        ("fence", "W2"),
        ("ordering", "W3"),
        ("ordering", "R1"),
        ("ordering", "R2"),
    ]
    assert told == {
        "sc": [False] * 5,
        "pso": [False, True, True, False, False],
        "armv8": [False, True, True, False, False],
        # Only lkmm knows plain accesses from marked ones.
        "lkmm": [True] * 5,
    }


LOCK = SpinLock("lock")


async def locked(t: Thread) -> None:
    await LOCK.acquire(t, at="L1 lock")
    await t.write(BOX, 1, ONCE, at="L2 store")
    await LOCK.release(t, at="L3 unlock")


async def waits(t: Thread) -> None:
    await t.wait_until(BOX, lambda value: value == 1, at="S1 wait")


def test_a_thread_that_waits_for_ever_and_misuse_are_told_apart_from_properties() -> None:
    """Without the acquisition alone the lock is released by who does not hold it: lkmm flags that."""
    case = Case(Program((ThreadSpec("owner", locked), ThreadSpec("other", waits))), (Empty(),))
    elements, mutants = explored(case, "lkmm")
    (lock,) = [each for each in elements if each.kind == "lock"]
    half = replace(lock, edits=lock.edits[:1])
    answer = mutants.without([half], load_model("lkmm"), frozenset())
    assert answer.misuse == {"flag unmatched-unlock"}
    assert mutants.without([lock], load_model("lkmm"), frozenset()).misuse == frozenset()
    stuck = replace(case, program=Program((ThreadSpec("other", waits),)))
    assert answer_of(stuck, load_model("sc"), Unfolding(stuck.program, 3), UNLIMITED).blocked


def test_the_fewest_are_left_whatever_stands_between() -> None:
    """Numbers for elements: broken without 3 and 7 both."""
    numbers: list[Element] = list(range(10))  # type: ignore[arg-type]
    assert fewest(numbers, lambda some: {3, 7} <= set(some)) == [3, 7]  # type: ignore[comparison-overlap]
    assert fewest(numbers, lambda some: 0 in some) == [0]  # type: ignore[comparison-overlap]
