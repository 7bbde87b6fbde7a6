"""Read-side sections: which end belongs to which beginning, against a stack of what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.execution.relation import pairs
from explorer.memory.model import load_model
from explorer.program.locks import SrcuDomain
from explorer.program.program import Program, ThreadSpec
from explorer.program.request import Request
from explorer.program.thread import Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search

MODELS = {name: load_model(name) for name in ("lkmm", "armv8+compiler")}


@dataclass(frozen=True)
class End:
    """An end of a read-side section of RCU, or of an SRCU domain."""

    begins: bool
    domain: SrcuDomain | None

    def request(self, t: Thread) -> Request:
        if self.domain is None:
            return t.rcu_read_lock() if self.begins else t.rcu_read_unlock()
        return self.domain.read_lock(t) if self.begins else self.domain.read_unlock(t, 0)


def innermost(ends: Sequence[End]) -> dict[bool, set[tuple[int, int]]]:
    """The sections of RCU (False) and SRCU (True), by a stack of what is open per domain."""
    open_ends: dict[SrcuDomain | None, list[int]] = {}
    found: dict[bool, set[tuple[int, int]]] = {False: set(), True: set()}
    for place, end in enumerate(ends):
        waiting = open_ends.setdefault(end.domain, [])
        if end.begins:
            waiting.append(place)
        elif waiting:
            found[end.domain is not None].add((waiting.pop(), place))
    return found


ENDS = st.builds(End, st.booleans(), st.sampled_from([None, SrcuDomain("a"), SrcuDomain("b")]))


@pytest.mark.parametrize("model", MODELS)
@settings(deadline=None, max_examples=200)
@given(ends=st.lists(ENDS, max_size=10))
def test_a_section_ends_where_nothing_of_its_own_is_open(model: str, ends: list[End]) -> None:
    """Sections nest, those of different domains any way round; ends without a partner have none."""

    async def reader(t: Thread) -> None:
        for end in ends:
            await end.request(t)

    (leaf,) = [leaf for leaf in Search(Unfolding(Program((ThreadSpec("P0", reader),)), 3), MODELS[model]) if leaf]
    relations, first = MODELS[model].named_relations(leaf.execution), leaf.execution.initial_writes
    for name, expected in zip(("rcu-sections", "srcu-sections"), innermost(ends).values(), strict=True):
        assert {(a - first, b - first) for a, b in pairs(relations[name])} == expected
