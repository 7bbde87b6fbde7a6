"""The kernel's own model files are explained like the ones that come with Sealrace."""

from __future__ import annotations

from pathlib import Path

from test_why_not import check

from explorer.cli.litmus_read import macros_of
from explorer.litmus.expand import expand
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.syntax import Outcome, Quantifier
from explorer.litmus.unfold import LitmusUnfolding
from explorer.litmus.why_not import Answer, why_not
from explorer.memory.model import load_model


def test_every_test_of_the_kernel_that_never_ends_so_has_a_reason(
    kernel_memory_model: Path, kernel_litmus_tests: list[Path]
) -> None:
    model = load_model(str(kernel_memory_model))
    axioms: dict[str, str] = {}
    for path in kernel_litmus_tests:
        test = parse(Source.read(path))
        assert test.expected is not None
        if test.expected.outcome is not Outcome.NEVER or test.quantifier is not Quantifier.EXISTS:
            continue
        found = why_not(LitmusUnfolding(expand(test, macros_of(model))), model)
        assert found.answer is Answer.FORBIDDEN, path.name
        assert found.reason is not None
        assert found.reason.axiom is not None
        check(model, found.reason)
        axioms[path.stem] = found.reason.axiom.name
    assert len(axioms) > 15
    # By hand: a location out of order; full barriers; a barrier and a read of what it published; a grace period.
    assert axioms["CoRR+poonceonce+Once"] == "coherence"
    assert axioms["SB+fencembonceonces"] == "propagation"
    assert axioms["MP+fencewmbonceonce+fencermbonceonce"] == "happens-before"
    assert axioms["RCU+sync+read"] == "rcu"
