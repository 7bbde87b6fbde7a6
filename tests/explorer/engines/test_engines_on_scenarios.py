"""Both engines find the same executions of every scenario at its small size, with every fix, under every model.

The scheduler lists the executions under pso, which forbids least; what another model allows
of them is the answer under that model.  That it prunes by the stronger models as well is
tested where it takes less time: on the smallest scenario here, and on other programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from engine_results import assert_same, scheduled, searched

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.scenario import Scenario
from scenarios.registry import scenarios

MODELS = ("sc", "tso", "pso")


def cases() -> Iterator[Any]:
    for scenario in scenarios():
        for protocol in scenario.protocols:
            for fix in scenario.fixes:
                yield pytest.param(scenario, protocol, fix, id=f"{scenario.name}-{protocol}-{fix}")


def small(scenario: Scenario, protocol: str, fix: str) -> Unfolding:
    return Unfolding(scenario.build(fix, protocol, scenario.small).program, 3)


def test_every_declared_case_and_model_is_covered() -> None:
    declared = {key for scenario in scenarios() for key in scenario.expected}
    covered = {
        (protocol, fix, model)
        for scenario in scenarios()
        for protocol in scenario.protocols
        for fix in scenario.fixes
        for model in MODELS
    }
    assert declared <= covered


@pytest.mark.parametrize(("scenario", "protocol", "fix"), tuple(cases()))
def test_both_engines_find_the_same_executions(scenario: Scenario, protocol: str, fix: str) -> None:
    unfolding = small(scenario, protocol, fix)
    everything = scheduled(unfolding, load_model("pso"))
    assert everything
    for name in MODELS:
        model = load_model(name)
        assert_same(searched(unfolding, model), [e for e in everything if model.allows(e)])


@pytest.mark.parametrize("model", ["sc", "tso"])
@pytest.mark.parametrize("fix", ["none", "no-check", "seal-first", "acquire-size", "recheck", "rwsem"])
def test_the_scheduler_prunes_fresh_by_each_model(fix: str, model: str) -> None:
    scenario = next(s for s in scenarios() if s.name == "fresh")
    unfolding = small(scenario, scenario.protocols[0], fix)
    assert_same(searched(unfolding, load_model(model)), scheduled(unfolding, load_model(model)))
