"""From a syntax tree to the text of a C litmus test, in a form that herd reads too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from explorer.litmus.condition import text_of
from explorer.litmus.syntax import (
    Address,
    AddressOf,
    Assign,
    Binary,
    BinaryOp,
    Block,
    Call,
    Cast,
    Conditional,
    Declaration,
    Dereference,
    Expression,
    ExpressionStatement,
    If,
    Index,
    Initial,
    Integer,
    Litmus,
    Name,
    Primitive,
    Statement,
    Thread,
    Type,
    Unary,
    Value,
)

# How tightly an expression binds, beyond the levels of the binary operators; ?: has level 0.
_UNARY = max(operator.level for operator in BinaryOp) + 1
_ATOM = _UNARY + 1


def print_test(test: Litmus) -> str:
    """The test as text: ``parse`` makes an equal tree of it.

    Of comments only the expected result is left.  Every arm has its braces, every variable a
    declaration of its own, and ``&`` before a location in the initial state is left out, since
    herd takes it only behind a type.
    """
    header = [f"C {test.name}"]
    if test.documentation is not None:
        header.append(f'"{test.documentation}"')
    header += [f"{key}={value}" for key, value in test.information]
    if test.expected is not None:
        header += ["", "(*", f" * Result: {test.expected}", " *)"]
    initial = ["{", *(f"\t{_initial(entry)};" for entry in test.initial), "}"]
    footer = []
    if test.locations:
        footer.append(f"locations [{' '.join(f'{target};' for target in test.locations)}]")
    if test.filter is not None:
        footer.append(f"filter ({text_of(test.filter)})")
    footer.append(f"{test.quantifier.value} ({text_of(test.condition)})")
    parts = [header, initial, *(_thread(thread) for thread in test.threads), footer]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _initial(entry: Initial) -> str:
    left = str(entry.target) if entry.type is None else f"{_type(entry.type)}{entry.target}"
    values = ", ".join(map(_value, entry.values))
    if entry.size is not None:
        left = f"{left}[{entry.size}]"
        values = f"{{{values}}}" if values else ""
    return f"{left} = {values}" if values else left


def _value(value: Value) -> str:
    return str(value.location) if isinstance(value, Address) else str(value.value)


def _type(type_: Type) -> str:
    """A type, ready for the name to follow."""
    return f"{type_.name} {'*' * type_.pointers}"


def _thread(thread: Thread) -> list[str]:
    parameters = ", ".join(f"{_type(parameter.type)}{parameter.name}" for parameter in thread.parameters)
    return [f"P{thread.number}({parameters})", "{", *_indented(thread.body), "}"]


def _indented(statements: Iterable[Statement]) -> Iterator[str]:
    return (f"\t{line}" for statement in statements for line in _statement(statement))


def _statement(statement: Statement) -> list[str]:
    match statement:
        case Declaration(type_, name, None):
            return [f"{_type(type_)}{name};"]
        case Declaration(type_, name, Expression() as initialiser):
            return [f"{_type(type_)}{name} = {_expression(initialiser)};"]
        case Assign(target, value):
            return [f"{_expression(target, _UNARY)} = {_expression(value)};"]
        case ExpressionStatement(expression):
            return [f"{_expression(expression)};"]
        case Block(statements):
            return ["{", *_indented(statements), "}"]
        case If(condition, then, otherwise):
            otherwise_lines = ["} else {", *_indented(otherwise)] if otherwise else []
            return [f"if ({_expression(condition)}) {{", *_indented(then), *otherwise_lines, "}"]
        case _:
            raise AssertionError(statement)


def _expression(expression: Expression, level: int = 0) -> str:
    """An expression, in parentheses if it binds less tightly than ``level``."""
    match expression:
        case Conditional(condition, then, otherwise):
            own = 0
            text = f"{_expression(condition, 1)} ? {_expression(then)} : {_expression(otherwise)}"
        case Binary(operator, left, right):
            own = operator.level
            text = f"{_expression(left, own)} {operator.value} {_expression(right, own + 1)}"
        case Unary(operator, operand):
            # Prefix operators do not touch: "--x" is something else in C, and herd has no "**p".
            own, text = _UNARY, f"{operator.value}{_expression(operand, _ATOM)}"
        case Dereference(pointer):
            own, text = _UNARY, f"*{_expression(pointer, _ATOM)}"
        case AddressOf(target):
            own, text = _UNARY, f"&{_expression(target, _ATOM)}"
        case Cast(type_, operand):
            own, text = _UNARY, f"({_type(type_).rstrip()}){_expression(operand, _UNARY)}"
        case _:
            own, text = _ATOM, _atom(expression)
    return text if own >= level else f"({text})"


def _atom(expression: Expression) -> str:
    match expression:
        case Name(name):
            return name
        case Integer(value):
            return str(value)
        case Index(base, index):
            return f"{_expression(base, _ATOM)}[{_expression(index)}]"
        case Call(function, arguments):
            return f"{function}({', '.join(map(_expression, arguments))})"
        case Primitive(name, tag, arguments, operator):
            tagged = name if tag is None else f"{name}{{{tag}}}"
            operands = [_expression(argument) for argument in arguments]
            if operator is not None:
                operands.insert(1, operator.value)
            return f"{tagged}({', '.join(operands)})" if operands else tagged
        case _:
            raise AssertionError(expression)
