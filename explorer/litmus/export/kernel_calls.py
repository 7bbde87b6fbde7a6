"""The kernel's operation that makes given accesses: the way back from ``operations.def``."""

from __future__ import annotations

from explorer.execution.kinds import Tag
from explorer.litmus.syntax import Assign, Call, Dereference, Expression, ExpressionStatement, Statement
from explorer.program.expression import Expression as Computed
from explorer.program.expression import Operation, ReadOf, reads_of
from explorer.program.step import Access

FENCES = {
    Tag.MB: "smp_mb",
    Tag.RMB: "smp_rmb",
    Tag.WMB: "smp_wmb",
    Tag.BARRIER: "barrier",
    Tag.BEFORE_ATOMIC: "smp_mb__before_atomic",
    Tag.AFTER_ATOMIC: "smp_mb__after_atomic",
    Tag.AFTER_SPINLOCK: "smp_mb__after_spinlock",
    Tag.AFTER_UNLOCK_LOCK: "smp_mb__after_unlock_lock",
    Tag.RCU_LOCK: "rcu_read_lock",
    Tag.RCU_UNLOCK: "rcu_read_unlock",
    Tag.SYNC_RCU: "synchronize_rcu",
}
"""Fences and marks that take no argument."""

ATOMIC = {"+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor"}
"""The arithmetic of atomic operations, as their names spell it."""

_COMMUTE = ("+", "&", "|", "^")


def call(function: str, *arguments: Expression) -> Statement:
    """A call that stands alone."""
    return ExpressionStatement(Call(function, arguments))


def load(tag: Tag | None, address: Expression, *, pointer: bool) -> Expression:
    """A read; of a ``pointer`` that other threads set it is an rcu_dereference, the same as READ_ONCE to the model."""
    match tag:
        case Tag.ACQUIRE:
            return Call("smp_load_acquire", (address,))
        case Tag.ONCE:
            return Call("rcu_dereference" if pointer else "READ_ONCE", (Dereference(address),))
        case _:
            assert tag is Tag.PLAIN
            return Dereference(address)


def store(tag: Tag | None, address: Expression, value: Expression, *, pointer: bool) -> Statement:
    """A write; a release of a ``pointer`` is an rcu_assign_pointer."""
    match tag:
        case Tag.RELEASE if pointer:
            return call("rcu_assign_pointer", Dereference(address), value)
        case Tag.RELEASE:
            return call("smp_store_release", address, value)
        case Tag.ONCE:
            return call("WRITE_ONCE", Dereference(address), value)
        case _:
            assert tag is Tag.PLAIN
            return Assign(Dereference(address), value)


def suffix(read: Access, write: Access) -> str | None:
    """What the name of an update ends in for its ordering; None where the kernel has no such operation."""
    if read.fenced:
        return ""
    orderings = {
        (Tag.ONCE, Tag.ONCE): "_relaxed",
        (Tag.ACQUIRE, Tag.ONCE): "_acquire",
        (Tag.ONCE, Tag.RELEASE): "_release",
    }
    assert read.tag is not None
    assert write.tag is not None
    return orderings.get((read.tag, write.tag))


def arithmetic(value: Computed, own: ReadOf) -> tuple[str, Computed] | None:
    """The operator and operand with which an update makes ``value`` from what it reads, if it is one."""
    match value:
        case Operation(operator=operator, operands=(left, right)) if operator in ATOMIC:
            if right == own and operator in _COMMUTE:
                left, right = right, left
            if left == own and not reads_of(right) & own.reads:
                return operator, right
    return None


def settled(value: Computed) -> Computed:
    """The value, as a constant if it is the same whatever is read (``v & 0``: an atomic clear of all bits)."""
    match value:
        case Operation(operator="&" | "*", operands=operands) if 0 in operands:
            return 0
    return value
