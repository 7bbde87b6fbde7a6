"""Written and swapped: what the kernel must not do to the pages of a sealed inode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.property import Mark, Violation
from scenarios.shmem.fallocate import shmem_punch_hole
from scenarios.shmem.objects import Inode, SwapEntry
from scenarios.shmem.properties import after, chain, seal_store, way
from scenarios.shmem.write import generic_file_write_iter

WRITES = {generic_file_write_iter.__name__: "A write", shmem_punch_hole.__name__: "A hole that was punched"}
"""The functions through which user space changes content without a mapping, and what a sentence calls each."""


@dataclass(frozen=True)
class Written:
    """User space stores content after the seal, by write(2) or by a hole that ends inside a page.

    Both have i_rwsem, as F_ADD_SEALS has, so "after" is (po | rf)+ as with a leak.
    """

    inode: Inode
    name: str = field(default="written", init=False)

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        seal = seal_store(execution, self.inode)
        if seal is None:
            return None
        sealed = after(execution, seal)
        for store in written(execution, self.inode):
            if sealed >> store & 1:
                event = execution.events[store]
                assert event.location is not None
                return Violation(
                    self.name,
                    chain(execution, seal, store),
                    (Mark(seal, "sealed"), Mark(store, "WRITTEN")),
                    f"{_writer(event)} stored {event.value} to {event.location.name} after the seal was set.",
                )
        return None


@dataclass(frozen=True)
class Swapped:
    """A page of the inode is swapped out at a time not before the seal."""

    inode: Inode
    name: str = field(default="swapped", init=False)

    def find(self, execution: Execution, before: Sequence[int] | None) -> Violation | None:
        seal = seal_store(execution, self.inode)
        if seal is None or before is None:
            return None
        for store in swapped_out(execution, self.inode):
            if not before[store] >> seal & 1:
                event = execution.events[store]
                assert event.location is not None
                return Violation(
                    self.name,
                    way(execution, self.inode, seal, store),
                    (Mark(seal, "sealed"), Mark(store, "SWAPPED")),
                    f"{event.location.name} became {event.value}, and nothing had the page swapped out before the "
                    "seal was set.",
                )
        return None


def written(execution: Execution, inode: Inode) -> list[int]:
    """The stores of content that user space made without a mapping."""
    return [
        position
        for position, event in enumerate(execution.events)
        if event.writes and event.location in inode.content and _writer(event) is not None
    ]


def swapped_out(execution: Execution, inode: Inode) -> list[int]:
    """The stores that put a swap entry where a page was."""
    return [
        position
        for position, event in enumerate(execution.events)
        if event.writes and event.location in inode.i_mapping.i_pages and isinstance(event.value, SwapEntry)
    ]


def _writer(event: Event) -> str | None:
    if event.source is None:
        return None
    return next((WRITES[call.function] for call in event.source.stack if call.function in WRITES), None)
