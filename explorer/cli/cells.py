"""Which cells a command line asks for: fixes with protocols, under models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.cli.named import choose, choose_fix
from explorer.cli.scenario_check import ALL
from explorer.cli.setting import NotApplicable, reason_against
from explorer.scenario import Scenario


@dataclass(frozen=True)
class CellName:
    """One cell: a scenario with fix and protocol, under one model."""

    scenario: str
    fix: str
    protocol: str
    model: str


Job = tuple[str, str, str, tuple[str, ...]]
"""Scenario, fix, protocol and models: cells that share an unfolding."""


def cells_of(job: Job) -> list[CellName]:
    """The cells of a job, in its order."""
    scenario, fix, protocol, models = job
    return [CellName(scenario, fix, protocol, model) for model in models]


@dataclass(frozen=True)
class Combination:
    """A fix of a scenario with a protocol; ``reason`` says why that means nothing, None where it does."""

    scenario: Scenario
    fix: str
    protocol: str
    reason: str | None

    @classmethod
    def of(cls, scenario: Scenario, fix: str, protocol: str) -> Combination:
        return cls(scenario, fix, protocol, reason_against(scenario, fix, protocol))

    def job(self, models: Sequence[str]) -> Job:
        """Its cells under some models."""
        return self.scenario.name, self.fix, self.protocol, tuple(models)

    def not_applicable(self, models: Sequence[str]) -> list[dict[str, Any]]:
        """The objects that stand in JSON for its cells, where it means nothing."""
        return [
            {
                "scenario": self.scenario.name,
                "protocol": self.protocol,
                "fix": self.fix,
                "model": model,
                "verdict": "n/a",
                "reason": self.reason,
            }
            for model in models
        ]


def combinations_of(scenario: Scenario, fixes: Sequence[str], protocols: Sequence[str]) -> list[Combination]:
    """The named fixes with the named protocols, protocol by protocol; ``all`` stands for every one.

    Raises:
        UsageProblem: a name that the scenario does not have; nothing that means anything; or a
            combination that means nothing and was not among all.
    """
    chosen_fixes = expand(fixes, scenario.fixes)
    chosen_fixes = list(dict.fromkeys(choose_fix(scenario, fix) for fix in chosen_fixes))
    chosen_protocols = [choose("protocol", name, scenario.protocols) for name in expand(protocols, scenario.protocols)]
    found = [Combination.of(scenario, fix, protocol) for protocol in chosen_protocols for fix in chosen_fixes]
    among_all = ALL in fixes or ALL in protocols
    for each in found:
        if each.reason is not None and not (among_all and any(other.reason is None for other in found)):
            raise NotApplicable(scenario.name, each.fix, each.protocol, each.reason)
    return found


def expand(names: Sequence[str], every: Sequence[str]) -> list[str]:
    """Names without repetitions; ``all`` stands for every one, and comes first."""
    return list(dict.fromkeys([*(every if ALL in names else ()), *(name for name in names if name != ALL)]))
