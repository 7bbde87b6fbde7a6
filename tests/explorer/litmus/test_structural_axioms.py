"""Axioms about executions that no engine builds: an RMW that is not atomic, a load of a later store of its thread."""

from __future__ import annotations

import pytest
from structural_executions import own_future, split_rmw

from explorer.memory.model import load_model


@pytest.mark.parametrize(("model", "axiom"), [("lkmm", "atomicity"), ("armv8", "atomic")])
def test_an_rmw_with_a_store_between_its_halves_fails_the_axiom_for_atomicity_alone(model: str, axiom: str) -> None:
    assert load_model(model).violated(split_rmw()) == (axiom,)
    # Without the pair it is a load, and two stores in the order that does not go against po.
    assert load_model(model).allows(split_rmw(paired=False))


@pytest.mark.parametrize("model", ["tso", "pso"])
def test_a_load_of_a_later_store_of_its_thread_fails_coherence_alone(model: str) -> None:
    """It is no fr, co or external rf: only rf against program order forbids it."""
    assert load_model(model).violated(own_future()) == ("coherence",)
