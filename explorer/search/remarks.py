"""What a model remarks on executions that it allows: data races, and whatever else its file flags."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.location import show
from explorer.memory.model import Model, flag_title
from explorer.property import Edge, Mark, Violation
from explorer.schedule.linear import NoOrderError, below, is_simpler, witness
from explorer.schedule.witness import Witness
from explorer.search.leaf import Leaf

Place = tuple[str, str, int, str]
"""Where an event stands in the code: function, file, line and step; an initial write has its location's name."""

RemarkKey = tuple[str, tuple[Place, ...]]
"""A kind of remark: the flag, and the places that it is raised for, in whichever order they take effect."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One kind of remark: the simplest execution with it, and how many have it.

    ``sides`` are the events that the flag is raised for (of a relation two), ``finding`` says
    it in the words of a violation.  ``witness`` is None where the model names no order in
    which accesses take effect.  ``canonical`` as of a ``Finding``.
    """

    flag: str
    sides: tuple[int, ...]
    finding: Violation
    execution: Execution
    witness: Witness | None
    executions: int
    canonical: bool = True

    @property
    def words(self) -> str:
        """Its sides in words."""
        return " and ".join(side(self.execution, event) for event in self.sides)


class Remarks:
    """Gathers the remarks on complete executions, one of each kind.

    ``executions`` counts per flag that the model raises the executions that it raises it for,
    ``kept`` holds the remark of each kind with the simplest execution, the first of equally simple ones.
    """

    def __init__(self, model: Model) -> None:
        self.executions: dict[str, int] = {}
        self._model = model
        self.kept: dict[RemarkKey, Remark] = {}

    def note(self, leaf: Leaf, orbit: int = 1, *, canonical: bool = True) -> None:
        """Note what the model remarks on a complete execution, and so on all of its orbit.

        Of a kind that a canonical execution has, one of these is kept (see ``Tally``).
        """
        raised = leaf.raised()
        if not raised:
            return
        execution = leaf.execution
        for flag in raised:
            self.executions[flag] = self.executions.get(flag, 0) + orbit
        here: dict[RemarkKey, tuple[str, tuple[int, ...]]] = {}
        for flag, all_sides in raised.items():
            for sides in all_sides:
                here.setdefault(_key(execution, flag, sides), (flag, sides))
        new = [key for key in here if key not in self.kept or (canonical and not self.kept[key].canonical)]
        known = [key for key in here if key not in new] if canonical else []
        schedule = self._simpler_schedule(execution, known, bounded=not new) if new or known else None
        for key, (flag, sides) in here.items():
            kept = self.kept.get(key)
            count = orbit + (kept.executions if kept else 0)
            if kept is None or key in new or (key in known and is_simpler(schedule, kept.witness)):
                finding = _finding(execution, self._model, flag, sides)
                self.kept[key] = Remark(flag, sides, finding, execution, schedule, count, canonical)
            else:
                self.kept[key] = replace(kept, executions=count)

    def _simpler_schedule(self, execution: Execution, known: Collection[RemarkKey], *, bounded: bool) -> Witness | None:
        """The witness schedule of an execution; ``bounded``: if it is simpler than that of one of these kinds."""
        before = self._model.before(execution)
        if before is None:
            return None
        schedules = [self.kept[kind].witness for kind in known]
        bounds = [below(schedule) for schedule in schedules if schedule is not None]
        try:
            return witness(execution, before, at_most=max(bounds) if bounded and len(bounds) == len(known) else None)
        except NoOrderError:
            # The order that the model names does not agree with rfe: what is flagged is so all the same.
            return None

    def kinds(self) -> tuple[Remark, ...]:
        """The remarks in a fixed order: by flag as in the model's file, then by place."""
        flags = [flag.name for flag in self._model.flag_checks]
        return tuple(self.kept[key] for key in sorted(self.kept, key=lambda key: (flags.index(key[0]), key[1])))


def remarks_of(execution: Execution, model: Model) -> list[Violation]:
    """Everything that the model remarks on an execution, in a fixed order."""
    return [
        _finding(execution, model, flag, sides)
        for flag, all_sides in model.remarks(execution).items()
        for sides in all_sides
    ]


def side(execution: Execution, event: int) -> str:
    """An event in running text: ``reader's plain read of inode.seals at R3``."""
    e = execution.events[event]
    location = e.location.name if e.location else ""
    if e.thread < 0:
        return f"the initial {location} = {show(e.value)}" if e.value is not None else f"the initial {location}"
    step = f" at {e.source.step}" if e.source and e.source.step else ""
    return f"{execution.threads[e.thread]}'s {access(e)}{f' of {location}' if location else ''}{step}"


def side_facts(execution: Execution, event: int) -> dict[str, str]:
    """An event as plain data: who makes which access where."""
    e = execution.events[event]
    return {
        "thread": execution.threads[e.thread] if e.thread >= 0 else "",
        "access": access(e) if e.thread >= 0 else "initial write",
        "location": e.location.name if e.location else "",
        "function": e.source.function if e.source else "",
        "step": e.source.step if e.source else "",
        "reference": e.source.reference if e.source else "",
    }


def access(event: Event) -> str:
    """What kind of access an event is: ``plain read``."""
    verb = "write" if event.writes else "read" if event.reads else "fence"
    return f"{event.tag.value} {verb}" if event.tag else verb


def _finding(execution: Execution, model: Model, flag: str, sides: tuple[int, ...]) -> Violation:
    """The remark in the form that reports draw: a path of one edge where two events are related."""
    title = flag_title(flag)
    path = (Edge(*sides, title),) if len(sides) == 2 else ()
    what = " and ".join(side(execution, event) for event in sides)
    sentence = f"{model.name} flags {flag}: {what}." if what else f"{model.name} flags {flag}."
    return Violation(title, path, tuple(Mark(event, flag) for event in sides), sentence)


def _key(execution: Execution, flag: str, sides: tuple[int, ...]) -> RemarkKey:
    return flag, tuple(sorted(_place(execution.events[event]) for event in sides))


def _place(event: Event) -> Place:
    source = event.source
    if source is None:
        return event.location.name if event.location else "", "", event.index, ""
    return source.function, source.file, source.line, source.step
