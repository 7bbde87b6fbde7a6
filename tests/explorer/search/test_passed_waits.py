"""A blocking step before which a thread waits for ever, while others read what comes only later (load buffering)."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest

from explorer.execution.execution import Status
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.scenario import Case
from explorer.search.explore import Search
from explorer.search.result import Verdict
from explorer.search.run import explore

X, Y, Z = Location("x"), Location("y"), Location("z")


async def waits(t: Thread) -> None:
    await t.wait_until(X, lambda value: value == 1)
    await t.write(Y, 1, ONCE)


async def moves_on(t: Thread) -> None:
    seen = await t.read(Y, ONCE)
    await t.write(X, 1, ONCE)
    await t.write(Z, 1, ONCE)
    if seen == 2:
        await t.write(X, 2, ONCE)


async def answers(t: Thread) -> None:
    if await t.read(Z, ONCE) == 1:
        await t.write(Y, 2, ONCE)


# What moves_on sees of y and answers sees of z:
#   z = 0: nobody stores 2 to y. moves_on sees 0, or the 1 that waits stores behind x = 1 (a load
#          whose store comes later: load buffering). Two executions.
#   z = 1: y = 2 is stored, y has two stores where waits goes on. moves_on sees 0 or 1, with y = 2
#          before or behind y = 1: two each, four; it sees 2 and stores x = 2: waits goes on where it sees
#          x = 1, again two coherence orders; or it sees x = 2 only, for ever.
# So 8 complete executions, and one in which waits is too late.
@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize("order", list(permutations((waits, moves_on, answers))), ids=lambda o: o[0].__name__)
def test_one_thread_blocks_whichever_is_looked_at_first(order, model: str) -> None:  # type: ignore[no-untyped-def]
    program = Program(tuple(ThreadSpec(thread.__name__, thread) for thread in order))
    leaves = [leaf for leaf in Search(Unfolding(program, 3), load_model(model)) if leaf is not None]
    assert Counter(leaf.status for leaf in leaves) == {Status.COMPLETE: 8, Status.BLOCKED: 1}
    assert len({leaf.execution.key for leaf in leaves}) == 9
    assert explore(Case(program), load_model(model), Unfolding(program, 3)).verdict is Verdict.VIOLATED
