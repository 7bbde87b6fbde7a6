"""Scenarios of installed packages, which name them as entry points of the group ``sealrace.scenarios``.

An entry point is a scenario, a list or tuple of them, or a function without arguments that gives either.
Scenarios go by their own names; what the entry point is called matters only where it cannot be loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.scenario_check import mistake
from explorer.scenario import Scenario
from explorer.visible import visible

GROUP = "sealrace.scenarios"


@dataclass(frozen=True)
class Offer:
    """A scenario that a package offers."""

    package: str
    scenario: Scenario


@dataclass(frozen=True)
class Broken:
    """An entry point of which no scenario can be had, and why."""

    package: str
    name: str
    reason: str

    @property
    def words(self) -> str:
        return f"package {self.package}: entry point {self.name}: {self.reason}"


@dataclass(frozen=True)
class Installed:
    """What the installed packages offer, package by package."""

    offers: tuple[Offer, ...]
    broken: tuple[Broken, ...]

    def find(self, name: str) -> Scenario | None:
        """The scenario of this name, None where nobody offers one.

        UsageProblem where two do, or where an entry point of the name cannot be loaded.
        """
        packages = [offer.package for offer in self.offers if offer.scenario.name == name]
        if len(packages) > 1:
            raise UsageProblem(
                f"scenario '{name}' is offered by {' and by '.join(f'package {each}' for each in packages)}\n"
                "  uninstall what is not wanted"
            )
        if packages:
            return next(offer.scenario for offer in self.offers if offer.scenario.name == name)
        failed = next((each for each in self.broken if each.name == name), None)
        if failed is not None:
            raise UsageProblem(f"{failed.words}\n  mend the package, or uninstall it")
        return None

    def usable(self, taken: Collection[str]) -> list[Offer]:
        """What can be had by its name: it is offered once, and not among the names ``taken`` by Sealrace itself."""
        times = Counter(offer.scenario.name for offer in self.offers)
        return [offer for offer in self.offers if offer.scenario.name not in taken and times[offer.scenario.name] == 1]

    def warn(self, taken: Collection[str]) -> None:
        """Name on stderr what cannot be had, and why."""
        usable = self.usable(taken)
        lines = [each.words for each in self.broken]
        for offer in self.offers:
            name = offer.scenario.name
            if offer not in usable:
                others = "Sealrace itself has one" if name in taken else "it is offered more than once"
                lines.append(f"package {offer.package}: scenario '{name}' cannot be had by its name: {others}")
        for line in lines:
            click.echo(f"warning: {visible(line)}", err=True)


def installed() -> Installed:
    """Load what is installed; a package that is broken stops no other."""
    offers: list[Offer] = []
    broken: list[Broken] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (_package(point), point.name)):
        package = _package(point)
        try:
            for scenario in _scenarios(point):
                offers.append(Offer(package, scenario))
        except _NoScenario as problem:
            broken.append(Broken(package, point.name, str(problem)))
        except (Exception, SystemExit) as error:
            broken.append(Broken(package, point.name, f"{type(error).__name__}: {error}"))
    return Installed(tuple(offers), tuple(broken))


class _NoScenario(Exception):
    """What an entry point leads to is no scenario, or one with a mistake."""


def _scenarios(point: EntryPoint) -> Iterator[Scenario]:
    value = point.load()
    if callable(value):
        value = value()
    for each in value if isinstance(value, list | tuple) else [value]:
        if not isinstance(each, Scenario):
            raise _NoScenario(f"{point.value} gives {type(each).__name__}, no Scenario")
        wrong = mistake(each)
        if wrong:
            raise _NoScenario(wrong.replace("\n ", ";"))
        yield each


def _package(point: EntryPoint) -> str:
    """The package with its version, as pip names it."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else "?"
