"""What can be named on the command line: scenarios, fixes, protocols, sizes, models."""

from __future__ import annotations

from collections.abc import Sequence

import click

from explorer.cli.failures import UsageProblem
from explorer.memory.model import Model, load_model
from explorer.scenario import Scenario
from explorer.visible import visible

_DIGITS = 1000
"""Digits that are read as a number, more than any range has; Python itself stops at 4300."""


def all_scenarios() -> tuple[Scenario, ...]:
    """The scenarios that are installed, in the order of tables."""
    from scenarios.registry import scenarios

    return scenarios()


def classic_scenarios() -> tuple[Scenario, ...]:
    """The scenarios beside them that no table lists."""
    from scenarios.registry import classics

    return classics()


def find_scenario(name: str, *, list_reduced: bool = False) -> Scenario:
    """The scenario with this name, a classic one or the reduced form of one.

    UsageProblem lists the scenarios that exist, with ``list_reduced`` their reduced forms too.
    """
    from scenarios.registry import reduced_forms

    known = {scenario.name: scenario for scenario in (*all_scenarios(), *classic_scenarios())}
    reduced = {scenario.name: scenario for scenario in reduced_forms()}
    if name in reduced:
        return reduced[name]
    return known[choose("scenario", name, (*known, *(reduced if list_reduced else ())))]


def find_reduced_form(name: str) -> Scenario | None:
    """The reduced form of the scenario with this name, if it has one."""
    from scenarios.registry import reduced_form

    return reduced_form(name)


def choose(kind: str, name: str, known: Sequence[str]) -> str:
    """``name`` if it is known; UsageProblem lists what is."""
    if name not in known:
        raise UsageProblem(f"unknown {kind} '{name}'\n  there are: {', '.join(known)}")
    return name


def choose_fix(scenario: Scenario, text: str) -> str:
    """A fix of a scenario, or several joined by ``+`` in the scenario's order; UsageProblem lists what there is."""
    names = text.split("+")
    if len(names) == 1:
        return choose("fix", text, scenario.fixes)
    as_it_is, *others = scenario.fixes
    advice = f"there are: {', '.join(others)}"
    if not scenario.combine:
        raise UsageProblem(f"'{text}': the fixes of {scenario.name} do not combine\n  {advice}")
    for name in names:
        if name == as_it_is:
            raise UsageProblem(f"'{text}': {as_it_is} combines with nothing\n  {advice}")
        if names.count(name) > 1:
            raise UsageProblem(f"'{text}': {name} is there twice\n  {advice}")
        choose("fix", name, others)
    return "+".join(name for name in others if name in names)


def choose_switches(scenario: Scenario, names: Sequence[str]) -> dict[str, int]:
    """Switches of a scenario as parameters; UsageProblem lists those that it has."""
    if names and not scenario.switches:
        raise UsageProblem(f"unknown switch '{names[0]}'\n  {scenario.name} has no switches")
    return {choose("switch", name, tuple(scenario.switches)): 1 for name in names}


def warn_of_freedom(model: Model, name: str) -> None:
    """Say on stderr that a model without an axiom forbids nothing."""
    if not model.axioms:
        click.echo(f"{visible(name)}: warning: no axiom: every execution is allowed", err=True)


def read_model(name: str) -> Model:
    """A model by name or path; CatError with file, line and column of a mistake in it."""
    return load_model(name)


def numbers(parameters: Sequence[str]) -> dict[str, int]:
    """The sizes given as ``NAME=N``; UsageProblem for anything else."""
    found: dict[str, int] = {}
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if not name or not value.isdecimal() or len(value) > _DIGITS:
            raise UsageProblem(f"--param {parameter}: write NAME=N with a number N, for example pages=2")
        if found.setdefault(name, int(value)) != int(value):
            raise UsageProblem(f"{name} is given as {found[name]} and as {int(value)}\n  give it once")
    return found
