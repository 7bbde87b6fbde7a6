"""One event of an execution, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Value, show


@dataclass(frozen=True, slots=True)
class Call:
    """One activation of a modelled function.

    ``number`` tells activations of one thread apart: two events belong to the same
    call of ``shmem_file_read_iter`` exactly when they share a ``Call``.
    """

    function: str
    number: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where an event stands in the modelled code and in the kernel.

    ``file`` is relative to the import root (``scenarios/shmem/read.py``), ``stack``
    runs from the outermost modelled function to the one that made the access.
    ``step`` is the short name of the step (``R3``), ``reference`` the kernel place
    (``mm/shmem.c shmem_file_read_iter: seal check``), ``kernel_file`` the file of the
    innermost function that names one and no header (``mm/shmem.c``); all three may be empty.
    """

    file: str
    line: int
    stack: tuple[Call, ...]
    step: str = ""
    reference: str = ""
    kernel_file: str = ""

    @property
    def function(self) -> str:
        """Name of the innermost modelled function."""
        return self.stack[-1].function if self.stack else ""


@dataclass(frozen=True, slots=True)
class Event:
    """One memory access or fence of one thread in one execution.

    ``thread`` is the thread's index, -1 for an initial write; ``index`` the place in
    that thread's program order.  ``location`` and ``value`` are None for fences
    (an SRCU mark has its domain's location, and the index of its section as value).
    ``waits`` marks the load of a blocking step, ``implied`` a fence that belongs to a
    fully ordered RMW (it is no step of its own).
    """

    thread: int
    index: int
    kind: Kind
    tag: Tag | None
    location: Location | None
    value: Value | None
    source: Source | None = None
    waits: bool = False
    implied: bool = False

    @property
    def reads(self) -> bool:
        return self.kind.reads

    @property
    def writes(self) -> bool:
        return self.kind.writes

    def __str__(self) -> str:
        tag = f"[{self.tag.value}]" if self.tag else ""
        if self.location is None or self.value is None:
            return f"{self.kind.value}{tag}"
        return f"{self.kind.value}{tag} {self.location.name}={show(self.value)}"
