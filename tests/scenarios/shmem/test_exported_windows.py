"""The litmus tests of the reduced windows: what is exported is on file, and says what the scenarios say."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from explorer.cli.litmus_export import export_scenario
from explorer.cli.litmus_read import macros_of, read_test
from explorer.litmus.judge import Answer, judge
from explorer.memory.model import Model, load_model
from explorer.program.tree import Unfolding
from explorer.scenario import Scenario
from explorer.search.explore import Search
from explorer.search.violations import violations_of
from scenarios.registry import reduced_forms

MODELS = ("sc", "tso", "pso", "armv8", "lkmm")
FORMS = [(s, fix) for s in reduced_forms() for fix in dict.fromkeys(fix for _, fix, _ in s.expected)]
FILES = Path(__file__).parents[3] / "scenarios" / "shmem" / "litmus"


def ids(value: object) -> str:
    return value.name if isinstance(value, Scenario) else str(value)


@cache
def answer(path: Path, model: str) -> Answer:
    rules = load_model(model)
    return judge(read_test(path, macros_of(rules))[1], rules)


def file_of(scenario: Scenario, fix: str) -> Path:
    return FILES / f"{scenario.name}-{fix}.litmus"


def test_there_is_a_file_for_every_form() -> None:
    assert sorted(FILES.iterdir()) == sorted(file_of(scenario, fix) for scenario, fix in FORMS)


@pytest.mark.parametrize(("scenario", "fix"), FORMS, ids=ids)
def test_the_file_is_what_is_exported(scenario: Scenario, fix: str, tmp_path: Path) -> None:
    path = tmp_path / "exported.litmus"
    export_scenario(scenario.name, fix, None, (), (), path, small=False)
    assert path.read_text(encoding="utf-8") == file_of(scenario, fix).read_text(encoding="utf-8")


def violating(scenario: Scenario, fix: str, model: Model) -> tuple[int, int]:
    """How many complete executions break a property, and how many do not."""
    case = scenario.build(fix, "P2", scenario.parameters)
    executions = [leaf.execution for leaf in Search(Unfolding(case.program, 3), model) if leaf is not None]
    count = sum(bool(violations_of(execution, case, model)) for execution in executions)
    return count, len(executions) - count


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("scenario", "fix"), FORMS, ids=ids)
def test_the_file_says_under_every_model_what_the_scenario_says(scenario: Scenario, fix: str, model: str) -> None:
    """The filter leaves out what the scenario's threads never do: go on without the lock that they wait for."""
    got = answer(file_of(scenario, fix), model)
    assert (got.positive, got.negative) == violating(scenario, fix, load_model(model))
    assert got.observation == ("Sometimes" if scenario.expected["P2", fix, model] else "Never")
    assert got.blocked == 0


@pytest.mark.parametrize(("scenario", "fix"), FORMS, ids=ids)
def test_the_kernels_own_model_and_operations_agree(scenario: Scenario, fix: str, kernel_memory_model: Path) -> None:
    ours, theirs = (answer(file_of(scenario, fix), model) for model in ("lkmm", str(kernel_memory_model)))
    assert (theirs.positive, theirs.negative, theirs.flags) == (ours.positive, ours.negative, ours.flags)
