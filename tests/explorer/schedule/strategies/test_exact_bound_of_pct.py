"""The bound of PCT against exact probabilities: every order of priorities and every choice of changes is run once."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations, product

import pytest
from driving import traced, values
from small_programs import program, straight

from explorer.execution.location import Location
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.pct import Pct, probability

Read = tuple[int, ...]
Step = tuple[int, int]

SB = straight([("W", "x", 1), ("R", "y")], [("W", "y", 1), ("R", "x")])
PROGRAMS = {
    "store buffering": SB,
    "under one lock": straight(
        [("lock", "a"), ("R", "x"), ("W", "x", 1), ("unlock", "a")],
        [("lock", "a"), ("R", "x"), ("W", "x", 2), ("unlock", "a")],
    ),
    "a read outside the lock": straight(
        [("lock", "a"), ("W", "x", 1), ("W", "x", 2), ("unlock", "a")], [("R", "x"), ("R", "x")]
    ),
    "a wait": straight([("W", "x", 1), ("W", "y", 1)], [("wait", "y", 1), ("R", "x")], [("W", "x", 2)]),
    "a wait for who waits": straight(
        [("wait", "x", 1), ("W", "y", 1), ("R", "z")], [("W", "x", 1), ("wait", "y", 1)], [("W", "z", 1)]
    ),
    "three threads": straight([("W", "x", 1), ("R", "y")], [("W", "y", 1), ("R", "z")], [("W", "z", 1), ("R", "x")]),
}


class Every(Pct):
    """PCT with each order of priorities and each choice of changes once, instead of random ones."""

    def __init__(self, threads: int, length: int, depth: int) -> None:
        orders = permutations(range(depth, depth + threads))
        draws = list(product(orders, product(range(1, length + 1), repeat=depth - 1)))
        super().__init__(0, len(draws), threads=threads, length=length, depth=depth)
        self._draws = iter(draws)

    def begin(self) -> None:
        priorities, changes = next(self._draws)
        self._priorities, self._changes, self._step = list(priorities), list(changes), 0


class Schedules:
    """Every schedule once, nothing left out: the last choice that has another option takes it."""

    def __init__(self) -> None:
        self._choices: list[tuple[int, int]] = []
        self._made = -1

    def start(self) -> bool:
        while self._made >= 0 and self._choices and self._choices[-1][0] + 1 == self._choices[-1][1]:
            self._choices.pop()
        if self._made >= 0:
            if not self._choices:
                return False
            taken, count = self._choices.pop()
            self._choices.append((taken + 1, count))
        self._made = 0
        return True

    def choose(self, options: list[Choice], _state: Partial) -> int:
        if self._made == len(self._choices):
            self._choices.append((0, len(options)))
        self._made += 1
        return self._choices[self._made - 1][0]

    def finish(self, _result: object) -> None:
        pass


def steps(schedule: str) -> list[Step]:
    """Each step as its thread and its number there."""
    return [(int(thread), schedule[:i].count(thread)) for i, thread in enumerate(schedule)]


def depths(unfolding: Unfolding, most: int) -> tuple[int, dict[Read, int]]:
    """How many steps runs have, and what can be read, with its depth where that is at most ``most``.

    Its depth is the least number of constraints "this step before that one" that hold in some schedules, and in
    none that reads something else.
    """
    runs = traced(unfolding, Schedules())  # type: ignore[arg-type]
    places = [{step: i for i, step in enumerate(steps(schedule))} for schedule in runs.schedules]
    reads = [values(execution) for execution in runs.executions]
    assert len(reads) == len(places), "no run is abandoned"
    (all_steps,) = {frozenset(place) for place in places}
    pairs = [(a, b) for a in all_steps for b in all_steps if a[0] != b[0]]
    held = {(a, b): frozenset(i for i, place in enumerate(places) if place[a] < place[b]) for a, b in pairs}
    found: dict[Read, int] = {}
    for depth in range(1, most + 1):
        for constraints in combinations(set(held.values()), depth):
            shown = {reads[i] for i in frozenset.intersection(*constraints)}
            if len(shown) == 1:
                found.setdefault(shown.pop(), depth)
    return len(all_steps), found


def exact(unfolding: Unfolding, length: int, depth: int) -> tuple[dict[Read, Fraction], int]:
    """The probability of each thing read, over all that PCT may draw, and how many draws are abandoned."""
    strategy = Every(len(unfolding.trees), length, depth)
    executions = traced(unfolding, strategy).executions
    counts = Counter(map(values, executions))
    return {read: Fraction(count, strategy.made) for read, count in counts.items()}, strategy.abandoned


def test_depths_by_hand() -> None:
    """0 1 needs that P0 has read before P1 stores, 1 0 the contrary, 1 1 that both stores are before both reads."""
    assert depths(SB, 3) == (4, {(0, 1): 1, (1, 0): 1, (1, 1): 2})


def test_exact_probabilities_by_hand() -> None:
    """Of 2 orders and 4 places of a change, the one at step 2 alone lets the other thread store in between: 2 of 8."""
    assert exact(SB, 4, 2) == ({(0, 1): Fraction(3, 8), (1, 0): Fraction(3, 8), (1, 1): Fraction(2, 8)}, 0)


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_has_a_depth_comes_at_least_as_often_as_the_bound(name: str) -> None:
    unfolding = PROGRAMS[name]
    length, found = depths(unfolding, 3)
    assert found
    for depth in (1, 2, 3):
        chances, abandoned = exact(unfolding, length, depth)
        assert abandoned == 0
        bound = probability(len(unfolding.trees), length, depth)
        for read, least in found.items():
            assert least > depth or chances.get(read, 0) >= bound, (read, depth)


def test_a_grace_period_breaks_the_bound() -> None:
    """Why nothing is claimed there: "P0 reads first" is of depth 1, and comes with 1/6 where the bound says 1/3.

    P0 waits for z only after its grace period, P1 before its own; the section of P2 lies between what they need.
    Where P1's grace period is over before the section has ended, what P2 still has to do is refused.
    """
    y, z = Location("y"), Location("z")

    async def first(t: Thread) -> None:
        await t.read(y, ONCE)
        await t.synchronize_rcu()
        await t.wait_until(z, lambda value: value == 1, ONCE)

    async def second(t: Thread) -> None:
        await t.wait_until(z, lambda value: value == 1, ONCE)
        await t.synchronize_rcu()
        await t.write(y, 1, ONCE)

    async def third(t: Thread) -> None:
        await t.rcu_read_lock()
        await t.write(z, 1, ONCE)
        await t.write(y, 2, ONCE)
        await t.rcu_read_unlock()
        await t.write(z, 1, ONCE)

    strategy = Every(3, 6, 1)
    executions = traced(program((first,), (second,), (third,)), strategy).executions
    early = sum(values(execution)[0] == 0 for execution in executions)
    assert strategy.abandoned > 0
    assert Fraction(early, strategy.made) == Fraction(1, 6) < probability(3, 6, 1)
