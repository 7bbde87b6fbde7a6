"""Sets of sets, functions on their members, tuples, local names: by hand on one execution."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_programs import candidates, fence, read, write
from model_text import Pair, loader, values

from explorer.execution.kinds import Tag
from explorer.execution.relation import pairs
from explorer.execution.rows import to_rows
from explorer.memory.cat.families import elements

# 0 initial x, 1 initial y; T0: 2 W x=1, 3 W y=1; T1: 4 W y=2, 5 R x, which reads from 2; coherence of y: 1 3 4.
PROGRAM = [[write("x"), write("y")], [write("y", 2), read("x")]]
EXECUTION = next(e for e in candidates(PROGRAM) if e.source_of[5] == 2 and e.coherence[1] == (1, 3, 4))
RF = [(2, 5)]
CO = [(0, 2), (1, 3), (1, 4), (3, 4)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # A function of a pair or of an event, for every member.
        ("let keep p = p in map keep (rf | co)", sorted(RF + CO)),
        ("let keep e = e in [map keep (R | map keep IW)]", [(0, 0), (1, 1), (5, 5)]),
        # Local names end with their expression, and shadow what is outside.
        ("(let rf = co in rf) \\ rf", CO),
        ("let a = rf in let a = a ; co? in a | (let b = a in b)", RF),
        ("let rec a = rf | b ; po and b = co | a in a", [(0, 3), (1, 5), (2, 5), (3, 5)]),
        # Tuples.
        ("let swap (a, b) = (b, a) in let (c, d) = swap (rf, co) in c \\ d", CO),
        ("let both = (W, R) in let f (s, q) = s * q & rf in f both", RF),
        # What has no meaning gives way to what stands behind it.
        ("try nowhere with rf", RF),
        ("try rf ; W with try W ; rf with 0", []),
        ("try rf with nowhere", RF),
        ("singlestep(co)", [(0, 2), (1, 3), (3, 4)]),
        ("singlestep(co | po | rf)", [(0, 2), (1, 3), (2, 3), (3, 4), (4, 5)]),
        ("toid(R)", [(5, 5)]),
        ("different-values(rf | co)", CO),
        ("[FW]", [(2, 2), (4, 4)]),
        ("co0", CO),
        ("cos(W)", CO),
        ("cos(W \\ IW)", [(3, 4)]),
        ("[B]", []),
    ],
)
def test_expressions(tmp_path: Path, expression: str, expected: list[Pair]) -> None:
    model = loader(tmp_path)(f"let answer = {expression}")
    assert values(model, EXECUTION) == {"answer": expected}


@pytest.mark.parametrize(
    ("collection", "expected"),
    [
        ("{rf, co & po, rf}", [[], RF]),
        ("{rf} | {0}", [[], RF]),
        ("rf ++ 0 ++ {}", [[], RF]),
        ("{rf, 0} & {0, po}", [[]]),
        ("{rf, 0} \\ {0, po}", [RF]),
        ("{} | {rf}", [RF]),
        ("let single p = p ++ 0 in map single (co & (IW * _))", [[(0, 2)], [(1, 3)], [(1, 4)]]),
        ("let after e = [{e}] ; po in map after (W \\ IW)", [[], [(2, 3)], [(4, 5)]]),
        # A function inside a function sees what belongs to both; a recursion inside one starts anew for every member.
        (
            "let outer r = let inner w = {w} * {r} & loc in map inner W in cross(map outer R)",
            [[], [(0, 5)], [(2, 5)]],
        ),
        (
            "let reached e = let rec s = {e} | range([s] ; po) in [s] in map reached (W \\ IW)",
            [[(2, 2), (3, 3)], [(3, 3)], [(4, 4), (5, 5)]],
        ),
        # For each read one of its possible sources.
        ("let of r = let single p = p ++ 0 in map single ((W * {r}) & loc) in cross(map of R)", [[(0, 5)], [(2, 5)]]),
        # One of each family; of no family nothing but the empty union, of an empty family nothing.
        (
            "cross({{rf, 0}, {co & (IW * _), 0}})",
            [[], [(0, 2), (1, 3), (1, 4)], [(0, 2), (1, 3), (1, 4), (2, 5)], RF],
        ),
        ("cross({})", [[]]),
        ("cross({{rf}, {}})", []),
        ("map toid (cross({{IW, R}, {{}}}))", [[(0, 0), (1, 1)], [(5, 5)]]),
        ("map toid (partition(W))", [[(0, 0), (2, 2)], [(1, 1), (3, 3), (4, 4)]]),
        ("map toid (classes-loc(W \\ IW))", [[(2, 2)], [(3, 3), (4, 4)]]),
        ("map toid (classes(rf | rf^-1 | toid(domain(rf) | range(rf))))", [[(2, 2), (5, 5)]]),
        ("linearisations(R, 0)", [[]]),
        ("linearisations(IW, 0)", [[(0, 1)], [(1, 0)]]),
        ("linearisations(IW, IW * IW)", []),
        ("let both = (IW | R, R * IW) in linearisations both", [[(0, 1), (5, 0), (5, 1)], [(1, 0), (5, 0), (5, 1)]]),
    ],
)
def test_collections_member_by_member(tmp_path: Path, collection: str, expected: list[list[Pair]]) -> None:
    model = loader(tmp_path)(f"with x from {collection}")
    (choice,) = model.theory.choices
    (source,) = choice.operands
    found = elements(model.evaluator.valuation(EXECUTION).value(source), source.sort)
    assert sorted(pairs(to_rows(member)) for member in found) == expected


def test_an_event_without_a_value_differs_from_none(tmp_path: Path) -> None:
    # 0 initial x; 1 W x=1, 2 fence, 3 W x=2.
    execution = next(candidates([[write("x", 1), fence(Tag.MB), write("x", 2)]]))
    assert values(loader(tmp_path)("let r = different-values(po)"), execution) == {"r": [(1, 3)]}
