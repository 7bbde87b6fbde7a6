"""What a person would call the result of a run: what its calls returned, not what every register holds.

Per thread, in its program order:

- what its calls returned: those of functions marked with ``@told``, and its system calls
  (``pread = 4096``, ``F_ADD_SEALS = -EBUSY``);
- if it made none, what its own function returned;
- that it waits for ever, if it does.

Where no thread has anything of this to tell, as in a litmus test written in Python, it is what each
thread's reads gave, and the last value of each location that several threads wrote.

Identical threads are told together, by how many of them had which result: which of them had it says
nothing.  So two executions can have the same outcome and differ in everything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeAlias

from explorer.execution.event import Event
from explorer.execution.execution import Ending, Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Value, show
from explorer.program.errors import ScenarioError
from explorer.program.frames import CODE_RAISES, defined_at, raised_by
from explorer.program.told import Returned, Tell, result_words, returned_words
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Edge, Violation
from explorer.scenario import Case, Goal
from explorer.schedule.calls import told_thread
from explorer.search.violations import OUTCOME, marked_in

Fact: TypeAlias = tuple[str, str]
"""Whose result (a thread, several identical ones, ``at the end``), and the result in words."""

Facts: TypeAlias = tuple[Fact, ...]
"""An outcome, in the order of the threads."""

AT_THE_END = "at the end"
NOTHING = "nothing"


class Outcomes(Protocol):
    """Tells the outcomes of one program's executions."""

    def of(self, execution: Execution) -> Facts | None:
        """The outcome of a complete or blocked execution; None for one that is not to be counted."""


class ThreadOutcomes:
    """The outcomes of modelled threads.

    What a thread tells depends on the values of its events alone, so each sequence of these is told once.
    """

    def __init__(self, unfolding: UnfoldedProgram) -> None:
        self._unfolding = unfolding
        # Per thread (the first of identical ones) and values: its results, and what its reads gave.
        self._known: dict[tuple[int, tuple[Value | None, ...]], tuple[str, str]] = {}
        # Per thread its results: the facts.
        self._facts: dict[tuple[str, ...], Facts] = {}

    def of(self, execution: Execution) -> Facts:
        """See ``Outcomes``."""
        results, reads = self._told(execution)
        if any(results):
            texts = tuple(results)
            if texts not in self._facts:
                self._facts[texts] = tuple(self._grouped(texts))
            return self._facts[texts]
        return (*self._grouped(reads), *_at_the_end(execution))

    def _told(self, execution: Execution) -> tuple[list[str], list[str]]:
        """Per thread its results and what its reads gave, in words."""
        values: list[list[Value | None]] = [[] for _ in execution.threads]
        for event in execution.events[execution.initial_writes :]:
            values[event.thread].append(event.value)
        results, reads = [""] * len(values), [""] * len(values)
        for members in self._unfolding.identical:
            for thread in members:
                key = members[0], tuple(values[thread])
                if key not in self._known:
                    self._known[key] = self._results(execution, thread), _reads(execution, thread)
                results[thread], reads[thread] = self._known[key]
        return results, reads

    def _results(self, execution: Execution, thread: int) -> str:
        told = told_thread(self._unfolding.trees[thread], thread, execution)
        parts = [_words(call, tell) for call, tell in told.calls]
        if not parts and told.result is not None:
            parts = [f"returned {result_words(told.result)}"]
        end = execution.ends[thread] if execution.ends else None
        if end is not None and end.ending is Ending.BLOCKED:
            parts.append(end.detail)
        return ", ".join(parts)

    def _grouped(self, texts: Sequence[str]) -> list[Fact]:
        """What there is to tell thread by thread, identical threads together."""
        names = [thread.name for thread in self._unfolding.program.threads]
        facts = []
        for members in self._unfolding.identical:
            counts = Counter(texts[thread] for thread in members)
            if not any(counts):
                continue
            if len(members) == 1:
                facts.append((names[members[0]], texts[members[0]]))
                continue
            each = [f"{count} x {text or NOTHING}" for text, count in sorted(counts.items())]
            facts.append((f"{names[members[0]]} to {names[members[-1]]}", "; ".join(each)))
        return facts


def shown_outcome(execution: Execution, facts: Facts, case: Case, goal: Goal | None = None) -> Violation:
    """What a report says of an execution that breaks nothing: its outcome, and what one thread read from another.

    Where it is an example of how a goal of the case is reached, that comes first.  Locks and other updates are
    left out of the path: they say who came first, and the schedule shows that.
    """
    events = execution.events
    path = [
        Edge(source, read, "rf")
        for read, source in enumerate(execution.source_of)
        if source >= execution.initial_writes
        and events[source].thread != events[read].thread
        and events[read].kind is Kind.READ
        and not execution.rmw[read]
    ]
    sentence = "; ".join(f"{name}: {text}" for name, text in facts)
    told = f"{sentence or 'Nothing is told of this execution'}."
    if goal is not None:
        told = f"{goal.text[:1].upper()}{goal.text[1:]}. {told}"
    return Violation(OUTCOME, tuple(path), marked_in(execution, case), told)


def _words(call: Returned, tell: Tell | None) -> str:
    try:
        words = (tell or returned_words)(call)
    except CODE_RAISES as error:
        raise raised_by(f"the words for {call.name}", error) from error
    if not isinstance(words, str):
        raise ScenarioError(
            f"the words for {call.name} are {words!r}, no text",
            place=defined_at(tell) if tell else "",
            advice="end what @told is given with text",
        )
    return words


def _reads(execution: Execution, thread: int) -> str:
    """What a thread's reads gave, but for those of locks and of operations that give nothing."""
    reads = [execution.events[i] for i in execution.thread_events(thread)]
    return ", ".join(
        f"{event.location} = {_value(event)}"
        for event in reads
        if event.kind is Kind.READ and event.tag is not Tag.NORETURN
    )


def _value(event: Event) -> str:
    assert event.value is not None, "an access has a value"
    return show(event.value)


def _at_the_end(execution: Execution) -> list[Fact]:
    """The last value of each location that several threads wrote, but for locks."""
    values = []
    for order in execution.coherence:
        writes = [execution.events[write] for write in order[1:]]
        if len({write.thread for write in writes}) > 1 and not any(w.kind is not Kind.WRITE for w in writes):
            values.append(f"{writes[-1].location} = {_value(writes[-1])}")
    return [(AT_THE_END, ", ".join(values))] if values else []
