"""Calls of the kernel's operations, replaced by the primitives of the memory model that they stand for.

Arguments are substituted by name, as in the C preprocessor but on trees: an argument that a macro
uses twice is computed twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any, TypeAlias

from explorer.litmus.limits import MAX_DEPTH
from explorer.litmus.source import LitmusError, Place
from explorer.litmus.syntax import Block, Call, Expression, ExpressionStatement, Litmus, Name, Node, Statement

# The nodes of the tree that one call may stand for: operations of the kernel need ten.
MAX_NODES = 1000

# Locks that a litmus test writes as spin locks.
_LOCK = re.compile(r"^(?:mutex|raw_spin|spin)_(lock|unlock|trylock|is_locked)(?:_irqsave|_irqrestore|_irq|_bh)?$")


@dataclass(frozen=True, slots=True)
class Macro:
    """What a call stands for: ``expression``, or ``statements`` if that is None and it has no value.

    No calls are left in either, and all names are parameters.  ``file`` is the macro file, for messages.
    """

    name: str
    parameters: tuple[str, ...]
    expression: Expression | None
    statements: tuple[Expression, ...]
    file: str = field(default="", compare=False)


Macros: TypeAlias = Mapping[str, Macro]


def expand(test: Litmus, macros: Macros) -> Litmus:
    """The test without calls; what comes from a macro stands at the place of the call.

    Raises:
        LitmusError: a call of an operation that ``macros`` does not have, with the wrong number of
            arguments, of one without a value where a value is needed, or of one that grows too large.
    """
    threads = tuple(
        replace(thread, body=tuple(_statement(each, macros) for each in thread.body)) for thread in test.threads
    )
    return replace(test, threads=threads)


def expanded(expression: Expression, macros: Macros) -> Expression:
    """An expression without calls.  Raises LitmusError as ``expand`` does."""
    if not isinstance(expression, Call):
        plain: Expression = _rebuilt(expression, lambda child: _without_calls(child, macros))
        return plain
    macro = _macro(expression, macros)
    if macro.expression is None:
        raise LitmusError(f"{macro.name}() has no value", expression.place)
    (value,) = _filled(macro, (macro.expression,), expression, macros)
    return value


def expanded_alone(call: Call, macros: Macros) -> tuple[Expression, ...]:
    """What a call does, one thing after the other, where nobody needs its value.  Raises as ``expand`` does."""
    macro = _macro(call, macros)
    parts = macro.statements if macro.expression is None else (macro.expression,)
    return _filled(macro, parts, call, macros)


def operands(expression: Expression) -> list[Expression]:
    """The expressions that one is made of."""
    found: list[Expression] = []
    for f in fields(expression):
        child = getattr(expression, f.name)
        found += [each for each in (child if isinstance(child, tuple) else (child,)) if isinstance(each, Expression)]
    return found


def _statement(statement: Statement, macros: Macros) -> Statement:
    if isinstance(statement, ExpressionStatement) and isinstance(statement.expression, Call):
        parts = expanded_alone(statement.expression, macros)
        statements = tuple(ExpressionStatement(part, place=statement.place) for part in parts)
        return statements[0] if len(statements) == 1 else Block(statements, place=statement.place)
    plain: Statement = _rebuilt(statement, lambda child: _without_calls(child, macros))
    return plain


def _without_calls(node: Any, macros: Macros) -> Any:
    match node:
        case Statement():
            return _statement(node, macros)
        case Expression():
            return expanded(node, macros)
        case _:
            return _rebuilt(node, lambda child: _without_calls(child, macros))


def _macro(call: Call, macros: Macros) -> Macro:
    macro = macros.get(call.function)
    if macro is None:
        raise LitmusError(f"the operation {call.function} is not known{_hint(call, macros)}", call.place)
    takes, given = len(macro.parameters), len(call.arguments)
    if takes != given:
        noun = "argument" if takes == 1 else "arguments"
        raise LitmusError(f"{macro.name} takes {takes} {noun}, but has {given}", call.place)
    return macro


def _hint(call: Call, macros: Macros) -> str:
    """Which operation may be meant, and where all are."""
    spin = _LOCK.sub(r"spin_\1", call.function)
    close = [spin] if spin in macros else get_close_matches(call.function, list(macros))
    hint = f"; close to it: {', '.join(close)}" if close else ""
    # In a macro file itself, those that are known are around the call.
    file = next((macro.file for macro in macros.values()), "")
    return hint if file in ("", call.place.source.file) else f"{hint}; those known are in {file}"


def _filled(macro: Macro, parts: tuple[Expression, ...], call: Call, macros: Macros) -> tuple[Expression, ...]:
    """The parts of a macro with the call's arguments in them."""
    arguments = [expanded(argument, macros) for argument in call.arguments]
    given = dict(zip(macro.parameters, arguments, strict=True))
    filled: tuple[Expression, ...] = _substituted(parts, given, call.place)
    _check_size(filled, macro, call.place)
    return filled


def _substituted(node: Any, given: Mapping[str, Expression], place: Place) -> Any:
    match node:
        case Name(name):
            return given[name]
        case Node():
            return replace(_rebuilt(node, lambda child: _substituted(child, given, place)), place=place)
        case _:
            return _rebuilt(node, lambda child: _substituted(child, given, place))


def _rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node or tuple with its children changed; anything else as it is."""
    match node:
        case tuple():
            return tuple(change(child) for child in node)
        case Node():
            return replace(node, **{f.name: change(getattr(node, f.name)) for f in fields(node) if f.name != "place"})
        case _:
            return node


def _check_size(parts: tuple[Expression, ...], macro: Macro, place: Place) -> None:
    """Refuse what a few nested calls of a macro that repeats its parameter can grow to, before it is too late."""
    waiting = [(part, 1) for part in parts]
    count = 0
    while waiting:
        expression, level = waiting.pop()
        count += 1
        if level > MAX_DEPTH:
            raise LitmusError(f"{macro.name} expands too deeply: more than {MAX_DEPTH} levels", place)
        if count > MAX_NODES:
            raise LitmusError(f"{macro.name} expands to too much: more than {MAX_NODES} nodes", place)
        waiting += [(operand, level + 1) for operand in operands(expression)]
