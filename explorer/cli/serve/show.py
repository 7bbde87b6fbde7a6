"""The page of a state, and what leads from one state to another: back, and on."""

from __future__ import annotations

from collections.abc import Collection

from explorer.cli.failures import UsageProblem
from explorer.cli.position_report import report_of_position
from explorer.cli.serve.answer import Answer, Served, limited
from explorer.cli.serve.choices import chosen_of, form_of
from explorer.cli.serve.hand_over import can_be_handed_over, written
from explorer.cli.serve.state import State, state_of
from explorer.cli.serve.words import headline, properties, sentence
from explorer.schedule.concrete import ConcreteThread
from explorer.schedule.run_on import RunOn
from explorer.schedule.scheduler import Scheduler
from explorer.search.so_far import Stand, answers_so_far, last_answers, stand_of
from explorer.visible import visible
from reports.pages.live import State as Shown
from reports.pages.live import live_page


@limited
def show(served: Served, text: str) -> Answer:
    """The page of a state."""
    state = state_of(text, served.extra)
    setting, model = state.setting, state.model
    position = state.walk()
    stand = stand_of(position, model)
    final = stand in (Stand.COMPLETE, Stand.BLOCKED, Stand.CUT, Stand.DROPPED)
    answers = (last_answers if final else answers_so_far)(position.execution, setting.case, model)
    word, kind = headline(stand, position, answers)
    over = can_be_handed_over(stand)
    shown = Shown(
        setting=visible(words_of(state)),
        path=state.path,
        path_of=state.after,
        command=f"sealrace replay --step {state.token}",
        headline=word,
        verdict=kind,
        sentence=sentence(stand, position, state.outcomes),
        properties=properties(answers, position, model, final=final),
        over=over,
        reports=written(state, served.out) if over else (),
        form=form_of(served.extra, setting.scenario),
        chosen=chosen_of(state),
    )
    # Marks and the reason are drawn in the colours of an alarm: not before the end has decided what is violated.
    report = report_of_position(setting, model, state.token.model, position)
    return Answer(200, live_page(report, position, shown))


def words_of(state: State) -> str:
    """The program and the model in words."""
    token = state.token
    sizes = [*(["small"] if token.small else []), *(f"{name}={value}" for name, value in token.parameters.items())]
    program = f"{token.scenario}, fix {token.fix}, protocol {token.protocol}, model {token.model}"
    return ", ".join([program, *sizes])


@limited
def back(served: Served, text: str, count: int) -> Answer:
    """The state after the first ``count`` of its steps."""
    state = state_of(text, served.extra)
    return Answer(303, state.after(state.steps[:count]))


@limited
def run_on(served: Served, text: str, thread: int | None, lines: Collection[str], locations: Collection[str]) -> Answer:
    """The state where one thread, or all in turn, have come to a break point: a line as ``file:line``, a location."""
    state = state_of(text, served.extra)
    position = state.walk()
    count = len(position.threads)
    if thread is not None and not 0 <= thread < count:
        raise UsageProblem(f"there is no thread {thread}\n  the program has threads 0 to {count - 1}")

    def stops(standing: ConcreteThread) -> bool:
        source = standing.stands_at
        return visible(standing.location.name) in locations or f"{visible(source.file)}:{source.line}" in lines

    last = position.steps[-1].thread if position.steps else -1
    strategy = RunOn(range(count) if thread is None else [thread], stops, last)
    Scheduler(state.unfolding, state.model, after=state.steps).run(strategy)
    return Answer(303, state.after((*state.steps, *strategy.steps)))
