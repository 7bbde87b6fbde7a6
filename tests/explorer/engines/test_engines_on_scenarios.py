"""Both engines find the same executions of every scenario at its small size, under every model.

The fixes of one window are those of the others: all kinds of them are tried on the first ones, two on the rest.

The scheduler lists the executions under pso, which forbids least; what another model allows
of them is the answer under that model.  That it prunes by the stronger models as well is
tested where it takes less time: on the smallest scenario here, and on other programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from engine_results import assert_same, scheduled, searched

from explorer.execution.relation import is_acyclic, union
from explorer.memory.model import Model, load_model
from explorer.program.tree import Unfolding
from explorer.scenario import Scenario
from scenarios.registry import reduced_form, reduced_forms, scenarios

MODELS = ("sc", "tso", "pso")

FIXES = ("none", "no-check", "seal-first", "acquire-size", "recheck", "rwsem")
"""Tried on the windows that have a reduced form."""

SECTIONS = ("srcu", "reader-count")
"""Tried on the smallest of them."""

REST = ("none", "rwsem")
"""Tried on the others."""


def cases(of: Sequence[Scenario]) -> Iterator[Any]:
    for scenario in of:
        if scenario in reduced_forms():
            fixes = scenario.fixes
        elif reduced_form(scenario.name) is None:
            fixes = REST
        else:
            fixes = (*FIXES, *SECTIONS) if scenario.name == "fresh" else FIXES
        for fix in fixes:
            if ("P2", fix, "sc") in scenario.expected:
                yield pytest.param(scenario, "P2", fix, id=f"{scenario.name}-P2-{fix}")


def small(scenario: Scenario, protocol: str, fix: str) -> Unfolding:
    return Unfolding(scenario.case(fix, protocol, scenario.small).program, 3)


def test_every_declared_model_is_covered() -> None:
    """Every protocol and fix is, by ``cases``; under lkmm the scheduler only gets through the reduced forms."""
    assert {model for scenario in scenarios() for _, _, model in scenario.expected} == {*MODELS, "armv8", "lkmm"}


@pytest.mark.parametrize(("scenario", "protocol", "fix"), tuple(cases(scenarios())))
def test_both_engines_find_the_same_executions(scenario: Scenario, protocol: str, fix: str) -> None:
    unfolding = small(scenario, protocol, fix)
    everything = scheduled(unfolding, load_model("pso"))
    assert everything
    for name in MODELS:
        model = load_model(name)
        assert_same(searched(unfolding, model), [e for e in everything if model.allows(e)])


# What the scheduler cannot reach are executions with a cycle in po | rf, for it makes one step after the other.
@pytest.mark.parametrize(("scenario", "protocol", "fix"), tuple(cases(scenarios())))
def test_both_engines_find_the_same_executions_under_armv8(scenario: Scenario, protocol: str, fix: str) -> None:
    assert_same_without_cycles(small(scenario, protocol, fix), load_model("armv8"))


@pytest.mark.parametrize(("scenario", "protocol", "fix"), tuple(cases(reduced_forms())))
def test_both_engines_find_the_same_executions_of_reduced_forms_under_lkmm(
    scenario: Scenario, protocol: str, fix: str
) -> None:
    assert_same_without_cycles(small(scenario, protocol, fix), load_model("lkmm"))


def assert_same_without_cycles(unfolding: Unfolding, model: Model) -> None:
    found = [e for e in searched(unfolding, model) if is_acyclic(union(e.po, e.rf))]
    assert found
    assert_same(found, scheduled(unfolding, model))


@pytest.mark.parametrize("model", ["sc", "tso"])
@pytest.mark.parametrize("fix", ["none", "no-check", "seal-first", "acquire-size", "recheck", "rwsem"])
def test_the_scheduler_prunes_fresh_by_each_model(fix: str, model: str) -> None:
    scenario = next(s for s in scenarios() if s.name == "fresh")
    unfolding = small(scenario, scenario.protocols[0], fix)
    assert_same(searched(unfolding, load_model(model)), scheduled(unfolding, load_model(model)))
