"""A program as a litmus test for herd: what ``sealrace litmus --export`` writes."""

from __future__ import annotations

import re
from dataclasses import replace

from explorer.litmus.expand import expand
from explorer.litmus.export.translate import translate
from explorer.litmus.export.violating_states import Broken, FinalStates, Violations
from explorer.litmus.judge import judge
from explorer.litmus.macros import operations
from explorer.litmus.printer import print_test
from explorer.litmus.syntax import Expected, Litmus, Outcome
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import Model, load_model
from explorer.program.unfolded import UnfoldedProgram

_RACE = "data-race"
_NOT_IN_TITLES = re.compile(r'[\s{}"]+')


def export(name: str, origin: str, program: UnfoldedProgram, broken: Broken | None) -> str:
    """The text of a litmus test that means what a program means.

    ``origin`` says in the file where it comes from.  ``broken`` gives the properties that an
    execution breaks; with None the test asks nothing and shows its registers.  Which
    executions there are is asked of the kernel's memory model, the weakest of all.

    Raises:
        ScenarioError: something cannot be said in a litmus test.
    """
    lkmm = load_model("lkmm")
    translation = translate(_NOT_IN_TITLES.sub("-", name), program)
    test = translation.test
    remark = ["exists: nothing is asked; the registers are shown."]
    if broken is not None:
        states = FinalStates(program, translation.unfolding, translation.registers, translation.names)
        violations = states.violations(lkmm, broken)
        test = replace(test, locations=(), condition=violations.condition)
        remark = _remark(violations)
    if test.filter is not None:
        remark.append("filter: every lock is taken, every wait over, every assumption true.")
    return _with_remark(replace(test, expected=_expected(test, lkmm)), [origin, "", *remark])


def _remark(violations: Violations) -> list[str]:
    properties = ", ".join(violations.properties)
    if violations.allowed:
        lines = [f"exists: what the executions that break a property end in ({properties}), and no others."]
    elif properties:
        lines = [
            "exists: no execution breaks a property. This is what those would end in that broke one",
            f"({properties}) if accesses to different locations had no order at all.",
        ]
    else:
        lines = ["exists: no execution breaks a property, and there is no final state to look for."]
    if violations.deadlock:
        lines.append("Some executions end in a deadlock, which no final state shows.")
    return lines


def _expected(test: Litmus, model: Model) -> Expected:
    answer = judge(LitmusUnfolding(expand(test, operations())), model)
    outcome = Outcome.DEADLOCK if answer.deadlock else Outcome(answer.observation)
    return Expected(outcome, data_race=_RACE in answer.flags)


def _with_remark(test: Litmus, lines: list[str]) -> str:
    """The printed test with a comment before its initial state."""
    head, brace, rest = print_test(test).partition("\n\n{\n")
    # Comments nest: what an author wrote must not open or close one.
    remark = "\n".join(f" * {line.replace('(*', '( *').replace('*)', '* )')}".rstrip() for line in lines)
    return f"{head}\n\n(*\n{remark}\n *){brace}{rest}"
