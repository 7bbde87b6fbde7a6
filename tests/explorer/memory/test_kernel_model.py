"""The kernel's own files, unmodified, from Debian's linux-source-6.1 package."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_programs import Step, Thread, candidates, exchange, fence, lock, read, write

from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import is_acyclic
from explorer.memory.model import Model, load_model


@pytest.fixture(scope="session")
def kernel(kernel_memory_model: Path) -> Model:
    return load_model(str(kernel_memory_model))


def plain(step: Step) -> Step:
    return Step(step.kind, Tag.PLAIN, step.location, step.value)


def unlock(location: str) -> Step:
    return Step(Kind.UNLOCK, Tag.RELEASE, location, 0)


def critical(*steps: Step) -> Thread:
    return [*lock("l"), *steps, unlock("l")]


WMB, RMB, MB = fence(Tag.WMB), fence(Tag.RMB), fence(Tag.MB)
RCU = fence(Tag.RCU_LOCK), fence(Tag.RCU_UNLOCK)
GRACE = fence(Tag.SYNC_RCU)

# A program, how many of its candidates are allowed, and the axioms that the weak one fails if it is not.
PROGRAMS: dict[str, tuple[list[Thread], int, tuple[str, ...]]] = {
    "MP": ([[write("x"), write("y")], [read("y"), read("x")]], 4, ()),
    "MP, wmb and rmb": ([[write("x"), WMB, write("y")], [read("y"), RMB, read("x")]], 3, ("happens-before",)),
    "MP, wmb alone": ([[write("x"), WMB, write("y")], [read("y"), read("x")]], 4, ()),
    "MP, release and acquire": (
        [[write("x"), write("y", 1, Tag.RELEASE)], [read("y", Tag.ACQUIRE), read("x")]],
        *(3, ("happens-before",)),
    ),
    "SB": ([[write("x"), read("y")], [write("y"), read("x")]], 4, ()),
    "SB, mb": ([[write("x"), MB, read("y")], [write("y"), MB, read("x")]], 3, ("propagation",)),
    "LB": ([[read("x"), write("y")], [read("y"), write("x")]], 4, ()),
    # mb, rfe, mb, rfe is a cycle of strong fences as well.
    "LB, mb": ([[read("x"), MB, write("y")], [read("y"), MB, write("x")]], 3, ("happens-before", "propagation")),
    "CoRR": ([[write("x")], [read("x"), read("x")]], 3, ("coherence",)),
    "two updates": ([exchange("x", 1), exchange("x", 2)], 2, ()),
    # A reader that enters before the grace period ends has left before the store behind it.
    "RCU, flag then data": ([[write("x"), GRACE, write("y")], [RCU[0], read("y"), read("x"), RCU[1]]], 3, ("rcu",)),
    "RCU, data then flag": ([[write("x"), GRACE, write("y")], [RCU[0], read("x"), read("y"), RCU[1]]], 3, ("rcu",)),
    "no RCU section": ([[write("x"), GRACE, write("y")], [read("x"), read("y")]], 4, ()),
    # The lock is handed over in either order.
    "lock": ([critical(), critical()], 2, ()),
    # Each critical section sees all of the other, or nothing.
    "MP, locks": (
        [critical(write("x"), write("y")), critical(read("y"), read("x"))],
        *(2, ("happens-before",)),
    ),
    # A lock is seen held by another thread in its section, and free before and after it.
    "is locked": ([critical(), [Step(Kind.IS_LOCKED, Tag.ONCE, "l")]], 1, ("rf-as-given",)),
    "is unlocked": ([critical(), [Step(Kind.IS_UNLOCKED, Tag.ONCE, "l")]], 2, ("rf-as-given",)),
    # Either order of the sections; of the four pairs of sources one goes back in coherence.
    "two trylocks": ([critical(), critical(), [Step(Kind.LOCK_FAILED, Tag.ONCE, "l")] * 2], 6, ("coherence",)),
    "nested lock": ([[*lock("l"), *lock("l")]], 0, ("lock-nest",)),
    "two sections without end": ([lock("l"), lock("l")], 0, ("unmatched-locks",)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_many_executions_as_counted_by_hand(kernel: Model, name: str) -> None:
    program, allowed, failed = PROGRAMS[name]
    executions = list(candidates(program))
    # What with chooses is decided by rf: no execution counts twice.
    assert sum(map(kernel.candidates, executions)) == sum(map(kernel.allows, executions)) == allowed
    verdicts = {kernel.violated(execution) for execution in executions}
    assert not failed or any(set(failed) <= set(verdict) for verdict in verdicts)
    if len(executions) == 4 and failed:
        assert verdicts == {(), failed}
    for execution in filter(kernel.allows, executions):
        before = kernel.before(execution)
        assert before is not None
        assert is_acyclic(before)


def test_plain_accesses_race_unless_ordered(kernel: Model) -> None:
    racy = [[plain(write("x"))], [plain(read("x"))]]
    assert {kernel.flags(execution) for execution in candidates(racy)} == {("data-race",)}
    locked = [critical(plain(write("x"))), critical(plain(read("x")))]
    assert {kernel.flags(execution) for execution in candidates(locked) if kernel.allows(execution)} == {()}
    # With release and acquire the only race is that of the reader that does not wait for the flag.
    published = [[plain(write("x")), write("y", 1, Tag.RELEASE)], [read("y", Tag.ACQUIRE), plain(read("x"))]]
    # 0 initial x, 1 initial y; 2 W x, 3 W y; 4 R y, 5 R x.
    flags = {e.source_of[4:]: kernel.flags(e) for e in candidates(published) if kernel.allows(e)}
    assert flags == {(1, 0): ("data-race",), (1, 2): ("data-race",), (3, 2): ()}


def test_brackets_that_do_not_match_are_flagged(kernel: Model) -> None:
    (execution,) = candidates([[RCU[1], RCU[0], RCU[0], RCU[1]]])
    assert kernel.flags(execution) == ("unbalanced-rcu-locking",)


def test_what_prunes(kernel: Model) -> None:
    whole = {"lock-nest", "coherence", "atomic", "happens-before", "propagation"}
    on_paths = {"unmatched-locks", "rcu", "plain-coherence"}
    assert {axiom.name for axiom in kernel.axioms if axiom.monotone} == whole
    assert {axiom.name for axiom in kernel.axioms if axiom.monotone_on_paths} == whole | on_paths
    assert [order.axiom for order in kernel.orders if order.complete] == ["coherence"]


def test_the_parts_are_there(kernel: Model) -> None:
    assert kernel.name == "linux-kernel"
    assert kernel.macros is not None
    assert "READ_ONCE(X)" in kernel.macros
