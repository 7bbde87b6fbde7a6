"""Where a program leaves an execution of another version of it.

The execution's accesses are made one by one in the other program, each by the thread of the same name, with the same
sources and coherence, as long as that has them and its model allows them.  What one version does and the other does
not (a lock, a second check) is stepped over where the thread comes together again behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Value, show
from explorer.execution.relation import pairs
from explorer.memory.model import Model
from explorer.program.build import INITIAL, Place
from explorer.program.request import Load, LockTest, Store, Update
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.choice import Choice
from explorer.schedule.concrete import ConcreteThread, as_memory_holds_it
from explorer.schedule.partial import Partial
from explorer.schedule.steps import accesses_in_order

LOOK_AHEAD = 200
"""Accesses that a thread is let run alone, to see whether it comes to the one that is looked for."""

Does: TypeAlias = Literal["reads", "writes", "updates", "locks", "unlocks", "fence"]
"""What an access does."""

Why: TypeAlias = Literal[
    "no steps", "no thread", "other access", "ended", "waits", "not there", "not allowed", "goes on", ""
]
"""Why the other version does not follow:

- ``no steps``: no order of steps leads to the execution (load buffering);
- ``no thread``: it has no thread of this name;
- ``other access``, ``ended``: its thread does something else there, or has ended;
- ``waits``: its thread waits, for a lock as a rule;
- ``not there``: what the access reads from, or the value that it stores, is not there;
- ``not allowed``: its model forbids the access;
- ``goes on``: it makes all of the steps, and then goes on where the execution ends;
- empty: it makes all of the steps.
"""


@dataclass(frozen=True, slots=True)
class Act:
    """An access or fence that one of the versions makes.

    ``tag`` orders it, ``value`` is what it reads or stores, None where that is not known (an access that waits, a
    fence); ``step`` is its short name and the words beside it (``R3 seal check``), maybe empty.
    """

    thread: str
    does: Does
    location: str
    tag: Tag | None
    value: str | None
    step: str


@dataclass(frozen=True, slots=True)
class Parting:
    """How far another version follows an execution.

    Attributes:
        event: the event of the execution that it does not follow, None where it follows all or there are no steps.
        why: see ``Why``.
        instead: what its thread does there in place of it, as far as it runs alone; what it waits at.
        more: accesses and fences that it made on the way and the execution does not have.
        less: events of the execution that it has no like of, in the order of the steps.
        reordered: accesses that both make and that are ordered otherwise, each as the other version has it.
    """

    event: int | None
    why: Why
    instead: tuple[Act, ...] = ()
    more: tuple[Act, ...] = ()
    less: tuple[int, ...] = ()
    reordered: tuple[Act, ...] = ()


def parting(execution: Execution, order: Iterable[int], other: UnfoldedProgram, model: Model) -> Parting:
    """Where another version, under its model, leaves an execution; ``order`` is the execution's witness schedule."""
    accesses = accesses_in_order(execution, order)
    if accesses is None:
        return Parting(None, "no steps")
    return _Follower(execution, accesses, other, model).follow()


class _Run:
    """The other version after some choices."""

    def __init__(self, unfolding: UnfoldedProgram, choices: Sequence[Choice] = ()) -> None:
        self.threads = [ConcreteThread(tree) for tree in unfolding.trees]
        for thread in self.threads:
            thread.start()
        self.state = Partial(unfolding, self.threads)
        for choice in choices:
            self.take(choice)

    def take(self, choice: Choice) -> None:
        self.threads[choice.thread].step(self.state.release(choice))

    def close(self) -> None:
        for thread in self.threads:
            thread.close()


