"""One program to explore or replay: a scenario with fix, protocol and sizes chosen, unfolded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from explorer.cli.failures import UsageProblem
from explorer.cli.named import choose, find_scenario
from explorer.program.fingerprint import fingerprint
from explorer.program.tree import Unfolding
from explorer.scenario import Case, Scenario
from reports.report import Report
from reports.runs import RunHeader

UNROLL = 3
"""Iterations of a while loop, unless told otherwise."""


@dataclass(frozen=True)
class Options:
    """How cells are explored, whatever they are.

    ``parameters`` are sizes that differ from the scenario's, or from its small ones.
    ``max_time`` is in seconds; None stands for no limit.
    """

    out: Path
    parameters: Mapping[str, int] = field(default_factory=dict)
    small: bool = False
    unroll: int = UNROLL
    max_executions: int | None = None
    max_time: float | None = None
    max_events: int | None = None
    all_reports: bool = False

    @property
    def command(self) -> str:
        """The options that change what is found, as on the command line."""
        words = [" --small"] if self.small else []
        words += [f" --unroll {self.unroll}"] if self.unroll != UNROLL else []
        limits = (("executions", self.max_executions), ("time", self.max_time), ("events", self.max_events))
        words += [f" --max-{name} {limit:g}" for name, limit in limits if limit is not None]
        return "".join(words)


@dataclass(frozen=True)
class Setting:
    """A program, and under which names it was chosen."""

    scenario: Scenario
    protocol: str
    fix: str
    sizes: Mapping[str, int]
    case: Case
    unfolding: Unfolding

    @cached_property
    def program_hash(self) -> str:
        return fingerprint(self.unfolding)

    @property
    def parameters(self) -> dict[str, int]:
        """What files hold of it, and what ``stored_setting`` makes it from again."""
        bounds = {"unroll": self.unfolding.unroll}
        if self.unfolding.max_events is not None:
            bounds["max-events"] = self.unfolding.max_events
        return {**self.sizes, **bounds}


def make_setting(scenario: Scenario, fix: str, protocol: str, options: Options) -> Setting:
    """Build and unfold; UsageProblem for a size that the scenario does not have."""
    sizes = dict(scenario.small if options.small else scenario.parameters)
    for name, value in options.parameters.items():
        sizes[choose("parameter", name, tuple(sizes))] = value
    case = scenario.build(fix, protocol, sizes)
    return Setting(scenario, protocol, fix, sizes, case, Unfolding(case.program, options.unroll, options.max_events))


def stored_setting(stored: Report | RunHeader, file: str) -> Setting:
    """The setting that a report or run file names; UsageProblem where there is none any more."""
    scenario = find_scenario(stored.scenario)
    if stored.fix not in scenario.fixes or stored.protocol not in scenario.protocols:
        raise UsageProblem(
            f"{file}: scenario {scenario.name} has no fix '{stored.fix}' with protocol '{stored.protocol}'\n"
            "  explore again"
        )
    sizes = {}
    for name, value in stored.parameters.items():
        if not isinstance(value, int) or value < 0:
            raise UsageProblem(f"{file}: parameter {name} must be a number, not {value!r}\n  explore again")
        sizes[name] = value
    unroll = sizes.pop("unroll", UNROLL)
    max_events = sizes.pop("max-events", None)
    options = Options(Path(), sizes, unroll=unroll, max_events=max_events)
    return make_setting(scenario, stored.fix, stored.protocol, options)
