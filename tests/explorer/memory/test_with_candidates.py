"""``with x from S``: how many choices an execution has, and which of them count."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_programs import candidates, exchange, read, write
from model_text import loader, values

# 0 initial x; 1 W x=1; 2 R x.
EXECUTIONS = list(candidates([[write("x")], [read("x")]]))
FROM_INITIAL, FROM_WRITE = EXECUTIONS


@pytest.mark.parametrize(
    ("rules", "from_initial", "from_write"),
    [
        ("acyclic rf as a", 1, 1),
        ("empty rf & ext & (IW * R) as a", 0, 1),
        # rf from the initial write equals that part of it; sets have no repetitions.
        ("with x from {rf, rf & (IW * R)}", 1, 2),
        ("with x from {rf, 0} empty x as a", 1, 1),
        ("with x from {rf, 0} ~empty x as a ~empty x & (IW * R) as b", 1, 0),
        # The second choice depends on the first: (rf, rf) fails; (rf, co), (0, 0) and (0, co) pass.
        ("with a from {rf, 0} with b from {a, co} empty b & rf as c", 3, 3),
        ("with a from {rf, 0} with b from {rf, co, 0}", 6, 6),
        ("with a from {rf, 0} with b from {} empty a as c", 0, 0),
        # Each of two axioms has a choice that passes, but no choice passes both.
        ("with a from {rf, co} empty a & co as c empty a & rf as d", 0, 0),
        # Generating co by hand gives the execution's own order, once.
        (
            "let orders s = linearisations(s, co0) with co from cross(map orders (partition(W))) acyclic rf | co as a",
            1,
            1,
        ),
        ("with rf from {0} acyclic rf as a", 0, 0),
    ],
)
def test_every_accepted_choice_counts(tmp_path: Path, rules: str, from_initial: int, from_write: int) -> None:
    model = loader(tmp_path)(rules)
    assert [model.candidates(execution) for execution in EXECUTIONS] == [from_initial, from_write]
    assert [model.allows(execution) for execution in EXECUTIONS] == [from_initial > 0, from_write > 0]
    assert [model.violated(execution) == () for execution in EXECUTIONS] == [from_initial > 0, from_write > 0]
    accepted = [model.accepts(model.evaluator.valuation(execution), model.residual_axioms) for execution in EXECUTIONS]
    assert accepted == [from_initial > 0, from_write > 0]


def test_the_choice_that_fails_the_fewest_axioms_names_them(tmp_path: Path) -> None:
    model = loader(tmp_path)(
        "with a from {rf, co, 0} empty rf as always "
        "empty a & co as c empty a & rf as d ~empty a as e ~empty a & rf as f"
    )
    # Of the choices 0 fails e and f, co fails c and f, rf fails d alone.
    assert model.violated(FROM_WRITE) == ("always", "d")


def test_a_with_that_has_nothing_to_choose_from_is_named(tmp_path: Path) -> None:
    model = loader(tmp_path)("with a from {rf} with b from {} empty po | co as c")
    assert model.violated(FROM_WRITE) == ("with b", "c")


def test_relations_take_the_first_choice_that_passes(tmp_path: Path) -> None:
    model = loader(tmp_path)("with a from {0, rf} let b = a | po let c = co ~empty a & (W * R \\ IW * R) as from-write")
    assert values(model, FROM_WRITE) == {"a": [(1, 2)], "b": [(1, 2)], "c": [(0, 1)]}
    # Where no choice passes, only what does not depend on it is known.
    assert values(model, FROM_INITIAL) == {"c": [(0, 1)]}


def test_a_flag_is_raised_by_any_choice(tmp_path: Path) -> None:
    model = loader(tmp_path)("with a from {rf, 0} flag ~empty a as some flag empty a as none flag ~empty po as never")
    assert model.flags(FROM_WRITE) == ("some", "none")


def test_what_depends_on_a_choice_prunes_nothing(tmp_path: Path) -> None:
    model = loader(tmp_path)("with a from {0} acyclic a | po as chosen acyclic co as fixed")
    assert [(axiom.name, axiom.monotone, axiom.chosen) for axiom in model.axioms] == [
        ("with a", False, False),
        ("chosen", False, True),
        ("fixed", True, False),
    ]


@pytest.mark.parametrize("file", ["cos.cat", "cos-opt.cat"])
def test_the_library_generates_the_coherence_that_there_is(tmp_path: Path, file: str) -> None:
    model = loader(tmp_path)(f'include "cross.cat" include "{file}" acyclic po-loc | rf | co | fr as coherence')
    # The same terms as without the library, so that the search keeps the order edge by edge.
    assert [(order.axiom, order.complete) for order in model.orders] == [("coherence", True)]
    assert model.residual_axioms == ()
    # Each update before the other: two coherence orders, and one source each.
    assert sum(map(model.candidates, candidates([exchange("x", 1), exchange("x", 2)]))) == 2


def test_a_narrower_co_is_demanded_by_the_library(tmp_path: Path) -> None:
    model = loader(tmp_path)('let co0 = co0 | (range(po) * domain(po)) & (W * W) include "cos.cat"')
    # 0 initial x; 1 and 2, the writes of one thread: the second is to come first.
    verdicts = {e.coherence[0]: model.violated(e) for e in candidates([[write("x", 1), write("x", 2)]])}
    assert verdicts == {(0, 1, 2): ("coherence-begins-with-co0",), (0, 2, 1): ()}
