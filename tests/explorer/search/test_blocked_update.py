"""A thread that waits at a fully ordered update has not begun it."""

from explorer.execution.execution import Status
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ACQUIRE, FULL, ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from explorer.search.record import Record


def test_its_fence_is_no_event_and_its_order_has_its_rows() -> None:
    x, y = Location("x"), Location("y")

    async def writer(t: Thread) -> None:
        await t.write(y, 1, ONCE)
        await t.write(x, 1, ONCE)

    async def waiter(t: Thread) -> None:
        await t.fetch("+", y, 1, FULL)
        await t.wait_rmw(x, lambda v: v == 2, lambda _v: 0, FULL)

    model = load_model("tso")
    program = Program((ThreadSpec("waiter", waiter), ThreadSpec("writer", writer)))
    leaves = [leaf for leaf in Search(Unfolding(program, 3), model) if leaf]
    # The atomic addition comes before or after the other write to y; x never becomes 2.
    assert [leaf.status for leaf in leaves] == [Status.BLOCKED] * 2
    for leaf in leaves:
        execution = leaf.execution
        # Fence, read, write, fence of the addition, and nothing of the update that waits.
        assert len(execution.thread_events(0)) == 4
        order = leaf.before(model)
        expected = model.before(execution)
        assert order is not None
        assert expected is not None
        threads = range(execution.initial_writes, len(execution))
        assert [order[i] for i in threads] == [expected[i] for i in threads]


def test_a_fence_of_the_update_before_stays() -> None:
    """The same call site, fully ordered first and then with acquire: the trailing fence is of the first update."""
    x = Location("x")

    async def waiter(t: Thread) -> None:
        for order in (FULL, ACQUIRE):
            await t.wait_rmw(x, lambda v: v == 0, lambda _v: 1, order)

    (leaf,) = [
        leaf for leaf in Search(Unfolding(Program((ThreadSpec("waiter", waiter),)), 3), load_model("tso")) if leaf
    ]
    assert leaf.status is Status.BLOCKED
    # Fence, read, write, fence; the second update waits and has not begun.
    events = leaf.execution.events
    assert [events[i].kind.value for i in leaf.execution.thread_events(0)] == ["F", "R", "W", "F"]
    unfolding = Unfolding(Program((ThreadSpec("waiter", waiter),)), 3)
    assert Record.of(leaf.execution, ()).execution(unfolding).events[1:] == leaf.execution.events[1:]
