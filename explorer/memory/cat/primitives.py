"""The functions of cat that are not written in cat."""

from __future__ import annotations

from collections.abc import Callable

from explorer.memory.cat.names import Map, Meaning, Primitive
from explorer.memory.cat.sort import RELATION, SET, set_of
from explorer.memory.cat.term import Op, Term, TermTable

FAMILIES = set_of(set_of(RELATION))
"""What ``cross`` takes; any larger collection does as well."""


def _unary(op: Op) -> Callable[[TermTable, list[Term]], Term]:
    return lambda table, arguments: table.unary(op, arguments[0])


def _same_location(table: TermTable, arguments: list[Term]) -> Term:
    """The members of a set, put together by location."""
    members = table.unary(Op.IDENTITY, arguments[0])
    located = table.sequence(table.sequence(members, table.base("loc", RELATION)), members)
    return table.unary(Op.CLASSES, located)


def _linearisations(table: TermTable, arguments: list[Term]) -> Term:
    return table.binary(Op.LINEARISATIONS, *arguments)


def _cos(table: TermTable, arguments: list[Term]) -> Term:
    """``cos(S)``: the coherence orders of the writes in S.

    herd makes a candidate of every one.  Here an execution comes with its coherence order,
    and a candidate with another order is another execution, so the order is the
    execution's own.  That is exact for a file that goes on to build ``co`` from the orders
    of S: what it builds contains the chosen order of S and must equal the execution's co,
    which has no cycle, while the chosen order leaves no two writes of a location
    unordered; so the chosen order is the execution's co on S, and nothing else.
    """
    (writes,) = arguments
    co = table.base("co", RELATION)
    if writes is table.base("W", SET):  # all writes there are
        return co
    return table.binary(Op.INTERSECTION, co, table.binary(Op.PRODUCT, writes, writes))


def _unkept(table: TermTable, arguments: list[Term]) -> Term:
    """``unkept(S, r)``: the pairs of r, on writes in S of one location, that ``cos(S)`` does not have.

    herd builds only orders that keep r.
    """
    writes, relation = arguments
    if relation is table.base("co0", RELATION):  # part of every coherence order
        return table.empty(RELATION)
    located = table.binary(Op.INTERSECTION, table.base("loc", RELATION), table.binary(Op.PRODUCT, writes, writes))
    return table.binary(Op.DIFFERENCE, table.binary(Op.INTERSECTION, relation, located), _cos(table, [writes]))


_PRIMITIVES = (
    Primitive("domain", (RELATION,), SET, _unary(Op.DOMAIN)),
    Primitive("range", (RELATION,), SET, _unary(Op.RANGE)),
    Primitive("toid", (SET,), RELATION, _unary(Op.IDENTITY)),
    Primitive("singlestep", (RELATION,), RELATION, _unary(Op.SINGLESTEP)),
    Primitive("different-values", (RELATION,), RELATION, _unary(Op.DIFFERENT_VALUES)),
    Primitive("classes", (RELATION,), set_of(SET), _unary(Op.CLASSES)),
    Primitive("classes-loc", (SET,), set_of(SET), _same_location),
    Primitive("partition", (SET,), set_of(SET), _same_location),
    Primitive("linearisations", (SET, RELATION), set_of(RELATION), _linearisations),
    Primitive("cross", (FAMILIES,), None, _unary(Op.CROSS)),
    Primitive("cos", (SET,), RELATION, _cos),
    Primitive("unkept", (SET, RELATION), RELATION, _unkept),
)

PRIMITIVES: dict[str, Meaning] = {**{primitive.name: primitive for primitive in _PRIMITIVES}, "map": Map()}
