"""One thread of a litmus test as a coroutine of modelled operations.

The same interpretation runs with symbolic values, while the thread is unfolded, and with
concrete ones, on the scheduler.  Arms are in the syntax and assignments are visible, so
control dependence is exact: ``control`` are the reads that control what is done now, and
every register remembers those that controlled what it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Value
from explorer.litmus.memory import Cell, Memory
from explorer.litmus.operators import BINARY, UNARY, as_int
from explorer.litmus.source import LitmusError, Place
from explorer.litmus.syntax import (
    AddressOf,
    Assign,
    Binary,
    BinaryOp,
    Block,
    Cast,
    Conditional,
    Declaration,
    Dereference,
    Expression,
    ExpressionStatement,
    If,
    Index,
    Integer,
    Name,
    Node,
    Primitive,
    Statement,
    Thread,
    Unary,
)
from explorer.program.expression import reads_of
from explorer.program.request import Fence, Load, LockTest, Store
from explorer.program.thread import ACQUIRE, FULL, ONCE, Order
from explorer.program.thread import Thread as Operations
from explorer.program.value import SymbolicValue

_ORDERS = {"mb": FULL, "once": ONCE, "acquire": ACQUIRE, "release": Order.RELEASE}


@dataclass(frozen=True, slots=True)
class Given:
    """A value of a register or expression, and the reads whose decisions chose it (positions as bits)."""

    value: Any
    control: int = 0


class Interpretation:
    """One run of a thread.

    ``registers`` are the local variables, ``control`` the reads that control what is done
    now, ``place`` where it stands, ``ahead`` the statements that may still run, innermost
    block first.
    """

    def __init__(self, thread: Thread, memory: Memory, operations: Operations) -> None:
        self.control = 0
        self.place: Place = thread.place
        self.ahead: list[Sequence[Statement]] = []
        self.registers: dict[str, Given] = {
            name: Given(value) for (number, name), value in memory.registers.items() if number == thread.number
        }
        self._thread = thread
        self._t = operations
        self._cells: Mapping[str, Cell] = {
            parameter.name: memory.cells[parameter.name] for parameter in thread.parameters
        }

    async def run(self) -> None:
        """Do all that the thread does."""
        await self._block(self._thread.body)

    # ---- statements

    async def _block(self, statements: Sequence[Statement]) -> None:
        for i, statement in enumerate(statements):
            self.ahead.append(statements[i:])
            await self._statement(statement)
            self.ahead.pop()

    async def _statement(self, statement: Statement) -> None:
        self.place = statement.place
        match statement:
            case Declaration(name=name, initialiser=None):
                self.registers.setdefault(name, Given(0))
            case Declaration(name=name, initialiser=Expression() as initialiser):
                self._assign(name, await self._value(initialiser))
            case Assign(Name(name), value) if name not in self._cells:
                self._assign(name, await self._value(value))
            case Assign(Dereference() | Index() as target, value):
                location = await self._location(target)
                stored = await self._value(value)
                await Store("", location, stored.value, Tag.PLAIN)
            case If(condition, then, otherwise):
                decided = await self._value(condition)
                before = self.control
                self.control |= decided.control | _reads_in(decided.value)
                await self._block(then if decided.value else otherwise)
                self.control = before
            case Block(statements):
                await self._block(statements)
            case ExpressionStatement(expression):
                await self._value(expression)
            case _:
                raise self._refused(statement, "cannot be assigned to")

    def _assign(self, name: str, given: Given) -> None:
        self.registers[name] = Given(given.value, given.control | self.control)

    # ---- expressions

    async def _value(self, expression: Expression) -> Given:
        match expression:
            case Integer(value):
                return Given(value)
            case Name(name) if name in self._cells:
                return Given(self._cells[name])
            case Name(name):
                if name not in self.registers:
                    raise self._refused(expression, "is neither a parameter nor a local variable")
                return self.registers[name]
            case Cast(_, operand):
                return await self._value(operand)
            case AddressOf(Dereference(pointer)):
                return await self._value(pointer)
            case AddressOf(Name(name)):
                raise self._refused(expression, self._no_address(name))
            case AddressOf(Index(base, index)):
                return await self._value(Binary(BinaryOp.ADD, base, index, place=expression.place))
            case Dereference() | Index():
                return Given(await Load("", await self._location(expression), Tag.PLAIN))
            case Unary(operator, operand):
                given = await self._value(operand)
                return Given(UNARY[operator](given.value), given.control)
            case Binary(operator, left, right):
                one, other = await self._value(left), await self._value(right)
                return Given(BINARY[operator](one.value, other.value), one.control | other.control)
            case Conditional(condition, then, otherwise):
                decided = await self._value(condition)
                before = self.control
                self.control |= decided.control | _reads_in(decided.value)
                chosen = await self._value(then if decided.value else otherwise)
                given = Given(chosen.value, chosen.control | self.control)
                self.control = before
                return given
            case Primitive():
                self.place = expression.place
                return Given(await self._primitive(expression))
            case _:
                raise self._refused(expression, "is not supported")

    def _no_address(self, name: str) -> str:
        if name in self.registers:
            return "cannot be used: a local variable has no address"
        advice = f"cannot be used: set the pointer in the initial state {{ p=&{name}; }}"
        return f"{advice}, or write {name}, which is the address" if name in self._cells else advice

    async def _location(self, target: Expression) -> Any:
        """The location that ``*p`` or ``p[i]`` stands for."""
        match target:
            case Dereference(pointer):
                address = (await self._value(pointer)).value
            case Index(base, index):
                address = (await self._value(Binary(BinaryOp.ADD, base, index, place=target.place))).value
            case _:
                raise self._refused(target, "is no location: write *p or p[i]")
        return self._at(address, target)

    def _at(self, address: Any, node: Node) -> Any:
        if not isinstance(address, Cell | SymbolicValue):
            raise self._refused(node, f"follows {'a null pointer' if address == 0 else address}")
        return address.word

    async def _primitive(self, primitive: Primitive) -> Any:
        """Do one operation of the memory model; gives its value, 0 where it has none."""
        arguments = primitive.arguments
        match primitive.name:
            case "__load":
                return await Load("", await self._location(arguments[0]), self._tag(primitive))
            case "__store":
                location = await self._location(arguments[0])
                stored = await self._value(arguments[1])
                await Store("", location, stored.value, self._tag(primitive))
                return 0
            case "__fence":
                await Fence("", self._tag(primitive))
                return 0
        # All others take an address, and then values.
        address, *others = [(await self._value(argument)).value for argument in arguments]
        location = self._at(address, arguments[0])
        return await self._on_location(primitive, location, others)

    async def _on_location(self, primitive: Primitive, location: Any, others: Sequence[Any]) -> Any:
        t = self._t
        match primitive.name, others:
            case "__xchg", [value]:
                return await t.exchange(location, value, self._order(primitive))
            case "__cmpxchg", [expected, value]:
                return await t.compare_exchange(location, expected, value, self._order(primitive))
            case "__atomic_op", [value]:
                await t.fetch(self._operator(primitive), location, value, ONCE, result=None)
                return 0
            case "__atomic_op_return", [value]:
                return await t.fetch(self._operator(primitive), location, value, self._order(primitive), result="new")
            case "__atomic_fetch_op", [value]:
                return await t.fetch(self._operator(primitive), location, value, self._order(primitive))
            case "__atomic_add_unless", [value, refused]:
                order = self._order(primitive)
                old = await t.update_if(location, lambda v: v != refused, lambda v: v + value, order)
                return as_int(old != refused)
            case "__lock", []:
                await t.wait_rmw(location, _is_free, _held, ACQUIRE, lock=True)
                return 0
            case "__unlock", []:
                await Store("", location, 0, Tag.RELEASE, kind=Kind.UNLOCK)
                return 0
            case "__trylock", []:
                return as_int(await t.update_if(location, _is_free, _held, ACQUIRE, lock=True) == 0)
            case "__islocked", []:
                return as_int(await LockTest("", location) != 0)
            case "__srcu", [*index]:
                tag = self._tag(primitive)
                given = 0 if tag is Tag.SRCU_LOCK else index[0] if index else None
                await Fence("", tag, location, given)
                return 0
            case _:
                raise self._refused(primitive, "is no operation of the memory model")

    def _tag(self, primitive: Primitive) -> Tag:
        try:
            return Tag(primitive.tag)
        except ValueError:
            raise self._refused(primitive, f"has an ordering that is not known: {primitive.tag}") from None

    def _order(self, primitive: Primitive) -> Order:
        if primitive.tag not in _ORDERS:
            raise self._refused(primitive, f"has an ordering that is not known: {primitive.tag}")
        return _ORDERS[primitive.tag]

    def _operator(self, primitive: Primitive) -> str:
        assert primitive.operator is not None, "the macro parser sees to it"
        if primitive.operator.value not in ("+", "-", "&", "|", "^"):
            raise self._refused(primitive, f"has no atomic form of {primitive.operator.value}")
        return str(primitive.operator.value)

    def _refused(self, node: Node, why: str) -> LitmusError:
        return LitmusError(f"{node.place.text or type(node).__name__} {why}", node.place)


def _is_free(word: Any) -> Any:
    return word == 0


def _held(_word: Any) -> Value:
    return 1


def _reads_in(value: Any) -> int:
    return reads_of(value.expression) if isinstance(value, SymbolicValue) else 0
