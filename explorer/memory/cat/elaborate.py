"""From the syntax tree to terms: names looked up, functions applied, sorts checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from explorer.memory.cat.base import BASE, PRELUDE
from explorer.memory.cat.names import Function, Primitive, Scope, unknown_name
from explorer.memory.cat.parser import parse
from explorer.memory.cat.sorts import recursive_sorts
from explorer.memory.cat.source import CatError, Place, Source
from explorer.memory.cat.syntax import (
    Apply,
    Binary,
    BinaryOp,
    Binding,
    Check,
    CheckKind,
    EmptyRelation,
    Enumerate,
    Enumeration,
    Expression,
    Include,
    Instructions,
    Let,
    LetIn,
    Name,
    Show,
    Statement,
    Try,
    Tuple,
    Unary,
    UnaryOp,
    Universe,
    With,
)
from explorer.memory.cat.term import Op, Sort, Term, TermTable


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of the file and the term it is about."""

    check: Check
    name: str
    term: Term


@dataclass(frozen=True, slots=True)
class Theory:
    """What a model file says.

    ``rules`` are its checks in file order, flags included; ``relations`` the relations
    that it names itself, with their last meaning; ``names`` what base names and prelude
    mean in the same table.
    """

    table: TermTable
    rules: tuple[Rule, ...]
    relations: dict[str, Term]
    names: Scope


def elaborate(statements: Sequence[Statement]) -> Theory:
    """Give every expression of a file its meaning.

    Args:
        statements: the file's statements, includes already replaced.

    Raises:
        CatError: an unknown name, a set where a relation belongs or the reverse, a wrong
            number of arguments, two checks of one name, a recursion without least fixpoint.
    """
    elaborator = _Elaborator()
    for statement in parse(Source("prelude", PRELUDE)):
        elaborator.statement(statement)
    names = dict(elaborator.scope)
    elaborator.own.clear()
    for statement in statements:
        elaborator.statement(statement)
    relations = {
        name: meaning
        for name in elaborator.own
        if isinstance(meaning := elaborator.scope[name], Term) and meaning.sort is Sort.RELATION
    }
    return Theory(elaborator.table, tuple(elaborator.rules), relations, names)


_PARAMETER = Primitive("parameter", Op.VARIABLE)
"""Stands for a parameter while a function's names are checked."""

_UNARY = {
    UnaryOp.IDENTITY: Op.IDENTITY,
    UnaryOp.PLUS: Op.PLUS,
    UnaryOp.STAR: Op.STAR,
    UnaryOp.OPTIONAL: Op.OPTIONAL,
    UnaryOp.INVERSE: Op.INVERSE,
    UnaryOp.COMPLEMENT: Op.COMPLEMENT,
}
_BINARY = {
    BinaryOp.DIFFERENCE: Op.DIFFERENCE,
    BinaryOp.INTERSECTION: Op.INTERSECTION,
    BinaryOp.PRODUCT: Op.PRODUCT,
}


