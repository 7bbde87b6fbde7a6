"""The witness schedule as steps that people follow: who does what, and what that changes.

All renderings that show a schedule (text, SVG, HTML) draw these steps, so they agree
on numbers, names and words.  A step is one event; an RMW whose read and write stand side
by side in the schedule is one step, as is the taking of a lock; a fence that is implied
by an RMW is none.  All strings are visible text (``explorer.visible``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from explorer.execution.kinds import Kind, Tag
from explorer.visible import visible
from reports.overtaking import why_unordered
from reports.structure import Event, Report

SEALED = "sealed"
"""The mark of the event that sets the seal; schedules are drawn with a line after it."""

_FLAGS = ("seals", "flags")  # ends of the names of locations that hold flags

KERNEL_PLACE = re.compile(r"\S+\.\w+ \w+\b")
"""A reference that begins with a file and a function."""


@dataclass(frozen=True)
class Change:
    """What a store or an RMW makes of its location, both values as shown: what memory held before, and holds now."""

    location: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """One line of the schedule.

    Attributes:
        number: from 1, in witness order.
        events: its event, or the read and the write of an RMW.
        thread: index of the thread.
        name: the step's short name in the model (``R3``), often empty.
        action: what it does: ``reads x = 1``, ``x 0 -> 1`` for a store or an RMW, ``fence rmb``.
        function: the modelled function that does it, and
        reference: the kernel place, both possibly empty.
        place: file and line of the modelled code.
        change: what it changes in memory, None for a store that a later one has overwritten already, a load or a fence.
        notes: remarks on its place in the schedule: reordered, forwarded, an old value.
        rules: for every reordered access why the model lets it overtake, for every old value why it may be read.
        labels: the property's marks on it.
        on_path: whether it belongs to the violating path or has a mark.
    """

    number: int
    events: tuple[int, ...]
    thread: int
    name: str
    action: str
    function: str
    reference: str
    place: str
    change: Change | None
    notes: tuple[str, ...]
    rules: tuple[str, ...]
    labels: tuple[str, ...]
    on_path: bool

    @property
    def seals(self) -> bool:
        """Whether it sets the seal."""
        return SEALED in self.labels

    @property
    def where(self) -> str:
        """The kernel reference: a file and a function. Where it says less, the modelled function goes before it."""
        if self.function in self.reference or KERNEL_PLACE.match(self.reference):
            return self.reference
        return f"{self.function}: {self.reference}" if self.reference else self.function


class Schedule:
    """The steps of a report's witness, and names for its events.

    Attributes:
        steps: in witness order.
        step_of: the step of an event; initial writes and implied fences have none.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._groups = list(_groups(report))
        self._number = {event: n for n, group in enumerate(self._groups, 1) for event in group}
        self._rank = {write: i for order in report.coherence for i, write in enumerate(order.writes)}
        self.steps = list(self._walk())
        self.step_of = {event: step for step in self.steps for event in step.events}

    def name(self, event: int) -> str:
        """The event in running text: ``reader R3 (step 2)``."""
        record = self._report.events[event]
        if record.kind is Kind.INITIAL:
            return f"initial {visible(record.location or '')} = {shown(record)}"
        place = f"step {self._number[event]}" if event in self._number else "implied fence"
        thread = visible(self._report.threads[record.thread].name)
        return f"{thread} {visible(record.step)} ({place})" if record.step else f"{thread} {place}"

    def anchor(self, event: int) -> Step | None:
        """The step at which a picture draws the event; None for initial writes.

        An implied fence is drawn at the nearest step of its thread, looking forward first.
        """
        if event in self.step_of:
            return self.step_of[event]
        thread = self._report.events[event].thread
        own = [step for step in self.steps if step.thread == thread >= 0]
        return min(own, key=lambda step: (step.events[0] < event, abs(step.events[0] - event)), default=None)

    def path(self) -> list[tuple[str, int]]:
        """The violating path from event to event, each with the relation that leads to it.

        The relation is empty where the path starts, or starts anew; without a path these are the marked events.
        """
        violated = self._report.property
        if not violated.path:
            return [("", mark.event) for mark in violated.marks]
        events: list[tuple[str, int]] = []
        for edge in violated.path:
            if not events or events[-1][1] != edge.source:
                events.append(("", edge.source))
            events.append((visible(edge.relation), edge.target))
        return events

    def _walk(self) -> Iterator[Step]:
        report = self._report
        marks: dict[int, list[str]] = {}
        for mark in report.property.marks:
            marks.setdefault(mark.event, []).append(visible(mark.label))
        path = {event for edge in report.property.path for event in (edge.source, edge.target)} | set(marks)
        position = {event: i for i, event in enumerate(report.witness.order)}
        # The coherence-latest write of each location so far: what memory holds at this step.
        current = {order.location: order.writes[0] for order in report.coherence}
        for number, group in enumerate(self._groups, 1):
            events = [report.events[i] for i in group]
            first, last = events[0], events[-1]
            latest = -1 if last.location is None else current[last.location]
            notes: list[str] = []
            for event in events:
                notes += self._order_notes(event, position)
                if event.kind.reads:
                    notes += self._old_value_note(event, latest)
            change = None
            if last.kind.writes:
                notes += self._later_note(last, latest)
                if self._rank[last.id] > self._rank[latest]:
                    change = Change(visible(last.location or ""), shown(report.events[latest]), shown(last))
                current[last.location or ""] = max(latest, last.id, key=self._rank.__getitem__)
            yield Step(
                number=number,
                events=group,
                thread=first.thread,
                name=visible(first.step),
                action=self._action(events, latest),
                function=visible(first.stack[-1].function) if first.stack else "",
                reference=visible(first.reference),
                place=f"{visible(first.file)}:{first.line}" if first.file else "",
                change=change,
                notes=tuple(notes),
                rules=tuple(rule for event in events for rule in self._rules(event, position, latest)),
                labels=tuple(label for i in group for label in marks.get(i, ())),
                on_path=not path.isdisjoint(group),
            )

    def _action(self, events: list[Event], latest: int) -> str:
        """What these events do, memory holding the value of the write ``latest`` before."""
        first, last = events[0], events[-1]
        location = visible(first.location or "")
        order = self._ordering(events)
        match last.kind:
            case Kind.FENCE:
                return f"fence {last.tag.value}" if last.tag else "fence"
            case Kind.LOCK_FAILED:
                return f"trylock {location} fails = {shown(last)}"
            case Kind.IS_LOCKED | Kind.IS_UNLOCKED:
                return f"sees {location} {'locked' if last.kind is Kind.IS_LOCKED else 'free'} = {shown(last)}"
        if last.kind.reads:
            return f"reads {location} = {shown(last)}{order}"
        verb = {Kind.LOCK_WRITE: "lock ", Kind.UNLOCK: "unlock "}.get(last.kind, "")
        if self._rank[last.id] < self._rank[latest]:
            # Already overwritten in coherence: memory keeps the later value.
            return f"{verb}{location} = {shown(last)}{order}"
        before = first if first.kind.reads else self._report.events[latest]
        return f"{verb}{location} {shown(before)} -> {shown(last)}{order}"

    def _ordering(self, events: list[Event]) -> str:
        """How the access is ordered, where that is more than a marked access gives; locks say it by their name."""
        if events[-1].kind in (Kind.LOCK_WRITE, Kind.UNLOCK):
            return ""
        thread = events[0].thread
        if len(events) == 2 and self._is_full(events[0].id - 1, thread) and self._is_full(events[1].id + 1, thread):
            return " (full)"
        tags = [event.tag.value for event in events if event.tag in (Tag.ACQUIRE, Tag.RELEASE, Tag.MB)]
        return f" ({', '.join(dict.fromkeys(tags))})" if tags else ""

    def _is_full(self, event: int, thread: int) -> bool:
        """Whether this event is a full fence that an operation of the thread implies."""
        events = self._report.events[event : event + 1]
        return any(e.implied and e.thread == thread and e.tag is Tag.MB for e in events)

    def _overtaken(self, event: Event, position: dict[int, int]) -> tuple[Event, bool]:
        """The last access of its thread that a reordered one overtakes, and whether that is its predecessor."""
        before = [e for e in self._report.events[: event.id] if e.thread == event.thread and e.id in self._number]
        overtaken = [e for e in before if position[e.id] > position[event.id]][-1]
        return overtaken, overtaken is before[-1]

    def _rules(self, event: Event, position: dict[int, int], latest: int) -> Iterator[str]:
        """Why a reordered access may overtake, and why a load may give an old value."""
        model = visible(self._report.model.name)
        if event.kind.reads and self._rank[self._report.source_of[event.id]] < self._rank[latest]:
            if self._report.events[latest].thread != event.thread:
                writer = self._short(latest)
                yield f"no rule of {model} puts {writer} before this load, so it may still give the older value"
        if event.id in self._report.witness.reordered:
            overtaken, _ = self._overtaken(event, position)
            yield why_unordered(overtaken, event, model)

    def _order_notes(self, event: Event, position: dict[int, int]) -> Iterator[str]:
        """Where a reordered or forwarded access would have stood in program order."""
        report = self._report
        if event.id in report.witness.reordered:
            overtaken, predecessor = self._overtaken(event, position)
            which = "its predecessor" if predecessor else "earlier in its code"
            model = visible(report.model.name)
            yield f"^ reordered: before {self._short(overtaken.id)}, {which}; {model} does not order them"
        if event.id in report.witness.forwarded:
            yield f"^ forwarded: reads its own store {self._short(report.source_of[event.id])} before that takes effect"

    def _old_value_note(self, event: Event, latest: int) -> Iterator[str]:
        source = self._report.source_of[event.id]
        if self._rank[source] < self._rank[latest]:
            yield f"^ an old value: {self._short(latest)} has written {shown(self._report.events[latest])}"

    def _later_note(self, write: Event, latest: int) -> Iterator[str]:
        if self._rank[write.id] < self._rank[latest]:
            stays = f"{visible(write.location or '')} stays {shown(self._report.events[latest])}"
            yield f"^ {stays}: {self._short(latest)} is later in coherence"

    def _short(self, event: int) -> str:
        """The event within its own thread or location: ``R3 (step 2)``."""
        name = visible(self._report.events[event].step)
        if event not in self._number:
            return name or "an earlier write"
        return f"{name} (step {self._number[event]})" if name else f"step {self._number[event]}"


