"""The scenarios that the command line offers."""

from __future__ import annotations

from explorer.scenario import Scenario
from scenarios.shmem.fresh import FRESH
from scenarios.shmem.inflight import INFLIGHT
from scenarios.shmem.lingering_page import LINGERING_PAGE


def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, in the order in which tables list them."""
    return FRESH, INFLIGHT, LINGERING_PAGE


def find(name: str) -> Scenario | None:
    """The scenario of this name, or None."""
    return next((scenario for scenario in scenarios() if scenario.name == name), None)
