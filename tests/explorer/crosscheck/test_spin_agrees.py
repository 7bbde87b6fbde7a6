"""SPIN comes to the same final states under sc: of the shipped scenarios, the classics and litmus tests.

A case takes two seconds, most of it unfolding. So here each scenario has its code as it is and every third fix,
another third for each; reduced forms and classics have all. ``python -m bench.crosscheck`` goes through everything.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from spin_installed import needs_spin

from bench.crosscheck import ShippedCase, compared_with_spin, shipped_cases
from explorer.crosscheck.comparison import Answer
from explorer.litmus.expand import expand
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.program.tree import Unfolding
from scenarios.classic.table import CLASSICS
from scenarios.registry import scenarios

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "scenarios" / "shmem" / "litmus").glob("*.litmus"))
VECTORS = sorted((ROOT / "tests" / "explorer" / "litmus" / "vectors").rglob("*.litmus"))
EVERY = 3

FINAL_STATES = {
    "SB": 3,  # both stores are over: not both reads give 0
    "MP": 3,  # not the flag without the data
    "LB": 3,  # not both reads give 1
    "2+2W": 3,  # not x=1 y=1: the first store of each thread would have to come after its second
    "CoRR": 3,  # 00, 01, 11
    "IRIW": 15,  # of 16, not both readers seeing the other store first
    "WRC": 7,  # of 8, not P1 seeing x, and P2 seeing y of P1 and then no x
    "writers-3": 3,  # each store can be the last
    "ABBA": 2,  # who goes first is not told by what they read, always 0; or they wait for each other
    "handover": 1,  # nor is it here
}


def part_of_the_cases() -> list[ShippedCase]:
    full = [scenario.name for scenario in scenarios()]
    places: dict[str, int] = {}
    chosen = []
    for case in shipped_cases(all_protocols=False):
        place = places[case.scenario] = places.get(case.scenario, -1) + 1
        if case.scenario not in full or place == 0 or (place + full.index(case.scenario)) % EVERY == 0:
            chosen.append(case)
    return chosen


def test_every_scenario_and_every_fix_is_in_the_part() -> None:
    part, whole = part_of_the_cases(), list(shipped_cases(all_protocols=False))
    assert {case.scenario for case in part} == {case.scenario for case in whole}
    assert {case.fix for case in part} == {case.fix for case in whole}


@needs_spin
@pytest.mark.parametrize("case", part_of_the_cases(), ids=str)
def test_a_shipped_scenario_agrees(case: ShippedCase) -> None:
    comparison = compared_with_spin(case.program(), str(case))
    assert (comparison.answer, comparison.why) == (Answer.AGREES, "")


@needs_spin
@pytest.mark.parametrize("name", CLASSICS)
def test_a_classic_agrees(name: str) -> None:
    comparison = compared_with_spin(Unfolding(CLASSICS[name](), 3), name)
    assert (comparison.answer, comparison.why) == (Answer.AGREES, "")
    assert comparison.there is not None
    assert comparison.there.outcomes is not None
    assert len(comparison.there.outcomes) == FINAL_STATES.get(name, len(comparison.there.outcomes))


@needs_spin
@pytest.mark.parametrize("path", [*SHIPPED, *VECTORS[::25]], ids=lambda path: path.stem)
def test_a_litmus_test_agrees(path: Path) -> None:
    program = LitmusUnfolding(expand(parse(Source.read(path)), operations()))
    comparison = compared_with_spin(program, path.stem)
    assert (comparison.answer, comparison.why) == (Answer.AGREES, "")
