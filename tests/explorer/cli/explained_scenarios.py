"""Small scenarios whose executions are explained: written to a file of their own, as a user's would be."""

SCENARIOS = '''"""Two locks, a count, and a copy that is to come before a seal."""

from dataclasses import dataclass

from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.lock_order import LockClass, LockOrder
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Goal, Scenario

ENDED = Goal("ended", "all threads ended", lambda execution: True)


def scenario(name, build):
    return Scenario(
        name=name, title=name, text=name, fixes=("none",), protocols=("plain",), parameters={}, small={}, build=build
    )


async def both(t, first, second):
    await first.acquire(t, at="L1 first lock")
    await second.acquire(t, at="L2 second lock")
    await second.release(t, at="L3 second unlock")
    await first.release(t, at="L4 first unlock")


def two_locks(fix, protocol, sizes):
    a, b = SpinLock("a"), SpinLock("b")
    order = LockOrder((LockClass("outer", (a.word,)), LockClass("inner", (b.word,))))
    threads = ThreadSpec("left", both, (a, b)), ThreadSpec("right", both, (b, a))
    return Case(Program(threads), (order,), (ENDED,))


async def add(t, count):
    await t.write(count, await t.read(count, ONCE, at="C1 look") + 1, ONCE, at="C2 add")


@dataclass(frozen=True)
class Lost:
    """Both threads have added one, and the count is 1."""

    count: Location
    name: str = "lost"

    def find(self, execution, before):
        (stores,) = (each for each in execution.coherence if execution.events[each[0]].location is self.count)
        if execution.events[stores[-1]].value == 2:
            return None
        path = (Edge(stores[1], stores[2], "co"),)
        return Violation(self.name, path, (Mark(stores[2], "LOST"),), "Two were added, and the count is 1.")


def counting(fix, protocol, sizes):
    count = Location("count")
    threads = ThreadSpec("left", add, (count,)), ThreadSpec("right", add, (count,))
    return Case(Program(threads), (Lost(count),), (ENDED,))


async def look(t, box, done):
    await t.read(box, ONCE, at="R1 copy")
    await t.write(done, 1, ONCE, at="R2 done")


async def seal(t, box, done):
    if await t.read(done, ONCE, at="S1 wait"):
        await t.write(box, 1, ONCE, at="S2 seal")


@dataclass(frozen=True)
class Late:
    """The reader's copy does not come before the owner's seal."""

    box: Location
    name: str = "late"

    def find(self, execution, before):
        stores = [i for i in execution.thread_events(1) if execution.events[i].location is self.box]
        copy = execution.thread_events(0)[0]
        if not stores or before is None or before[copy] >> stores[0] & 1:
            return None
        marks = (Mark(stores[0], "sealed"), Mark(copy, "LATE"))
        return Violation(self.name, (), marks, "The copy does not come before the seal.")


def sealing(fix, protocol, sizes):
    box, done = Location("box"), Location("done")
    threads = ThreadSpec("reader", look, (box, done)), ThreadSpec("owner", seal, (box, done))
    return Case(Program(threads), (Late(box),), (ENDED,))


async def section(t, x, y):
    await t.rcu_read_lock()
    await t.read(x, ONCE, at="R1 look")
    await t.read(y, ONCE, at="R2 look again")
    await t.rcu_read_unlock()


async def update(t, x, y):
    await t.write(x, 1, ONCE, at="U1 unlink")
    await t.synchronize_rcu()
    await t.write(y, 1, ONCE, at="U3 free")


@dataclass(frozen=True)
class Spanned:
    """A section began before the grace period, and saw what came after it."""

    name: str = "spanned"

    def find(self, execution, before):
        first, second = [i for i in execution.thread_events(0) if execution.events[i].reads]
        if (execution.events[first].value, execution.events[second].value) != (0, 1):
            return None
        return Violation(self.name, (), (Mark(second, "SPANNED"),), "A section saw both sides of a grace period.")


def freeing(fix, protocol, sizes):
    x, y = Location("x"), Location("y")
    threads = ThreadSpec("reader", section, (x, y)), ThreadSpec("updater", update, (x, y))
    return Case(Program(threads), (Spanned(),), (ENDED,))


async def two_stores(t, first, second):
    await t.write(first, 1, at="W1 first")
    await t.fence(Tag.MB, at="W2 order")
    await t.write(second, 2, at="W3 second")


@dataclass(frozen=True)
class Crossed:
    """Both first stores come last."""

    name: str = "crossed"

    def find(self, execution, before):
        last = [stores[-1] for stores in execution.coherence]
        if [execution.events[store].value for store in last] != [1, 1]:
            return None
        return Violation(self.name, (), tuple(Mark(store, "last") for store in last), "Both first stores came last.")


def crossing(fix, protocol, sizes):
    x, y = Location("x"), Location("y")
    threads = ThreadSpec("left", two_stores, (x, y)), ThreadSpec("right", two_stores, (y, x))
    return Case(Program(threads), (Crossed(),), (ENDED,))


ALL = (
    scenario("stores", crossing),
    scenario("locks", two_locks),
    scenario("count", counting),
    scenario("copy", sealing),
    scenario("section", freeing),
)
'''