class _Follower:
    """The other version on its way along an execution."""

    def __init__(self, execution: Execution, accesses: Sequence[int], other: UnfoldedProgram, model: Model) -> None:
        self._execution = execution
        self._accesses = accesses
        self._other = other
        self._model = model
        self._run = _Run(other)
        self._choices: list[Choice] = []
        self._more: list[Act] = []
        self._less: list[int] = []
        self._reordered: list[Act] = []
        self._write_of = dict(pairs(execution.rmw))
        self._threads = {thread.name: i for i, thread in enumerate(self._run.threads)}
        names = {location.name: i for i, location in enumerate(other.locations)}
        # Where the writes of the execution are in the other version.
        self._place: dict[int, Place] = {}
        for event in range(execution.initial_writes):
            location = execution.events[event].location
            if location is not None and location.name in names:
                self._place[event] = (INITIAL, names[location.name])
        # Per thread how many of its events, in either version, have been looked at for fences.
        self._looked_at = dict.fromkeys(range(len(execution.threads)), 0)
        self._looked_at_other = dict.fromkeys(range(len(self._run.threads)), 0)

    def follow(self) -> Parting:
        """Go as far as it goes."""
        try:
            for at, event in enumerate(self._accesses):
                if event in self._less:
                    continue
                why, instead = self._step(at, event)
                if why:
                    return self._parted(event, why, instead)
            return self._end()
        finally:
            self._run.close()

    def _parted(self, event: int | None, why: Why, instead: Sequence[Act] = ()) -> Parting:
        rank = {access: i for i, access in enumerate(self._accesses)}
        less = sorted(self._less, key=lambda each: rank.get(each, -1))
        return Parting(event, why, tuple(instead), tuple(self._more), tuple(less), tuple(self._reordered))

    def _end(self) -> Parting:
        """All steps have been made."""
        for index, thread in enumerate(self._run.threads):
            going = thread.end is None and any(self._run.state.candidates([index], in_order=True))
            if going:
                return self._parted(None, "goes on", self._alone(index, None)[1])
        if self._run.state.may_end() and self._model.violated(self._run.state.execution()):
            return self._parted(None, "not allowed")
        return self._parted(None, "")

    def _step(self, at: int, event: int) -> tuple[Why, Sequence[Act]]:
        """Make one access of the execution; why that is not possible, empty where it is."""
        execution = self._execution
        index = self._threads.get(execution.threads[execution.events[event].thread])
        if index is None:
            return "no thread", ()
        thread = self._run.threads[index]
        if not self._is_like(thread, event):
            skipped = self._own_before(at, thread)
            steps, acts, waits = self._alone(index, event)
            if steps is not None and (skipped is None or steps <= len(skipped)):
                for _ in range(steps):
                    choice = next(iter(self._run.state.candidates([index], in_order=True)))
                    if not self._allowed(choice):
                        return "not allowed", acts
                    self._take(choice, None)
                self._more += acts
            elif skipped is not None:
                self._less += skipped
                return "", ()
            else:
                return ("ended" if thread.end is not None else "waits" if waits else "other access"), acts
        return self._take_like(index, event)

    def _take_like(self, index: int, event: int) -> tuple[Why, Sequence[Act]]:
        """Make the access at which the thread stands, as the execution has it."""
        thread = self._run.threads[index]
        choice = self._choice(index, event)
        if choice is None:
            waits = thread.waits and not any(self._run.state.candidates([index], in_order=True))
            return ("waits" if waits else "not there"), (_standing(thread),)
        if not self._allowed(choice):
            return "not allowed", (_standing(thread),)
        self._take(choice, event)
        return "", ()

    def _allowed(self, choice: Choice) -> bool:
        return not self._model.violated_while_growing(self._run.state.execution_after(choice))

    def _take(self, choice: Choice, event: int | None) -> None:
        """Make a step, which is an event of the execution or is one of the other version alone."""
        thread = self._run.threads[choice.thread]
        before = len(thread.path)
        if event is not None:
            self._compare(choice, event)
        self._run.take(choice)
        self._choices.append(choice)
        written = next((i for i in range(before, len(thread.path)) if thread.path[i][0].writes), None)
        if event is not None and written is not None:
            self._place[self._write_of.get(event, event)] = (choice.thread, written)
        made = next(i for i in range(len(thread.path) - 1, before - 1, -1) if thread.path[i][0].kind is not Kind.FENCE)
        self._looked_at_other[choice.thread] = made + 1 if event is not None else self._looked_at_other[choice.thread]

    def _compare(self, choice: Choice, event: int) -> None:
        """Note fences before an access, and ordering of it, that only one version has."""
        execution, thread = self._execution, self._run.threads[choice.thread]
        owner = execution.events[event].thread
        events = [execution.events[i] for i in execution.thread_events(owner)]
        index = execution.events[event].index
        ours = [e.tag for e in events[self._looked_at[owner] : index] if e.kind is Kind.FENCE and not e.implied]
        self._looked_at[owner] = index + 1
        theirs = [
            access
            for access, _control in thread.path[self._looked_at_other[choice.thread] :]
            if access.kind is Kind.FENCE and not access.implied
        ]
        first = execution.thread_events(owner)[0]
        for access in theirs:
            if access.tag in ours:
                ours.remove(access.tag)
            else:
                self._more.append(Act(thread.name, "fence", "", access.tag, None, access.source.step))
        for tag in ours:
            self._less += [first + e.index for e in events[:index] if e.kind is Kind.FENCE and e.tag is tag][-1:]
        tags = {execution.events[i].tag for i in (event, self._write_of.get(event, event))}
        other = [self._run.state.access(choice).tag]
        if choice.source is not None:
            effects = thread.effects(self._run.state.value_of(choice.source))
            other = [effect.access.tag for effect in effects if effect.access.kind is not Kind.FENCE]
        if tags != set(other):
            act = _standing(thread)
            tag = next((tag for tag in other if tag not in tags), None)
            self._reordered.append(Act(act.thread, act.does, act.location, tag, None, act.step))

    def _choice(self, index: int, event: int) -> Choice | None:
        """The step of the other version that is this access: the same source, or the same place in coherence."""
        execution, state = self._execution, self._run.state
        source = execution.source_of[event]
        options = list(state.candidates([index]))
        if source >= 0:
            place = self._place.get(source)
            if place is None or _shown(state.value_of(place)) != _shown(execution.events[event].value):
                return None
            return next((each for each in options if each.source == place), None)
        thread = self._run.threads[index]
        stored = thread.effects(None)[0].value
        if _shown(stored) != _shown(execution.events[event].value):
            return None
        writes = next(order for order in execution.coherence if event in order)
        order = state.coherence[thread.location]
        later = {self._place[write] for write in writes[writes.index(event) + 1 :] if write in self._place}
        place_in_order = next((i for i, write in enumerate(order) if write in later), len(order))
        return next((each for each in options if each.place == place_in_order), None)

    def _is_like(self, thread: ConcreteThread, event: int) -> bool:
        """Whether the thread stands at this access, whatever value it has there."""
        if thread.end is not None:
            return False
        found = self._execution.events[event]
        if found.location is None or found.location.name != thread.location.name:
            return False
        # Where both name their steps, these are what tells an access from another of the same location.
        steps = {thread.stands_at.step, found.source.step if found.source else ""} - {""}
        if len(steps) > 1:
            return False
        match thread.request:
            case Store():
                return self._execution.source_of[event] < 0
            case Update():
                return self._execution.source_of[event] >= 0
            case _:
                return self._execution.source_of[event] >= 0 and event not in self._write_of

    def _own_before(self, at: int, thread: ConcreteThread) -> list[int] | None:
        """The accesses of the execution's thread before it comes to where the other version's stands."""
        owner = self._execution.events[self._accesses[at]].thread
        own = [each for each in self._accesses[at:] if self._execution.events[each].thread == owner]
        return next((own[:number] for number, event in enumerate(own) if self._is_like(thread, event)), None)

    def _alone(self, index: int, event: int | None) -> tuple[int | None, list[Act], bool]:
        """Let a thread of the other version run alone.

        Gives after how many accesses it stands at one like the event (None: it does not come there), what it did, the
        access that it waits at last, and whether it waits.
        """
        run = _Run(self._other, self._choices)
        try:
            thread = run.threads[index]
            acts: list[Act] = []
            for number in range(LOOK_AHEAD):
                if event is not None and self._is_like(thread, event):
                    return number, acts, False
                choice = next(iter(run.state.candidates([index], in_order=True)), None)
                if choice is None:
                    waits = thread.end is None
                    return None, [*acts, *([_standing(thread)] if waits else [])], waits
                acts.append(_made(thread, choice, run.state))
                run.take(choice)
            return None, acts, False
        finally:
            run.close()


