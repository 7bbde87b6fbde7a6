"""What rules say of properties: each that a scenario here asks for has a sentence of its own."""

from __future__ import annotations

from explorer.search.violations import DEADLOCK
from reports.meanings import help_of, meaning_of
from scenarios.registry import classics, scenarios


def asked_for() -> set[str]:
    found = {DEADLOCK}
    for scenario in (*scenarios(), *classics()):
        for protocol in scenario.protocols:
            if scenario.not_applicable(scenario.fixes[0], protocol) is None:
                case = scenario.case(scenario.fixes[0], protocol, scenario.small, set())
                found |= {each.name for each in case.properties}
    return found


def test_every_property_of_the_scenarios_is_explained() -> None:
    names = asked_for()
    assert {"leak", "late", "stale", "masked", "mapped", "swapped", "written", "lock-order", "pages"} <= names
    assert [name for name in sorted(names) if "of its scenario" in meaning_of(name)] == []


def test_one_of_a_users_own_scenario_is_said_to_be_that() -> None:
    assert meaning_of("torn") == "An execution breaks the property torn of its scenario."
    assert meaning_of("flag unbalanced") == "The memory model flags unbalanced in an execution."
    assert help_of("torn").startswith(meaning_of("torn"))
