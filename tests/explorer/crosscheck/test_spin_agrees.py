"""SPIN comes to the same final states under sc: of every shipped scenario with every fix, classics, litmus tests."""

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

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "scenarios" / "shmem" / "litmus").glob("*.litmus"))
VECTORS = sorted((ROOT / "tests" / "explorer" / "litmus" / "vectors").rglob("*.litmus"))

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


@needs_spin
@pytest.mark.parametrize("case", list(shipped_cases(all_protocols=False)), ids=str)
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
@pytest.mark.parametrize("path", [*SHIPPED, *VECTORS[::40]], ids=lambda path: path.stem)
def test_a_litmus_test_agrees(path: Path) -> None:
    program = LitmusUnfolding(expand(parse(Source.read(path)), operations()))
    comparison = compared_with_spin(program, path.stem)
    assert (comparison.answer, comparison.why) == (Answer.AGREES, "")