def _made(thread: ConcreteThread, choice: Choice, state: Partial) -> Act:
    """The access that a thread is about to make."""
    act = _standing(thread)
    value = act.value if choice.source is None else _shown(state.value_of(choice.source))
    if choice.source is not None and choice.place is not None:
        effects = thread.effects(state.value_of(choice.source))
        value = next(_shown(each.value) for each in effects if each.access.writes)
    return Act(act.thread, act.does, act.location, act.tag, value, act.step)


def _standing(thread: ConcreteThread) -> Act:
    """The access that a thread stands at, its value only where it is a store."""
    request = thread.request
    match request:
        case Store(kind=kind, tag=tag, value=value):
            does: Does = "unlocks" if kind is Kind.UNLOCK else "writes"
            return Act(thread.name, does, thread.location.name, tag, _shown(as_memory_holds_it(value)), request.at)
        case Update(read_kind=kind, read_tag=tag):
            does = "locks" if kind is Kind.LOCK_READ else "updates"
            return Act(thread.name, does, thread.location.name, tag, None, request.at)
        case Load(tag=tag):
            return Act(thread.name, "reads", thread.location.name, tag, None, request.at)
        case LockTest():
            return Act(thread.name, "reads", thread.location.name, Tag.ONCE, None, request.at)
    raise AssertionError(f"thread {thread.name} does not stand at an access")


def _shown(value: Value | None) -> str:
    return "" if value is None else show(value)
