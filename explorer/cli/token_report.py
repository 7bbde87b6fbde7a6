"""The report that a token stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.cli.failures import UsageProblem
from explorer.cli.outcome import outcomes_of
from explorer.cli.setting import Setting
from explorer.cli.stored import naming, readable_model, stored_scenario, stored_setting
from explorer.cli.writing import Writer, by_severity, left_out
from explorer.execution.execution import Execution, Status
from explorer.memory.model import Model, flag_title
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Violation
from explorer.schedule.steps import Step
from explorer.schedule.walk import walk_now
from explorer.search.outcomes import shown_outcome
from explorer.search.projection import projection_of
from explorer.search.remarks import remarks_of
from explorer.search.violations import DEADLOCK, OUTCOME, violations_of
from explorer.token import Token, read_token, start_of_hash, word
from explorer.visible import visible
from reports.structure import LITMUS, LeftOut, Report, Search
from reports.structure import Model as ModelName


@dataclass(frozen=True)
class TokenSetting:
    """What a token says of a setting, as files say it."""

    scenario: str
    protocol: str
    fix: str
    parameters: dict[str, int]
    model: ModelName


def report_of_token(text: str, own: Path | None = None) -> Report:
    """The report of the execution that a token stands for.

    ``own`` is the file of its scenario, where the user names it (see ``stored_scenario``).
    Raises InputError where it is damaged, or has not come to its end, and where the scenario or the model has changed.
    """
    token = read_token(text)
    name = title_of(token)
    setting, model = setting_and_model(token, own)
    with naming(name):
        unfolding, others = threads_of(token, setting, model)
        if not token.over and not walk_now(unfolding, model, token.steps).over:
            raise UsageProblem(
                f"after these {len(token.steps)} steps the execution is not over\n"
                f"  go on from there: sealrace replay --step {word(text)}"
            )
        execution = execution_of(token, unfolding, model)
        _check_end(execution)
        return report_of_execution(
            execution, setting, model, token.model, tells=token.tells, nth=token.nth, others=others
        )


def report_of_execution(
    execution: Execution,
    setting: Setting,
    model: Model,
    model_name: str,
    *,
    tells: str = "",
    nth: int = 0,
    others: tuple[LeftOut, ...] = (),
) -> Report:
    """The report of one execution that was not searched for; it is complete or blocked.

    ``tells`` and ``nth`` are as of ``Token``, ``others`` the threads left out.
    UsageProblem where it does not break that.
    """
    violation = _told(tells, nth, execution, setting, model)
    search = search_of_one(execution, violation, setting, model, others)
    return Writer(setting, model, model_name).report(execution, violation, None, search)


def title_of(token: Token) -> str:
    """What messages call a token: by what it is of."""
    what = "" if token.protocol == LITMUS else f", fix {token.fix}, protocol {token.protocol}"
    return visible(f"token of {token.scenario}{what}, model {token.model}")


def setting_and_model(token: Token, own: Path | None = None) -> tuple[Setting, Model]:
    """What a token names; InputError where there is none any more, or another program or other rules by now."""
    name = title_of(token)
    sizes = dict(token.parameters)
    if token.small:
        with naming(name):
            sizes = {**stored_scenario(token.scenario, own).small, **sizes}
    model = readable_model(token.model, name)
    model_name = ModelName(name=token.model, rules_hash=model.rules_hash)
    said = TokenSetting(token.scenario, token.protocol, token.fix, sizes, model_name)
    setting = stored_setting(said, name, own)
    if start_of_hash(setting.program_hash) != token.program:
        raise UsageProblem(f"{name}: the scenario has changed since the token was made\n  explore again")
    if start_of_hash(model.rules_hash) != token.rules:
        raise UsageProblem(f"{name}: the rules of model {token.model} have changed since\n  explore again")
    return setting, model


def threads_of(token: Token, setting: Setting, model: Model) -> tuple[UnfoldedProgram, tuple[LeftOut, ...]]:
    """The threads that a token speaks of, and those that it leaves out (UsageProblem where it can leave out none)."""
    if not token.kept:
        return setting.unfolding, ()
    projection = projection_of(setting.case, model, setting.unfolding)
    if isinstance(projection, str):
        raise UsageProblem("no threads are left out of it any more\n  explore again")
    return projection.unfolding, tuple(map(left_out, projection.left_out))


def execution_of(token: Token, unfolding: UnfoldedProgram, model: Model) -> Execution:
    """The execution of a token; UsageProblem where it is not over, or the model does not allow it."""
    record = token.record
    execution = record.execution(unfolding) if record is not None else walked(unfolding, model, token.steps)
    broken = model.violated(execution)
    if broken:
        raise UsageProblem(f"the model {model.name} does not allow this execution: it violates {', '.join(broken)}")
    return execution


def walked(unfolding: UnfoldedProgram, model: Model, steps: Sequence[Step]) -> Execution:
    """The execution that these steps lead to; UsageProblem where it is not over then."""
    position = walk_now(unfolding, model, steps)
    if not position.may_end:
        raise UsageProblem(f"after these {len(steps)} steps the execution is not over\n  explore again")
    return position.execution


def _check_end(execution: Execution) -> None:
    """It has an end that can be told (UsageProblem)."""
    if execution.status in (Status.CUT, Status.DROPPED):
        raise UsageProblem(
            f"this execution is {execution.status.value}: nothing is claimed of it\n  step through it: --step"
        )


def _told(tells: str, nth: int, execution: Execution, setting: Setting, model: Model) -> Violation:
    """What the report tells: what ``tells`` says, or the most severe of what the execution breaks, or what came out."""
    violations = violations_of(execution, setting.case, model)
    if tells in ("", OUTCOME) and not any(each.property == tells for each in violations):
        if violations:
            declared = tuple(prop.name for prop in setting.case.properties)
            return min(violations, key=lambda each: by_severity(each.property, declared))
        facts = outcomes_of(setting).of(execution)
        if facts is None:
            raise UsageProblem("this execution does not pass the test's filter")
        return shown_outcome(execution, facts, setting.case)
    named = [each for each in (*violations, *remarks_of(execution, model)) if each.property == tells]
    if nth >= len(named):
        raise UsageProblem(f"the execution does not break '{visible(tells)}'\n  explore again")
    return named[nth]


def search_of_one(
    execution: Execution, told: Violation, setting: Setting, model: Model, others: tuple[LeftOut, ...]
) -> Search:
    """What a report says where nothing was searched: this one execution is all that was looked at."""
    broken = {each.property for each in violations_of(execution, setting.case, model)}
    names = [prop.name for prop in setting.case.properties]
    return Search(
        executions=int(execution.status is Status.COMPLETE),
        violating={name: int(name in broken) for name in (*names, *(broken & {DEADLOCK}))},
        interleavings=None,
        complete=False,
        remarks={flag_title(flag): 1 for flag in model.flags(execution)} if execution.status is Status.COMPLETE else {},
        switches=(),
        left_out=others,
        same_outcome=int(told.property == OUTCOME),
    )
