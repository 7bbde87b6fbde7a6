"""What must hold of the file itself: a sealed one keeps its size, size and pages agree, pages are counted right.

"At rest" means when all threads are done: the last value of each location in coherence order.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.property import Edge, Mark, Violation
from scenarios.shmem.constants import PAGE_SHIFT
from scenarios.shmem.fallocate import shmem_fallocate
from scenarios.shmem.objects import Inode, Page
from scenarios.shmem.properties import after, chain, seal_store, stores_of


@dataclass(frozen=True)
class Shrunk:
    """A size smaller than the one before it was stored after the seal."""

    inode: Inode
    name: str = field(default="shrunk", init=False)

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        events = execution.events
        seal = seal_store(execution, self.inode)
        if seal is None:
            return None
        # What the sealing thread stored before it is not after it: most drops are no question.
        drops = [
            (larger, smaller)
            for larger, smaller in itertools.pairwise(stores_of(execution, self.inode.i_size))
            if _number(events[smaller]) < _number(events[larger]) and not execution.po[smaller] >> seal & 1
        ]
        sealed = after(execution, seal) if drops else 0
        for larger, smaller in drops:
            if sealed >> smaller & 1:
                return Violation(
                    self.name,
                    (*chain(execution, seal, smaller), *_history(execution, (larger, smaller))),
                    (Mark(seal, "sealed"), Mark(smaller, "SHRUNK")),
                    f"The size went from {events[larger].value} to {events[smaller].value} after the seal was set.",
                )
        return None


@dataclass(frozen=True)
class SizeCache:
    """At rest a page (or its swap entry) is attached beyond the end of the file, and nobody preallocated it there.

    Preallocated means inserted by a fallocate(2) with KEEP_SIZE.
    """

    inode: Inode
    name: str = field(default="size-cache", init=False)

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        events = execution.events
        sizes = stores_of(execution, self.inode.i_size)
        end = _number(events[sizes[-1]]) if sizes else _initial_size(self.inode)
        for slot in self.inode.i_mapping.i_pages[-(-end >> PAGE_SHIFT) :]:
            stores = stores_of(execution, slot)
            if not stores or events[stores[-1]].value == 0 or _is_preallocated(execution, stores):
                continue
            marks = (Mark(sizes[-1], "size at rest"),) if sizes else ()
            return Violation(
                self.name,
                (*_history(execution, sizes), *_history(execution, stores)),
                (*marks, Mark(stores[-1], "BEYOND THE END")),
                f"In the end the size is {end}, and {slot.name} still holds something.",
            )
        return None


@dataclass(frozen=True)
class Pages:
    """A page has more or fewer references at rest than lead to it, or less than none on the way, or came twice.

    What leads to a page: slots of the page cache, page table entries, and ``others``, such as the buffers of a pipe.
    A page object is one life of a page, so none is inserted a second time.
    """

    inode: Inode
    others: tuple[Location, ...] = ()
    name: str = field(default="pages", init=False)

    @cached_property
    def _holders(self) -> frozenset[Location]:
        tables = (pte for vma in self.inode.vmas for pte in vma.pte)
        return frozenset((*self.inode.i_mapping.i_pages, *tables, *self.others))

    @cached_property
    def _counted(self) -> Mapping[Location, Page]:
        return {page.refcount: page for page in self.inode.pages}

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        events = execution.events
        leads: dict[Page, int] = {}
        inserted: dict[Page, list[int]] = {}
        counts: list[tuple[Page, Sequence[int]]] = []
        for order in execution.coherence:
            location = events[order[0]].location
            assert location is not None
            if location in self._holders:
                held = events[order[-1]].value
                if isinstance(held, Page):
                    leads[held] = leads.get(held, 0) + 1
                if location in self.inode.i_mapping.i_pages:
                    for store in order:
                        page = events[store].value
                        if isinstance(page, Page):
                            inserted.setdefault(page, []).append(store)
            elif location in self._counted:
                counts.append((self._counted[location], order))
        for page, times in inserted.items():
            if len(times) > 1:
                sentence = f"{page.name} was inserted into the page cache twice."
                return self._violation(execution, times, times[1], "TWICE", sentence)
        for page, stores in counts:
            if page not in inserted and len(stores) == 1:
                continue  # the allocator still has it
            for store in stores:
                if _number(events[store]) < 0:
                    sentence = f"The reference count of {page.name} went below 0."
                    return self._violation(execution, stores, store, "BELOW 0", sentence)
            count, due = _number(events[stores[-1]]), leads.get(page, 0)
            if count != due:
                word = "LEAKED" if count > due else "FREED"
                sentence = f"In the end {page.name} has the reference count {count}, and {due} lead to it."
                return self._violation(execution, stores, stores[-1], word, sentence)
        return None

    def _violation(self, execution: Execution, stores: Sequence[int], at: int, word: str, sentence: str) -> Violation:
        return Violation(self.name, _history(execution, stores), (Mark(at, word),), sentence)


def _history(execution: Execution, stores: Sequence[int]) -> tuple[Edge, ...]:
    """Coherence from each store that a thread made to the next."""
    made = [store for store in stores if execution.events[store].thread >= 0]
    return tuple(Edge(earlier, later, "co") for earlier, later in itertools.pairwise(made))


def _number(event: Event) -> int:
    assert isinstance(event.value, int)
    return event.value


def _initial_size(inode: Inode) -> int:
    assert isinstance(inode.i_size.initial, int)
    return inode.i_size.initial


def _is_preallocated(execution: Execution, stores: Sequence[int]) -> bool:
    """Whether what a slot holds in the end got there by KEEP_SIZE: an fallocate(2) that looks at no size (F5)."""
    for store in reversed(stores):
        source = execution.events[store].source
        if execution.events[store].value == 0 or source is None:
            return False
        calls = [call for call in source.stack if call.function == shmem_fallocate.__name__]
        if not calls:
            continue  # swapped in or out: what was there before
        return not any(
            event.source is not None and event.source.step == "F5" and calls[0] in event.source.stack
            for event in execution.events
            if event.thread == execution.events[store].thread
        )
    return False
