"""How many interleavings one execution stands for: its linear extensions, counted.

Counting linear extensions is #P-complete (Brightwell and Winkler, "Counting linear
extensions", Order 1991); the dynamic programme here is exact and visits each downset
once, which is cheap as long as few threads run side by side.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import (
    Relation,
    as_set,
    difference,
    from_pairs,
    inverse,
    is_irreflexive,
    members,
    pairs,
    sequence,
    transitive_closure,
    union,
)


def count_linear_extensions(order: Relation, steps: Sequence[int], *, work_limit: int = 200_000) -> int | None:
    """The number of ways to arrange ``steps`` so that each comes after all its predecessors.

    The order on the steps is the transitive closure of ``order``: paths through other
    events count.  No steps can be arranged in one way; if the closure has a cycle there is
    no way and the answer is 0.

    ``work_limit`` bounds the downsets visited; None beyond it.
    """
    chosen = as_set(steps)
    closure = transitive_closure(order)
    if not is_irreflexive(closure):
        return 0
    later = [row & chosen if chosen >> i & 1 else 0 for i, row in enumerate(closure)]
    earlier = inverse(later)
    covers = difference(later, sequence(later, later))
    # Downsets with equally many steps: the number of ways to arrange each, and what may come next.
    ways = {0: 1}
    ready = {0: as_set(step for step in members(chosen) if not earlier[step])}
    visited = 1
    for _ in range(chosen.bit_count()):
        longer_ways: dict[int, int] = {}
        longer_ready: dict[int, int] = {}
        for done, count in ways.items():
            for step in members(ready[done]):
                after = done | 1 << step
                if after in longer_ways:
                    longer_ways[after] += count
                    continue
                visited += 1
                if visited > work_limit:
                    return None
                freed = as_set(cover for cover in members(covers[step]) if not earlier[cover] & ~after)
                longer_ways[after] = count
                longer_ready[after] = ready[done] & ~(1 << step) | freed
        ways, ready = longer_ways, longer_ready
    return ways[chosen]


def interleavings(execution: Execution) -> int | None:
    """The number of sequentially consistent orders of steps that have this execution.

    A step is one access, one RMW, one lock acquisition or one unlock; fences and RCU marks
    are no steps.  The order is po | rf | co | fr.  Summed over all executions of a program
    under sc this is the number of its interleavings.

    None (not counted) where the execution has a grace period, which is no single step, and
    beyond the work limit of ``count_linear_extensions``.
    """
    if any(event.tag in (Tag.SYNC_RCU, Tag.SYNC_SRCU) for event in execution.events):
        return None
    step_of = list(range(len(execution)))
    for read, write in pairs(execution.rmw):
        step_of[write] = read
    steps = [
        i
        for i, event in enumerate(execution.events)
        if event.kind not in (Kind.INITIAL, Kind.FENCE) and step_of[i] == i
    ]
    order = union(execution.po, execution.rf, execution.co, execution.fr)
    between_steps = from_pairs(
        len(execution), ((step_of[a], step_of[b]) for a, b in pairs(order) if step_of[a] != step_of[b])
    )
    return count_linear_extensions(between_steps, steps)
