"""What every registered scenario declares hangs together."""

from __future__ import annotations

import pytest

from explorer.program.errors import ScenarioError
from explorer.program.tree import Unfolding
from explorer.scenario import Scenario
from scenarios.registry import classics, find, reduced_form, reduced_forms, scenarios
from scenarios.shmem.constants import PAGE_SIZE
from scenarios.shmem.fixes import not_applicable


def test_the_scenarios_come_in_a_fixed_order() -> None:
    assert [scenario.name for scenario in scenarios()] == [
        "fresh",
        "inflight",
        "getpage-stall",
        "lingering-page",
        "preallocated",
        "mmap-window",
        "splice",
        "masked-eperm",
        "seal-write",
        "seal-punch",
        "seal-swap",
        "seal-fault",
    ]


def test_find_gives_a_scenario_by_name_or_none() -> None:
    assert find("inflight") is scenarios()[1]
    assert find("in-flight") is None


def test_reduced_forms_come_in_the_order_of_their_scenarios() -> None:
    forms = [reduced_form(scenario.name) for scenario in scenarios()]
    assert tuple(form for form in forms if form is not None) == reduced_forms()
    assert reduced_form("fresh-window") is None


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.name)
def test_expectations_name_declared_fixes_protocols_models_and_properties(scenario: Scenario) -> None:
    names = {prop.name for prop in scenario.build("none", "P2", scenario.small).properties}
    assert len(names) == len(scenario.build("none", "P2", scenario.small).properties)
    for (protocol, fix, model), violated in (*scenario.expected.items(), *scenario.expected_small.items()):
        assert protocol in scenario.protocols
        assert fix in scenario.fixes
        assert model in ("sc", "tso", "pso", "armv8", "lkmm")
        assert violated <= names


def test_every_combination_that_means_something_is_declared() -> None:
    for scenario in scenarios():
        assert set(scenario.expected) == {
            (protocol, fix, model)
            for protocol in scenario.protocols
            for fix in scenario.fixes
            if not_applicable(fix, protocol) is None
            for model in ("sc", "tso", "pso", "armv8", "lkmm")
        }


def test_small_sizes_declare_what_differs() -> None:
    differing = {scenario.name: scenario.expected_small for scenario in scenarios() if scenario.expected_small}
    assert differing.keys() == {"fresh", "inflight"}
    for name, expected in differing.items():
        scenario = find(name)
        assert scenario is not None
        for key, violated in expected.items():
            assert scenario.declared(*key, scenario.small) == violated
            assert scenario.declared(*key, scenario.parameters) == scenario.expected[key] == violated | {"stale"}


def test_at_other_sizes_nothing_is_declared() -> None:
    scenario = find("fresh")
    assert scenario is not None
    assert scenario.declared("P2", "none", "sc", {**scenario.parameters, "count": PAGE_SIZE}) is None
    assert scenario.declared("P2", "none", "sc", {**scenario.small, "v6.9": 0}) == frozenset()


def test_what_is_driven_on_a_kernel_is_a_choice_that_the_scenario_has() -> None:
    driven = {scenario.name: scenario.driven for scenario in scenarios() if scenario.driven}
    assert driven == {"splice": {"how": 1}}
    splice = find("splice")
    assert splice is not None
    assert driven["splice"].keys() <= splice.parameters.keys()


def test_a_leak_is_declared_late_too() -> None:
    for scenario in scenarios():
        for violated in scenario.expected.values():
            assert "leak" not in violated or "late" in violated


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.name)
def test_small_form_is_smaller_and_has_no_page_that_is_not_needed(scenario: Scenario) -> None:
    small, default = scenario.small, scenario.parameters
    assert small.keys() == default.keys()
    assert all(small[name] <= default[name] for name in small)
    assert small != default
    if "count" in small:
        assert small["pages"] == (small["pos"] + small["count"]) // PAGE_SIZE, "up to the last page that is read"
    assert small.get("passes", 1) == 1


EMPTY = {"fresh", "mmap-window", "seal-write", "seal-punch", "seal-swap", "seal-fault"}
"""The scenarios whose file starts empty and without pages."""


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.name)
def test_every_fix_of_the_small_form_has_goals(scenario: Scenario) -> None:
    for fix in dict.fromkeys(fix for protocol, fix, _ in scenario.expected if protocol == "P2"):
        assert scenario.build(fix, "P2", scenario.small).goals, "a HOLDS without goals would claim nothing"


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.name)
def test_the_small_form_touches_size_seals_and_the_pages_that_are_there(scenario: Scenario) -> None:
    case = scenario.build("none", "P2", scenario.small)
    locations = [location.name for location in Unfolding(case.program, 3).locations]
    assert "inode.i_size" in locations
    assert "inode.seals" in locations
    first = scenario.small.get("pos", 0) // PAGE_SIZE
    assert (f"page A{first}.data[0]" in locations) == (scenario.name not in EMPTY)


@pytest.mark.parametrize("scenario", [*scenarios(), *reduced_forms(), *classics()], ids=lambda s: s.name)
def test_names_can_be_chosen_on_the_command_line(scenario: Scenario) -> None:
    for name in (scenario.name, *scenario.fixes, *scenario.protocols, *scenario.switches):
        assert name != "all"
        assert not set(name) & set("+= /")
    # Files hold sizes, switches and bounds side by side.
    names = [*scenario.parameters, *scenario.switches, "unroll", "max-events"]
    assert len(set(names)) == len(names)


def test_a_read_beyond_the_page_cache_is_refused() -> None:
    scenario = scenarios()[1]
    with pytest.raises(ScenarioError, match="a read of 8192 bytes at 4096 does not fit a file of 8192 bytes"):
        scenario.build("none", "P2", {**scenario.parameters, "pos": 4096})
