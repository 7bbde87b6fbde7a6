"""From the text of a macro file to its macros."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from lark import Token, Tree

from explorer.litmus.comments import blank_comments
from explorer.litmus.expand import Macro, Macros, expanded, expanded_alone, operands
from explorer.litmus.expressions import ExpressionBuilder, trees
from explorer.litmus.grammar import tree_of
from explorer.litmus.source import LitmusError, Place, Source
from explorer.litmus.syntax import Call, Expression, Name


def parse(source: Source) -> Macros:
    """The macros of a file by name, in its order.

    Raises:
        LitmusError: a syntax error, a name defined twice, a name in a macro that is no parameter of it,
            a macro that uses itself, or a call in one that ``expand`` refuses.
    """
    code, _ = blank_comments(source, litmus=False)
    builder = ExpressionBuilder(source)
    definitions: dict[str, _Definition] = {}
    for node in trees(tree_of(source, code, "macros")):
        definition = _definition(builder, node)
        if definition.name in definitions:
            raise LitmusError(f"a second macro is named {definition.name}", definition.place)
        definitions[definition.name] = definition
    macros: dict[str, Macro] = {}
    for name in _callees_first(definitions):
        macros[name] = _macro(definitions[name], macros)
    return {name: macros[name] for name in definitions}


@dataclass(frozen=True, slots=True)
class _Definition:
    """A macro as written: ``parts`` is its one expression, or the statements of its ``body``."""

    name: str
    parameters: tuple[str, ...]
    body: bool
    parts: tuple[Expression, ...]
    place: Place


def _definition(builder: ExpressionBuilder, node: Tree[Token]) -> _Definition:
    names, content = trees(node)
    parameters = [child for child in names.children if isinstance(child, Token)]
    for i, parameter in enumerate(parameters):
        if parameter in parameters[:i]:
            raise LitmusError(f"a second parameter is named {parameter}", builder.place(parameter))
    body = content.data == "body"
    parts = tuple(builder.expression(child) for child in (trees(content) if body else [content]))
    name = str(node.children[0])
    for expression in _inside(parts):
        if isinstance(expression, Name) and expression.name not in parameters:
            raise LitmusError(f"{expression.name} is not a parameter of {name}", expression.place)
    return _Definition(name, tuple(map(str, parameters)), body, parts, builder.place(node))


def _inside(parts: Iterable[Expression]) -> Iterator[Expression]:
    """Expressions and those inside them."""
    for part in parts:
        yield part
        yield from _inside(operands(part))


def _callees_first(definitions: dict[str, _Definition]) -> tuple[str, ...]:
    calls = {
        name: [part.function for part in _inside(definition.parts) if isinstance(part, Call)]
        for name, definition in definitions.items()
    }
    graph = {name: [callee for callee in callees if callee in definitions] for name, callees in calls.items()}
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = set(error.args[1])
    first = next(definition for name, definition in definitions.items() if name in circle)
    raise LitmusError(f"the macro {first.name} uses itself", first.place)


def _macro(definition: _Definition, macros: Macros) -> Macro:
    file = definition.place.source.file
    if not definition.body:
        (expression,) = definition.parts
        return Macro(definition.name, definition.parameters, expanded(expression, macros), (), file)
    statements: list[Expression] = []
    for part in definition.parts:
        statements += expanded_alone(part, macros) if isinstance(part, Call) else [expanded(part, macros)]
    return Macro(definition.name, definition.parameters, None, tuple(statements), file)