def shown(event: Event) -> str:
    """The event's value as visible text; words of flags from 10 also in hexadecimal: ``32 (0x20)``."""
    return "" if event.value is None else shown_value(event.value, event.location or "")


def shown_value(value: int | str, location: str) -> str:
    """A value of a location as ``shown`` has it."""
    if isinstance(value, int) and value >= 10 and location.endswith(_FLAGS):
        return f"{value} (0x{value:x})"
    return visible(str(value))


def initial_values(report: Report) -> list[str]:
    """``inode.i_size = 4096`` for each location that the threads access."""
    used = {event.location for event in report.events if event.thread >= 0}
    initial = [event for event in report.events if event.kind is Kind.INITIAL and event.location in used]
    return [f"{visible(event.location or '')} = {shown(event)}" for event in initial]


def initial_lines(report: Report, width: int) -> list[str]:
    """The initial values in lines of ``width`` characters, broken between values only where that is possible."""
    # A no-break space is never in visible text; it keeps a name and its value on one line.
    values = ", ".join(value.replace(" ", "\xa0") for value in initial_values(report))
    return [line.replace("\xa0", " ") for line in wrap(values, width)]


def _groups(report: Report) -> Iterator[tuple[int, ...]]:
    """The events of each step: RMW pairs that stand side by side together, implied fences left out."""
    order = [event for event in report.witness.order if not report.events[event].implied]
    pairs = set(report.relations["rmw"])
    i = 0
    while i < len(order):
        size = 2 if tuple(order[i : i + 2]) in pairs else 1
        yield tuple(order[i : i + size])
        i += size
