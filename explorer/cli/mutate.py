"""``sealrace mutate``: which orderings, fences, locks and checks are needed, by which property and model."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from explorer.cli.failures import INCOMPLETE, UsageProblem
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_read import SUFFIX as LITMUS
from explorer.cli.mutate_text import Guard, Judged, Mutated, mutated_json, mutated_text
from explorer.cli.named import choose, choose_case, choose_switches, find_scenario, read_model, warn_of_freedom
from explorer.cli.output import print_json, progress_bar, text_width
from explorer.cli.setting import Options, Setting, make_setting
from explorer.memory.model import Model
from explorer.program.elements import Element, elements_of
from explorer.search.mutants import Answer, Mutants, answer_of, can_tell, fewest
from explorer.search.result import Limits
from explorer.search.run import Progress

MODEL = "sc"
"""The model where none is named."""


@dataclass(frozen=True)
class Choice:
    """What is mutated; ``properties`` are those that are asked for, all that hold if there are none.

    ``together``: of what needs nothing by itself it is asked what guards it; ``stores``: these are left out, too.
    """

    scenario: str
    fix: str | None
    protocol: str | None
    models: Sequence[str]
    switches: Sequence[str]
    properties: Sequence[str]
    together: bool
    stores: bool


def mutate_case(choice: Choice, options: Options, *, as_json: bool) -> int:
    """Weaken and remove each element in turn, print what that breaks; gives the exit status.

    0: every property that holds needs some element, under some model; 1: one needs none by itself; 3: not all was
    explored, and that leaves a property open.
    """
    if choice.scenario.endswith(LITMUS):
        raise UsageProblem(
            f"{choice.scenario}: a litmus test is not mutated\n  name a scenario, or ask sealrace repair what it lacks"
        )
    with Interrupts() as interrupts, progress_bar(f"{choice.scenario}, mutants", None) as advance:
        found = mutated(choice, options, interrupts, lambda text: advance(0, text))
    if as_json:
        print_json(mutated_json(found))
    else:
        click.echo(mutated_text(found, text_width()))
    return status_of(found)


def mutated(choice: Choice, options: Options, interrupts: Interrupts, tell: Callable[[str], None]) -> Mutated:
    """What was found of a case; ``tell`` is told now and then what is being explored.

    UsageProblem where something named is not there, or no property holds.
    """
    scenario = find_scenario(choice.scenario)
    options = options.with_parameters(choose_switches(scenario, choice.switches))
    setting = make_setting(scenario, *choose_case(scenario, choice.fix, choice.protocol), options)
    declared = tuple(prop.name for prop in setting.case.properties)
    for name in choice.properties:
        choose("property", name, declared)
    models = {name: read_model(name) for name in choice.models or (MODEL,)}
    for name, model in models.items():
        warn_of_freedom(model, name)
    started = time.monotonic()
    told = ["the program as it is"]

    def show(progress: Progress) -> None:
        interrupts.check()
        tell(f"{told[0]}: {progress.executions:,} executions, {time.monotonic() - started:.0f} s in all")

    return _Mutation(setting, models, choice, options, show, interrupts, told).run()


def status_of(found: Mutated) -> int:
    """The exit status, as of ``mutate_case``."""
    without = [name for name in found.held if not found.needed_by(name)]
    if not without:
        return INCOMPLETE if found.interrupted or not found.held else 0
    return INCOMPLETE if found.is_open else 1


@dataclass
class _Mutation:
    """One case mutated; ``told`` is what the progress display says of what is being explored."""

    setting: Setting
    models: Mapping[str, Model]
    choice: Choice
    options: Options
    show: Callable[[Progress], None]
    interrupts: Interrupts
    told: list[str]

    def run(self) -> Mutated:
        setting, options = self.setting, self.options
        limits = Limits(options.max_executions, options.max_time, records=0, spent=setting.seconds)
        as_it_is = {
            name: answer_of(setting.case, model, setting.unfolding, limits, self.show)
            for name, model in self.models.items()
        }
        asked = self.choice.properties or [prop.name for prop in setting.case.properties]
        held = {
            name: frozenset(asked) - answer.violated if not answer.incomplete else frozenset()
            for name, answer in as_it_is.items()
        }
        if not any(held.values()) and not any(answer.incomplete for answer in as_it_is.values()):
            raise UsageProblem(_nothing_holds(setting, asked, as_it_is))
        elements = elements_of(setting.unfolding, stores=self.choice.stores) if any(held.values()) else []
        unroll, max_events = setting.unfolding.unroll, setting.unfolding.max_events
        mutants = Mutants(setting.case, unroll, max_events, Limits(options.max_executions, options.max_time), self.show)
        judged = []
        for number, element in enumerate(elements, 1):
            if self.interrupts.noted:
                break
            self.told[0] = f"element {number} of {len(elements)}"
            answers = {
                name: mutants.without([element], model, held[name])
                for name, model in self.models.items()
                if held[name] and can_tell(model, element)
            }
            judged.append(Judged(element, {name: (as_it_is[name], answer) for name, answer in answers.items()}, held))
        guards = list(self._guards(judged, held, mutants)) if self.choice.together else []
        return Mutated(
            setting,
            tuple(self.models),
            as_it_is,
            held,
            tuple(judged),
            tuple(guards),
            len(elements),
            self.interrupts.noted,
        )

    def _guards(
        self, judged: Sequence[Judged], held: Mapping[str, frozenset[str]], mutants: Mutants
    ) -> Iterator[Guard]:
        """What guards a property that no element is needed for by itself."""
        # Of the program without what leaves loops that never end nothing would be claimed, and stores guard nothing.
        can_go = [each for each in judged if not (each.cannot_go or each.incomplete or each.element.kind == "store")]
        for name in dict.fromkeys(name for model in self.models for name in sorted(held[model])):
            if self.interrupts.noted or any(name in each.needed for each in judged):
                continue
            self.told[0] = f"what guards {name}"
            yield self._guard(name, [each.element for each in can_go], held, mutants)

    def _guard(
        self, name: str, elements: Sequence[Element], held: Mapping[str, frozenset[str]], mutants: Mutants
    ) -> Guard:
        open_questions = []
        for model_name, model in self.models.items():
            for some in _one_of_each_place(elements) if name in held[model_name] else ():

                def broken(fewer: Sequence[Element], model: Model = model) -> Answer:
                    return mutants.without(fewer, model, frozenset({name}))

                whole = broken(some)
                if name in whole.violated:
                    found = fewest(some, lambda fewer: name in broken(fewer).violated)
                    return Guard(name, model_name, tuple(found), "")
                reasons = (*whole.incomplete, *filter(None, [whole.problem]))
                open_questions += [f"{model_name}: {reason}" for reason in reasons]
        return Guard(name, "", (), "; ".join(open_questions))


def _one_of_each_place(elements: Sequence[Element]) -> list[list[Element]]:
    """Elements that can be taken away at once: of the checks of a place, taken for some values, the first; the last."""
    found = []
    for ordered in (elements, [*reversed(elements)]):
        chosen: dict[object, Element] = {}
        for element in ordered:
            chosen.setdefault(element.sites[0].site if element.kind == "check" else element, element)
        some = [each for each in elements if any(each is one for one in chosen.values())]
        if some and some not in found:
            found.append(some)
    return found


def _nothing_holds(setting: Setting, asked: Sequence[str], as_it_is: Mapping[str, Answer]) -> str:
    """The message where there is nothing to mutate for."""
    told = [
        f"{model}: {'; '.join(answer.incomplete) or f'violates {chr(44).join(sorted(answer.violated))}'}"
        for model, answer in as_it_is.items()
    ]
    return (
        f"{setting.title(', '.join(as_it_is))}: none of {', '.join(asked)} holds, so nothing can be needed for it\n"
        f"  {'; '.join(told)}\n  name a fix that holds: sealrace explore {setting.scenario.name} --fix all"
    )
