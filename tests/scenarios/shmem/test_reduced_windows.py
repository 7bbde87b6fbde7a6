"""The reduced forms of the windows break what the full forms break."""

from __future__ import annotations

import pytest

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.scenario import Parameters, Scenario
from explorer.search.result import Result, Verdict
from explorer.search.run import explore
from scenarios.registry import reduced_form, scenarios
from scenarios.shmem.reduced import FRESH_WINDOW

MODELS = ("sc", "tso", "pso", "armv8", "lkmm")
PAIRS = [(scenario, form) for scenario in scenarios() if (form := reduced_form(scenario.name)) is not None]
FORMS = [(full, form, fix) for full, form in PAIRS for fix in dict.fromkeys(fix for _, fix, _ in form.expected)]


def ids(value: object) -> str:
    return value.name if isinstance(value, Scenario) else str(value)


def found(scenario: Scenario, fix: str, model: str, sizes: Parameters) -> Result:
    case = scenario.build(fix, "P2", sizes)
    return explore(case, load_model(model), Unfolding(case.program, 3))


def broken(result: Result) -> set[str]:
    return {name for name, count in result.violating.items() if count}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("_full", "form", "fix"), FORMS, ids=ids)
def test_a_reduced_form_breaks_what_it_declares(_full: Scenario, form: Scenario, fix: str, model: str) -> None:
    result = found(form, fix, model, form.parameters)
    assert broken(result) == form.expected["P2", fix, model]
    assert result.complete
    assert result.verdict is (Verdict.VIOLATED if broken(result) else Verdict.HOLDS)
    assert all(result.goals.values()), result.goals
    assert result.blocked == result.cut == result.dropped == 0


@pytest.mark.parametrize(("full", "form"), PAIRS, ids=ids)
def test_both_forms_declare_the_same(full: Scenario, form: Scenario) -> None:
    """What the full forms declare is checked against their search elsewhere (test_expectations)."""
    assert form.name == f"{full.name}-window"
    assert {key: full.declared(*key, full.small) for key in form.expected} == form.expected


@pytest.mark.parametrize(("full", "form", "fix"), FORMS, ids=ids)
def test_the_full_form_breaks_the_same_under_armv8(full: Scenario, form: Scenario, fix: str) -> None:
    assert broken(found(full, fix, "armv8", full.small)) == form.expected["P2", fix, "armv8"]


def test_a_full_form_breaks_the_same_under_lkmm() -> None:
    """The one of which the search ends in seconds."""
    full, form = PAIRS[2]
    assert broken(found(full, "none", "lkmm", full.small)) == form.expected["P2", "none", "lkmm"]


# R1 and R3 read (size, seals). In order: (0, 0) and (0, 32) end at R4 and R3, (8192, 32) at R3. Out of order also
# (8192, 0), which is stale, and then the slot: a hole, or the new page with 170 (late) or with 42 (leak, late).
@pytest.mark.parametrize(
    ("model", "executions", "violating"),
    [(model, 3, {"leak": 0, "late": 0, "stale": 0}) for model in ("sc", "tso", "pso")]
    + [(model, 6, {"leak": 1, "late": 2, "stale": 3}) for model in ("armv8", "lkmm")],
)
def test_the_patch_in_fresh_window_execution_by_execution(
    model: str, executions: int, violating: dict[str, int]
) -> None:
    result = found(FRESH_WINDOW, "none", model, {})
    assert (result.executions, result.violating) == (executions, violating)
