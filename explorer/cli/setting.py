"""One program to explore or replay: a scenario with fix, protocol and sizes chosen, unfolded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from explorer.cli.case_check import END_OF_BUILD, check_case, check_declared
from explorer.cli.failures import UsageProblem
from explorer.cli.file_name import in_file_name, scenario_in_file_name, stem_of
from explorer.cli.named import choose
from explorer.errors import InputError
from explorer.program.errors import ScenarioError
from explorer.program.fingerprint import fingerprint
from explorer.program.flow import MAX_EVENTS
from explorer.program.frames import CODE_RAISES, raised_by
from explorer.program.tree import Unfolding
from explorer.program.unfolded import UnfoldedProgram
from explorer.scenario import Case, Scenario
from explorer.search.deadline import Deadline
from explorer.search.reductions import Reductions

UNROLL = 3
"""Iterations of a while loop, unless told otherwise."""

UNROLLS = range(1, 101)
"""Iterations that make sense: the paths of the shortest loop are laid out in seconds at 100, in minutes at 400."""

EVENT_LIMITS = range(1, MAX_EVENTS + 1)
"""Where a path can be cut: none is longer."""

SWITCH = range(2)
"""A switch as a parameter: chosen or not."""

SIZES = range(MAX_EVENTS + 1)
"""Sizes of which the scenario says nothing: more things than events there cannot be."""


class NotApplicable(UsageProblem):
    """A fix that means nothing with a protocol."""

    def __init__(self, scenario: str, fix: str, protocol: str, reason: str) -> None:
        super().__init__(
            f"{scenario}: fix {fix} with protocol {protocol} is not applicable: {reason}\n"
            "  choose another fix or protocol: sealrace list"
        )


@dataclass(frozen=True)
class Options:
    """How cells are explored, whatever they are.

    ``parameters`` are sizes that differ from the scenario's, or from its small ones, and switches (1: chosen).
    ``max_time`` is in seconds; None stands for no limit.  ``junit`` and ``sarif`` are files for continuous integration.
    ``every_goal``: of a cell that HOLDS each goal reached gets a report; else the last one does, as there are a
    thousand such cells.  ``digests`` are the scenario files that the command has begun with (``digests_of``).
    """

    out: Path
    parameters: Mapping[str, int] = field(default_factory=dict)
    small: bool = False
    unroll: int = UNROLL
    max_executions: int | None = None
    max_time: float | None = None
    max_events: int | None = None
    all_reports: bool = False
    symmetry: bool = True
    projection: bool = True
    junit: Path | None = None
    sarif: Path | None = None
    every_goal: bool = True
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def reductions(self) -> Reductions:
        return Reductions(self.symmetry, self.projection)

    def with_parameters(self, more: Mapping[str, int]) -> Options:
        """These options with further parameters; UsageProblem where one has another value already."""
        for name, value in more.items():
            if self.parameters.get(name, value) != value:
                raise UsageProblem(f"{name} is given as {self.parameters[name]} and as {value}\n  give it once")
        return replace(self, parameters={**self.parameters, **more})

    @property
    def command(self) -> str:
        """The options that change what is found, as on the command line."""
        words = [" --small"] if self.small else []
        words += [f" --unroll {self.unroll}"] if self.unroll != UNROLL else []
        limits = (("executions", self.max_executions), ("time", self.max_time), ("events", self.max_events))
        words += [f" --max-{name} {limit:.15g}" for name, limit in limits if limit is not None]
        words += [f" {switch}" for switch in self.reductions.switches]
        return "".join(words)


@dataclass(frozen=True)
class Setting:
    """A program, and under which names it was chosen; ``sizes`` holds the switches chosen too, each as 1.

    ``seconds``: how long building and unfolding it took, and what went before it of the time that there is.
    """

    scenario: Scenario
    protocol: str
    fix: str
    sizes: Mapping[str, int]
    case: Case
    unfolding: UnfoldedProgram
    seconds: float = field(default=0.0, compare=False)

    @property
    def switches(self) -> tuple[str, ...]:
        """The switches chosen, in the scenario's order."""
        return tuple(name for name in self.scenario.switches if name in self.sizes)

    @property
    def _sizes_alone(self) -> dict[str, int]:
        return {name: value for name, value in self.sizes.items() if name not in self.scenario.switches}

    @property
    def is_small(self) -> bool:
        """Whether the sizes are the scenario's small ones, and these are not its own."""
        return self.scenario.parameters != self._sizes_alone == self.scenario.small

    @property
    def form(self) -> str:
        """What names of files say of sizes, switches and bounds that differ from the scenario's own, empty if none do.

        ``small`` stands for the small sizes; else ``pages=3,v6.9,unroll=5``.
        """
        own = self.scenario.parameters
        sizes = self._sizes_alone.items()
        words = ["small"] if self.is_small else [f"{name}={value}" for name, value in sizes if value != own.get(name)]
        words += self.switches
        words += [f"unroll={self.unfolding.unroll}"] if self.unfolding.unroll != UNROLL else []
        cut = self.unfolding.max_events
        return ",".join([*words, *([f"max-events={cut}"] if cut is not None else [])])

    @property
    def words(self) -> list[str]:
        """Sizes, switches and bounds on the command line, without those that are the usual ones."""
        own = self.scenario.parameters
        sizes = self._sizes_alone.items()
        words = ["--small"] if self.is_small else []
        if not self.is_small:
            words += [
                word for name, value in sizes if value != own.get(name) for word in ("--param", f"{name}={value}")
            ]
        words += [word for name in self.switches for word in ("--switch", name)]
        words += ["--unroll", str(self.unfolding.unroll)] if self.unfolding.unroll != UNROLL else []
        cut = self.unfolding.max_events
        return [*words, *(["--max-events", str(cut)] if cut is not None else [])]

    @property
    def stem(self) -> str:
        """What names of files begin with: scenario, protocol, fix, and the form if it has one."""
        names = scenario_in_file_name(self.scenario.name), in_file_name(self.protocol), in_file_name(self.fix)
        return stem_of(*names, self.form)

    def title(self, model: str) -> str:
        """The case and a model on one line."""
        chosen = "".join(f", switch {name}" for name in self.switches)
        return f"{self.scenario.name}, fix {self.fix}, protocol {self.protocol}{chosen}, model {model}"

    def to_json(self, model: str) -> dict[str, Any]:
        """The case and a model as ``--json`` has them."""
        return {
            "scenario": self.scenario.name,
            "protocol": self.protocol,
            "fix": self.fix,
            "model": model,
            "parameters": self.parameters,
        }

    @cached_property
    def program_hash(self) -> str:
        """The fingerprint of the program, empty where its unfolding was stopped."""
        return "" if self.unfolding.stopped else fingerprint(self.unfolding)

    def declared(self, model: str) -> frozenset[str] | None:
        """What the scenario declares for it under a model of this name."""
        return self.scenario.declared(self.protocol, self.fix, model, self.sizes)

    @property
    def parameters(self) -> dict[str, int]:
        """What files hold of it, and what ``stored_setting`` makes it from again."""
        bounds = {"unroll": self.unfolding.unroll}
        if self.unfolding.max_events is not None:
            bounds["max-events"] = self.unfolding.max_events
        return {**self.sizes, **bounds}


