"""Which part of the matrix a command line asks for, and which part a run takes where it asks for none."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from explorer.cli.cells import CellName, Combination, Job, expand
from explorer.cli.failures import UsageProblem
from explorer.cli.named import all_scenarios, choose, choose_fix, choose_switches, find_for_table
from explorer.cli.scenario_check import ALL
from explorer.cli.setting import NotApplicable
from explorer.scenario import MODELS, QUICK_MODELS, Scenario

BUDGET = 80.0
"""CPU seconds of the quick part.  Two minutes on two cores are 240; on a clean clone half of them go by in setting up,
and some are for slower machines, and for the end of a run, where one process may wait for another."""

UNKNOWN = 4.0
"""CPU seconds that a cell of which no cost is recorded is taken to need: most of those recorded need less."""


@dataclass(frozen=True)
class Choice:
    """The names given on the command line; where there are none of a kind, all are meant.

    ``everything`` asks for the whole where nothing else is named.
    """

    scenarios: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    everything: bool = False

    @property
    def quick(self) -> bool:
        """Whether no part is named: then a run takes the quick one."""
        return not (self.everything or self.scenarios or self.fixes or self.protocols or self.models)

    @property
    def command(self) -> str:
        """The options that say the same."""
        kinds = (
            ("scenario", self.scenarios),
            ("fix", self.fixes),
            ("protocol", self.protocols),
            ("model", self.models),
            ("switch", self.switches),
        )
        words = [" --all"] if self.everything else []
        return "".join([*words, *(f" --{kind} {shlex.quote(name)}" for kind, names in kinds for name in names)])


@dataclass(frozen=True)
class Part:
    """A part of the matrix.

    ``rows`` are combinations in the order of tables, each with its models, those that mean nothing
    included.  ``left_out`` are the cells that the quick part leaves to others; ``switches`` are those
    chosen, as parameters.
    """

    rows: tuple[tuple[Combination, tuple[str, ...]], ...]
    left_out: tuple[CellName, ...] = ()
    switches: Mapping[str, int] = field(default_factory=dict)

    @property
    def scenarios(self) -> list[Scenario]:
        """Those of the rows, in their order."""
        return list({each.scenario.name: each.scenario for each, _models in self.rows}.values())

    @property
    def jobs(self) -> list[Job]:
        """What is to be explored."""
        return [each.job(models) for each, models in self.rows if each.reason is None]

    @property
    def cells(self) -> list[CellName]:
        """The cells to explore."""
        return [
            CellName(scenario, fix, protocol, model)
            for scenario, fix, protocol, models in self.jobs
            for model in models
        ]


def part_of(choice: Choice, costs: Mapping[CellName, float]) -> Part:
    """The part that is asked for, the quick one by ``costs`` where none is.

    Raises UsageProblem for a name that nothing has, a named scenario that has nothing of what is
    named, and where no cell means anything.
    """
    every = _every(choice)
    scenarios = _scenarios(choice, every)
    models = _known("model", choice.models or (ALL,), MODELS)
    _check_fixes(choice.fixes, scenarios)
    _known("protocol", choice.protocols, dict.fromkeys(name for each in scenarios for name in each.protocols))
    rows = []
    for scenario in scenarios:
        found = _combinations(scenario, choice)
        if not found and any(every.get(name) is scenario for name in choice.scenarios):
            raise UsageProblem(f"{scenario.name} has no such fix and protocol\n  sealrace list shows what it has")
        rows += [(each, models) for each in found]
    nothing = next((each for each, _ in rows if each.reason is not None), None)
    if nothing is not None and nothing.reason is not None and all(each.reason is not None for each, _ in rows):
        raise NotApplicable(nothing.scenario.name, nothing.fix, nothing.protocol, nothing.reason)
    whole = Part(tuple(rows), switches=choose_switches(scenarios[0], choice.switches))
    return _quick(whole, costs) if choice.quick else whole


def _every(choice: Choice) -> dict[str, Scenario]:
    """Scenarios by the names that the command line gives them, in the order of tables.

    After those that come with Sealrace, what is named of files and packages: ``all`` stands for none of it.
    """
    every = {scenario.name: scenario for scenario in all_scenarios()}
    for name in choice.scenarios:
        if name != ALL and name not in every:
            scenario = find_for_table(name)
            # A file alone and its only scenario are one.
            every[name] = next((each for each in every.values() if each.name == scenario.name), scenario)
    return every


def _scenarios(choice: Choice, every: Mapping[str, Scenario]) -> list[Scenario]:
    """Those named, in the order of tables; with switches those that have them."""
    shipped = tuple(scenario.name for scenario in all_scenarios())
    named = {every[name].name for name in expand(choice.scenarios or (ALL,), shipped)}
    switches = dict.fromkeys(name for scenario in every.values() for name in scenario.switches)
    if choice.switches and not switches:
        raise UsageProblem(f"unknown switch '{choice.switches[0]}'\n  no scenario has switches")
    chosen = _known("switch", choice.switches, switches)
    for name in choice.scenarios:
        if name != ALL:
            choose_switches(every[name], chosen)
    each_once = {scenario.name: scenario for scenario in every.values()}.values()
    having = [scenario for scenario in each_once if set(chosen) <= scenario.switches.keys()]
    if not having:
        raise UsageProblem(f"no scenario has all of the switches {', '.join(chosen)}\n  name fewer")
    return [scenario for scenario in having if scenario.name in named]


def _known(kind: str, names: Sequence[str], known: Mapping[str, object] | Sequence[str]) -> tuple[str, ...]:
    """The names, in the order of what is known; ``all`` stands for that, but for no switch."""
    wanted = list(names) if kind == "switch" else expand(names, tuple(known))
    for name in wanted:
        choose(kind, name, tuple(known))
    return tuple(name for name in known if name in wanted)


def _check_fixes(fixes: Sequence[str], scenarios: Sequence[Scenario]) -> None:
    """Some scenario has every fix named."""
    known = tuple(dict.fromkeys(name for scenario in scenarios for name in scenario.fixes))
    for fix in fixes:
        if fix != ALL and not any(_fix_of(scenario, fix) for scenario in scenarios):
            if "+" in fix:
                choose_fix(scenarios[0], fix)
            choose("fix", fix, known)


def _fix_of(scenario: Scenario, name: str) -> str | None:
    """The fix of a scenario that goes by a name, None where it has none."""
    try:
        return choose_fix(scenario, name)
    except UsageProblem:
        return None


def _combinations(scenario: Scenario, choice: Choice) -> list[Combination]:
    named = expand(choice.fixes or (ALL,), scenario.fixes)
    known = {fix for name in named if (fix := _fix_of(scenario, name)) is not None}
    single = [fix for fix in scenario.fixes if fix in known]
    fixes = [*single, *sorted(known - set(single))]
    protocols = expand(choice.protocols or (ALL,), scenario.protocols)
    return [
        Combination.of(scenario, fix, protocol)
        for protocol in scenario.protocols
        if protocol in protocols
        for fix in fixes
    ]


def _quick(whole: Part, costs: Mapping[CellName, float]) -> Part:
    """Rows of default protocols under quick models, up to the budget: first those without a fix, then the cheapest.

    A row is taken whole: what its models share costs as much for one of them.  A cell whose cost is not
    recorded counts as costing ``UNKNOWN``.
    """
    first = [
        (each, tuple(model for model in models if model in QUICK_MODELS))
        for each, models in whole.rows
        if each.protocol == each.scenario.protocols[0]
    ]
    rows: list[tuple[bool, float, list[CellName]]] = []
    for each, models in first:
        if each.reason is None and models:
            cells = Part(((each, models),)).cells
            rows.append((each.fix != each.scenario.fixes[0], sum(costs.get(cell, UNKNOWN) for cell in cells), cells))
    taken: set[CellName] = set()
    spent = 0.0
    # sorted() is stable: of equal costs, and there may be many, the first in the table.
    for _is_fixed, cost, cells in sorted(rows, key=lambda row: row[:2]):
        spent += cost
        if spent > BUDGET:
            break
        taken.update(cells)
    shown = tuple(row for row in first if row[0].reason is not None or not taken.isdisjoint(Part((row,)).cells))
    left_out = tuple(cell for cell in whole.cells if cell not in taken)
    return Part(shown, left_out, whole.switches)
