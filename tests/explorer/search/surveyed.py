"""Surveys of programs for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.pair_orders import Pair
from explorer.memory.model import load_model
from explorer.program.program import Program
from explorer.program.tree import Unfolding
from explorer.property import Property
from explorer.scenario import Case
from explorer.search.outcomes import ThreadOutcomes
from explorer.search.result import UNLIMITED, Limits
from explorer.search.survey import Survey, survey


def surveyed(
    program: Program,
    model: str,
    properties: Sequence[Property] = (),
    limits: Limits = UNLIMITED,
    *,
    unroll: int = 3,
    max_events: int | None = None,
) -> Survey:
    """The survey of a program under a model."""
    unfolding = Unfolding(program, unroll, max_events)
    return survey(Case(program, tuple(properties)), load_model(model), unfolding, ThreadOutcomes(unfolding), limits)


def told(found: Survey) -> dict[str, int]:
    """The outcomes in words, and how many executions have each."""
    return {"; ".join(f"{name}: {text}" for name, text in each.facts): each.executions for each in found.outcomes}


def counts(found: Survey) -> dict[str, tuple[int, int, int, int]]:
    """Of each pair before, after, both and alone, under ``x: 0 writes, 1 reads``."""
    return {name_of(pair): (pair.before, pair.after, pair.both, pair.alone) for pair in found.pairs}


def name_of(pair: Pair) -> str:
    first, second = pair.first, pair.second
    return f"{first.location}: {first.thread} {first.does}, {second.thread} {second.does}"
