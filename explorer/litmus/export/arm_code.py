"""The statements of one arm: for each access, or each pair of an update, the kernel's operation."""

from __future__ import annotations

from explorer.execution.event import Source
from explorer.execution.kinds import Kind, Tag
from explorer.litmus.export import kernel_calls
from explorer.litmus.export.arms import ArmRun
from explorer.litmus.export.code import Choice, Code, Plain
from explorer.litmus.export.registers import Registers
from explorer.litmus.syntax import Assign, Call, Expression, Integer, Name, Statement
from explorer.program.expression import Expression as Computed
from explorer.program.expression import Operation, ReadOf, reads_of
from explorer.program.loops import Place
from explorer.program.step import Access, Cause


class ArmCode:
    """``code`` is what an arm does.  An update that may fail is in the arm in which it happens.

    Raises:
        ScenarioError: the kernel has no operation that makes these accesses.
    """

    def __init__(self, registers: Registers, run: ArmRun) -> None:
        self._registers = registers
        self._run = run
        accesses = [(access, place) for access, place in run.accesses if not access.implied]
        # The first access of an arm that an update leads to is that of the update.
        conditional = accesses[0][0] if run.entry is not None and run.entry.cause is Cause.UPDATE else None
        if run.failed:
            del accesses[0]
        code: list[Plain | Choice] = []
        while accesses:
            access, place = accesses.pop(0)
            if access.rmw:
                code += self._update(access, accesses.pop(0)[0], place, conditional=access is conditional)
            else:
                code += self._single(access, place)
        self.code: Code = tuple(code)

    def _value(self, computed: Computed | None, source: Source) -> Expression:
        assert computed is not None
        return self._registers.value(computed, self._run, source)

    def _single(self, access: Access, place: Place) -> Code:
        registers, source = self._registers, access.source
        if access.kind is Kind.FENCE:
            return (Plain(place, self._fence(access, place)),)
        address = registers.address(access, self._run)
        pointer = access.location in registers.program.pointers
        match access.kind:
            case Kind.UNLOCK:
                return (Plain(place, kernel_calls.call("spin_unlock", address)),)
            case Kind.WRITE:
                value = self._value(access.value, source)
                return (Plain(place, kernel_calls.store(access.tag, address, value, pointer=pointer)),)
            case Kind.IS_LOCKED:
                return (registers.read(place, access, Call("spin_is_locked", (address,))),)
        assert access.kind is Kind.READ
        read = registers.read(place, access, kernel_calls.load(access.tag, address, pointer=pointer))
        if access.requires is None:
            return (read,)
        return (read, *registers.require(place, access.requires, self._run, source, branch=True))

    def _fence(self, access: Access, place: Place) -> Statement:
        if access.location is None:
            assert access.tag is not None
            return kernel_calls.call(kernel_calls.FENCES[access.tag])
        domain = self._registers.address(access, self._run)
        match access.tag:
            case Tag.SRCU_LOCK:
                return Assign(Name(self._registers.name(place)), Call("srcu_read_lock", (domain,)))
            case Tag.SRCU_UNLOCK:
                return kernel_calls.call("srcu_read_unlock", domain, self._section(access))
            case _:
                return kernel_calls.call("synchronize_srcu", domain)

    def _section(self, unlock: Access) -> Expression:
        """The index of the section that ends: what the last lock gave whose section has not ended."""
        begun: list[Place] = []
        for mark, place in self._run.marks:
            if mark is unlock:
                break
            if mark.location is unlock.location and mark.tag is Tag.SRCU_LOCK:
                begun.append(place)
            elif mark.location is unlock.location and mark.tag is Tag.SRCU_UNLOCK and begun:
                begun.pop()
        return Name(self._registers.name(begun[-1])) if begun else Integer(0)

    def _update(self, read: Access, write: Access, place: Place, *, conditional: bool) -> Code:
        registers = self._registers
        address = registers.address(read, self._run)
        if read.kind is Kind.LOCK_READ and conditional:
            registers.inverted.add(place)
            return (registers.read(place, read, Call("spin_trylock", (address,))),)
        if read.kind is Kind.LOCK_READ:
            registers.silent.add(place)
            return (Plain(place, kernel_calls.call("spin_lock", address)),)
        if conditional:
            return (registers.read(place, read, self._compare_and_update(read, write, address)),)
        update = self._always_update(read, write, place, address)
        required = registers.require(place, read.requires, self._run, read.source) if read.requires is not None else ()
        return (update, *required)

    def _compare_and_update(self, read: Access, write: Access, address: Expression) -> Expression:
        """An update that happens only if the value read is such and such."""
        own, source = ReadOf(read.position), read.source
        value = kernel_calls.settled(_stored(write))
        match read.requires:
            case Operation(operator="==", operands=(left, expected)) if left == own and not reads_of(value) & own.reads:
                arguments = (address, self._value(expected, source), self._value(value, source))
                return Call(f"cmpxchg{self._ordering(read, write)}", arguments)
            case Operation(operator="!=", operands=(left, 0)) if left == own and read.fenced:
                match kernel_calls.arithmetic(value, own):
                    case "+", added:
                        return Call("atomic_add_unless", (address, self._value(added, source), Integer(0)))
        return self._registers.refuse(f"the kernel has no atomic operation on the condition {read.requires}", source)

    def _always_update(self, read: Access, write: Access, place: Place, address: Expression) -> Plain:
        own, source = ReadOf(read.position), read.source
        value = kernel_calls.settled(_stored(write))
        silent = read.tag is Tag.NORETURN
        if not silent and not reads_of(value) & own.reads:
            exchange = Call(f"xchg{self._ordering(read, write)}", (address, self._value(value, source)))
            return self._registers.read(place, read, exchange)
        computed = kernel_calls.arithmetic(_stored(write), own)
        if computed is None:
            self._registers.refuse(f"the kernel has no atomic operation that stores {write.value}", source)
        operator, operand = computed
        arguments = (self._value(operand, source), address)
        name = kernel_calls.ATOMIC[operator]
        if silent:
            self._registers.silent.add(place)
            return Plain(place, kernel_calls.call(f"atomic_{name}", *arguments))
        fetch = Call(f"atomic_fetch_{name}{self._ordering(read, write)}", arguments)
        return self._registers.read(place, read, fetch)

    def _ordering(self, read: Access, write: Access) -> str:
        """What the operation's name ends in."""
        suffix = kernel_calls.suffix(read, write)
        if suffix is None:
            self._registers.refuse(
                "the kernel has no atomic operation with the ordering of plain accesses", read.source
            )
        return suffix


def _stored(write: Access) -> Computed:
    assert write.value is not None
    return write.value
