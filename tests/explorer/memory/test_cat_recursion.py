"""``let rec`` under a difference: repeated from nothing, one body after the other, until nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_programs import Step, candidates, fence
from model_text import Pair, loader, values

from explorer.execution.kinds import Tag
from explorer.memory.cat.source import CatError

OPEN, CLOSE = fence(Tag.RCU_LOCK), fence(Tag.RCU_UNLOCK)

# In each round the innermost brackets that are still open and next to each other are matched.
MATCHED = """
let inner = let rec
  open = Rcu-lock \\ domain(pairs)
  and closed = Rcu-unlock \\ range(pairs)
  and between = [open | closed] ; po ; [open | closed]
  and pairs = pairs | (([open] ; po ; [closed]) \\ (between ; between))
  in pairs
"""


@pytest.mark.parametrize(
    ("thread", "expected"),
    [
        ([], []),
        ([OPEN, CLOSE], [(0, 1)]),
        ([OPEN, OPEN, CLOSE, CLOSE], [(0, 3), (1, 2)]),
        ([OPEN, OPEN, CLOSE, OPEN, CLOSE, CLOSE, OPEN, CLOSE], [(0, 5), (1, 2), (3, 4), (6, 7)]),
        ([CLOSE, OPEN, OPEN, CLOSE], [(2, 3)]),
        ([OPEN] * 4 + [CLOSE] * 4, [(0, 7), (1, 6), (2, 5), (3, 4)]),
    ],
)
def test_brackets_are_matched_from_the_inside(tmp_path: Path, thread: list[Step], expected: list[Pair]) -> None:
    (execution,) = candidates([thread])
    assert values(loader(tmp_path)(MATCHED), execution) == {"inner": expected}


def test_a_body_sees_what_those_before_it_gave_in_the_same_round(tmp_path: Path) -> None:
    (execution,) = candidates([[OPEN, CLOSE]])
    # first is found in round one; second then sees it, and has lost its chance for good.
    first = loader(tmp_path)("let rec first = po and second = second | (po \\ first)")
    assert values(first, execution) == {"first": [(0, 1)], "second": []}
    second = loader(tmp_path)("let rec second = second | (po \\ first) and first = po")
    assert values(second, execution) == {"second": [(0, 1)], "first": [(0, 1)]}


@pytest.mark.parametrize(
    ("rules", "place"),
    [("let rec a = po \\ a", "1:9"), ("let b = po\nlet rec\n  a = ~c and c = a", "3:3")],
)
def test_what_never_comes_to_rest_is_an_error_with_its_place(tmp_path: Path, rules: str, place: str) -> None:
    model = loader(tmp_path)(rules + " empty a as check")
    (execution,) = candidates([[OPEN, CLOSE]])
    with pytest.raises(CatError, match=rf"m\.cat:{place}: this recursion never comes to rest"):
        model.allows(execution)


def test_a_recursion_that_the_paths_fix_is_static_and_one_under_a_difference_prunes_on_fixed_paths_only(
    tmp_path: Path,
) -> None:
    model = loader(tmp_path)(
        MATCHED + "let rec late = rf | (co \\ late) ; late acyclic inner | rf as static acyclic late as dynamic"
    )
    assert [(axiom.name, axiom.monotone, axiom.monotone_on_paths) for axiom in model.axioms] == [
        ("static", False, True),
        ("dynamic", False, False),
    ]
    # Where each pair depends on what lies between its ends alone, events at the end of a thread change nothing.
    model = loader(tmp_path)("let rec a = po \\ (a ; a) | a acyclic a | rf as local")
    assert model.axioms[0].monotone
