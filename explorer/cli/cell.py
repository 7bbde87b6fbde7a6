"""One cell of the matrix: a scenario with one fix and protocol, explored under models.

Cells run in worker processes too, so what goes in and comes out is plain data.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.cli.failures import UsageProblem
from explorer.memory.model import Model, load_model, model_names
from explorer.program.tree import Unfolding
from explorer.scenario import Scenario
from explorer.search.result import Limits, Result, Verdict
from explorer.search.run import DEADLOCK, Progress, explore

WORDS = ("leak", "late", "stale", DEADLOCK)
"""Properties in the order in which a table cell names the first that is violated."""


@dataclass(frozen=True)
class Options:
    """How cells are explored, whatever they are."""

    out: Path
    small: bool = False
    parameters: Mapping[str, int] | None = None
    unroll: int = 3
    max_executions: int | None = None
    max_time: float | None = None
    max_events: int | None = None
    all_reports: bool = False


@dataclass(frozen=True)
class CellResult:
    """What is kept of one cell: the answer as plain data, and the files written for it.

    ``reports`` pairs a label (the property) with a report file; ``expected`` is what the
    scenario declares, None where it declares nothing.
    """

    scenario: str
    protocol: str
    fix: str
    model: str
    verdict: str
    complete: bool
    executions: int
    blocked: int
    cut: int
    dropped: int
    violating: dict[str, int]
    goals: dict[str, bool]
    limits: tuple[str, ...]
    interleavings: int | None
    seconds: float
    reports: tuple[tuple[str, str], ...]
    run_file: str
    expected: frozenset[str] | None

    @property
    def word(self) -> str:
        """What a table shows: the first property violated, else the verdict."""
        for name in WORDS:
            if self.violating.get(name) or (name == DEADLOCK and self.blocked):
                return name
        return self.verdict

    @property
    def violated(self) -> frozenset[str]:
        """Every property that some execution breaks."""
        names = {name for name, count in self.violating.items() if count}
        return frozenset(names | ({DEADLOCK} if self.blocked else set()))

    @property
    def as_declared(self) -> bool:
        """Whether the verdict and the violated properties are those that the scenario declares."""
        if self.expected is None:
            return False
        verdict = Verdict.VIOLATED if self.expected else Verdict.HOLDS
        return self.verdict == verdict.value and self.violated == self.expected

    def to_json(self) -> dict[str, Any]:
        """The object that ``explore --json`` prints."""
        return {
            "scenario": self.scenario,
            "protocol": self.protocol,
            "fix": self.fix,
            "model": self.model,
            "verdict": self.verdict,
            "complete": self.complete,
            "executions": self.executions,
            "blocked": self.blocked,
            "cut": self.cut,
            "dropped": self.dropped,
            "violating": self.violating,
            "goals": self.goals,
            "limits": list(self.limits),
            "interleavings": None if self.interleavings is None else str(self.interleavings),
            "seconds": round(self.seconds, 3),
            "reports": [path for _label, path in self.reports],
            "run_file": self.run_file,
        }


def all_scenarios() -> tuple[Scenario, ...]:
    """The scenarios that are installed (the engine knows them only by this name)."""
    registry = importlib.import_module("scenarios.registry")
    found: tuple[Scenario, ...] = registry.scenarios()
    return found


def find_scenario(name: str) -> Scenario:
    """The scenario with this name; UsageProblem lists those that exist."""
    known = {scenario.name: scenario for scenario in all_scenarios()}
    if name not in known:
        raise UsageProblem(f"unknown scenario '{name}'\n  there are: {', '.join(known)}")
    return known[name]


def choose(kind: str, name: str, known: tuple[str, ...]) -> str:
    """``name`` if it is known; UsageProblem lists what is."""
    if name not in known:
        raise UsageProblem(f"unknown {kind} '{name}'\n  there are: {', '.join(known)}")
    return name


def builtin_models() -> tuple[str, ...]:
    """Names of the models that come with the package."""
    return model_names()


def sizes(scenario: Scenario, options: Options) -> dict[str, int]:
    """The scenario's parameters as the options choose them."""
    chosen = dict(scenario.small if options.small else scenario.parameters)
    for name, value in (options.parameters or {}).items():
        choose("parameter", name, tuple(chosen))
        chosen[name] = value
    return chosen


def unfold(scenario: Scenario, fix: str, protocol: str, options: Options) -> tuple[Any, Unfolding]:
    """The case of a scenario and its unfolding."""
    case = scenario.build(fix, protocol, sizes(scenario, options))
    return case, Unfolding(case.program, options.unroll)


def run_cells(
    scenario_name: str,
    fix: str,
    protocol: str,
    models: tuple[str, ...],
    options: Options,
    progress: Callable[[Progress], None] | None = None,
) -> list[CellResult]:
    """Explore one scenario, fix and protocol under several models; write reports and run files."""
    from explorer.cli.writing import Writer

    scenario = find_scenario(scenario_name)
    case, unfolding = unfold(scenario, fix, protocol, options)
    limits = Limits(options.max_executions, options.max_time)
    results = []
    for name in models:
        model: Model = load_model(name)
        result: Result = explore(case, model, unfolding, limits, progress)
        writer = Writer(
            case, unfolding, model, scenario=scenario.name, protocol=protocol, fix=fix, model_name=name,
            parameters=sizes(scenario, options),
        )  # fmt: skip
        reports, run_file = writer.write(result, options)
        results.append(
            CellResult(
                scenario.name, protocol, fix, name, result.verdict.value, result.complete, result.executions,
                result.blocked, result.cut, result.dropped, dict(result.violating), dict(result.goals), result.limits,
                result.interleavings, result.seconds, reports, run_file,
                scenario.expected.get((protocol, fix, name)),
            )  # fmt: skip
        )
        if "interrupted" in result.limits:
            break
    return results


def exit_status(results: list[CellResult], expect: bool) -> int:
    """0, 1 or 3, as ``sealrace --help`` says."""
    if expect:
        return 0 if all(result.as_declared for result in results) else 1
    verdicts = {result.verdict for result in results}
    if Verdict.VIOLATED.value in verdicts:
        return 1
    return 3 if Verdict.INCOMPLETE.value in verdicts else 0
