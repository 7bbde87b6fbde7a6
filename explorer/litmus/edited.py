"""Edits of a litmus test, made to its text: what is printed is what is explored.

A site (``explorer.program.sites``) of a test is an access by its line and its text there.  Everything else of the
file stays as it is written, comments and layout too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from explorer.litmus.source import Source
from explorer.litmus.syntax import (
    AddressOf,
    Assign,
    Call,
    Declaration,
    Dereference,
    Expression,
    If,
    Index,
    Litmus,
    Node,
    Statement,
)
from explorer.program.edits import FENCE_CALLS, EditRefused, Insert, Reorder
from explorer.program.sites import Does, Site
from explorer.program.thread import ACQUIRE, FULL, ONCE, RELEASE, Order

_SUFFIXES = {ONCE: "_relaxed", ACQUIRE: "_acquire", RELEASE: "_release", FULL: ""}
_LVALUES = ("READ_ONCE", "WRITE_ONCE", "rcu_dereference", "rcu_assign_pointer", "smp_store_mb")
"""Calls that name a location; the others take its address."""


@dataclass(frozen=True)
class _Found:
    """A node, and the statement of a block that it is in."""

    node: Node
    statement: Statement


def edited_text(test: Litmus, source: Source, edits: Iterable[Reorder | Insert]) -> str:
    """The text of the file with these edits.

    Raises:
        EditRefused: the operation of a site has no such form, or cannot be found in the text.
    """
    changes: list[_Change] = []
    for number, edit in enumerate(edits):
        for found in _at(test, edit.site):
            if isinstance(edit, Insert):
                changes += _fence(source.text, found.statement, f"{FENCE_CALLS[edit.tag]}();", number)
            else:
                changes += _ordering(found.node, edit, number)
    return _changed(source.text, set(changes))


def edited_access(test: Litmus, source: Source, edit: Reorder) -> str:
    """The access of a site as an edit writes it. Raises EditRefused."""
    node = _at(test, edit.site)[0].node
    start, end = node.place.start, node.place.end
    return _changed(source.text[start:end], _ordering(node, edit, 0), start).removesuffix(";")


def can_be_written(test: Litmus, edit: Reorder | Insert, operations: Collection[str]) -> bool:
    """Whether an edit has a form in C, with the operations that a model knows."""
    try:
        found = _at(test, edit.site)
        if isinstance(edit, Reorder):
            for each in found:
                _ordering(each.node, edit, 0)
            calls = [each.node.function for each in found if isinstance(each.node, Call)]
            return all(_renamed(call, edit.order) in operations for call in calls)
    except EditRefused:
        return False
    return FENCE_CALLS[edit.tag] in operations


@dataclass(frozen=True)
class _Change:
    """``text`` in place of what stands from ``start`` to ``end``.

    Of several at one place the one with the lower ``rank`` comes first.
    """

    start: int
    end: int
    text: str
    rank: tuple[int, int] = (1, 0)


def _changed(text: str, changes: Iterable[_Change], start: int = 0) -> str:
    """A text that begins at ``start``, with these changes."""
    for change in sorted(changes, key=lambda change: (change.start, change.rank), reverse=True):
        text = text[: change.start - start] + change.text + text[change.end - start :]
    return text


def _at(test: Litmus, site: Site) -> list[_Found]:
    """What stands at a site: calls, or accesses that are plain C."""
    found: list[_Found] = []
    for thread in test.threads:
        for node, statement in _nodes(thread.body):
            if (node.place.line, node.place.text) == (site.line, site.label):
                found += _accesses(node, statement, site.does)
    if not found:
        raise EditRefused(f"{site.file}:{site.line}: {site.label} cannot be edited")
    return found


def _accesses(node: Node, statement: Statement, does: Does) -> list[_Found]:
    match node, does:
        case Call(), _:
            return [_Found(node, statement)]
        case Assign(target=Dereference() | Index()), Does.WRITE:
            return [_Found(node, statement)]
        case Statement(), Does.READ:
            return [_Found(each, statement) for each in _plain_reads(node)]
        case _:
            return []


def _nodes(body: Sequence[Statement]) -> Iterator[tuple[Node, Statement]]:
    """Every statement and expression, with the innermost statement that stands in a block or an arm."""
    for statement in body:
        yield statement, statement
        match statement:
            case If(condition, then, otherwise):
                yield from ((each, statement) for each in _expressions(condition))
                yield from _nodes(then)
                yield from _nodes(otherwise)
            case _:
                yield from ((each, statement) for each in _expressions(statement) if isinstance(each, Expression))
                yield from _nodes(getattr(statement, "statements", ()))


def _children(node: Node) -> Iterator[Node]:
    for each in fields(node):
        child = getattr(node, each.name)
        yield from (part for part in (child if isinstance(child, tuple) else (child,)) if isinstance(part, Node))


def _expressions(node: Node) -> Iterator[Expression]:
    if isinstance(node, Expression):
        yield node
    for child in _children(node):
        if not isinstance(child, Statement):
            yield from _expressions(child)


def _plain_reads(node: Node) -> list[Expression]:
    """The plain reads of a statement, none of those that it is only named by (a target, what READ_ONCE takes)."""
    if isinstance(node, Dereference | Index):
        return [node]
    skipped: list[Node] = []
    match node:
        case Assign(target=target):
            skipped = [target]
        case Call(function=function, arguments=(first, *_)) if function in _LVALUES:
            skipped = [first]
        case AddressOf(target=target):
            skipped = [target]
        case If(then=then, otherwise=otherwise):
            skipped = [*then, *otherwise]
    return [read for child in _children(node) if child not in skipped for read in _plain_reads(child)]


def _ordering(node: Node, edit: Reorder, number: int) -> list[_Change]:
    order = edit.order
    start, end = node.place.start, node.place.end
    match node:
        case Call(function=function, arguments=arguments):
            renamed = _renamed(function, order)
            changes = [_Change(start, start + len(function), renamed)]
            if function in _LVALUES and renamed not in _LVALUES:
                changes.append(_address(arguments[0]))
            return changes
        case Dereference():
            if order is ONCE:
                return [_Change(start, start, "READ_ONCE("), _Change(end, end, ")", (0, number))]
            return [_Change(start, start + 1, "smp_load_acquire("), _Change(end, end, ")", (0, number))]
        case Index():
            before = "READ_ONCE(" if order is ONCE else "smp_load_acquire(&"
            return [_Change(start, start, before), _Change(end, end, ")", (0, number))]
        case Assign(target=target, value=value):
            names = "WRITE_ONCE(" if order is ONCE else "smp_store_release("
            begin = (
                [_Change(start, start, names)] if order is ONCE else [_Change(start, start, names), _address(target)]
            )
            return [
                *begin,
                _Change(target.place.end, value.place.start, ", "),
                _Change(value.place.end, value.place.end, ")", (0, number)),
            ]
        case _:
            raise EditRefused(f"{edit.site.label} cannot be {order.value}")


def _renamed(function: str, order: Order) -> str:
    """The operation that does the same with another ordering."""
    known = {
        ("READ_ONCE", ACQUIRE): "smp_load_acquire",
        ("rcu_dereference", ACQUIRE): "smp_load_acquire",
        ("WRITE_ONCE", RELEASE): "smp_store_release",
        ("atomic_read", ACQUIRE): "atomic_read_acquire",
        ("atomic_set", RELEASE): "atomic_set_release",
    }
    if (function, order) in known:
        return known[function, order]
    bare = next((function.removesuffix(end) for end in _SUFFIXES.values() if end and function.endswith(end)), function)
    if bare == function and order is not FULL and not function.startswith(("xchg", "cmpxchg", "atomic_")):
        raise EditRefused(f"{function} has no form that is {order.value}")
    return bare + _SUFFIXES[order]


def _address(target: Expression) -> _Change:
    """The address of a location in place of the location."""
    if isinstance(target, Dereference):
        return _Change(target.place.start, target.place.start + 1, "", (2, 0))
    return _Change(target.place.start, target.place.start, "&", (2, 0))


def _fence(text: str, statement: Statement, call: str, number: int) -> list[_Change]:
    """A call before a statement, on a line of its own where the statement has one; in braces where it is an arm."""
    start = statement.place.start
    line = text.rfind("\n", 0, start) + 1
    if isinstance(statement, Declaration):
        # Its place begins at its name.
        before = text[line:start]
        cut = max(before.rfind(sign) for sign in ";{}") + 1
        start = line + cut + len(before[cut:]) - len(before[cut:].lstrip())
    rank = (0, number)
    if text[:start].rstrip().endswith((")", "else")):
        end = statement.place.end
        return [_Change(start, start, f"{{ {call} ", rank), _Change(end, end, " }", (2, 0))]
    indent = text[line:start]
    return [_Change(start, start, f"{call}\n{indent}" if not indent.strip() else f"{call} ", rank)]
