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
