"""Axioms asked of growing executions, put together from what each thread's path decides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from candidate_programs import candidates, write
from hypothesis import given, settings
from hypothesis import strategies as st
from random_executions import LOCAL, executions, relations, restricted, text

from explorer.execution import rows
from explorer.execution.execution import Execution
from explorer.execution.relation import pairs
from explorer.memory.cat.base import SET_NAMES, names_present
from explorer.memory.growing import Block, Growing
from explorer.memory.model import Model, load_model
from explorer.search.explore import Search
from explorer.search.leaf import Leaf
from explorer.testing.operations import Read, Write, unfold

MODELS = {name: load_model(name) for name in ("sc", "tso", "pso", "armv8", "lkmm")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


def model_in(folder: Path, rules: str) -> Model:
    path = folder / "random.cat"
    path.write_text(rules, encoding="utf-8")
    return load_model(str(path))


def without_rf_and_co(execution: Execution) -> Execution:
    return replace(execution, source_of=(-1,) * len(execution), coherence=())


def blocks_of(growing: Growing, execution: Execution) -> tuple[Block, ...]:
    """The initial writes, and each thread alone."""
    parts = [list(range(execution.initial_writes))]
    parts += [execution.thread_events(thread) for thread in range(len(execution.threads))]
    return tuple(growing.block(without_rf_and_co(restricted(execution, part))) for part in parts)


@pytest.mark.parametrize("name", MODELS)
@settings(deadline=None, max_examples=150)
@given(executions())
def test_the_answer_is_that_of_the_axioms_on_the_whole(name: str, execution: Execution) -> None:
    model = MODELS[name]
    growing = Growing(model, model.axioms, names_present(execution.events))
    failed = {axiom.name for axiom in growing.axioms} & set(model.violated(execution))
    blocks = blocks_of(growing, execution)
    assert growing.evaluation(blocks, execution.source_of, execution.coherence).holds() is not bool(failed)


def test_flags_can_be_asked_for_after_those_of_another_execution_of_the_same_paths() -> None:
    """Both share what the paths decide, whoever has asked for it first."""
    threads = ((Read("x", "plain"), Write("y", 1, "plain")), (Write("x", 1, "plain"), Read("y", "plain")))

    def leaves() -> list[Leaf]:
        return [leaf for leaf in Search(unfold(threads), MODELS["lkmm"]) if leaf is not None]

    late = [leaf.raised() for leaf in reversed(leaves())][::-1]
    assert late == [MODELS["lkmm"].remarks(leaf.execution) for leaf in leaves()]
    assert any(late)


@pytest.mark.parametrize("name", MODELS)
@settings(deadline=None, max_examples=150)
@given(executions(), st.data())
def test_what_fails_on_some_events_fails_on_all(name: str, execution: Execution, data: st.DataObject) -> None:
    model = MODELS[name]
    growing = Growing(model, model.axioms, names_present(execution.events))
    blocks = blocks_of(growing, execution)
    kept = [
        list(range(len(block.events)))
        if place == 0
        else sorted(data.draw(st.sets(st.integers(0, len(block.events) - 1))) if block.events else [])
        for place, block in enumerate(blocks)
    ]
    starts = [0]
    for block in blocks:
        starts.append(starts[-1] + len(block.events))
    number = {
        start + position: new
        for new, (start, position) in enumerate(
            (start, position) for start, part in zip(starts, kept, strict=False) for position in part
        )
    }
    smaller = growing.evaluation(
        tuple(block.among(part) for block, part in zip(blocks, kept, strict=True)),
        [number.get(execution.source_of[event], -1) for event in number],
        [[number[write] for write in order if write in number] for order in execution.coherence],
    ).holds()
    if not smaller:
        assert not model.allows(execution)


def test_what_a_program_lacks_is_not_looked_at() -> None:
    """Without read-side sections and grace periods there is nothing that ``rcu`` could forbid."""
    model = MODELS["lkmm"]
    without_rcu = frozenset({"Plain", "Once", "Acquire", "Release", "Mb", "F"})
    all_of_them = [axiom.name for axiom in model.axioms]
    assert [axiom.name for axiom in Growing(model, model.axioms, SET_NAMES).axioms] == all_of_them
    assert [axiom.name for axiom in Growing(model, model.axioms, without_rcu).axioms] == [
        name for name in all_of_them if name != "rcu"
    ]


RULES = {
    "closed": "acyclic po \\ (po ; [F] ; po) | rf | co | fr as a",
    "open": "acyclic rf ; (po \\ (po ; [F] ; po)) | (co \\ rf) as a",
    "under-a-difference": "acyclic (rf ; po) \\ (po \\ (po ; [F] ; po)) as a",
}


@pytest.mark.parametrize(("rules", "asked"), [("closed", True), ("open", False), ("under-a-difference", False)])
def test_what_can_be_undone_in_between_is_asked_where_less_of_it_is_weaker(
    tmp_path: Path, rules: str, asked: bool
) -> None:
    model = model_in(tmp_path, RULES[rules])
    assert bool(Growing(model, model.axioms, SET_NAMES).axioms) is asked


@pytest.mark.parametrize(("gap", "held"), [(None, True), (1, False), (2, True)])
def test_what_a_missing_event_could_undo_is_not_there(tmp_path: Path, gap: int | None, held: bool) -> None:
    """Two writes without a fence between; one may come before the second, or all is known up to it."""
    model = model_in(tmp_path, "empty [W] ; (po \\ (po ; [F] ; po)) ; [W] as none")
    growing = Growing(model, model.axioms, SET_NAMES)
    (execution,) = candidates([[write("x"), write("y")]])
    thread = growing.block(without_rf_and_co(restricted(execution, execution.thread_events(0))), gap)
    (pairs_held,) = thread.relations
    assert list(pairs(rows.to_rows(pairs_held))) == ([(0, 1)] if held else [])


@st.composite
def undone(draw: st.DrawFn) -> str:
    """Pairs of a thread that what comes between the two can undo."""
    first, last, between = (draw(st.sampled_from(["M", "F", "R", "W", "_"])) for _ in range(3))
    related = draw(st.one_of(st.just("po"), relations(LOCAL, depth=1).map(text)))
    around = text(draw(relations(depth=1)))
    pair = f"[{first}] ; (({related}) \\ (po ; [{between}] ; po)) ; [{last}]"
    return draw(st.sampled_from([pair, f"({pair}) | ({around})", f"({around}) ; {pair}", f"({around}) \\ ({pair})"]))


@settings(deadline=None, max_examples=500)
@given(undone(), executions(longest=4, most=2), st.data())
def test_what_is_found_with_events_missing_in_a_gap_is_there_with_them(
    folder: Path, relation: str, execution: Execution, data: st.DataObject
) -> None:
    """Of each thread the first events are there and the last ones."""
    check = data.draw(st.sampled_from(["empty", "irreflexive"]))
    model = model_in(folder, f"{check} {relation} as none")
    growing = Growing(model, model.axioms, names_present(execution.events))
    blocks, kept = [], list(range(execution.initial_writes))
    blocks.append(growing.block(without_rf_and_co(restricted(execution, kept))))
    writes = {write for _read, write in pairs(execution.rmw)}
    for thread in range(len(execution.threads)):
        events = execution.thread_events(thread)
        # The halves of an update are one step.
        steps = st.sampled_from([*(i for i, event in enumerate(events) if event not in writes), len(events)])
        gap, back = sorted(data.draw(st.tuples(steps, steps)))
        part = [*events[:gap], *events[back:]]
        blocks.append(growing.block(without_rf_and_co(restricted(execution, part)), gap))
        kept += part
        whole = growing.block(without_rf_and_co(restricted(execution, list(events))))
        for found, there in zip(blocks[-1].relations, whole.relations, strict=True):
            for a, b in pairs(rows.to_rows(found)):
                assert rows.to_rows(there)[events.index(part[a])] >> events.index(part[b]) & 1
    place = {event: new for new, event in enumerate(kept)}
    holds = growing.evaluation(
        tuple(blocks),
        [place.get(execution.source_of[event], -1) for event in kept],
        [[place[write] for write in order if write in place] for order in execution.coherence],
    ).holds()
    assert holds or not model.allows(execution)
