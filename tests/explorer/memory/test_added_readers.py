"""What is claimed of a model's terms when reading threads join an execution is so in executions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.execution.execution import Execution, Status
from explorer.execution.parts import together
from explorer.execution.relation import pairs
from explorer.memory.cat.base import SET_NAMES
from explorer.memory.cat.readers import AddedReaders, Among
from explorer.memory.cat.sort import RELATION, SET
from explorer.memory.cat.term import Op
from explorer.memory.model import Model, load_model
from explorer.memory.readers import ReadersOfModel
from explorer.search.explore import Search
from explorer.testing.operations import Operations, unfold
from explorer.testing.random_programs import FENCE, FENCES, READS, thread_lists

MODELS = {name: load_model(name) for name in ("sc", "tso", "pso", "armv8", "lkmm")}
FENCE_NAMES = frozenset(tag.cat_name for tag in FENCES)
READING = frozenset({"R", "F", "Once", "Plain", "Acquire", "Rcu-lock", "Rcu-unlock"}) | FENCE_NAMES
READER_OPERATIONS = st.lists(st.one_of(READS, READS, FENCE), min_size=1, max_size=3).map(tuple)


# ---- the claims, in executions


def two_readers(writers: tuple[Operations, ...], reader: Operations, limit: int = 40) -> Iterator[Execution]:
    """Executions of these threads and of two that only read; whatever keeps each location coherent is allowed."""
    unfolding = unfold((*writers, reader, reader))
    leaves = itertools.islice(filter(None, Search(unfolding, COHERENT)), limit)
    return (leaf.execution for leaf in leaves if leaf.status is Status.COMPLETE)


COHERENT = MODELS["pso"]


def restricted(execution: Execution, kept: list[int], added: list[int]) -> tuple[Execution, dict[int, int]]:
    """The kept threads, then the added ones, and where each event has gone."""
    whole, places = together([(execution, thread) for thread in added], kept)
    return whole, {old: new for place in places for old, new in place.items()}


def is_last(execution: Execution, thread: int) -> bool:
    last = {order[-1] for order in execution.coherence}
    return all(execution.source_of[i] in last for i in execution.thread_events(thread) if execution.events[i].reads)


def assert_claims(model: Model, execution: Execution, others: list[int], first: int, second: int) -> None:
    """Keep the others and the first reader, add the second; compare all terms with and without it."""
    table = model.theory.table
    empty = model.analysis.empty_without(frozenset())
    absent = frozenset(SET_NAMES) - READING
    claims = [AddedReaders(table, empty, absent, last=False)]
    if is_last(execution, second):
        claims.append(AddedReaders(table, empty, absent, last=True))
    without, _ = restricted(execution, others, [first])
    both, _ = restricted(execution, others, [first, second])
    size = len(without)
    copies = [execution.source_of[i] for i in execution.thread_events(first)] == [
        execution.source_of[i] for i in execution.thread_events(second)
    ]
    mine = without.thread_events(len(others))
    theirs = both.thread_events(len(others) + 1)
    original = {**{i: i for i in range(size)}, **(dict(zip(theirs, mine, strict=True)) if copies else {})}
    before, after = model.evaluator.valuation(without), model.evaluator.valuation(both)
    for term in table.terms:
        if term.open_in or term.op is Op.FIXPOINT or term.sort not in (SET, RELATION):
            continue
        for readers in claims:
            claim = readers.claim(term)
            if term.sort == SET:
                old, new = before.set(term), after.set(term)
                assert claim.gains or not new & ~old & (1 << size) - 1, term
                assert claim.loses or not old & ~new, term
                assert claim.among is Among.ANY or not new >> size, term
                if copies and readers is claims[0] and not claim.splits:
                    assert all(old >> original[i] & 1 for i in range(len(both)) if new >> i & 1), term
                continue
            was, now = set(pairs(before.relation(term))), set(pairs(after.relation(term)))
            kept = {(a, b) for a, b in now if a < size and b < size}
            assert claim.gains or kept <= was, term
            assert claim.loses or was <= kept, term
            assert claim.enters or not any(a < size <= b for a, b in now), term
            assert claim.leaves or not any(b < size <= a for a, b in now), term
            among = {(a, b) for a, b in now if a >= size and b >= size}
            assert claim.among > Among.NONE or not among, term
            assert claim.among > Among.PO or all(a < b for a, b in among), term
            assert claim.among > Among.PO_OR_ID or all(a <= b for a, b in among), term
            if copies and readers is claims[0]:
                for a, b in now:
                    across = {a, b} & set(theirs) and {a, b} & set(mine)
                    if not (claim.splits_across if across else claim.splits):
                        assert (original[a], original[b]) in was, term


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=20, deadline=None)
@given(writers=thread_lists(size=4), reader=READER_OPERATIONS)
def test_claims_hold_in_executions(model: str, writers: tuple[Operations, ...], reader: Operations) -> None:
    others = list(range(len(writers)))
    for execution in two_readers(writers, reader, limit=8):
        assert_claims(MODELS[model], execution, others, len(others), len(others) + 1)
        assert_claims(MODELS[model], execution, others, len(others) + 1, len(others))


# ---- models


@pytest.mark.parametrize("model", MODELS)
def test_the_shipped_models_let_readers_be_left_out(model: str) -> None:
    readers = ReadersOfModel(MODELS[model], SET_NAMES, READING)
    assert readers.obstacle == ""
    assert readers.multiplies


def of(tmp_path: Path, text: str) -> ReadersOfModel:
    file = tmp_path / "mine.cat"
    file.write_text(f'"mine"\n{text}\n')
    return ReadersOfModel(load_model(str(file)), frozenset({"R", "W", "Once"}), frozenset({"R", "Once"}))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("acyclic po | rf | co | fr as order", ""),
        # With a reader's events between them two writes may be further apart: fewer pairs, not more.
        ("acyclic po | (co \\ (rf ; po ; fr)) as shrinking", "an execution may pass the axiom shrinking because of"),
        ("~empty rf as some", "an execution may pass the axiom some because of the other readers"),
        # A read that comes last is related to every write: the cycle needs no reads-from.
        ("acyclic (R * W) & ext | po | rf as wild", "a reader that runs last may fail the axiom wild"),
        ("empty ([R] ; ext ; [R]) & loc as alone", "a reader that runs last may fail the axiom alone"),
        ("irreflexive [R] ; loc ; [R] ; ext ; loc as around", "a reader that runs last may fail the axiom around"),
        ("acyclic po | rf | co | fr as order\\nlet before = po | co \\\\ (rf ; po ; fr)", "the order 'before' of two"),
        (
            "acyclic po | rf | co | fr as order\\nflag ~empty [R] ; (loc & ext) ; [R] as two-readers",
            "the flag two-readers may speak of several readers at once",
        ),
        ("acyclic po | rf | co | fr as order\\nflag empty rf as no-reads", "the flag no-reads may speak of several"),
        ("with s from linearisations(W, po)\\nacyclic s | po as order", "the model chooses (with)"),
    ],
)
def test_a_model_of_ones_own_is_looked_at(tmp_path: Path, text: str, reason: str) -> None:
    obstacle = of(tmp_path, text.replace("\\n", "\n").replace("\\\\", "\\")).obstacle
    assert obstacle.startswith(reason)
    assert bool(obstacle) is bool(reason)


def test_an_axiom_that_counts_readers_does_not_multiply(tmp_path: Path) -> None:
    # Two readers of one write by different threads: one may do so, two may not.
    readers = of(tmp_path, "acyclic po | rf | co | fr as order\nempty (rf^-1 ; rf) & ext as one-reader")
    assert not readers.multiplies
    assert of(tmp_path, "acyclic po | rf | co | fr as order").multiplies
