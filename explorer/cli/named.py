"""What can be named on the command line: scenarios, fixes, protocols, sizes, models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.scenario_check import ALL
from explorer.cli.scenario_name import is_in_file
from explorer.memory.model import Model, load_model
from explorer.scenario import Scenario
from explorer.visible import visible

_DIGITS = 1000
"""Digits that are read as a number, more than any range has; Python itself stops at 4300."""


def all_scenarios() -> tuple[Scenario, ...]:
    """The scenarios that come with Sealrace, in the order of tables."""
    from scenarios.registry import scenarios

    return scenarios()


def classic_scenarios() -> tuple[Scenario, ...]:
    """The scenarios beside them that no table lists."""
    from scenarios.registry import classics

    return classics()


def find_scenario(name: str, *, list_reduced: bool = False) -> Scenario:
    """The scenario with this name: in a file, a classic one, the reduced form of one, or of an installed package.

    UsageProblem lists the scenarios that exist, with ``list_reduced`` their reduced forms too.
    """
    if is_in_file(name):
        from explorer.cli.scenario_file import scenario_in_file

        return scenario_in_file(name)
    own = _own_scenarios()
    if name in own:
        return own[name]
    listed = own if list_reduced else [scenario.name for scenario in (*all_scenarios(), *classic_scenarios())]
    return _of_package(name, tuple(listed))


def find_unchanged(name: str, digests: Mapping[str, str]) -> Scenario:
    """The same for work on what a command has begun with; UsageProblem where its file has changed since.

    ``digests`` as ``digests_of`` gives them.
    """
    if is_in_file(name):
        from explorer.cli.scenario_file import scenario_in_file

        return scenario_in_file(name, digests)
    return find_scenario(name)


def digests_of(scenarios: Sequence[Scenario]) -> dict[str, str]:
    """The files that scenarios are in, as they were loaded: the SHA-256 of each by its path."""
    names = [scenario.name for scenario in scenarios if is_in_file(scenario.name)]
    if not names:
        return {}
    from explorer.cli.scenario_file import loaded_digest

    return dict(map(loaded_digest, names))


def find_for_table(name: str) -> Scenario:
    """A scenario that tables have only where it is named: one in a file, or of an installed package.

    UsageProblem as ``find_scenario``.
    """
    if is_in_file(name):
        return find_scenario(name)
    return _of_package(name, tuple(scenario.name for scenario in all_scenarios()))


def packaged_scenarios() -> list[tuple[str, Scenario]]:
    """The scenarios of installed packages, each with its package; those that cannot be had are named on stderr."""
    # Packages are looked at only where they are asked for: that takes longer than the rest of a start.
    from explorer.cli.installed import installed

    packages, taken = installed(), _own_scenarios()
    packages.warn(taken)
    return [(offer.package, offer.scenario) for offer in packages.usable(taken)]


def package_of(name: str) -> str:
    """The installed package whose scenario has this name, empty for one in a file or of Sealrace itself."""
    if is_in_file(name) or name in _own_scenarios():
        return ""
    from explorer.cli.installed import installed

    return next(offer.package for offer in installed().offers if offer.scenario.name == name)


def _of_package(name: str, known: Sequence[str]) -> Scenario:
    """The scenario of an installed package; UsageProblem lists these after those known."""
    from explorer.cli.installed import installed

    scenario = None if name in _own_scenarios() else installed().find(name)
    if scenario is None:
        choose("scenario", name, (*known, *(scenario.name for _package, scenario in packaged_scenarios())))
    assert scenario is not None, "choose would have refused the name"
    return scenario


def _own_scenarios() -> dict[str, Scenario]:
    """All scenarios that come with Sealrace, by name."""
    from scenarios.registry import reduced_forms

    known = (*all_scenarios(), *classic_scenarios(), *reduced_forms())
    return {scenario.name: scenario for scenario in known}


def find_reduced_form(name: str) -> Scenario | None:
    """The reduced form of the scenario with this name, if it has one."""
    from scenarios.registry import reduced_form

    return reduced_form(name)


def choose(kind: str, name: str, known: Sequence[str]) -> str:
    """``name`` if it is known; UsageProblem lists what is."""
    if name not in known:
        raise UsageProblem(f"unknown {kind} '{name}'\n  there are: {', '.join(known)}")
    return name


def choose_case(scenario: Scenario, fix: str | None, protocol: str | None) -> tuple[str, str]:
    """One fix and one protocol of a scenario, its first where none is named.

    UsageProblem lists what there is, and for ``all`` says which command takes more than one case.
    """
    for kind, name, known in (("fix", fix, scenario.fixes), ("protocol", protocol, scenario.protocols)):
        if name == ALL:
            raise UsageProblem(
                f"--{kind} all: this command takes one case\n  name one {kind}: {', '.join(known)}\n"
                f"  or take all: sealrace explore {scenario.name} --{kind} all"
            )
    return (
        scenario.fixes[0] if fix is None else choose_fix(scenario, fix),
        choose("protocol", protocol or scenario.protocols[0], scenario.protocols),
    )


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
