"""What a report holds: one violating execution, complete enough to draw, step through and replay.

The structures mirror the JSON file one to one.  Events are named by their position,
as in ``explorer.execution.execution``: the initial writes first, one per location,
then each thread's events in program order, thread after thread.  What must hold
between the fields is in ``reports.check``; reading and writing is in ``reports.report``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from explorer.execution.execution import Ending
from explorer.execution.kinds import Kind, Tag
from explorer.search.reductions import Switch

FORMAT = "sealrace-report"
VERSION = 1

LITMUS = "litmus"
"""The protocol in reports on litmus tests: their scenario is the test's file, and there are no fixes."""

Natural = Annotated[int, Meta(ge=0)]
Pair = tuple[int, int]
"""Two events, the first related to the second."""


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all parts of a report: immutable, fields by name, nothing unknown accepted."""


class Model(Part, frozen=True):
    """The memory model: its name or file, and a hash of its rules."""

    name: str
    rules_hash: str


class PathEdge(Part, frozen=True):
    """One step of the violating path: ``relation`` leads from ``source`` to ``target``."""

    source: int
    target: int
    relation: str


class EventMark(Part, frozen=True):
    """A word beside an event, such as ``sealed`` or ``LEAK``."""

    event: int
    label: str


class Property(Part, frozen=True):
    """The violated property (or the flag raised), and why this execution violates it (edges in reading order).

    Where none is, the name is ``outcome``, the sentence says what came out, and the path is what one thread read
    from another.
    """

    name: str
    sentence: str
    path: tuple[PathEdge, ...]
    marks: tuple[EventMark, ...]


class Thread(Part, frozen=True):
    name: str


class End(Part, frozen=True):
    """How one thread ended; ``detail`` says where it waits or was cut."""

    ending: Ending
    detail: str


class Frame(Part, frozen=True):
    """One activation of a modelled function; ``number`` tells activations in one thread apart."""

    function: str
    number: int


class Event(Part, frozen=True):
    """One access or fence.

    ``thread`` is -1 for an initial write.  ``value`` is an integer or an object's name.
    ``file`` and ``line`` (from 1, 0 for none) are the modelled code, ``step`` its short
    name, ``reference`` the kernel place.  ``waits`` marks the load of a blocking step,
    ``implied`` a fence that is part of a fully ordered RMW.
    """

    id: int
    thread: int
    index: int
    kind: Kind
    tag: Tag | None
    location: str | None
    value: int | str | None
    file: str
    line: Natural
    stack: tuple[Frame, ...]
    step: str
    reference: str
    waits: bool
    implied: bool


class Coherence(Part, frozen=True):
    """The writes of one location in coherence order, the initial write first."""

    location: str
    writes: tuple[int, ...]


class Witness(Part, frozen=True):
    """One order in which the execution can take effect.

    ``order`` lists all events but the initial writes.  ``reordered`` are accesses that
    take effect before one that is earlier in their thread's program order, ``forwarded``
    loads that take effect before the store of their own thread that they read.  ``exact``
    says whether no order has fewer switches between threads and then fewer reordered
    accesses; ``note`` says what the order falls short of.  At the locations in
    ``unkept_coherence`` no order could follow the coherence order.
    """

    order: tuple[int, ...]
    switches: Natural
    reordered: tuple[int, ...]
    forwarded: tuple[int, ...]
    exact: bool
    note: str
    unkept_coherence: tuple[str, ...]


class LeftOut(Part, frozen=True):
    """Threads that the search left out: ``count`` of them, from ``first`` to ``last``, identical to ``like``.

    Each runs to its end after the last step and reads the last value of every location.
    """

    like: str
    first: str
    last: str
    count: Annotated[int, Meta(ge=1)]


class Search(Part, frozen=True, omit_defaults=True):
    """The search that found this execution.

    ``violating`` counts executions per property, ``remarks`` per flag that the model
    raises (``flag data-race``).
    ``interleavings`` is the decimal number of interleavings that the executions stand for,
    None where it was not counted.  ``switches`` are the reductions that were not to be used.
    Where threads are ``left_out``, all else in the file is of the threads that are not.
    ``same_outcome`` counts the executions that had the outcome of this one, in a survey; elsewhere it is 0, and
    left out.  So is ``goal``, where the execution is no example of how a goal of the scenario is reached.
    """

    executions: Natural
    violating: dict[str, Natural]
    interleavings: Annotated[str, Meta(pattern="^[0-9]+$")] | None
    complete: bool
    remarks: dict[str, Natural]
    switches: tuple[Switch, ...]
    left_out: tuple[LeftOut, ...]
    same_outcome: Natural = 0
    goal: str = ""


class SourceText(Part, frozen=True):
    """The modelled code of one function; ``first_line`` is its first line's number in ``file``."""

    file: str
    function: str
    first_line: Annotated[int, Meta(ge=1)]
    text: str


View: TypeAlias = "Callable[[Report], str]"
"""How a notebook shows a report."""

VIEWS: dict[str, View] = {}
"""The views that notebooks ask for, by the name of the format; ``reports.notebook`` puts them here.

The renderings know the structure, so the structure cannot know them.
"""


class Report(Part, frozen=True, omit_defaults=True):
    """One execution of one scenario under one model that breaks a property, that the model flags, or that came out.

    ``source_of`` and ``relations`` are those of ``explorer.execution.execution.Execution``
    (``source_of`` is -1 for events that do not read), with ``po`` and ``co`` stored as
    immediate pairs; ``relations`` also holds the model's own, under their names.
    ``program_hash`` and ``model.rules_hash`` tell a replay whether anything has changed.
    ``token`` stands for the execution wherever a report's file can be named (``explorer.token``); it is left out
    where it is empty, as in files that were written before there were tokens.
    ``allowed_by`` are the models that come with Sealrace and allow this execution, strongest first
    (``explorer.explain.allowed``); None where they were not asked: in files of earlier versions, which do not have the
    field, and where the execution is not over.
    """

    format: Literal["sealrace-report"]
    version: Literal[1]
    tool: str
    scenario: str
    protocol: str
    fix: str
    parameters: dict[str, int | str]
    program_hash: str
    model: Model
    property: Property
    threads: tuple[Thread, ...]
    ends: tuple[End, ...]
    events: tuple[Event, ...]
    source_of: tuple[int, ...]
    coherence: tuple[Coherence, ...]
    relations: dict[str, tuple[Pair, ...]]
    witness: Witness
    search: Search
    sources: tuple[SourceText, ...]
    token: str = ""
    allowed_by: tuple[str, ...] | None = None

    def _repr_svg_(self) -> str | None:
        """The picture, for notebooks; None (they show something else then) where ``reports.notebook`` is not loaded."""
        return VIEWS["svg"](self) if "svg" in VIEWS else None

    def _repr_html_(self) -> str | None:
        """The sentence and the picture, for notebooks; None as above."""
        return VIEWS["html"](self) if "html" in VIEWS else None
