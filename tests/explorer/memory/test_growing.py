"""Axioms asked of growing executions, put together from what each thread's path decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_executions import executions, restricted
from random_programs import Read, Write, unfold

from explorer.execution.execution import Execution
from explorer.memory.cat.base import SET_NAMES, names_present
from explorer.memory.growing import Block, Growing
from explorer.memory.model import load_model
from explorer.search.explore import Search
from explorer.search.leaf import Leaf

MODELS = {name: load_model(name) for name in ("sc", "tso", "pso", "armv8", "lkmm")}


def blocks_of(growing: Growing, execution: Execution) -> tuple[Block, ...]:
    """The initial writes, and each thread alone."""
    parts = [list(range(execution.initial_writes))]
    parts += [execution.thread_events(thread) for thread in range(len(execution.threads))]
    alone = [restricted(execution, part) for part in parts]
    return tuple(
        growing.block(replace(part, source_of=(-1,) * len(part), coherence=(), events=part.events)) for part in alone
    )


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


def test_what_a_program_lacks_makes_more_axioms_of_the_kernels_model_grow() -> None:
    """A read-side section is found by what is still open, which later events change."""
    model = MODELS["lkmm"]
    without_rcu = frozenset({"Plain", "Once", "Acquire", "Release", "Mb", "F"})
    assert [axiom.name for axiom in Growing(model, model.axioms, SET_NAMES).axioms] == [
        *("coherence", "atomicity", "happens-before", "propagation")
    ]
    assert [axiom.name for axiom in Growing(model, model.axioms, without_rcu).axioms] == [
        *("coherence", "atomicity", "happens-before", "propagation"),
        *("plain-read-from-the-future", "plain-read-of-the-overwritten", "plain-coherence"),
    ]
