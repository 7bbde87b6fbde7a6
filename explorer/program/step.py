"""The steps of one path of a modelled thread, with symbolic values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from explorer.execution.event import Source
from explorer.execution.execution import Ending
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Object
from explorer.program.expression import Expression


@dataclass(frozen=True, slots=True)
class Access:
    """An event as the path fixes it: everything but the values.

    ``position`` is its place in the thread's program order.  ``value`` is what a write
    stores (or the index that an SRCU mark carries), ``requires`` what must hold for a read to
    happen here (a wait's predicate, the outcome of a compare-exchange or of a test of a lock).
    ``addr`` and ``data`` are the reads that the location
    and the stored value depend on, ``ctrl_later`` the reads that decided an earlier branch
    (sets of positions).  ``rmw`` marks both halves of an atomic update, ``implied`` a fence
    that is part of one, ``fenced`` the read of one whose implied fence stands just before it.
    """

    position: int
    kind: Kind
    tag: Tag | None
    location: Location | None
    source: Source
    value: Expression | None = None
    requires: Expression | None = None
    addr: int = 0
    data: int = 0
    ctrl_later: int = 0
    rmw: bool = False
    waits: bool = False
    implied: bool = False
    fenced: bool = False

    @property
    def reads(self) -> bool:
        return self.kind.reads

    @property
    def writes(self) -> bool:
        return self.kind.writes


@dataclass(frozen=True, slots=True)
class MadeAt:
    """A value, by the number of the step of the path at which it was read or computed."""

    step: int


@dataclass(frozen=True, slots=True)
class Made:
    """Modelled code computed a value here (control dependence follows it out of an arm).

    ``operands`` are what it was computed from: constants as they are, values by the step
    at which each came to be.
    """

    operands: tuple[int | Object | MadeAt, ...] = ()


class Cause(Enum):
    """Why a path forks."""

    IF = "if"  # modelled code asks whether a value is true
    POINTER = "pointer"  # it follows a pointer
    UPDATE = "update"  # an update that may fail: did it happen; a test of a lock: was it held
    ASSUME = "assume"


@dataclass(frozen=True, slots=True)
class Fork:
    """A place where the path goes one of several ways.

    ``expression`` decides it (None for an update, whose outcome the next read's
    ``requires`` states); ``made`` are the steps at which the values in it were made.
    """

    cause: Cause
    expression: Expression | None
    made: int
    source: Source


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of the path."""

    ending: Ending
    detail: str = ""
    source: Source | None = None


Step: TypeAlias = Access | Made | Fork | Finish
