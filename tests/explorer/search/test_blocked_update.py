"""A thread that waits at a fully ordered update has not begun it."""

from explorer.execution.execution import Status
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import FULL, ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search


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
