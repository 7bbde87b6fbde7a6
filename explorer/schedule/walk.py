"""Where a program stands after given steps: what has happened, and all that may come next.

Nothing is kept from one walk to the next: a position is its steps, so going back is walking fewer of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.errors import InputError
from explorer.execution.event import Source
from explorer.execution.execution import Execution, ThreadEnd
from explorer.execution.location import Location, Value
from explorer.memory.model import Model
from explorer.program.build import Place
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.choice import Choice
from explorer.schedule.concrete import ConcreteThread
from explorer.schedule.partial import Partial
from explorer.schedule.stage import Stage, run_staged, staged
from explorer.schedule.steps import Step, find_step, step_of


class WalkError(InputError):
    """The program has no such step there, or the model does not allow it."""


@dataclass(frozen=True, slots=True)
class Option:
    """A step that may come next.

    Attributes:
        step: the step.
        value: what it reads, None for a store.
        source: position in the execution of the write that it reads from, None for a store.
        writes: what it writes, None where it does not.
    """

    step: Step
    value: Value | None
    source: int | None
    writes: Value | None

    @property
    def takes_effect_now(self) -> bool:
        """Whether it reads the last value, or writes after all other writes: what sequential consistency does."""
        return self.step.older == 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One thread: the access that it makes next, or how it ended.

    ``asks`` is the access as messages name it, ``at`` where in the modelled code it stands; ``waits`` says that it
    goes on only with some values.
    """

    name: str
    asks: str
    location: Location | None
    at: Source | None
    waits: bool
    end: ThreadEnd | None


@dataclass(frozen=True)
class Position:
    """Where a program stands.

    Attributes:
        steps: those that led here.
        execution: what has happened, with the ends of all threads where it is over and none where it is not.
        order: positions in it of the events of the steps, in the order of the steps, each step's fences with it.
        reach: how many events of ``order`` have happened after none of the steps, the first, the first two, ...
        options: what may come next, by thread, source in coherence order, and place.
        threads: each thread.
        may_end: whether every thread has ended, or waits for a value that memory does not hold.
    """

    steps: tuple[Step, ...]
    execution: Execution
    order: tuple[int, ...]
    reach: tuple[int, ...]
    options: tuple[Option, ...]
    threads: tuple[Standing, ...]
    may_end: bool

    @property
    def over(self) -> bool:
        """Whether it has come to its end, and nothing can come any more."""
        return self.may_end and not self.options


async def walk(unfolding: UnfoldedProgram, model: Model, steps: Sequence[Step]) -> Position:
    """Take the steps, from the start of the program.

    Raises WalkError where the program has no such step, or the model does not allow it there.
    """
    async with staged(unfolding.trees) as stage:
        state = Partial(unfolding, stage.threads)
        order = [(thread, i) for thread, each in enumerate(stage.threads) for i in range(len(each.path))]
        reach = [len(order)]
        for number, step in enumerate(steps, 1):
            order += await _take(step, number, state, stage)
            reach.append(len(order))
        execution = state.execution() if state.may_end() else state.unfinished()
        # What the model allows it allows in part: one look is enough, at the end.
        if model.violated_while_growing(execution):
            raise WalkError(f"the model {model.name} does not allow these {len(steps)} steps")
        candidates = []
        for choice in state.candidates(range(len(stage.threads))):
            # The second look has the fences that follow the access in the same step, too.
            if model.violated_while_growing(state.execution_after(choice)):
                continue
            after = await _execution_after(unfolding, (*steps, step_of(choice, state)))
            if not model.violated_while_growing(after):
                candidates.append(choice)
        places = _positions(execution)
        return Position(
            tuple(steps),
            execution,
            tuple(places[place] for place in order),
            tuple(reach),
            tuple(_option(choice, state, places) for choice in candidates),
            tuple(_standing(thread) for thread in stage.threads),
            state.may_end(),
        )


def walk_now(unfolding: UnfoldedProgram, model: Model, steps: Sequence[Step]) -> Position:
    """The same for code that is not on trio."""
    found: list[Position] = []

    async def work() -> None:
        found.append(await walk(unfolding, model, steps))

    run_staged(work)
    return found[0]


async def _execution_after(unfolding: UnfoldedProgram, steps: Sequence[Step]) -> Execution:
    """What has happened after steps that the program has, the last one's fences with it."""
    async with staged(unfolding.trees) as stage:
        state = Partial(unfolding, stage.threads)
        for number, step in enumerate(steps, 1):
            await _take(step, number, state, stage)
        return state.unfinished()


async def _take(step: Step, number: int, state: Partial, stage: Stage) -> list[Place]:
    """Take one step; gives the places of its events."""
    if not 0 <= step.thread < len(stage.threads):
        raise WalkError(f"step {number} is one of thread {step.thread}, there are {len(stage.threads)} threads")
    thread = stage.threads[step.thread]
    options = tuple(state.candidates([step.thread]))
    index = find_step(step, options, state)
    if index is None:
        does = f"has ended: {thread.end.ending.value}" if thread.end is not None else f"stands at {thread.asked()}"
        raise WalkError(f"step {number} is not possible: thread {thread.name} {does}")
    before = len(thread.path)
    await stage.release(step.thread, state.release(options[index]))
    return [(step.thread, position) for position in range(before, len(thread.path))]


def _positions(execution: Execution) -> dict[Place, int]:
    return {(event.thread, event.index): i for i, event in enumerate(execution.events)}


def _option(choice: Choice, state: Partial, places: dict[Place, int]) -> Option:
    thread = state.threads[choice.thread]
    if choice.source is None:
        written = thread.effects(None)[0].value
        return Option(step_of(choice, state), None, None, written)
    value = state.value_of(choice.source)
    effects = thread.effects(value)
    writes = next((effect.value for effect in effects if effect.access.writes), None)
    return Option(step_of(choice, state), value, places[choice.source], writes)


def _standing(thread: ConcreteThread) -> Standing:
    if thread.end is not None:
        return Standing(thread.name, "", None, thread.end.source, False, thread.end)
    return Standing(thread.name, thread.asked(), thread.location, thread.stands_at, thread.waits, None)
