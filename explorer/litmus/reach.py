"""What the statements of a litmus test may write and point to, from the syntax alone.

An upper bound: the search waits for a write only where one may come, and follows a
pointer only to what a pointer may hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass

from explorer.execution.location import Location
from explorer.litmus.memory import Cell, Memory
from explorer.litmus.syntax import (
    Address,
    AddressOf,
    Assign,
    Dereference,
    Expression,
    Index,
    Litmus,
    Name,
    Node,
    Primitive,
    Statement,
    Thread,
)

_READS_ONLY = frozenset({"__load", "__fence", "__islocked", "__srcu"})
_TAKES_LVALUE = frozenset({"__load", "__store"})


def pointees(test: Litmus, memory: Memory) -> tuple[Cell, ...]:
    """The cells that a pointer may hold, in the order of the test's locations."""
    values = [value for initial in test.initial for value in initial.values]
    held = {memory.cells[str(value.location)] for value in values if isinstance(value, Address)}
    for thread in test.threads:
        held |= {memory.cells[name] for name in _names_held(thread.body, _parameters(thread))}
    # Arithmetic on a pointer leads along the whole array.
    arrays = {id(cell.array) for cell in held}
    return tuple(cell for cell in memory.cells.values() if id(cell.array) in arrays)


class Reach:
    """What one thread may reach. ``targets`` are the cells that a pointer may hold."""

    def __init__(self, thread: Thread, memory: Memory, targets: tuple[Cell, ...]) -> None:
        self.targets = targets
        self._arrays = {name: memory.cells[name].array for name in _parameters(thread)}
        self._writes: dict[int, frozenset[Location]] = {}

    def writes_of(self, blocks: Iterable[Sequence[Statement]]) -> frozenset[Location]:
        """The locations that statements may write."""
        return frozenset().union(*(self._statement_writes(statement) for block in blocks for statement in block))

    def _statement_writes(self, statement: Statement) -> frozenset[Location]:
        # The tree of the test outlives this object, so a statement's id is its own.
        known = self._writes.get(id(statement))
        if known is None:
            known = self._writes[id(statement)] = frozenset(
                cell.word for node in _nodes(statement) for cell in self._written(node)
            )
        return known

    def _written(self, node: Node) -> Iterable[Cell]:
        match node:
            case Assign(Dereference() | Index() as target):
                return self._cells_at(target)
            case Primitive(name=name, arguments=(target, *_)) if name not in _READS_ONLY:
                return self._cells_at(target if name in _TAKES_LVALUE else Dereference(target))
            case _:
                return ()

    def _cells_at(self, lvalue: Expression) -> Iterable[Cell]:
        match lvalue:
            case Dereference(AddressOf(target)):
                return self._cells_at(target)
            case Dereference(Name(name)) if name in self._arrays:
                return self._arrays[name][:1]
            case Index(Name(name)) if name in self._arrays:
                return self._arrays[name]
            case _:
                return self.targets


def _parameters(thread: Thread) -> frozenset[str]:
    return frozenset(parameter.name for parameter in thread.parameters)


def _names_held(tree: object, parameters: frozenset[str]) -> Iterator[str]:
    """The parameters whose addresses are used as values, not just to reach what is there."""
    match tree:
        case Dereference(Name()):
            return
        case Primitive(arguments=(Name(), *others)):
            yield from _names_held(others, parameters)
        case Name(name):
            if name in parameters:
                yield name
        case list() | tuple():
            for item in tree:
                yield from _names_held(item, parameters)
        case _ if is_dataclass(tree):
            yield from _names_held(_children(tree), parameters)


def _nodes(tree: object) -> Iterator[Node]:
    """All nodes of a syntax tree, the tree itself first."""
    if isinstance(tree, Node):
        yield tree
    for child in tree if isinstance(tree, tuple) else _children(tree):
        if isinstance(child, Node | tuple):
            yield from _nodes(child)


def _children(node: object) -> list[object]:
    return [getattr(node, f.name) for f in fields(node) if f.name != "place"] if is_dataclass(node) else []
