"""Random small programs for Hypothesis; simpler alternatives come first, for shrinking goes there."""

from __future__ import annotations

from hypothesis import strategies as st

from explorer.execution.kinds import Tag
from explorer.testing.operations import (
    Assume,
    CompareExchange,
    Exchange,
    Fence,
    Fetch,
    Follow,
    If,
    Locked,
    Operand,
    Operation,
    Publish,
    RandomProgram,
    Read,
    Spin,
    Threads,
    WaitUntil,
    WaitUpdate,
    Write,
)

LOCATIONS = st.sampled_from(["x", "x", "y"])
VALUES = st.integers(0, 2)
OPERANDS: st.SearchStrategy[Operand] = st.one_of(st.integers(1, 2), st.sampled_from(["r", "r + 1"]))
READ_ORDERS = st.sampled_from(["once", "plain", "acquire"])
WRITE_ORDERS = st.sampled_from(["once", "plain", "release"])
UPDATE_ORDERS = st.sampled_from(["once", "full", "acquire", "release", "plain"])
FENCES = [
    Tag.MB, Tag.WMB, Tag.RMB, Tag.BARRIER, Tag.BEFORE_ATOMIC, Tag.AFTER_ATOMIC, Tag.AFTER_SPINLOCK,
    Tag.AFTER_UNLOCK_LOCK,
]  # fmt: skip

READS = st.builds(Read, LOCATIONS, READ_ORDERS)
WRITES = st.builds(Write, LOCATIONS, OPERANDS, WRITE_ORDERS)
FENCE = st.builds(Fence, st.sampled_from([tag.value for tag in FENCES]))
UPDATES = st.one_of(
    st.builds(Exchange, LOCATIONS, OPERANDS, UPDATE_ORDERS),
    st.builds(Fetch, st.sampled_from("+-&|^"), LOCATIONS, OPERANDS, UPDATE_ORDERS, st.sampled_from(["old", "new"])),
    st.builds(Fetch, st.sampled_from("+-&|^"), LOCATIONS, OPERANDS, st.just("once"), st.none()),
    st.builds(CompareExchange, LOCATIONS, st.one_of(VALUES, st.just("r")), OPERANDS, UPDATE_ORDERS),
)
ACCESSES = st.one_of(WRITES, READS, WRITES, UPDATES, READS)
ARMS = st.lists(ACCESSES, max_size=1).map(tuple)
DECISIONS = st.builds(If, VALUES, ARMS, ARMS)
SECTIONS = st.builds(
    Locked,
    st.sampled_from(["spin", "page", "rwsem for reading", "rwsem for writing"]),
    st.lists(ACCESSES, max_size=2).map(tuple),
)
WAITS = st.one_of(
    st.builds(WaitUntil, LOCATIONS, st.one_of(VALUES, st.just("r")), READ_ORDERS),
    st.builds(WaitUpdate, LOCATIONS, VALUES, OPERANDS, UPDATE_ORDERS),
)
RARE = st.one_of(
    st.builds(Assume, VALUES),
    st.builds(Spin, LOCATIONS, VALUES),
    st.builds(Publish, st.just("b"), WRITE_ORDERS),
    st.builds(Follow, st.one_of(st.none(), OPERANDS)),
)
OPERATIONS = st.one_of(
    ACCESSES, ACCESSES, WRITES, ACCESSES, FENCE, DECISIONS, SECTIONS, st.one_of(SECTIONS, WAITS, RARE)
)
"""All of them, the common ones more often."""


@st.composite
def thread_lists(
    draw: st.DrawFn,
    operations: st.SearchStrategy[Operation] = OPERATIONS,
    size: int = 8,
    threads: tuple[int, int] = (2, 3),
    longest: int = 4,
) -> Threads:
    """The threads of ``programs()``, without what makes them a program."""
    fewest, most = threads
    if not 1 <= fewest <= most <= size or longest < 1:
        raise ValueError(f"there are no programs of {threads} threads with {size} operations, {longest} at most each")
    drawn: list[tuple[Operation, ...]] = []
    left = size
    for others in range(draw(st.integers(fewest, most)) - 1, -1, -1):
        drawn.append(tuple(draw(st.lists(operations, min_size=1, max_size=min(longest, left - others)))))
        left -= len(drawn[-1])
    return tuple(drawn)


def programs(
    operations: st.SearchStrategy[Operation] = OPERATIONS,
    *,
    size: int = 8,
    threads: tuple[int, int] = (2, 3),
    longest: int = 4,
) -> st.SearchStrategy[RandomProgram]:
    """Random programs.

    ``operations`` draws their statements (``explorer.testing.operations``), ``size`` is how many of them all threads
    have together at the most, ``longest`` how many one has, and ``threads`` the fewest and the most threads.
    """
    return st.builds(RandomProgram, thread_lists(operations, size, threads, longest))
