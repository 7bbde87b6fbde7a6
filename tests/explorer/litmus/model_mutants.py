"""Mutants of a model: its rules with one of them taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from explorer.memory.cat.source import Place
from explorer.memory.cat.syntax import Binary, BinaryOp, Check, Expression, Let, Statement
from explorer.memory.model import Model, model_of


@dataclass(frozen=True)
class Mutant:
    """A model without one check, or without one alternative of one union.

    Attributes:
        rule: the statement that the piece was taken from, by its name.
        place: where the piece stands.
        statements: the rules that are left.
    """

    rule: str
    place: Place
    statements: tuple[Statement, ...]

    @property
    def piece(self) -> str:
        """What was deleted, on one line."""
        return self.place.text

    @property
    def name(self) -> str:
        """The rule and the piece."""
        return f"{self.rule}: {self.piece}"

    def __str__(self) -> str:
        return f"{self.place} {self.name}"

    def model(self) -> Model:
        """CatError where the rules make no sense without the piece."""
        return model_of(self.statements, str(self), self.place.source.text)


def mutants(rules: tuple[Statement, ...]) -> tuple[Mutant, ...]:
    """Every mutant of a model, in file order, includes first."""
    found = []
    for number, statement in enumerate(rules):
        before, after = rules[:number], rules[number + 1 :]
        if isinstance(statement, Check):
            found.append(Mutant(statement.name, statement.place, (*before, *after)))
        pieces = sorted(_without_one_alternative(statement), key=lambda piece: piece[0].start)
        for place, smaller in pieces:
            found.append(Mutant(_named(statement), place, (*before, smaller, *after)))
    assert len({str(mutant) for mutant in found}) == len(found)
    return tuple(found)


def _named(statement: Statement) -> str:
    match statement:
        case Let(bindings):
            return " and ".join(binding.name for binding in bindings)
        case Check(name=name):
            return name
    raise AssertionError(f"our own models have no {type(statement).__name__}")


def _without_one_alternative(node: Any) -> Iterator[tuple[Place, Any]]:
    """A node of the syntax tree, or a tuple of them, less one alternative of a union, and where that stands."""
    if isinstance(node, Binary) and node.op is BinaryOp.UNION:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if not _is_union(side):
                yield side.place, other
    if isinstance(node, tuple):
        for index, part in enumerate(node):
            for place, smaller in _without_one_alternative(part):
                yield place, (*node[:index], smaller, *node[index + 1 :])
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            for place, smaller in _without_one_alternative(getattr(node, field.name)):
                yield place, replace(node, **{field.name: smaller})


def _is_union(expression: Expression) -> bool:
    return isinstance(expression, Binary) and expression.op is BinaryOp.UNION
