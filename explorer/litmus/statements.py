"""What a test says where an event comes from: the statement, and the variable that takes what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from explorer.execution.event import Event
from explorer.litmus.syntax import Assign, Block, Declaration, ExpressionStatement, If, Litmus, Name, Node, Statement


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a test spells an event.

    ``text`` is the statement on one line, ``operation`` the call in it (``READ_ONCE``; empty for a plain access),
    ``register`` the variable that is given the value (empty if none is given just that).
    """

    text: str
    operation: str
    register: str
    line: int


class Spellings:
    """Finds the statements of a test, with its calls as they were written, by where events come from."""

    def __init__(self, test: Litmus) -> None:
        self._statements: dict[tuple[str, int, str], list[Statement]] = {}
        for thread in test.threads:
            for statement in _simple(thread.body):
                for node in _nodes(statement):
                    key = f"P{thread.number}", node.place.line, node.place.text
                    found = self._statements.setdefault(key, [])
                    if not found or found[-1] is not statement:
                        found.append(statement)

    def of(self, event: Event) -> Spelling:
        """The spelling of an event of a thread."""
        source = event.source
        assert source is not None, "events of threads have one"
        call = source.reference
        # Two statements on one line may hold the same call; then the call alone is told.
        found = self._statements.get((source.function, source.line, call), [])
        statement = found[0] if len(found) == 1 else None
        text = call if statement is None or isinstance(statement, If) else statement.place.text
        name, opened, _ = call.partition("(")
        operation = name.rpartition("=")[2].strip() if opened else ""
        return Spelling(
            " ".join(text.split()).rstrip("; "),
            operation if operation.isidentifier() else "",
            _target(statement, call),
            source.line,
        )


def _target(statement: Statement | None, call: str) -> str:
    """The variable that a statement gives the value of a call, or of a plain load."""
    match statement:
        case Declaration(name=name, initialiser=value) if value is not None:
            whole = value
        case Assign(Name(name), value):
            whole = value
        case _:
            return ""
    return name if call in (whole.place.text, statement.place.text) else ""


def _simple(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """The statements that make events, an ``if`` for what its condition makes."""
    for statement in statements:
        match statement:
            case Block(inner):
                yield from _simple(inner)
            case If(_, then, otherwise):
                yield statement
                yield from _simple((*then, *otherwise))
            case Assign() | Declaration() | ExpressionStatement():
                yield statement


def _nodes(statement: Statement) -> Iterator[Node]:
    """A statement and the expressions in it; of an ``if`` those of its condition."""
    yield statement
    pending: list[object] = [statement.condition] if isinstance(statement, If) else [statement]
    while pending:
        tree = pending.pop()
        if isinstance(tree, tuple):
            pending += tree
        elif isinstance(tree, Node):
            yield tree
            if is_dataclass(tree):
                pending += [getattr(tree, field.name) for field in fields(tree) if field.name != "place"]
