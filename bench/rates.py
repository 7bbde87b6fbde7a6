"""``python -m bench.rates``: how often a run finds the leak of ``inflight``, and what PCT promises.

One run for each of a thousand seeds, at the small sizes under ``sc``.  It is part of a checkout, not of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import click

from explorer.execution.execution import Execution
from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.fair import Fair
from explorer.schedule.strategies.length import usual_length
from explorer.schedule.strategies.pct import Pct, probability
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.schedule.strategy import Strategy
from explorer.search.drive import Runs, drive
from scenarios.registry import find

SCENARIO = "inflight"
PROPERTY = "leak"
SEEDS = 1000
DEPTHS = (2, 3)
"""Of PCT. The leak needs one preemption: the reader stops between its look at the seals and its copy."""


class OnePerSeed:
    """Strategy that makes one run of another one for each seed from 1 on."""

    def __init__(self, make: Callable[[int], Strategy], seeds: int) -> None:
        self._strategies = map(make, range(1, seeds + 1))
        self._strategy: Strategy

    def start(self) -> bool:
        following = next(self._strategies, None)
        if following is None:
            return False
        self._strategy = following
        return following.start()

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        return self._strategy.choose(options, state)

    def finish(self, result: Execution | None) -> None:
        self._strategy.finish(result)


@dataclass(frozen=True)
class Rate:
    """Of how many runs how many found it, how many executions they were, and the bound if there is one."""

    strategy: str
    runs: int
    found: int
    executions: int
    bound: Fraction | None


def rates(seeds: int = SEEDS) -> Iterator[Rate]:
    """The rates of the strategies."""
    scenario = find(SCENARIO)
    assert scenario is not None
    case = scenario.case("none", scenario.protocols[0], scenario.small)
    unfolding, model = Unfolding(case.program, 3), load_model("sc")
    threads, length = len(unfolding.trees), usual_length(unfolding, model)

    def rate(name: str, make: Callable[[int], Strategy], bound: Fraction | None = None) -> Rate:
        driven = drive(case, model, unfolding, OnePerSeed(make, seeds), Runs())
        find = driven.finds.get(PROPERTY)
        return Rate(name, driven.runs, find.runs if find else 0, driven.distinct, bound)

    for depth in DEPTHS:

        def pct(seed: int, depth: int = depth) -> Strategy:
            return Pct(seed, 1, threads=threads, length=length, depth=depth)

        yield rate(f"pct, depth {depth}", pct, probability(threads, length, depth))
    yield rate("random", lambda seed: RandomWalk(seed, 1))
    yield rate("fair", lambda seed: Fair(seed, 1))


@click.command()
def main() -> None:
    """Measure how often a run finds the leak of inflight. Exit status: 1 PCT was below its bound."""
    click.echo(f"{'strategy':16}{'runs':>7}{'leak':>7}{'rate':>9}{'at least':>11}{'executions':>12}")
    short = False
    for rate in rates():
        # Cut off, not rounded: it is a lower bound.
        bound = "" if rate.bound is None else f"{int(rate.bound * 100_000) / 1000:.3f}%"
        found = f"{rate.found / rate.runs:.2%}"
        click.echo(f"{rate.strategy:16}{rate.runs:>7,}{rate.found:>7,}{found:>9}{bound:>11}{rate.executions:>12,}")
        short = short or (rate.bound is not None and Fraction(rate.found, rate.runs) < rate.bound)
    raise SystemExit(short)


if __name__ == "__main__":
    main(prog_name="python -m bench.rates")
