"""What atomic operations give back, symbolically and when scheduled."""

import pytest

from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import FULL, ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import explore_depth_first
from explorer.search.explore import Search

COUNT, SEEN = Location("count", 5), Location("seen")


@pytest.mark.parametrize(
    ("operator", "operand", "result", "stored"),
    [
        ("+", 3, "old", 5),
        ("+", 3, "new", 8),
        ("-", 1, "new", 4),
        ("&", 4, "new", 4),
        ("|", 2, "old", 5),
        ("^", 1, "new", 4),
    ],
)
def test_old_or_new_value(operator: str, operand: int, result: str, stored: int) -> None:
    async def body(t: Thread) -> None:
        value = await t.fetch(operator, COUNT, operand, FULL, result=result)  # type: ignore[arg-type]
        await t.write(SEEN, value)

    unfolding = Unfolding(Program((ThreadSpec("only", body),)), 3)
    model = load_model("sc")
    (leaf,) = [leaf for leaf in Search(unfolding, model) if leaf]
    (scheduled,) = explore_depth_first(unfolding, model).executions
    for execution in (leaf.execution, scheduled):
        (write,) = [e for e in execution.events if e.writes and e.location is SEEN and e.thread == 0]
        assert write.value == stored
        # The value returned depends on the operation's read: a data dependence.
        read = next(i for i, e in enumerate(execution.events) if e.reads)
        assert execution.data[read] >> execution.events.index(write) & 1


def test_without_a_result_the_read_is_tagged_and_unordered() -> None:
    async def body(t: Thread) -> None:
        await t.fetch("+", COUNT, 1, ONCE, result=None)

    unfolding = Unfolding(Program((ThreadSpec("only", body),)), 3)
    assert [access.tag for access in unfolding.trees[0].root.accesses] == [Tag.NORETURN, Tag.ONCE]
    with pytest.raises(ValueError, match="without a result is unordered: say order=ONCE"):
        Thread().fetch("+", COUNT, 1, FULL, result=None)
