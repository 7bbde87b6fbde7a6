"""Why a pair is in a relation: every derivation holds node by node, whatever the model's terms are."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_programs import Step, candidates, fence
from checked_derivations import checker_of
from hypothesis import given
from model_text import loader
from random_executions import executions

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import is_acyclic, pairs
from explorer.memory.cat.term import Op, Term
from explorer.memory.derivation import Derivation, Derivations
from explorer.memory.model import Model, compiled_names, load_model, model_names

OPEN, CLOSE = fence(Tag.RCU_LOCK), fence(Tag.RCU_UNLOCK)


def check_all(model: Model, execution: Execution) -> int:
    """Derive every pair of every relation that a model names or checks, and check each; gives how many there are."""
    valuation = model.evaluator.valuation(execution)
    roots = [*model.relations.values(), *(axiom.term for axiom in model.axioms)]
    checker, derivations, count = checker_of(execution, roots), Derivations(valuation), 0
    for term in roots:
        found = pairs(valuation.relation(term))
        assert set(found) == checker.value(term)
        for pair in found:
            checker.check(derivations.of(term, *pair))
        count += len(found)
        if not is_acyclic(list(valuation.relation(term))):
            cycle = derivations.cycle(term)
            for first, second in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
                assert first.term is term
                assert first.events[1] == second.events[0]
    return count


@pytest.mark.parametrize("name", [*model_names(), *compiled_names()])
def test_every_pair_of_the_models_is_derived_from_what_the_execution_gives(name: str) -> None:
    model = load_model(name)

    @given(executions())
    def holds(execution: Execution) -> None:
        check_all(model, execution)

    holds()


@pytest.mark.parametrize("name", model_names())
def test_sections_and_grace_periods_are_derived(name: str) -> None:
    reader = [OPEN, Step(Kind.READ, Tag.ONCE, "x"), Step(Kind.READ, Tag.ONCE, "y"), CLOSE]
    writer = [
        Step(Kind.WRITE, Tag.ONCE, "x", 1),
        fence(Tag.SYNC_RCU),
        Step(Kind.WRITE, Tag.ONCE, "y", 1),
    ]
    executions_of = candidates([reader, writer])
    assert all(check_all(load_model(name), execution) > 0 for execution in executions_of)


def test_a_recursion_under_a_difference_is_derived_from_the_rounds_before(tmp_path: Path) -> None:
    model = loader(tmp_path)(
        """
let inner = let rec
  open = Rcu-lock \\ domain(pairs)
  and closed = Rcu-unlock \\ range(pairs)
  and between = [open | closed] ; po ; [open | closed]
  and pairs = pairs | (([open] ; po ; [closed]) \\ (between ; between))
  in pairs
empty inner as none
"""
    )
    (execution,) = candidates([[OPEN, OPEN, CLOSE, CLOSE]])
    assert check_all(model, execution) == 4
    # (1, 2) is found in round one, (0, 3) in round two, in which the body of ``open`` has seen (1, 2).
    outer = Derivations(model.evaluator.valuation(execution)).of(model.relations["inner"], 0, 3)
    assert _variables(outer) == [(0,), (3,)]


def _variables(derivation: Derivation) -> list[tuple[int, ...]]:
    """What a derivation takes from other bodies of the recursion, in order."""
    own = [derivation.events] if derivation.term.op is Op.VARIABLE else []
    return [*own, *(found for part in derivation.parts for found in _variables(part))]


@pytest.mark.parametrize(
    ("expression", "pair"),
    [
        ("(po | rf)+", (1, 3)),
        ("(co? ; rf)^-1", (3, 0)),
        ("[W] ; (po & loc)* ; [W]", (1, 1)),
        ("(W * R) & ext \\ rf", (0, 3)),
        ("~(po | id) & (_ * _)", (1, 3)),
        ("singlestep(po | rf)", (1, 2)),
        ("different-values(po)", (1, 2)),
        ("[domain(rf)] ; ext ; [range(rf)]", (2, 3)),
    ],
)
def test_every_operator_is_derived(tmp_path: Path, expression: str, pair: tuple[int, int]) -> None:
    # The initial x; P0 stores 1 and 2 in x; P1 loads 2.
    program = [
        [Step(Kind.WRITE, Tag.ONCE, "x", 1), Step(Kind.WRITE, Tag.ONCE, "x", 2)],
        [Step(Kind.READ, Tag.ONCE, "x")],
    ]
    execution = next(e for e in candidates(program) if e.events[3].value == 2 and e.coherence == ((0, 1, 2),))
    model = loader(tmp_path)(f"let r = {expression}\nempty r as none")
    assert check_all(model, execution) > 0
    derived = Derivations(model.evaluator.valuation(execution)).of(model.relations["r"], *pair)
    assert derived.events == pair


def test_a_cycle_has_the_fewest_steps_from_access_to_access(tmp_path: Path) -> None:
    # Of two ways round, by a fence and by three loads, the one by the fence is shorter.
    x, y = (Step(Kind.WRITE, Tag.ONCE, place, 1) for place in "xy")
    read = Step(Kind.READ, Tag.ONCE, "x")
    program = [[x, fence(Tag.MB), y], [Step(Kind.READ, Tag.ONCE, "y"), read]]
    execution = next(e for e in candidates(program) if [e.events[i].value for i in (5, 6)] == [1, 0])
    model = loader(tmp_path)("let steps = po \\ (po ; po)\nacyclic steps | rf | fr as order")
    (axiom,) = model.axioms
    cycle = Derivations(model.evaluator.valuation(execution)).cycle(axiom.term)
    # x, the fence, y, the load of y, the load of x: half a step to the fence and half a step on, then three whole ones.
    assert sum(part.cost for part in cycle) == 2 * 4
    assert [part.events[0] for part in cycle] in ([2, 3, 4, 5, 6], [6, 2, 3, 4, 5], [3, 4, 5, 6, 2])


def test_what_is_not_there_is_not_derived(tmp_path: Path) -> None:
    model = loader(tmp_path)("let r = po\nempty r as none")
    (execution,) = candidates([[OPEN, CLOSE]])
    term: Term = model.relations["r"]
    with pytest.raises(AssertionError, match="what is derived holds"):
        Derivations(model.evaluator.valuation(execution)).of(term, 1, 0)


def test_the_checker_refuses_what_does_not_follow(tmp_path: Path) -> None:
    model = loader(tmp_path)("let r = po | po^-1\nempty r as none")
    (execution,) = candidates([[OPEN, CLOSE]])
    term = model.relations["r"]
    forwards, backwards = sorted(term.operands, key=lambda operand: operand.op is Op.INVERSE)
    true = Derivation(forwards, (0, 1), (), 2)
    for forged in (
        Derivation(forwards, (1, 0), (), 2),  # no pair of the execution
        Derivation(term, (1, 0), (true,), 2),  # a part about other events
        Derivation(backwards, (0, 1), (true,), 2),  # not turned round
        Derivation(term, (0, 1), (), 2),  # no reason at all
    ):
        assert not _passes(execution, forged)
    assert _passes(execution, Derivation(term, (0, 1), (true,), 2))


def _passes(execution: Execution, derivation: Derivation) -> bool:
    try:
        checker_of(execution, [derivation.term]).check(derivation)
    except AssertionError:
        return False
    return True
