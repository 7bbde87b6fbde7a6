"""The cards of a live explorer: each thread with its next access, the code there, and the steps that can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Ending, Execution
from explorer.execution.location import Location, Value
from explorer.schedule.steps import Step as Move
from explorer.schedule.walk import Option, Position, Standing
from explorer.visible import visible
from reports.pages.code import Function, function_at
from reports.steps import Schedule, shown_value
from reports.structure import Report

PathOf = Callable[[Sequence[Move]], str]
"""The path of the address of the state after these steps."""


@dataclass(frozen=True)
class Offer:
    """A step that can be clicked: what it does, what that means, where it leads."""

    does: str
    of: str
    old: bool
    path: str


@dataclass(frozen=True)
class Card:
    """One thread: its next access, or how it ended; the code there; its steps."""

    number: int
    name: str
    state: str
    step: str
    asks: str
    where: str
    place: str
    stack: str
    why: str
    code: Function | None
    line: int
    offers: tuple[Offer, ...]


class Words:
    """Names for values and writes."""

    def __init__(self, execution: Execution, report: Report, schedule: Schedule) -> None:
        self._execution, self._report, self._schedule = execution, report, schedule

    def value(self, value: Value, location: Location) -> str:
        return shown_value(value if isinstance(value, int) else value.name, location.name)

    def write(self, event: int) -> str:
        """A write that has happened: ``owner O7 (step 12)``, ``the initial value``."""
        return self._schedule.name(event) if self._report.events[event].thread >= 0 else "the initial value"

    def order(self, location: Location) -> tuple[int, ...]:
        """The writes of a location in coherence order."""
        events = self._execution.events
        return next(order for order in self._execution.coherence if events[order[0]].location is location)


def card_of(
    number: int, thread: Standing, position: Position, path_of: PathOf, code: list[Function], words: Words
) -> Card:
    options = [option for option in position.options if option.step.thread == number]
    # What takes effect now comes first, then the newest.
    options.sort(key=lambda option: option.step.older)
    offers = tuple(_offer(option, thread, options, position, path_of, words) for option in options)
    source = thread.at
    file, line = (visible(source.file), source.line) if source else ("", 0)
    return Card(
        number=number,
        name=visible(thread.name),
        state=_state_of(thread, offers),
        step=visible(source.step) if source and thread.end is None else "",
        asks=visible(thread.asks.partition(f" at {source.step}")[0] if source and source.step else thread.asks),
        where=visible(source.reference or source.function) if source else "",
        place=f"{file}:{line}" if file else "",
        stack=" › ".join(visible(call.function) for call in source.stack) if source else "",
        why=_why(number, thread, position, bool(offers), words),
        code=function_at(code, file, line),
        line=line,
        offers=offers,
    )


def _state_of(thread: Standing, offers: Sequence[Offer]) -> str:
    if thread.end is not None:
        return thread.end.ending.value
    return "next" if offers else "waits"


def _why(number: int, thread: Standing, position: Position, can: bool, words: Words) -> str:
    """How it ended, or why it cannot go on."""
    if thread.end is not None:
        return visible(thread.end.detail)
    if can or thread.location is None:
        return ""
    last = words.order(thread.location)[-1]
    holds = f"{visible(thread.location.name)} is {_shown_of(words, position.execution, last)}, {_by(words, last)}"
    if not thread.waits:
        return f"The model allows none of its steps here; {holds}."
    ends = position.execution.ends
    detail = visible(ends[number].detail) if ends and ends[number].ending is Ending.BLOCKED else ""
    return f"{detail or 'It waits'}: {holds}."


def _shown_of(words: Words, execution: Execution, write: int) -> str:
    """The value of a write."""
    event = execution.events[write]
    assert event.location is not None
    assert event.value is not None
    return words.value(event.value, event.location)


def _by(words: Words, write: int) -> str:
    name = words.write(write)
    return name if name == "the initial value" else f"written by {name}"


def _offer(
    option: Option, thread: Standing, options: Sequence[Option], position: Position, path_of: PathOf, words: Words
) -> Offer:
    location = thread.location
    assert location is not None
    does, of = [], []
    if option.value is not None:
        does.append(f"reads {words.value(option.value, location)}")
    if option.writes is not None:
        does.append(f"writes {words.value(option.writes, location)}")
    order = words.order(location)
    if option.source is not None:
        of.append(f"from {words.write(option.source)}")
        if not option.takes_effect_now:
            # True under every model: it is what fr means, and under sc one order of all accesses has it so.
            over = order[len(order) - option.step.older]
            wrote = _shown_of(words, position.execution, over)
            of.append(f"an old value: ordered before {words.write(over)}, which wrote {wrote} (fr)")
    elif len(options) > 1:
        after = order[len(order) - option.step.older :]
        of.append(f"before {words.write(after[0])}" if after else "after all other stores")
    path = path_of((*position.steps, option.step))
    return Offer(", ".join(does), "; ".join(of), not option.takes_effect_now, path)