def make_setting(
    scenario: Scenario, fix: str, protocol: str, options: Options, deadline: Deadline | None = None
) -> Setting:
    """Build and unfold, until the deadline (then ``unfolding.stopped`` says so).

    Where none is given it is that of the options, and begins now.

    Raises:
        UsageProblem: a size that the scenario does not have, or a number that is out of range; a fix
            that means nothing with the protocol.
        ScenarioError: the sizes do not fit each other, the scenario cannot be built, or the program
            cannot be explored.
    """
    deadline = deadline or Deadline(options.max_time)
    _require_within("unroll", options.unroll, UNROLLS)
    if options.max_events is not None:
        _require_within("max-events", options.max_events, EVENT_LIMITS)
    reason = reason_against(scenario, fix, protocol)
    if reason is not None:
        raise NotApplicable(scenario.name, fix, protocol, reason)
    sizes = dict(scenario.small if options.small else scenario.parameters)
    chosen = set()
    for name, value in options.parameters.items():
        if not sizes and not scenario.switches:
            raise UsageProblem(f"unknown parameter '{name}'\n  {scenario.name} has no sizes")
        if choose("parameter", name, (*sizes, *scenario.switches)) in scenario.switches:
            _require_within(name, value, SWITCH)
            chosen |= {name} if value else set()
        else:
            _require_within(name, value, scenario.ranges.get(name, SIZES))
            sizes[name] = value
    case = _build(scenario, fix, protocol, sizes, chosen)
    if not chosen:
        check_declared(scenario, fix, protocol, sizes, case)
    sizes |= {name: 1 for name in scenario.switches if name in chosen}
    unfolding = Unfolding(case.program, options.unroll, options.max_events, deadline.reason)
    return Setting(scenario, protocol, fix, sizes, case, unfolding, deadline.spent)


def reason_against(scenario: Scenario, fix: str, protocol: str) -> str | None:
    """Why a fix means nothing with a protocol, None where it does; ScenarioError where the scenario's rule is wrong."""
    what = f"the scenario {scenario.name}: not_applicable of fix {fix} and protocol {protocol}"
    try:
        reason = scenario.not_applicable(fix, protocol)
    except CODE_RAISES as error:
        raise raised_by(what, error) from error
    if reason is not None and not isinstance(reason, str):
        raise ScenarioError(
            f"{what} gives {type(reason).__name__}, no text", advice="give why it means nothing, or None"
        )
    return reason


def _build(scenario: Scenario, fix: str, protocol: str, sizes: Mapping[str, int], switches: Collection[str]) -> Case:
    """The case; what its author's code raises is an error in it, with its line."""
    what = f"the scenario {scenario.name}, built with fix {fix} and protocol {protocol},"
    try:
        case = scenario.case(fix, protocol, sizes, switches)
    except InputError:
        raise
    except CODE_RAISES as error:
        raise raised_by(what, error) from error
    if not isinstance(case, Case):
        raise ScenarioError(
            f"{what} gives {type(case).__name__}, no case",
            advice=END_OF_BUILD,
        )
    check_case(case, what)
    return case


def _require_within(name: str, value: int, allowed: range) -> None:
    if value not in allowed:
        raise UsageProblem(f"{name}={value} is out of range\n  it can be {allowed[0]} to {allowed[-1]}")
