"""Random small programs of kernel operations, and the programs that are like one but more ordered.

To the operations of ``random_programs`` come those that only kernel code has: trylock and
is-held, RCU and SRCU, and fences where the kernel puts them.  Every access is marked unless
a strategy says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from hypothesis import strategies as st

from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.program.locks import SrcuDomain
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.program.tree import Unfolding
from explorer.testing.operations import (
    UNROLL,
    CompareExchange,
    Exchange,
    Fence,
    Fetch,
    Follow,
    If,
    Locked,
    Memory,
    Operation,
    Operations,
    Publish,
    Read,
    Threads,
    WaitUntil,
    Write,
    run_all,
)
from explorer.testing.random_programs import ACCESSES, OPERANDS, VALUES

T = TypeVar("T")


@dataclass(frozen=True)
class KernelMemory(Memory):
    """With one location more and an SRCU domain; ``b`` is also the name of what is in box b."""

    z: Location = field(default_factory=lambda: Location("z"))
    srcu: SrcuDomain = field(default_factory=lambda: SrcuDomain("srcu"))

    def location(self, name: str) -> Location:
        return {"x": self.x, "y": self.y, "z": self.z, "b": self.b.field}[name]


def srcu_of(memory: Memory) -> SrcuDomain:
    """The one SRCU domain of a program of this module."""
    assert isinstance(memory, KernelMemory)
    return memory.srcu


@dataclass(frozen=True)
class Block(Operation):
    """Statements that belong together, such as an atomic operation and the fences beside it."""

    body: Operations

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        return await run_all(t, memory, self.body, register)


@dataclass(frozen=True)
class TryLocked(Operation):
    """A critical section that is left out where the spin lock is found held."""

    body: Operations

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        if await memory.spin.try_acquire(t) == 0:
            register = await run_all(t, memory, self.body, register)
            await memory.spin.release(t)
        return register


@dataclass(frozen=True)
class IsHeld(Operation):
    """Whether the spin lock is held."""

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        return await memory.spin.is_held(t)


@dataclass(frozen=True)
class ReadSide(Operation):
    """A read-side critical section."""

    of: Literal["rcu", "srcu"]
    body: Operations

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        if self.of == "rcu":
            await t.rcu_read_lock()
            register = await run_all(t, memory, self.body, register)
            await t.rcu_read_unlock()
            return register
        index = await srcu_of(memory).read_lock(t)
        register = await run_all(t, memory, self.body, register)
        await srcu_of(memory).read_unlock(t, index)
        return register


@dataclass(frozen=True)
class GracePeriod(Operation):
    of: Literal["rcu", "srcu"]

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        await (t.synchronize_rcu() if self.of == "rcu" else srcu_of(memory).synchronize(t))
        return register


async def _thread(t: Thread, memory: KernelMemory, operations: Operations) -> None:
    await run_all(t, memory, operations, 0)


def unfold(threads: Threads) -> Unfolding:
    """The program of these threads, named P0, P1, ..., with a memory of its own."""
    memory = KernelMemory()
    specs = (ThreadSpec(f"P{i}", _thread, (memory, thread)) for i, thread in enumerate(threads))
    return Unfolding(Program(tuple(specs)), UNROLL)


# ---- the same program with more order

INSERTED = [Tag.MB, Tag.RMB, Tag.WMB, Tag.BARRIER, Tag.BEFORE_ATOMIC, Tag.AFTER_ATOMIC, Tag.AFTER_SPINLOCK]

STRONGER_UPDATES = {"once": ("acquire", "release", "full"), "acquire": ("full",)}
"""From release to full is missing on purpose: under lkmm that is no strengthening."""


def more_ordered(threads: Threads) -> list[Threads]:
    """Every program that has one fence more, or one access with a stronger tag, in the order of the places."""
    return [
        (*threads[:i], stronger, *threads[i + 1 :])
        for i, thread in enumerate(threads)
        for stronger in _more_ordered_body(thread)
    ]


def _more_ordered_body(body: Operations) -> Iterator[Operations]:
    for i in range(len(body) + 1):
        for tag in INSERTED:
            yield (*body[:i], Fence(tag.value), *body[i:])
    for i, operation in enumerate(body):
        for stronger in _stronger(operation):
            yield (*body[:i], stronger, *body[i + 1 :])


def _stronger(operation: Operation) -> Iterator[Operation]:
    match operation:
        case Read(order="once") | WaitUntil(order="once"):
            yield replace(operation, order="acquire")
        case Write(order="once") | Publish(order="once"):
            yield replace(operation, order="release")
        case Fetch(result=None):
            pass  # an operation without a result is unordered
        case Exchange() | CompareExchange() | Fetch():
            for order in STRONGER_UPDATES.get(operation.order, ()):
                yield replace(operation, order=order)
        case If():
            for then in _more_ordered_body(operation.then):
                yield replace(operation, then=then)
            for otherwise in _more_ordered_body(operation.otherwise):
                yield replace(operation, otherwise=otherwise)
        case Block() | Locked() | TryLocked() | ReadSide():
            for body in _more_ordered_body(operation.body):
                yield replace(operation, body=body)


# ---- the strategies; simpler alternatives come first, for shrinking goes there


def weighted(*choices: tuple[int, st.SearchStrategy[T]]) -> st.SearchStrategy[T]:
    """One of the choices, each with its weight: ``st.one_of`` takes a repeated strategy once only."""
    return st.sampled_from([choice for weight, choice in choices for _ in range(weight)]).flatmap(lambda chosen: chosen)


def bodies(operations: st.SearchStrategy[Operation], most: int) -> st.SearchStrategy[Operations]:
    return st.lists(operations, max_size=most).map(tuple)


def maybe(tag: Tag) -> st.SearchStrategy[Operations]:
    return st.sampled_from([(), (Fence(tag.value),)])


UPDATE_ORDERS = st.sampled_from(["once", "full", "acquire", "release"])
OPERATORS = st.sampled_from("+-&|^")
DOMAINS: st.SearchStrategy[Literal["rcu", "srcu"]] = st.sampled_from(["rcu", "srcu"])


def reads(where: st.SearchStrategy[str]) -> st.SearchStrategy[Operation]:
    return st.builds(Read, where, st.sampled_from(["once", "acquire"]))


def writes(where: st.SearchStrategy[str]) -> st.SearchStrategy[Operation]:
    return st.builds(Write, where, OPERANDS, st.sampled_from(["once", "release"]))


def beside(before: Operations, update: Operation, after: Operations) -> Operation:
    return Block((*before, update, *after)) if before or after else update


def updates(where: st.SearchStrategy[str]) -> st.SearchStrategy[Operation]:
    """Atomic operations, with or without the fences that go beside them."""
    update = st.one_of(
        st.builds(Exchange, where, OPERANDS, UPDATE_ORDERS),
        st.builds(Fetch, OPERATORS, where, OPERANDS, UPDATE_ORDERS, st.sampled_from(["old", "new"])),
        st.builds(Fetch, OPERATORS, where, OPERANDS, st.just("once"), st.none()),
        st.builds(CompareExchange, where, VALUES, OPERANDS, UPDATE_ORDERS),
    )
    return st.builds(beside, maybe(Tag.BEFORE_ATOMIC), update, maybe(Tag.AFTER_ATOMIC))


def accesses(where: st.SearchStrategy[str]) -> st.SearchStrategy[Operation]:
    return weighted((2, writes(where)), (2, reads(where)), (1, updates(where)))


def locked(body: st.SearchStrategy[Operations]) -> st.SearchStrategy[Operation]:
    after = st.one_of(maybe(Tag.AFTER_SPINLOCK), maybe(Tag.AFTER_UNLOCK_LOCK))
    return st.builds(lambda fence, inside: Locked("spin", fence + inside), after, body)


MARKED = accesses(st.sampled_from("xy"))
FENCES = st.sampled_from([Fence(tag.value) for tag in (Tag.MB, Tag.WMB, Tag.RMB, Tag.BARRIER)])
DECISIONS = st.builds(If, VALUES, bodies(MARKED, 1), bodies(MARKED, 1))
POINTERS = st.one_of(
    st.builds(Follow, st.one_of(st.none(), OPERANDS)),
    st.builds(Publish, st.just("b"), st.sampled_from(["release", "once"])),
)
LOCKS = st.one_of(locked(bodies(MARKED, 2)), st.builds(TryLocked, bodies(MARKED, 1)), st.just(IsHeld()))
GRACE_PERIODS = st.builds(GracePeriod, DOMAINS)
RCU = st.one_of(st.builds(ReadSide, DOMAINS, bodies(st.one_of(MARKED, POINTERS), 2)), GRACE_PERIODS)
MARKED_OPERATIONS = weighted((5, MARKED), (1, FENCES), (1, DECISIONS), (1, POINTERS), (1, LOCKS), (2, RCU))
ANY_OPERATIONS = weighted((2, ACCESSES), (1, MARKED_OPERATIONS))
"""Plain accesses too."""

ALWAYS = st.tuples(weighted((3, FENCES), (1, GRACE_PERIODS)))
SOMETIMES = weighted((3, st.just(())), (2, ALWAYS))
"""What stands between two accesses of a thread."""

COMMUNICATIONS = {"rf": ("W", "R"), "fr": ("R", "W"), "co": ("W", "W")}
"""What the two ends of a step from one thread to another are."""


@st.composite
def cycles(draw: st.DrawFn, steps: Sequence[str] = tuple(COMMUNICATIONS)) -> Threads:
    """The threads of a cycle that sc forbids: SB, MP, LB, S, R, 2+2W, ISA2, Z6 and the like.

    In each thread, or in some, there is something that orders.  Among programs without such a cycle
    few can tell two models apart.  With ``rf`` as the only step it is load buffering.
    """
    between = draw(st.sampled_from([SOMETIMES, ALWAYS]))
    locations = draw(st.sampled_from(["xy", "xyz"]))
    # Step i, at location i, leads from thread i to the next one.
    ends = [COMMUNICATIONS[draw(st.sampled_from(steps))] for _location in locations]
    return tuple(
        draw(ordered(end_of_step(ends[i - 1][1], locations[i - 1]), end_of_step(ends[i][0], locations[i]), between))
        for i in range(len(locations))
    )


@st.composite
def observed_writes(draw: st.DrawFn) -> Threads:
    """A thread that writes, and two that may see it differently: WRC, RWC and the like."""
    seen, (source, target) = draw(st.sampled_from("RW")), COMMUNICATIONS[draw(st.sampled_from(list(COMMUNICATIONS)))]
    return (
        (draw(end_of_step("W", "x")),),
        draw(ordered(end_of_step(seen, "x"), end_of_step(source, "y"))),
        draw(ordered(end_of_step(target, "y"), end_of_step("R", "x"))),
    )


@st.composite
def publications(draw: st.DrawFn) -> Threads:
    """One thread fills box b and publishes it, the other follows the pointer."""
    writer = draw(
        ordered(end_of_step("W", "b"), st.builds(Publish, st.just("b"), st.sampled_from(["release", "once"])))
    )
    reader = (Follow(), *draw(bodies(MARKED_OPERATIONS, 2)))
    return writer, draw(st.sampled_from([reader, (ReadSide("rcu", reader),)]))


def end_of_step(kind: str, location: str) -> st.SearchStrategy[Operation]:
    """An access that reads or that writes: mostly one that orders nothing, for a second order hides the first."""
    where = st.just(location)
    once = st.builds(Write, where, st.integers(1, 2)) if kind == "W" else st.builds(Read, where)
    access = writes(where) if kind == "W" else reads(where)
    body = st.tuples(weighted((2, once), (1, access), (1, updates(where))))
    decision = st.builds(If, st.integers(0, 1), body)
    return weighted((8, once), (2, access), (1, updates(where)), (1, decision), (1, locked(body)))


def ordered(
    first: st.SearchStrategy[Operation],
    second: st.SearchStrategy[Operation],
    between: st.SearchStrategy[Operations] = SOMETIMES,
) -> st.SearchStrategy[Operations]:
    """A thread of two accesses, with or without something between them or around them."""
    thread = st.builds(lambda before, fence, after: (before, *fence, after), first, between, second)
    return weighted((3, thread), (1, st.builds(lambda domain, body: (ReadSide(domain, body),), DOMAINS, thread)))
