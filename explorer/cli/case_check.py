"""What the author of a scenario can get wrong in a case that ``build`` makes."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.program.errors import ScenarioError
from explorer.program.program import Program
from explorer.scenario import Case, Goal, Scenario
from explorer.search.violations import DEADLOCK

END_OF_BUILD = "end build with: return Case(program, properties, goals)"


def check_case(case: Case, what: str) -> None:
    """The parts of a case are what they should be: nobody has to check a scenario with mypy first."""
    if not isinstance(case.program, Program):
        raise ScenarioError(f"{what} gives a case of {type(case.program).__name__}, no program", advice=END_OF_BUILD)
    for part in ("properties", "goals", "landmarks"):
        parts = getattr(case, part)
        if not isinstance(parts, tuple | list):
            raise ScenarioError(
                f"{what} gives {part} that are {type(parts).__name__}, no tuple",
                advice=f"write a tuple, with a comma, or () for none: {part}=(...,)",
            )
    for each in case.properties:
        if not _is_name(getattr(each, "name", None)) or not callable(getattr(each, "find", None)):
            raise ScenarioError(
                f"{what} gives {type(each).__name__} among its properties",
                advice="a property has a name and a method find(execution, before)",
            )
    for goal in case.goals:
        if not isinstance(goal, Goal):
            raise ScenarioError(
                f"{what} gives {type(goal).__name__} among its goals", advice="write Goal(name, text, reached)"
            )
        if not _is_name(goal.name) or not isinstance(goal.text, str) or not callable(goal.reached):
            raise ScenarioError(
                f"{what} gives Goal({goal.name!r}, {goal.text!r}, {type(goal.reached).__name__})",
                advice="a goal has a name, a text and a function of the execution",
            )
    for landmark in case.landmarks:
        if not callable(landmark):
            raise ScenarioError(
                f"{what} gives {type(landmark).__name__} among its landmarks",
                advice="a landmark is a function of the execution that gives Mark(event, 'word') or None",
            )


def _is_name(name: object) -> bool:
    """Whether it can name a property or a goal."""
    return isinstance(name, str) and name != "" and name.isprintable()


def check_declared(scenario: Scenario, fix: str, protocol: str, sizes: Mapping[str, int], case: Case) -> None:
    """What is declared for these sizes are properties that the case has: another could never be violated."""
    known = (*(prop.name for prop in case.properties), DEADLOCK)
    keys = (*scenario.expected, *scenario.expected_small)
    for model in dict.fromkeys(model for at, with_fix, model in keys if (at, with_fix) == (protocol, fix)):
        for name in sorted(scenario.declared(protocol, fix, model, sizes) or ()):
            if name not in known:
                raise ScenarioError(
                    f"the scenario {scenario.name}: expected for {(protocol, fix, model)!r} is {name!r}, "
                    "and no property is named so",
                    advice=f"there are: {', '.join(known)}",
                )
