"""Random executions and random cat expressions, for properties that hold of all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from candidate_programs import Step, candidates
from hypothesis import strategies as st

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import Relation, from_pairs, members, pairs

_ACCESSES = st.builds(
    Step,
    st.sampled_from([Kind.READ, Kind.READ, Kind.WRITE, Kind.WRITE, Kind.UNLOCK, Kind.LOCK_FAILED]),
    st.sampled_from([Tag.PLAIN, Tag.ONCE, Tag.RELEASE, Tag.ACQUIRE]),
    st.sampled_from("xy"),
    st.integers(1, 2),
)
_FENCES = st.builds(Step, st.just(Kind.FENCE), st.sampled_from([Tag.MB, Tag.WMB]))
_EXCHANGES = st.sampled_from("xy").map(
    lambda place: [Step(Kind.READ, Tag.ONCE, place), Step(Kind.WRITE, Tag.ONCE, place, 1, pairs=True)]
)
_STEPS = st.one_of(st.builds(lambda s: [s], _ACCESSES | _FENCES), _EXCHANGES)


@st.composite
def executions(draw: st.DrawFn, longest: int = 2, most: int = 3) -> Execution:
    """A candidate execution of a random program, with random dependences from reads to later events.

    It has so many threads at the most, each of so many steps at the most.
    """
    programs = st.lists(st.lists(_STEPS, min_size=1, max_size=longest), min_size=1, max_size=most)
    threads = [[step for steps in thread for step in steps] for thread in draw(programs)]
    # Reading and writing in program order, thread after thread, is a candidate: there always is one.
    number = draw(st.integers(0, 60))
    chosen: Execution | None = None
    for index, execution in enumerate(candidates(threads)):
        chosen = execution
        if index == number:
            break
    assert chosen is not None
    ahead = [pair for pair in pairs(chosen.po) if chosen.events[pair[0]].reads]
    dependences = [
        from_pairs(len(chosen), draw(st.lists(st.sampled_from(ahead), max_size=3)) if ahead else []) for _ in range(4)
    ]
    return replace(chosen, addr=dependences[0], data=dependences[1], ctrl=dependences[2], ctrl_later=dependences[3])


def restricted(execution: Execution, kept: list[int]) -> Execution:
    """The part of an execution made of some of its events (ascending).

    A read without its source loses it, a location without its initial write its coherence order.
    """
    place = {old: new for new, old in enumerate(kept)}

    def rows(relation: Relation) -> Relation:
        return [sum(1 << place[target] for target in members(relation[old]) if target in place) for old in kept]

    return replace(
        execution,
        events=tuple(execution.events[old] for old in kept),
        source_of=tuple(place.get(execution.source_of[old], -1) for old in kept),
        coherence=tuple(
            tuple(place[w] for w in order if w in place) for order in execution.coherence if order[0] in place
        ),
        rmw=rows(execution.rmw),
        addr=rows(execution.addr),
        data=rows(execution.data),
        ctrl=rows(execution.ctrl),
        ctrl_later=rows(execution.ctrl_later),
    )


Tree: TypeAlias = tuple[object, ...]
"""An expression: ``("|", left, right)``, ``("name", "po")``."""

RELATIONS = [
    "po",
    "rf",
    "co",
    "fr",
    "rfe",
    "fri",
    "po-loc",
    "po-apart",
    "loc",
    "int",
    "ext",
    "id",
    "rmw",
    "addr",
    "ctrl",
    "0",
]
SETS = ["R", "W", "M", "F", "IW", "Once", "Mb", "Plain", "RMW", "UL", "_", "emptyset"]
LOCAL = ["po", "po-loc", "po-apart", "rmw", "addr", "loc", "int", "id"]


def relations(names: list[str] = RELATIONS, depth: int = 3) -> st.SearchStrategy[Tree]:
    """Random relation-valued expressions over some of the base relations, nested at most so deep."""
    leaves = st.sampled_from(names).map(lambda name: ("name", name))
    if depth == 0:
        return leaves
    inner = relations(names, depth - 1)
    events = sets(names, depth - 1)
    return st.one_of(
        leaves,
        st.tuples(st.sampled_from(["|", "&", "\\", ";"]), inner, inner),
        st.tuples(st.sampled_from(["+", "*", "?", "^-1", "~"]), inner),
        st.tuples(st.just("[]"), events),
        st.tuples(st.just("*"), events, events),
        st.tuples(st.just("fencerel"), events),
    )


def sets(names: list[str], depth: int) -> st.SearchStrategy[Tree]:
    """Random set-valued expressions."""
    leaves = st.sampled_from(SETS).map(lambda name: ("name", name))
    if depth == 0:
        return leaves
    inner = sets(names, depth - 1)
    return st.one_of(
        leaves,
        st.tuples(st.sampled_from(["|", "&", "\\"]), inner, inner),
        st.tuples(st.just("~"), inner),
        st.tuples(st.sampled_from(["domain", "range"]), relations(names, depth - 1)),
    )


def text(tree: Tree) -> str:
    """The expression in cat, every operand in parentheses."""
    match tree:
        case ("name", str(name)):
            return name
        case ("[]", tuple(operand)):
            return f"[{text(operand)}]"
        case ("~", tuple(operand)):
            return f"~({text(operand)})"
        case ("domain" | "range" | "fencerel" as function, tuple(operand)):
            return f"{function}({text(operand)})"
        case (str(op), tuple(operand)):
            return f"({text(operand)}){op}"
        case (str(op), tuple(left), tuple(right)):
            return f"({text(left)}) {op} ({text(right)})"
    raise AssertionError(tree)
