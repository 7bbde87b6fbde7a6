"""Why an outcome is forbidden, against the verdicts of an independent checker.

Every test that it calls Never has a reason, every other one is allowed.  Each reason is checked node by node from what
the execution gives (``checked_derivations``).
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from checked_derivations import checker_of
from vector_files import vectors

from explorer.execution.execution import Execution
from explorer.litmus.condition import holds
from explorer.litmus.expand import expand
from explorer.litmus.final import final_state
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.litmus.why_not import Answer, Reason, Shape, why_not
from explorer.memory.model import Model, load_model

PARTS = 6
NEVER = {"lkmm": 443, "sc": 635, "tso": 605, "pso": 564, "armv8": 233}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", NEVER)
def test_every_test_that_never_ends_so_has_a_reason(name: str, part: int) -> None:
    model = load_model(name)
    for vector in vectors(name)[part::PARTS]:
        unfolding = LitmusUnfolding(expand(parse(Source.read(vector.path)), operations()))
        found = why_not(unfolding, model)
        assert not found.stopped
        if vector.expected["observation"] != "Never":
            assert found.answer is Answer.ALLOWED, vector.name
            continue
        assert found.answer in (Answer.FORBIDDEN, Answer.IMPOSSIBLE), vector.name
        assert (found.reason is None) is (found.answer is Answer.IMPOSSIBLE) is (found.candidates == 0)
        if found.reason is not None:
            assert holds(unfolding.test.condition, final_state(unfolding, found.reason.execution))
            check(model, found.reason)


def test_no_test_that_never_ends_so_is_missing() -> None:
    never = {name: sum(v.expected["observation"] == "Never" for v in vectors(name)) for name in NEVER}
    assert never == NEVER


def check(model: Model, reason: Reason) -> None:
    """Whether what is told is so, and is what the axiom is broken by."""
    execution = reason.execution
    checker = checker_of(execution, [axiom.term for axiom in model.axioms])
    checker.check_links(reason.links)
    for derivation in reason.derivations:
        checker.check(derivation)
    assert reason.links
    match reason.shape:
        case Shape.CYCLE:
            assert reason.links[-1].second == reason.links[0].first
        case Shape.BETWEEN:
            assert execution.rmw[reason.links[0].first] >> reason.links[-1].second & 1
        case shape:
            raise AssertionError(shape)
    if reason.axiom is None:
        assert not model.violated(execution)
        return
    assert reason.axiom.name in model.violated(execution)
    if reason.shape is Shape.CYCLE and len(reason.derivations) > 1:
        # The edges of the axiom's relation close the same way as the links do.
        edges = [derivation.events for derivation in reason.derivations]
        assert all(first[1] == second[0] for first, second in pairwise([*edges, edges[0]]))
        assert {term for derivation in reason.derivations for term in (derivation.term,)} == {reason.axiom.term}
    assert _accesses_between(execution, reason)


def _accesses_between(execution: Execution, reason: Reason) -> bool:
    """Whether links lead from access to access."""
    ends = {event for link in reason.links for event in (link.first, link.second)}
    return all(execution.events[event].reads or execution.events[event].writes for event in ends)
