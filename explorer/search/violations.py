"""What an execution breaks, and when two violations are of one kind."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.execution import Ending, Execution, Status
from explorer.memory.model import Model
from explorer.program.errors import ScenarioError
from explorer.program.frames import CODE_RAISES, defined_at, raised_by
from explorer.property import Edge, Mark, Property, Violation
from explorer.scenario import Case, Goal
from explorer.search.result import KindKey

DEADLOCK = "deadlock"
"""The property that every program has: no execution ends with a thread that waits for ever."""

OUTCOME = "outcome"
"""What a report has as its property where its execution breaks none: it shows what came out."""


def violations_of(execution: Execution, case: Case, model: Model) -> list[Violation]:
    """What a finished execution breaks: properties if it is complete, or that it is a deadlock."""
    if execution.status is Status.BLOCKED:
        return [deadlock(execution)]
    if execution.status is not Status.COMPLETE:
        return []
    return find_violations(execution, model.before(execution), case)


def find_violations(execution: Execution, before: Sequence[int] | None, case: Case) -> list[Violation]:
    """The properties that a complete execution breaks; ``before`` as in ``Property.find``."""
    found = []
    for prop in case.properties:
        try:
            violation = prop.find(execution, before)
        except CODE_RAISES as error:
            raise raised_by(f"the property {prop.name}", error) from error
        if violation is not None:
            _require_named(prop, violation)
            _require_events(prop, violation, len(execution))
            found.append(violation)
    return found


def _require_named(prop: Property, violation: Violation) -> None:
    """What a property gives is a violation of its own name: counts and reports go by it."""
    if not isinstance(violation, Violation):
        raise _wrong(prop, f"gives {type(violation).__name__}, no violation", "find gives a Violation, or None")
    if violation.property != prop.name:
        raise _wrong(
            prop,
            f"gives a violation named {violation.property}",
            "a violation has the name of its property: Violation(self.name, ...)",
        )
    if not isinstance(violation.sentence, str):
        raise _wrong(prop, f"gives the sentence {violation.sentence!r}, no text", "say in a line why it is a violation")


def _require_events(prop: Property, violation: Violation, count: int) -> None:
    """Its edges and marks are of events that the execution has, their words are text."""
    try:
        named = [event for edge in violation.path for event in (edge.source, edge.target)]
        named += [mark.event for mark in violation.marks]
        words = [edge.relation for edge in violation.path] + [mark.label for mark in violation.marks]
    except (AttributeError, TypeError):
        raise _wrong(
            prop,
            "gives a path that is no edges, or marks that are none",
            "write Violation(self.name, (Edge(source, target, 'rf'),), (Mark(event, 'word'),), sentence)",
        ) from None
    for event in named:
        if not isinstance(event, int) or not 0 <= event < count:
            raise _wrong(
                prop,
                f"names event {event!r}, the execution has 0 to {count - 1}",
                "an event is its place in execution.events",
            )
    for word in words:
        if not isinstance(word, str):
            raise _wrong(
                prop,
                f"gives {word!r} where a word is wanted",
                "write Edge(source, target, 'rf') and Mark(event, 'word')",
            )


def found_at(case: Case, name: str) -> str:
    """``file:line`` of the property of a case with this name, empty for one that is built in."""
    return next((defined_at(prop.find) for prop in case.properties if prop.name == name), "")


def _wrong(prop: Property, what: str, advice: str) -> ScenarioError:
    """The error of a property that gives what it cannot give."""
    return ScenarioError(f"the property {prop.name} {what}", place=defined_at(prop.find), advice=advice)


def marked_in(execution: Execution, case: Case) -> tuple[Mark, ...]:
    """What the landmarks of a case mark in an execution."""
    found = []
    for landmark in case.landmarks:
        try:
            mark = landmark(execution)
        except CODE_RAISES as error:
            raise raised_by("a landmark", error) from error
        if mark is None:
            continue
        if not isinstance(mark, Mark) or mark.event not in range(len(execution)):
            raise ScenarioError(
                f"a landmark gives {mark!r}, no mark of an event",
                advice="give Mark(event, 'word'), an event being its place in execution.events, or None",
            )
        found.append(mark)
    return tuple(found)


def reaches(execution: Execution, goal: Goal) -> bool:
    """Whether a complete execution reaches a goal."""
    try:
        reached = goal.reached(execution)
    except CODE_RAISES as error:
        raise raised_by(f"the goal {goal.name}", error) from error
    if not isinstance(reached, bool):
        # An event as a number is true or false by its place.
        raise ScenarioError(
            f"the goal {goal.name} gives {reached!r}, neither True nor False",
            place=defined_at(goal.reached),
            advice="end it with a comparison, as in: ... is not None",
        )
    return reached


def kind_of(execution: Execution, violation: Violation) -> KindKey:
    """What two violations must share for one report to stand for both."""
    events: dict[int, None] = {}
    for edge in violation.path:
        events.setdefault(edge.source)
        events.setdefault(edge.target)
    return violation.property, tuple(
        (event.source.function if event.source else "", event.location.name if event.location else "")
        for event in (execution.events[i] for i in events)
    )


def deadlock(execution: Execution) -> Violation:
    """Why a blocked execution is a deadlock: who waits for what, and who wrote it last.

    The path goes by location, not by who waits: it is of the same kind when identical threads change names.
    """
    path: list[tuple[int, Edge]] = []
    marks: list[Mark] = []
    waits: list[str] = []
    for thread, end in enumerate(execution.ends):
        if end.ending is not Ending.BLOCKED or end.waits_for is None:
            continue
        place, order = next(
            (i, o) for i, o in enumerate(execution.coherence) if execution.events[o[0]].location is end.waits_for
        )
        last = order[-1]
        owner = execution.events[last].thread
        holder = f"last written by {execution.threads[owner]}" if owner >= 0 else "never written"
        waits.append(f"{execution.threads[thread]} waits for {end.waits_for.name}, {holder}")
        marks.append(Mark(last, f"{execution.threads[thread]} waits"))
        if owner >= 0:
            following = execution.thread_events(owner)[-1]
            if following != last:
                path.append((place, Edge(last, following, "po")))
    in_order = tuple([edge for _place, edge in sorted(path, key=lambda each: each[0])])
    return Violation(DEADLOCK, in_order, tuple(marks), "; ".join(waits) + ".")
