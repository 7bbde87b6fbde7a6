"""A derivation as a chain from access to access: what is put together, and what is cut."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from candidate_programs import Step, candidates, exchange, fence, read, write
from model_text import loader

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.memory.chain import Link, links
from explorer.memory.derivation import Derivations

Told = list[tuple[int, str, tuple[int, ...], int]]
"""Per link its first event, its relations joined by spaces, the events between, and its second event."""


def told(found: Sequence[Link]) -> Told:
    return [
        (
            link.first,
            " ".join(f"-{s.relation}" if s.backward else s.relation for s in link.steps),
            link.between,
            link.second,
        )
        for link in found
    ]


def chain(tmp_path: Path, rule: str, execution: Execution, pair: tuple[int, int]) -> Told:
    """The links of a pair of the relation ``r`` that a rule defines."""
    model = loader(tmp_path)(f"let r = {rule}\nempty r as none")
    derivation = Derivations(model.evaluator.valuation(execution)).of(model.relations["r"], *pair)
    events = execution.events
    return told(links([derivation], lambda event: events[event].reads or events[event].writes))


def one_thread(*steps: Step) -> Execution:
    """A thread whose loads read initial values, or its own last store."""
    return next(candidates([steps]))


@pytest.mark.parametrize("rule", ["po ; [Wmb] ; po", "fencerel(Wmb)", "[W] ; po ; [Wmb] ; po ; [W]"])
def test_a_fence_stands_between_two_accesses(tmp_path: Path, rule: str) -> None:
    # 0 and 1 are the initial x and y.
    execution = one_thread(write("x"), fence(Tag.WMB), write("y"))
    assert chain(tmp_path, rule, execution, (2, 4)) == [(2, "po po", (3,), 4)]


@pytest.mark.parametrize("rule", ["fr", "rf^-1 ; co", "[R] ; rf^-1 ; co ; [W]", "rf^-1 ; (co & ext)"])
def test_the_way_by_what_was_read_is_one_step(tmp_path: Path, rule: str) -> None:
    execution = next(e for e in candidates([[read("x")], [write("x")]]) if e.events[1].value == 0)
    assert chain(tmp_path, rule, execution, (1, 2)) == [(1, "fr", (), 2)]


def test_program_order_that_needs_what_stands_beside_it_is_not_told_alone(tmp_path: Path) -> None:
    # The barrier orders up to the exchange, and only with it what follows.
    execution = one_thread(write("x"), fence(Tag.BEFORE_ATOMIC), *exchange("y"), read("z"))
    rule = "fencerel(Before-atomic) ; [RMW] ; po"
    assert chain(tmp_path, rule, execution, (3, 7)) == [(3, "po po po", (4, 5), 7)]
    # Where it comes first, it goes with what follows.
    late = one_thread(write("x"), *exchange("y"), fence(Tag.AFTER_ATOMIC), read("z"))
    assert chain(tmp_path, "po ; [RMW & W] ; fencerel(After-atomic)", late, (3, 7)) == [(3, "po po po", (5, 6), 7)]


def test_what_an_acquire_and_a_release_order_is_told_one_by_one(tmp_path: Path) -> None:
    execution = one_thread(read("x", Tag.ACQUIRE), read("y"), write("z", 1, Tag.RELEASE))
    assert chain(tmp_path, "[Acquire] ; po ; [R] ; po ; [Release]", execution, (3, 5)) == [
        (3, "po", (), 4),
        (4, "po", (), 5),
    ]


def test_the_steps_of_a_closure_are_reasons_of_their_own(tmp_path: Path) -> None:
    execution = one_thread(read("x"), read("y"), read("z"))
    assert chain(tmp_path, "(po \\ (po ; po))+", execution, (3, 5)) == [(3, "po", (), 4), (4, "po", (), 5)]


def test_a_section_leads_back_to_its_beginning(tmp_path: Path) -> None:
    execution = one_thread(fence(Tag.RCU_LOCK), read("x"), read("y"), fence(Tag.RCU_UNLOCK))
    rule = "po ; ([Rcu-lock] ; po ; [Rcu-unlock])^-1 ; po"
    assert chain(tmp_path, rule, execution, (4, 3)) == [(4, "po -po po", (5, 2), 3)]


def test_what_nothing_leads_along_is_a_step_without_a_relation(tmp_path: Path) -> None:
    execution = next(iter(candidates([[write("x")], [read("y")]])))
    assert chain(tmp_path, "(W * R) & ext", execution, (2, 3)) == [(2, "", (), 3)]


def test_of_an_intersection_the_part_that_leads_there_is_told(tmp_path: Path) -> None:
    execution = one_thread(write("x"), write("x", 2))
    for rule in ("po & loc", "loc & po", "po & int & (W * W)"):
        assert chain(tmp_path, rule, execution, (1, 2)) == [(1, "po", (), 2)]
