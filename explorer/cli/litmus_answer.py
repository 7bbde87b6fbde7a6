"""The answer to a litmus test as herd's block and as a JSON object, and what sets it apart from the stated one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.litmus.condition import state_text, text_of
from explorer.litmus.judge import Answer
from explorer.litmus.syntax import Expected, Litmus, Outcome, Quantifier

_HEADS = {Quantifier.EXISTS: "Allowed", Quantifier.NOT_EXISTS: "Forbidden", Quantifier.FORALL: "Required"}
_RACE = "data-race"


def text_block(test: Litmus, answer: Answer, seconds: float, report: str | None) -> str:
    """The block that herd prints, which the kernel's scripts read.

    Witnesses are those of the quantified condition: for ``~exists`` the executions that do not satisfy its
    proposition are the positive ones.  The line ``Observation`` counts for the proposition.
    """
    witnesses = (answer.positive, answer.negative)
    if test.quantifier is Quantifier.NOT_EXISTS:
        witnesses = witnesses[::-1]
    lines = [
        f"Test {test.name} {_HEADS[test.quantifier]}",
        f"States {len(answer.states)}",
        *map(state_text, answer.states),
        "Ok" if answer.ok else "No",
        "Witnesses",
        "Positive: {} Negative: {}".format(*witnesses),
        *(f"Flag {flag}" for flag in answer.flags),
        f"Condition {test.quantifier.value} ({text_of(test.condition)})",
        f"Observation {test.name} {answer.observation} {answer.positive} {answer.negative}",
        f"Time {test.name} {seconds:.2f}",
    ]
    if report:
        lines.append(f"Report {report}")
    return "\n".join(lines) + "\n"


def json_object(
    test: Litmus, path: Path, model: str, answer: Answer, seconds: float, report: str | None
) -> dict[str, Any]:
    """The object of ``--json``; ``positive`` and ``negative`` count for the proposition, whatever its quantifier."""
    return {
        "test": test.name,
        "file": str(path),
        "model": model,
        "observation": answer.observation,
        "positive": answer.positive,
        "negative": answer.negative,
        "states": list(answer.states),
        "flags": list(answer.flags),
        "verdict": "Ok" if answer.ok else "No",
        "seconds": round(seconds, 3),
        "report": report,
    }


def difference(expected: Expected | None, answer: Answer) -> str:
    """How the answer differs from the comment ``Result:``; empty where it does not, or where there is none."""
    if expected is None or expected.outcome is Outcome.MAYBE:
        return ""
    outcome = Outcome.DEADLOCK if answer.deadlock else Outcome(answer.observation)
    found = Expected(outcome, data_race=_RACE in answer.flags)
    # What the comment leaves open is not compared.
    if (expected.outcome or outcome, expected.data_race) == (found.outcome, found.data_race):
        return ""
    return f"the comment says Result: {expected}, found {found}"


def why_nothing(answer: Answer, model: str) -> str:
    """Why no execution counts; empty where one does."""
    if answer.positive or answer.negative:
        return ""
    if answer.filtered:
        others = f"; others do not end: {answer.waits}" if answer.blocked else ""
        return f"no execution passes the filter{others}"
    if answer.blocked:
        return f"no execution ends: {answer.waits}"
    return f"the model {model} forbids every execution"
