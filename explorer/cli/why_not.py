"""``sealrace why-not``: why a model forbids an outcome of a litmus test."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from explorer.cli.failures import INCOMPLETE, UsageProblem, shown
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_read import macros_of
from explorer.cli.named import read_model, warn_of_freedom
from explorer.cli.output import print_json, progress_bar
from explorer.litmus.condition import observed, text_of
from explorer.litmus.expand import expand
from explorer.litmus.names import name_warnings
from explorer.litmus.parsed import parsed_test
from explorer.litmus.source import Source
from explorer.litmus.statements import Spellings
from explorer.litmus.syntax import Litmus, Not, Proposition, Quantifier
from explorer.litmus.unfold import LitmusUnfolding
from explorer.litmus.why_not import Answer, WhyNot, why_not
from explorer.memory.model import Model
from explorer.search.deadline import Deadline
from reports.forbidden.accesses import Accesses
from reports.forbidden.facts import forbidden_facts
from reports.forbidden.text import Asked, forbidden_text, impossible_text

ALLOWED = 1


def explain_outcome(
    file: Path,
    outcome: str | None,
    model_name: str,
    *,
    as_json: bool,
    max_time: float | None,
    max_candidates: int,
) -> int:
    """Print why a model forbids an outcome; gives the exit status.

    0: it is forbidden, or impossible under any model; 1: it is allowed; 3: not everything was looked at.
    """
    model = read_model(model_name)
    warn_of_freedom(model, model_name)
    if not file.exists():
        raise UsageProblem(
            f"{file}: there is no such file\n"
            "  name a litmus test; to make one of a scenario: sealrace litmus --export SCENARIO -o FILE.litmus"
        )
    test = parsed_test(Source.read(file))
    wanted = _outcome(test, outcome)
    asked_test = replace(test, quantifier=Quantifier.EXISTS, condition=wanted)
    for warning in name_warnings(asked_test):
        click.echo(shown(str(warning)), err=True)
    unfolding = LitmusUnfolding(expand(asked_test, macros_of(model)))
    with Interrupts() as interrupts, progress_bar(f"{file}, model {model_name}", None) as advance:

        def check() -> None:
            interrupts.check()
            advance(0, "")

        answer = why_not(unfolding, model, Deadline(max_time, check).reason, max_candidates)
    asked = Asked(test.name, text_of(wanted), model_name, _places(model))
    accesses = Accesses(answer.reason.execution, Spellings(test)) if answer.reason else None
    witness = _witness(test, wanted, file, model_name) if answer.answer is Answer.ALLOWED else ""
    if as_json:
        print_json(_json(asked, file, answer, accesses, witness))
    else:
        click.echo(shown(_text(asked, answer, accesses, witness)), nl=False)
    if answer.stopped:
        return INCOMPLETE
    return ALLOWED if answer.answer is Answer.ALLOWED else 0


def _outcome(test: Litmus, text: str | None) -> Proposition:
    """The outcome given, else the one that the test asks about: what ``exists`` names, or what breaks ``forall``."""
    if text is not None:
        # Only an outcome of one's own needs the parser.
        from explorer.litmus.parser import parse_outcome

        return parse_outcome(text)
    if test.quantifier is not Quantifier.FORALL:
        return test.condition
    if test == replace(test, condition=Litmus("", (), ()).condition):
        raise UsageProblem(f"{test.name} asks about no outcome\n  give one: sealrace why-not FILE '1:r0=1 /\\ 1:r1=0'")
    return Not(test.condition)


def _places(model: Model) -> dict[str, Any]:
    return {rule.name: rule.check.place for rule in model.theory.rules if not rule.check.flag}


def _witness(test: Litmus, wanted: Proposition, file: Path, model: str) -> str:
    """The command that shows an execution with the outcome; empty where the test must be changed for it."""
    given = f"{shlex.quote(str(file))} --model {shlex.quote(model)}"
    own = test.condition if test.quantifier is not Quantifier.FORALL else Not(test.condition)
    if wanted == own:
        return f"sealrace litmus {given} --reports out"
    if set(observed(replace(test, locations=(), condition=wanted))) <= set(observed(test)):
        return f"sealrace survey {given}"
    return ""


def _text(asked: Asked, answer: WhyNot, accesses: Accesses | None, witness: str) -> str:
    if accesses is not None:
        return forbidden_text(asked, answer, accesses)
    match answer.answer:
        case Answer.ALLOWED:
            how = (
                f"{witness} shows an execution." if witness else "Put it behind exists in the test to see an execution."
            )
            return f"{asked.test}: {asked.model} allows {asked.outcome}\n\n{how}\n"
        case Answer.IMPOSSIBLE:
            return impossible_text(asked)
        case Answer.FORBIDDEN:
            says = f"INCOMPLETE ({answer.stopped}): no execution that would end like this was found before."
            return f"{asked.test}: {asked.model} forbids {asked.outcome}\n\n{says}\n"
        case Answer.UNKNOWN:
            says = f"INCOMPLETE ({answer.stopped}): not all executions were looked at, and none ends like this."
            return f"{asked.test}: is {asked.outcome} forbidden by {asked.model}?\n\n{says}\n"


def _json(asked: Asked, file: Path, answer: WhyNot, accesses: Accesses | None, witness: str) -> dict[str, Any]:
    return {
        "test": asked.test,
        "file": str(file),
        "model": asked.model,
        "outcome": asked.outcome,
        "answer": answer.answer.value,
        "incomplete": answer.stopped or None,
        "witness": witness or None,
        "candidates": answer.candidates,
        "in_order": answer.in_order,
        "axioms": dict(answer.broken),
        **forbidden_facts(asked, answer, accesses),
    }
