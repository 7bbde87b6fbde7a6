"""The system calls that the threads of an execution make: arguments, events, results; and what outcomes tell of them.

Each thread's coroutine is run again with the values that it has read.  A call is the
outermost activation of a function marked with ``@syscall`` (for outcomes, with ``@told`` too).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any, TypeAlias

from explorer.execution.execution import Execution
from explorer.execution.location import Value
from explorer.program.program import system_call
from explorer.program.request import Request, Store
from explorer.program.segment import PathTree
from explorer.program.told import Returned, Tell, told_call, words_of
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.concrete import ConcreteThread

Naming: TypeAlias = Callable[[CodeType], "str | None"]
"""The name of the functions whose calls are looked for, None for any other."""


@dataclass(frozen=True)
class SystemCall:
    """One system call of one thread, or a call of another function that was looked for.

    Attributes:
        thread: index of the thread.
        name: as ``@syscall`` gives it, or ``@told``.
        arguments: the function's arguments by name, as the activation starts; without the thread context.
        events: positions in the execution of what it does, in program order; maybe none.
        returned: whether it came to its end (not so if its thread waits for ever, is cut or dropped).
        result: what the function returned, None where it did not.
    """

    thread: int
    name: str
    arguments: Mapping[str, Any]
    events: tuple[int, ...]
    returned: bool
    result: Any


def system_calls(unfolding: UnfoldedProgram, execution: Execution) -> tuple[tuple[SystemCall, ...], ...]:
    """Per thread its system calls in program order; ``execution`` is one of the program's."""
    watches = [_watched(tree, thread, execution, system_call)[0] for thread, tree in enumerate(unfolding.trees)]
    return tuple(watch.found() for watch in watches)


@dataclass(frozen=True)
class ToldThread:
    """What the outcome of an execution tells of a thread.

    ``calls`` have returned, in program order, each with the words that ``@told`` gives for it (None: those of
    any system call). ``result`` is what the thread's own function returned, None where it did not.
    """

    calls: tuple[tuple[Returned, Tell | None], ...]
    result: Any


def told_thread(tree: PathTree, thread: int, execution: Execution) -> ToldThread:
    """What there is to tell of a thread of an execution; that depends on the values of the thread's events alone."""
    watch, result = _watched(tree, thread, execution, told_call)
    calls = [
        (Returned(call.name, call.arguments, tuple(execution.events[i] for i in call.events), call.result), words)
        for call, words in zip(watch.found(), watch.words, strict=True)
        if call.returned
    ]
    return ToldThread(tuple(calls), result)


def _watched(tree: PathTree, thread: int, execution: Execution, naming: Naming) -> tuple[_Watch, Any]:
    """Run a thread again, watched; gives what its function returned too."""
    events = execution.thread_events(thread)
    concrete = ConcreteThread(tree)
    watch = _Watch(thread, concrete, events, naming)
    profiler = sys.getprofile()
    sys.setprofile(watch)
    try:
        concrete.start()
        while len(concrete.path) < len(events):
            concrete.step(_read_next(concrete, execution, events))
    finally:
        sys.setprofile(profiler)
        concrete.close()
    return watch, concrete.result


def _read_next(concrete: ConcreteThread, execution: Execution, events: list[int]) -> Value | None:
    """The value with which the thread made its next access."""
    if isinstance(concrete.request, Store):
        return None
    # A fully ordered update starts with a fence, which reads nothing.
    following = (execution.events[event] for event in events[len(concrete.path) :])
    return next(event.value for event in following if event.reads)


@dataclass(frozen=True)
class _Open:
    """A call under way; ``start`` is the number of events of the thread before it."""

    frame: FrameType
    name: str
    arguments: Mapping[str, Any]
    start: int


class _Watch:
    """Sees functions start and end, as ``sys.setprofile`` tells: they are not changed for it."""

    def __init__(self, thread: int, concrete: ConcreteThread, events: list[int], naming: Naming) -> None:
        self.words: list[Tell | None] = []
        self._thread = thread
        self._concrete = concrete
        self._events = events
        self._naming = naming
        self._calls: list[SystemCall] = []
        self._open: _Open | None = None

    def __call__(self, frame: FrameType, event: str, answer: object) -> None:
        if event == "call" and self._open is None:
            name = self._naming(frame.f_code)
            if name is not None:
                _context, *arguments = frame.f_locals.items()
                self._open = _Open(frame, name, dict(arguments), len(self._concrete.path))
        elif event == "return" and self._open is not None and frame is self._open.frame:
            # A coroutine that awaits an operation hands it out, and goes on later; one whose thread
            # has been cut or dropped is given up.
            if not isinstance(answer, Request) and self._concrete.end is None:
                self._close(returned=True, result=answer)

    def found(self) -> tuple[SystemCall, ...]:
        """The calls; one that is under way at the thread's end has not returned."""
        if self._open is not None:
            self._close(returned=False, result=None)
        return tuple(self._calls)

    def _close(self, *, returned: bool, result: object) -> None:
        call, self._open = self._open, None
        assert call is not None
        events = tuple(self._events[call.start : len(self._concrete.path)])
        self.words.append(words_of(call.frame.f_code))
        self._calls.append(SystemCall(self._thread, call.name, call.arguments, events, returned, result))
