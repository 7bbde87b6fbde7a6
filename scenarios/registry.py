"""The scenarios that the command line offers."""

from __future__ import annotations

from explorer.scenario import Scenario
from scenarios.classic.v4_scenario import V4
from scenarios.shmem.fresh import FRESH
from scenarios.shmem.getpage_stall import GETPAGE_STALL
from scenarios.shmem.inflight import INFLIGHT
from scenarios.shmem.lingering_page import LINGERING_PAGE
from scenarios.shmem.masked_eperm import MASKED_EPERM
from scenarios.shmem.mmap_window import MMAP_WINDOW
from scenarios.shmem.preallocated import PREALLOCATED
from scenarios.shmem.reduced import FRESH_WINDOW, INFLIGHT_WINDOW, LINGERING_PAGE_WINDOW
from scenarios.shmem.seal_fault import SEAL_FAULT
from scenarios.shmem.seal_punch import SEAL_PUNCH
from scenarios.shmem.seal_swap import SEAL_SWAP
from scenarios.shmem.seal_write import SEAL_WRITE
from scenarios.shmem.splice_pipe import SPLICE

_REDUCED = {
    FRESH.name: FRESH_WINDOW,
    INFLIGHT.name: INFLIGHT_WINDOW,
    LINGERING_PAGE.name: LINGERING_PAGE_WINDOW,
}


def scenarios() -> tuple[Scenario, ...]:
    """The scenarios in full, in the order in which tables list them."""
    return (
        FRESH,
        INFLIGHT,
        GETPAGE_STALL,
        LINGERING_PAGE,
        PREALLOCATED,
        MMAP_WINDOW,
        SPLICE,
        MASKED_EPERM,
        SEAL_WRITE,
        SEAL_PUNCH,
        SEAL_SWAP,
        SEAL_FAULT,
    )


def reduced_forms() -> tuple[Scenario, ...]:
    """Each of these scenarios in as few accesses as show it, in the same order. Tables do not list them."""
    return tuple(_REDUCED.values())


def classics() -> tuple[Scenario, ...]:
    """Scenarios beside the patch, which tables do not list either."""
    return (V4,)


def reduced_form(name: str) -> Scenario | None:
    """The reduced form of the scenario with this name, or None."""
    return _REDUCED.get(name)


def find(name: str) -> Scenario | None:
    """The scenario of this name, a reduced form or a classic included, or None."""
    every = (*scenarios(), *reduced_forms(), *classics())
    return next((scenario for scenario in every if scenario.name == name), None)
