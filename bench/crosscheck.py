"""``python -m bench.crosscheck``: every shipped case at its small sizes under ``sc``, compared with SPIN.

It is part of a checkout, not of the package, and takes two to three minutes on two cores.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from explorer.cli.setting import UNROLL
from explorer.crosscheck.asking import Asked, Spin, compare
from explorer.crosscheck.comparison import Answer, Comparison
from explorer.crosscheck.own_search import search_all
from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.deadline import Deadline
from scenarios.registry import classics, find, reduced_forms, scenarios

SECONDS = 300
"""How long each side of a case may take."""


@dataclass(frozen=True)
class ShippedCase:
    """A scenario with a fix and a protocol, at its small sizes."""

    scenario: str
    fix: str
    protocol: str

    def __str__(self) -> str:
        return f"{self.scenario} {self.fix} {self.protocol}"

    def program(self) -> UnfoldedProgram:
        """Its threads, unfolded."""
        scenario = find(self.scenario)
        assert scenario is not None
        case = scenario.case(self.fix, self.protocol, scenario.small)
        return Unfolding(case.program, UNROLL)


def shipped_cases(*, all_protocols: bool) -> Iterator[ShippedCase]:
    """Every scenario, reduced form and classic with every fix that means something; of protocols the first or all."""
    for scenario in (*scenarios(), *reduced_forms(), *classics()):
        for protocol in scenario.protocols if all_protocols else scenario.protocols[:1]:
            for fix in scenario.fixes:
                if scenario.not_applicable(fix, protocol) is None:
                    yield ShippedCase(scenario.name, fix, protocol)


def compared_with_spin(program: UnfoldedProgram, title: str) -> Comparison:
    """What comes of comparing a program with SPIN."""
    with tempfile.TemporaryDirectory() as folder:
        tool = Spin(Asked(program, "sc", title, Path(folder), "model"))
        (found,), incomplete = search_all(program, load_model("sc"), [tool.teller], Deadline(SECONDS))
        return compare(tool, "SPIN", found, incomplete, Deadline(SECONDS))


def _compared(case: ShippedCase) -> Comparison:
    return compared_with_spin(case.program(), str(case))


@click.command()
@click.option("--all-protocols", is_flag=True, help="All protocols, not only the first of each scenario.")
@click.option("--scenario", "names", multiple=True, help="This scenario alone. May be repeated.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count(), help="Processes.  [default: one per core]")
def main(all_protocols: bool, names: Sequence[str], jobs: int) -> None:
    """Compare every shipped case with SPIN. Exit status: 1 one does not agree."""
    cases = [case for case in shipped_cases(all_protocols=all_protocols) if case.scenario in names or not names]
    agreeing = 0
    with ProcessPoolExecutor(jobs) as pool:
        for case, comparison in zip(cases, pool.map(_compared, cases), strict=True):
            agreeing += comparison.answer is Answer.AGREES
            if comparison.answer is not Answer.AGREES:
                click.echo(f"{case}: {comparison.answer.value} {comparison.why}")
    click.echo(f"{agreeing} of {len(cases)} cases agree with SPIN")
    raise SystemExit(agreeing < len(cases))


if __name__ == "__main__":
    main(prog_name="python -m bench.crosscheck")
