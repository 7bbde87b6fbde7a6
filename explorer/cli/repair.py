"""``sealrace repair``: what ordering, or which of a scenario's fixes, makes a property hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_read import SUFFIX, macros_of
from explorer.cli.named import choose, choose_case, choose_switches, find_scenario, read_model, warn_of_freedom
from explorer.cli.output import print_json, progress_bar
from explorer.cli.repair_answer import Answer, FixVerdict
from explorer.cli.repair_forms import LitmusForms, ScenarioForms
from explorer.cli.repair_text import repair_json, repair_text
from explorer.cli.setting import Options, Setting, make_setting, reason_against
from explorer.litmus.source import Source
from explorer.litmus.violation import Condition
from explorer.memory.model import Model
from explorer.repair.cost import costs_of
from explorer.repair.litmus_subject import LitmusSubject
from explorer.repair.search import Repair, RepairSearch, RepairStopped, explored_case, verdict_of
from explorer.repair.subject import ScenarioSubject
from explorer.scenario import MODELS, Case, Scenario
from explorer.search.deadline import Deadline
from explorer.search.result import Result, Verdict

MODEL = "lkmm"
"""The model where none is named."""


def repair_case(
    name: str,
    fix: str | None,
    protocol: str | None,
    model_name: str | None,
    prop: str | None,
    switches: Sequence[str],
    options: Options,
    *,
    as_json: bool,
) -> int:
    """Search what makes a property hold, and print it; gives the exit status."""
    model = read_model(model_name or MODEL)
    warn_of_freedom(model, model_name or MODEL)
    with Interrupts() as interrupts, progress_bar(f"repair {name}", None) as advance:
        deadline = Deadline(options.max_time, interrupts.check)
        work = _Work(model, model_name or MODEL, deadline, lambda text: advance(0, text))
        if name.endswith(SUFFIX):
            answer = _repair_test(Path(name), fix, protocol, prop, switches, options, work)
        else:
            answer = _repair_scenario(name, fix, protocol, prop, switches, options, work)
    if as_json:
        print_json(repair_json(answer))
    else:
        click.echo(repair_text(answer))
    return answer.status


@dataclass(frozen=True)
class _Work:
    model: Model
    model_name: str
    deadline: Deadline
    tell: Callable[[str], None]

    @property
    def models(self) -> dict[str, Model]:
        """The models under which a repair is explored: all that are shipped, and the one that is asked for."""
        found = {name: read_model(name) for name in MODELS}
        return found if self.model_name in found else {**found, self.model_name: self.model}


def _repair_scenario(
    name: str,
    fix: str | None,
    protocol: str | None,
    prop: str | None,
    switches: Sequence[str],
    options: Options,
    work: _Work,
) -> Answer:
    scenario = find_scenario(name)
    options = options.with_parameters(choose_switches(scenario, switches))
    fix, protocol = choose_case(scenario, fix, protocol)
    setting = make_setting(scenario, fix, protocol, options, work.deadline)
    case = _asked(setting.case, prop)
    subject = ScenarioSubject(case, setting.unfolding, work.deadline.reason)
    costs = costs_of(work.model.name)
    search = RepairSearch(subject, work.model, costs, work.deadline.reason, work.tell)
    search.run()
    answer = Answer(
        setting.title(work.model_name),
        setting.to_json(work.model_name),
        prop,
        (f"breaks {prop or 'a property'}", f"break {prop or 'a property'}"),
        work.model_name,
        costs,
        search.found,
        ScenarioForms(subject, search.found, setting),
    )
    _explore_further(answer, search, work)
    if not answer.stopped and not search.found.holds:
        _explore_fixes(answer, scenario, fix, protocol, prop, options, work)
    return answer


def _repair_test(
    path: Path,
    fix: str | None,
    protocol: str | None,
    prop: str | None,
    switches: Sequence[str],
    options: Options,
    work: _Work,
) -> Answer:
    given: dict[str, object] = {"--fix": fix, "--protocol": protocol, "--property": prop, "--switch": switches}
    given |= {"--param": options.parameters, "--small": options.small, "--max-events": options.max_events}
    for option, value in given.items():
        if value:
            raise UsageProblem(f"{option}: a litmus test has none\n  leave it out")
    source = Source.read(path)
    macros = macros_of(work.model)
    subject = LitmusSubject(source, macros, lambda made: Case(made.program, (Condition(made),)))
    costs = costs_of(work.model.name)
    search = RepairSearch(subject, work.model, costs, work.deadline.reason, work.tell)
    search.run()
    answer = Answer(
        f"{path}, model {work.model_name}",
        {"test": str(path), "model": work.model_name},
        subject.condition,
        ("is what its condition looks for", "are what its condition looks for"),
        work.model_name,
        costs,
        search.found,
        LitmusForms(subject, search.found),
    )
    _explore_further(answer, search, work)
    return answer


def _asked(case: Case, prop: str | None) -> Case:
    """The case with the property alone that is asked for."""
    if not case.properties:
        raise UsageProblem("the scenario asks nothing: it has no property\n  give it one: see docs/scenarios.md")
    if prop is None:
        return case
    choose("property", prop, [each.name for each in case.properties])
    return replace(case, properties=tuple(each for each in case.properties if each.name == prop))


def _explore_further(answer: Answer, search: RepairSearch, work: _Work) -> None:
    """The verdicts of the program as it is and of every repair under every model."""
    found = search.found
    answer.stopped = found.stopped
    try:
        if not answer.stopped:
            for name, model in work.models.items():
                answer.unedited[name] = search.explored(frozenset(), model).verdict.value
        for repair in found.repairs:
            _explore_repair(answer, search, repair, work)
    except RepairStopped as stopped:
        answer.stopped = str(stopped)
    while len(answer.verdicts) < len(found.repairs):
        _note(answer, {work.model_name: Verdict.HOLDS.value}, [], [])


def _explore_repair(answer: Answer, search: RepairSearch, repair: Repair, work: _Work) -> None:
    results: dict[str, Result] = {}
    try:
        for name, model in work.models.items():
            results[name] = search.explored(repair.elements, model)
    finally:
        if len(results) == len(work.models):
            verdicts = {name: verdict_of(result).value for name, result in results.items()}
            remarks = [remark.words for remark in results["lkmm"].remarks if remark.flag == "data-race"]
            goals = [goal for goal, reached in results[work.model_name].goals.items() if not reached]
            _note(answer, verdicts, list(dict.fromkeys(remarks)), goals)


def _note(answer: Answer, verdicts: dict[str, str], remarks: list[str], goals: list[str]) -> None:
    answer.verdicts.append(verdicts)
    answer.remarks.append(remarks)
    answer.goals.append(goals)


def _explore_fixes(
    answer: Answer,
    scenario: Scenario,
    fix: str,
    protocol: str,
    prop: str | None,
    options: Options,
    work: _Work,
) -> None:
    """The verdict of each of the scenario's other fixes; of one that holds under the model, under every model."""
    for other in scenario.fixes:
        if other == fix:
            continue
        reason = reason_against(scenario, other, protocol)
        if reason is not None:
            answer.fixes.append(FixVerdict(other, reason=reason))
            continue
        answer.fixes.append(
            _explore_fix(answer, make_setting(scenario, other, protocol, options, work.deadline), prop, work)
        )
        if answer.stopped:
            return


def _explore_fix(answer: Answer, setting: Setting, prop: str | None, work: _Work) -> FixVerdict:
    work.tell(f"exploring the fix {setting.fix}")
    verdicts: dict[str, str] = {}
    breaks: list[str] = []
    for name, model in {work.model_name: work.model, **work.models}.items():
        result = explored_case(setting.case, setting.unfolding, model, work.deadline.reason)
        answer.stopped = work.deadline.reason()
        if answer.stopped:
            break
        broken = [each for each, count in result.violating.items() if count and prop not in (None, each)]
        if name == work.model_name:
            breaks = broken
        verdicts[name] = _of_one(result, len(broken) > 0, prop).value
        if verdicts[work.model_name] != Verdict.HOLDS.value:
            break
    in_order = {name: verdicts[name] for name in work.models if name in verdicts}
    return FixVerdict(setting.fix, in_order, breaks)


def _of_one(result: Result, others: bool, prop: str | None) -> Verdict:
    """The verdict on one property, of an exploration that looks at all."""
    if result.verdict is not Verdict.VIOLATED or prop is None or result.violating[prop] or result.blocked or not others:
        return result.verdict
    return Verdict.INCOMPLETE if result.limits else Verdict.HOLDS