class _Elaborator:
    """The state of one elaboration.

    ``scope`` is what the next statement can name, ``own`` the names defined since it was
    last cleared, in order of first definition.
    """

    def __init__(self) -> None:
        self.table = TermTable()
        self.scope: Scope = {name: self.table.base(name, sort) for name, sort in BASE.items()}
        self.scope["domain"] = Primitive("domain", Op.DOMAIN)
        self.scope["range"] = Primitive("range", Op.RANGE)
        self.own: dict[str, None] = {}
        self.rules: list[Rule] = []

    def statement(self, statement: Statement) -> None:
        match statement:
            case Let(bindings, recursive):
                defined = (self.let_rec if recursive else self.let)(bindings, self.scope)
                self.scope |= defined
                self.own |= dict.fromkeys(defined)
            case Check():
                self.check(statement)
            case With(place=place):
                raise _not_supported("'with ... from'", place)
            case Enumerate(place=place):
                raise _not_supported("'enum'", place)
            case Instructions(place=place):
                raise _not_supported("'instructions'", place)
            case Include() | Show():
                raise AssertionError("includes are replaced before elaboration, and show is dropped")
            case _:
                assert_never(statement)

    def let(self, bindings: tuple[Binding, ...], scope: Scope) -> Scope:
        """What the bindings define. All bodies see the scope before the statement, as in herd."""
        before = dict(scope)
        defined: Scope = {}
        for binding in bindings:
            if binding.parameters:
                self.require_known(binding.body, {**before, **dict.fromkeys(binding.parameters, _PARAMETER)})
                defined[binding.name] = Function(binding.name, binding.parameters, binding.body, before)
            else:
                defined[binding.name] = _as_defined(binding, self.expression(binding.body, before))
        return defined

    def let_rec(self, bindings: tuple[Binding, ...], scope: Scope) -> Scope:
        """What the bindings define; each body sees all of them."""
        for binding in bindings:
            if binding.parameters:
                raise CatError("recursive functions are part of cat, but not supported yet", binding.place)
        sorts = recursive_sorts(bindings, scope)
        variables = [self.table.variable(sorts[binding.name]) for binding in bindings]
        names = [binding.name for binding in bindings]
        inner = {**scope, **dict(zip(names, variables, strict=True))}
        bodies = [self.expression(binding.body, inner, sorts[binding.name]) for binding in bindings]
        results = self.table.fixpoint(variables, bodies)
        return {b.name: _as_defined(b, result) for b, result in zip(bindings, results, strict=True)}

    def check(self, check: Check) -> None:
        name = check.name or f"{check.kind.value} (line {check.place.line})"
        for earlier in self.rules:
            if earlier.name == name:
                raise CatError(f"a second check named '{name}'", check.place, f"the first is at {earlier.check.place}")
        wanted = None if check.kind is CheckKind.EMPTY else Sort.RELATION
        self.rules.append(Rule(check, name, self.expression(check.expression, self.scope, wanted)))

    def require_known(self, expression: Expression, scope: Scope) -> None:
        """A function is only elaborated where it is applied; its unknown names are found at once."""
        match expression:
            case Name(name, place):
                if name not in scope:
                    raise unknown_name(name, scope, None, place)
            case Unary(_, operand):
                self.require_known(operand, scope)
            case Binary(_, left, right) | Apply(left, right):
                self.require_known(left, scope)
                self.require_known(right, scope)
            case Tuple(parts) | Enumeration(parts):
                for part in parts:
                    self.require_known(part, scope)
            case LetIn(bindings, recursive, body):
                inner = {**scope, **dict.fromkeys((b.name for b in bindings), _PARAMETER)}
                for b in bindings:
                    around = inner if recursive else scope
                    self.require_known(b.body, {**around, **dict.fromkeys(b.parameters, _PARAMETER)})
                self.require_known(body, inner)
            case Try(_, otherwise):
                self.require_known(otherwise, scope)
            case Universe() | EmptyRelation():
                pass
            case _:
                assert_never(expression)

    def expression(self, expression: Expression, scope: Scope, wanted: Sort | None = None) -> Term:
        """The term of an expression, of the wanted sort where one is wanted."""
        term = self._any(expression, scope, wanted)
        if wanted is not None and term.sort is not wanted:
            raise _wrong_sort(expression, term.sort)
        return term

    def _any(self, expression: Expression, scope: Scope, wanted: Sort | None) -> Term:
        match expression:
            case Name(name, place):
                return self.name(name, scope, wanted, place)
            case Universe():
                return self.table.base("_", Sort.SET)
            case EmptyRelation():
                return self.table.empty(Sort.RELATION)
            case Enumeration((), _):
                return self.table.empty(wanted or Sort.SET)
            case Enumeration(_, place):
                raise _not_supported("'{...}' with members", place)
            case Tuple(_, place):
                raise _not_supported("a tuple outside the arguments of a function", place)
            case Unary(op, operand):
                return self.unary(op, operand, scope, wanted)
            case Binary():
                return self.binary(expression, scope, wanted)
            case Apply():
                return self.apply(expression, scope)
            case LetIn(bindings, recursive, body):
                defined = (self.let_rec if recursive else self.let)(bindings, scope)
                return self.expression(body, {**scope, **defined}, wanted)
            case Try(tried, otherwise):
                try:
                    self.require_known(tried, scope)
                except CatError:
                    return self.expression(otherwise, scope, wanted)
                return self.expression(tried, scope, wanted)
            case _:
                assert_never(expression)

    def name(self, name: str, scope: Scope, wanted: Sort | None, place: Place) -> Term:
        meaning = scope.get(name)
        if meaning is None:
            raise unknown_name(name, scope, wanted, place)
        if isinstance(meaning, Function | Primitive):
            raise CatError(f"'{name}' is a function and needs an argument: {name}(...)", place)
        return meaning

    def unary(self, op: UnaryOp, operand: Expression, scope: Scope, wanted: Sort | None) -> Term:
        if op is UnaryOp.COMPLEMENT:
            term = self.expression(operand, scope, wanted)
        else:
            term = self.expression(operand, scope, Sort.SET if op is UnaryOp.IDENTITY else Sort.RELATION)
        return self.table.unary(_UNARY[op], term)

    def binary(self, expression: Binary, scope: Scope, wanted: Sort | None) -> Term:
        op, left, right = expression.op, expression.left, expression.right
        match op:
            case BinaryOp.SEQUENCE:
                wanted = Sort.RELATION
            case BinaryOp.PRODUCT:
                wanted = Sort.SET
            case BinaryOp.ADJOIN:
                raise _not_supported("'++'", expression.place)
            case _:
                pass
        first = self.expression(left, scope, wanted)
        second = self.expression(right, scope, first.sort)
        if op is BinaryOp.UNION:
            return self.table.union((first, second))
        if op is BinaryOp.SEQUENCE:
            return self.table.sequence(first, second)
        return self.table.binary(_BINARY[op], first, second)

    def apply(self, expression: Apply, scope: Scope) -> Term:
        function, argument, place = expression.function, expression.argument, expression.place
        if not isinstance(function, Name):
            sort = self.expression(function, scope).sort
            raise CatError(f"'{function.place.text}' is a {sort.value}, not a function", function.place)
        arguments = argument.components if isinstance(argument, Tuple) else (argument,)
        match scope.get(function.name):
            case None:
                raise unknown_name(function.name, scope, None, function.place)
            case Primitive(name, op):
                _require_count(name, 1, len(arguments), place)
                return self.table.unary(op, self.expression(arguments[0], scope, Sort.RELATION))
            case Function(name, parameters, body, inner):
                _require_count(name, len(parameters), len(arguments), place)
                values = [self.expression(each, scope) for each in arguments]
                try:
                    return self.expression(body, {**inner, **dict(zip(parameters, values, strict=True))})
                except CatError as error:
                    error.notes.append(f"in the call of '{name}' at {place}")
                    raise
            case Term(sort=sort):
                raise CatError(f"'{function.name}' is a {sort.value}, not a function", function.place)


def _require_count(name: str, takes: int, given: int, place: Place) -> None:
    if takes != given:
        arguments = "argument" if takes == 1 else "arguments"
        raise CatError(f"'{name}' takes {takes} {arguments}, but {given} {'is' if given == 1 else 'are'} given", place)


def _as_defined(binding: Binding, meaning: Term) -> Term:
    if binding.name == "before" and meaning.sort is not Sort.RELATION:
        raise CatError("'before' is the order in which accesses take effect: a relation, not a set", binding.place)
    return meaning


def _not_supported(what: str, place: Place) -> CatError:
    return CatError(f"{what} is part of cat, but not supported yet", place)


def _wrong_sort(expression: Expression, sort: Sort) -> CatError:
    place = expression.place
    text = place.text
    if sort is Sort.SET:
        note = f"[{text}] is the relation of each member with itself"
        return CatError(f"expected a relation, but '{text}' is a set", place, note)
    note = "domain(r) and range(r) are the sets of the left and right ends of a relation r"
    return CatError(f"expected a set, but '{text}' is a relation", place, note)
