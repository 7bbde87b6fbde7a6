"""``python -m bench.compare OLD.json NEW.json``: what got slower, and what changed in what was found."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from bench.figures import Figure, Run, read_run
from bench.table import WIDTH

THRESHOLD = 1.25
SHORTEST = 0.01
"""Seconds below which a ratio says more about the clock than about the code."""


@dataclass(frozen=True)
class Pair:
    """The figures of one measured thing in two runs; None where a run lacks it."""

    old: Figure | None
    new: Figure | None
    cpu: bool = False

    def seconds(self, figure: Figure | None) -> float | None:
        """What is compared: wall-clock time, or processor time where ``cpu`` asks for it and it is known."""
        if figure is None:
            return None
        return figure.cpu_seconds if self.cpu else figure.seconds

    @property
    def ratio(self) -> float | None:
        """New seconds per old second."""
        old, new = self.seconds(self.old), self.seconds(self.new)
        return None if not old or new is None else new / old

    @property
    def changed(self) -> bool:
        """Whether another number of executions or files was found."""
        if self.old is None or self.new is None:
            return False
        return (self.old.executions, self.old.files) != (self.new.executions, self.new.files)

    def slower(self, threshold: float) -> bool:
        """Whether it takes more than ``threshold`` times as long, and long enough to tell."""
        return self.ratio is not None and self.ratio > threshold and self._long_enough

    def faster(self, threshold: float) -> bool:
        return self.ratio is not None and self.ratio < 1 / threshold and self._long_enough

    @property
    def _long_enough(self) -> bool:
        return max(self.seconds(self.old) or 0, self.seconds(self.new) or 0) >= SHORTEST


def pairs(old: Run, new: Run, *, cpu: bool = False) -> list[Pair]:
    """The figures of both runs side by side: in the order of the new run, then what only the old one has."""
    before = {figure.name: figure for figure in old.figures}
    both = [Pair(before.pop(figure.name, None), figure, cpu) for figure in new.figures]
    return [*both, *(Pair(figure, None, cpu) for figure in before.values())]


def line(pair: Pair, threshold: float) -> str:
    """One line of the table."""
    figure = pair.new or pair.old
    assert figure is not None, "a pair has a figure"
    ratio = "" if pair.ratio is None else f"{pair.ratio:.2f}"
    return (
        f"{figure.program:{WIDTH}}{figure.model:7}{_seconds(pair.seconds(pair.old)):>10}{_seconds(pair.seconds(pair.new)):>10}{ratio:>8}"
        f"{_memory(pair.old):>8}{_memory(pair.new):>8}  {_remark(pair, threshold)}"
    ).rstrip()


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.4f}"


def _memory(figure: Figure | None) -> str:
    return "" if figure is None or figure.peak_bytes is None else f"{figure.peak_bytes / 2**20:,.0f} MB"


def _remark(pair: Pair, threshold: float) -> str:
    if pair.old is None:
        return "only in the new run"
    if pair.new is None:
        return "only in the old run"
    changes = [
        f"{what}: {_count(before)} before, {_count(now)} now"
        for what, before, now in (
            ("executions", pair.old.executions, pair.new.executions),
            ("files", pair.old.files, pair.new.files),
        )
        if before != now
    ]
    if pair.slower(threshold):
        changes.append("slower")
    elif pair.faster(threshold):
        changes.append("faster")
    return "; ".join(changes)


def _count(number: int | None) -> str:
    return "not counted" if number is None else f"{number:,}"


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--threshold",
    type=click.FloatRange(1),
    default=THRESHOLD,
    show_default=True,
    help="New seconds per old second from which a program counts as slower.",
)
@click.option("--cpu", is_flag=True, help="Compare processor time, which other work on the machine disturbs less.")
@click.option("--fail-slower", is_flag=True, help="Exit with 1 if a program got slower.")
def main(old: Path, new: Path, threshold: float, cpu: bool, fail_slower: bool) -> None:
    """Compare two files that ``python -m bench --json FILE`` wrote.

    Exit status: 0 the same was found; 1 a count changed (with --fail-slower: or a program got
    slower); 2 a file cannot be read.
    """
    first, second = read_run(old), read_run(new)
    compared = pairs(first, second, cpu=cpu)
    click.echo(f"old: {first.machine}")
    click.echo(f"new: {second.machine}")
    click.echo(f"{'program':{WIDTH}}{'model':7}{'old s':>10}{'new s':>10}{'ratio':>8}{'old':>8}{'new':>8}")
    for pair in compared:
        click.echo(line(pair, threshold))
    changed = sum(pair.changed for pair in compared)
    slower = sum(pair.slower(threshold) for pair in compared)
    faster = sum(pair.faster(threshold) for pair in compared)
    alone = sum(pair.old is None or pair.new is None for pair in compared)
    click.echo(
        f"{len(compared) - alone} compared, {alone} in one run only; beyond a factor of {threshold:g}: "
        f"{slower} slower, {faster} faster; counts changed: {changed}"
    )
    if changed or (fail_slower and slower):
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="python -m bench.compare")
