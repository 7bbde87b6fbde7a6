"""The ``sometimes`` goals: what must happen in some execution for a verdict to mean something."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.scenario import Goal
from scenarios.shmem.guest import GIVEN_UP, Kvm
from scenarios.shmem.objects import Inode, Page
from scenarios.shmem.properties import after, by_guest, is_sealed, links, loads, seal_store
from scenarios.shmem.stores import swapped_out, written


def met_seal(inode: Inode) -> Goal:
    """A read came after the seal and was turned away."""

    def reached(execution: Execution) -> bool:
        return any(is_sealed(execution.events[check]) for check in loads(execution, inode.seals))

    return Goal("met-seal", "a read found the inode sealed (-EPERM)", reached)


def returned_data(inode: Inode) -> Goal:
    """A read got content of the file."""

    def reached(execution: Execution) -> bool:
        return bool(loads(execution, *inode.content))

    return Goal("returned-data", "a read copied a page's content", reached)


def found_empty(inode: Inode) -> Goal:
    """A read came before the file grew."""

    def reached(execution: Execution) -> bool:
        return any(execution.events[size].value == 0 for size in loads(execution, inode.i_size))

    return Goal("found-empty", "a read found the file still empty", reached)


def looked_up_after_seal(inode: Inode) -> Goal:
    """The window of leaks was entered: a read got to the page that belongs to the guest."""

    def reached(execution: Execution) -> bool:
        seal = seal_store(execution, inode)
        if seal is None:
            return False
        sealed = after(execution, seal)
        return any(
            isinstance(execution.events[lookup].value, Page) and sealed >> execution.source_of[lookup] & 1
            for lookup in loads(execution, *inode.i_mapping.i_pages)
        )

    return Goal("looked-up-after-seal", "a read found a page that was inserted after the seal", reached)


def stalled_before_lookup(inode: Inode) -> Goal:
    """One way into the window between G1 and G2: G1 passed before the truncation, the lookup came after the seal."""

    def reached(execution: Execution) -> bool:
        references = loads(execution, *(page.refcount for page in inode.pages))
        return any(not _any_between(references, size, lookup) for size, lookup in _stalled(execution, inode))

    return Goal("stalled-before-lookup", "a read stalled between G1 and its first lookup (G2b)", reached)


def stalled_at_page_lock(inode: Inode) -> Goal:
    """The other way: the page was gone when the read got its lock, so it looked again, and not at the size."""

    def reached(execution: Execution) -> bool:
        detached = [
            load
            for load in loads(execution, *(page.mapping for page in inode.pages))
            if execution.events[load].value is not inode.i_mapping
        ]
        return any(_any_between(detached, size, lookup) for size, lookup in _stalled(execution, inode))

    return Goal("stalled-at-page-lock", "a read waited for a page's lock (G2g), and looked up anew without G1", reached)


def _stalled(execution: Execution, inode: Inode) -> Iterator[tuple[int, int]]:
    """The lookups of a page inserted after the seal by a read that knows a size from before, with the size load."""
    seal = seal_store(execution, inode)
    if seal is None:
        return
    sealed = after(execution, seal)
    sizes = loads(execution, inode.i_size)
    for lookup in loads(execution, *inode.i_mapping.i_pages):
        if isinstance(execution.events[lookup].value, Page) and sealed >> execution.source_of[lookup] & 1:
            known = [size for size in sizes if execution.po[size] >> lookup & 1][-1]
            if not sealed >> execution.source_of[known] & 1:
                yield known, lookup


def _any_between(loads: list[int], first: int, last: int) -> bool:
    """Whether one of these loads lies between two others of the same thread."""
    return any(first < load < last for load in loads)


def lingered(page: Page) -> Goal:
    """The window of lateness was entered: a read held a page that the cache had let go."""

    def reached(execution: Execution) -> bool:
        copied = loads(execution, page.data[0])
        return bool(copied) and any(
            execution.po[copied[0]] >> put & 1 and execution.events[put].value == 1
            for put in loads(execution, page.refcount)
        )

    return Goal(
        f"lingered-{page.name.removeprefix('page ')}", f"a read held the last reference of {page.name}", reached
    )


def copied_beyond_end(inode: Inode, page: Page) -> Goal:
    """R8 compares for equality only: a page beyond the page in which the file ends is copied."""

    def reached(execution: Execution) -> bool:
        sizes = loads(execution, inode.i_size)
        return any(
            execution.events[[size for size in sizes if size < copy][-1]].value == 0
            for copy in loads(execution, page.data[0])
        )

    return Goal("copied-beyond-end", f"a read saw that the file was empty (R7) and still copied {page.name}", reached)


def held_preallocated(inode: Inode) -> Goal:
    """The window of a page that survives the seal was entered: a read had one that was there before the seal."""

    def reached(execution: Execution) -> bool:
        seal = seal_store(execution, inode)
        if seal is None:
            return False
        taken = {
            execution.events[load].location
            for load in loads(execution, *(page.uptodate for page in inode.pages))
            if execution.events[load].value
        }
        return any(
            isinstance(page := execution.events[lookup].value, Page)
            and page.uptodate in taken
            and execution.po[execution.source_of[lookup]] >> seal & 1
            for lookup in loads(execution, *inode.i_mapping.i_pages)
        )

    return Goal("held-preallocated", "a read took an uptodate page that was inserted before the seal", reached)


def met_seal_midway(inode: Inode) -> Goal:
    """The window of a masked error was entered: a read met the seal behind a page that it had copied."""

    def reached(execution: Execution) -> bool:
        copies = loads(execution, *inode.content)
        return any(
            is_sealed(execution.events[check]) and any(execution.po[copy] >> check & 1 for copy in copies)
            for check in loads(execution, inode.seals)
        )

    return Goal("met-seal-midway", "a read copied a page and then found the inode sealed", reached)


def linked(inode: Inode) -> Goal:
    """Mapping the file works at all."""

    def reached(execution: Execution) -> bool:
        return bool(links(execution, inode))

    return Goal("linked", "a mapping of the file was made", reached)


def met_seal_in(inode: Inode, function: str) -> Goal:
    """Somebody other than a read came after the seal."""
    return Goal(
        f"met-seal-{function}",
        f"{function} found the inode sealed",
        lambda execution: any(map(is_sealed, _checks_in(execution, inode, function))),
    )


def passed_check_in(inode: Inode, function: str) -> Goal:
    """Somebody other than a read came before the seal."""
    return Goal(
        f"passed-{function}",
        f"{function} found the inode unsealed",
        lambda execution: not all(map(is_sealed, _checks_in(execution, inode, function))),
    )


def _checks_in(execution: Execution, inode: Inode, function: str) -> list[Event]:
    return [
        event
        for event in execution.events
        if event.reads
        and event.location is inode.seals
        and event.source is not None
        and event.source.function == function
    ]


def wrote(inode: Inode) -> Goal:
    """A write came through."""
    return Goal("wrote", "a write stored content", lambda execution: bool(written(execution, inode)))


def swapped(inode: Inode) -> Goal:
    """Reclaim works at all."""
    return Goal("swapped-out", "a page was swapped out", lambda execution: bool(swapped_out(execution, inode)))


def gave_up(kvm: Kvm) -> Goal:
    """The owner was refused."""

    def reached(execution: Execution) -> bool:
        return any(
            event.writes and event.location is kvm.memslot and event.value == GIVEN_UP for event in execution.events
        )

    return Goal("gave-up", "the owner was refused and gave up", reached)


def guard_met_mapping(inode: Inode) -> Goal:
    """Sealing came to nothing because of a mapping."""

    def reached(execution: Execution) -> bool:
        return any(
            event.source is not None
            and event.source.step == "A8"
            and event.location is inode.i_mapping.i_mmap
            # 0 lets the guard go on.
            and event.value != 0
            for event in execution.events
        )

    return Goal("guard-met-mapping", "F_ADD_SEALS found the file mapped (-EBUSY)", reached)


def showed_guest_data(inode: Inode) -> Goal:
    """The window was gone through to its end: what the guest wrote came out."""

    def reached(execution: Execution) -> bool:
        stores = (execution.events[execution.source_of[load]] for load in loads(execution, *inode.content))
        return any(map(by_guest, stores))

    return Goal("showed-guest-data", "user space got what the guest wrote", reached)
