"""The meaning of expressions: names looked up, functions applied, sorts checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from explorer.memory.cat.known import require_known
from explorer.memory.cat.limits import MAX_TERMS, Effort
from explorer.memory.cat.names import Function, Map, Meaning, Primitive, Scope, Several, unknown_name
from explorer.memory.cat.primitives import FAMILIES
from explorer.memory.cat.recursive_sorts import recursive_sorts
from explorer.memory.cat.sort import RELATION, SET, Sort, set_of
from explorer.memory.cat.source import BeyondLimit, CatError, NotSupported, Place
from explorer.memory.cat.syntax import (
    Apply,
    Binary,
    BinaryOp,
    Binding,
    EmptyRelation,
    Enumeration,
    Expression,
    LetIn,
    Name,
    Try,
    Tuple,
    Unary,
    UnaryOp,
    Universe,
)
from explorer.memory.cat.term import Op, Term, TermTable

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

_NOTES = 10
"""Lines under a message, beyond which no further call is named."""


class Expressions:
    """Gives expressions their meaning, as terms of one table."""

    def __init__(self, table: TermTable) -> None:
        self.table = table
        self._effort = Effort()

    def term(self, expression: Expression, scope: Scope, wanted: Sort | None = None) -> Term:
        """The term of an expression, of the wanted sort where one is wanted.

        Raises:
            CatError: an unknown name, a set where a relation belongs or the reverse, a wrong
                number of arguments.
        """
        return self._require(self.meaning(expression, scope, wanted), expression, wanted)

    def bind(self, bindings: tuple[Binding, ...], recursive: bool, scope: Scope) -> Scope:
        """What the names of one ``let`` mean, in order; all right sides see the scope before it."""
        return self._bind_recursive(bindings, scope) if recursive else self._bind(bindings, scope)

    def meaning(self, expression: Expression, scope: Scope, wanted: Sort | None = None) -> Meaning:
        """What an expression stands for; ``wanted`` settles what ``{}`` and ``0`` are."""
        with self._effort.within(expression.place):
            meaning = self._meaning(expression, scope, wanted)
        if self.table.size > MAX_TERMS:
            raise BeyondLimit(f"too large: more than {MAX_TERMS} terms, functions written out", expression.place)
        return meaning

    def _meaning(self, expression: Expression, scope: Scope, wanted: Sort | None) -> Meaning:
        match expression:
            case Name(name, place):
                if name not in scope:
                    raise unknown_name(name, scope, wanted, place)
                return scope[name]
            case Universe():
                return self.table.base("_", SET)
            case Enumeration(()):
                return self.table.empty(wanted or SET)
            case EmptyRelation():
                return self.table.empty(wanted if wanted and wanted.is_family else RELATION)
            case Enumeration(members):
                return self._enumeration(members, scope, wanted)
            case Tuple(components):
                return Several(tuple(self.meaning(component, scope) for component in components))
            case Unary(op, operand):
                return self._unary(op, operand, scope, wanted)
            case Binary():
                return self._binary(expression, scope, wanted)
            case LetIn(bindings, recursive, body):
                return self.meaning(body, {**scope, **self.bind(bindings, recursive, scope)}, wanted)
            case Try(attempt, otherwise):
                try:
                    return self.meaning(attempt, scope, wanted)
                except (NotSupported, BeyondLimit):
                    raise
                except CatError:
                    return self.meaning(otherwise, scope, wanted)
            case Apply():
                return self._apply(expression, scope)
            case _:
                assert_never(expression)

    # ---- let

    def _bind(self, bindings: tuple[Binding, ...], scope: Scope) -> Scope:
        bound: Scope = {}
        for binding in bindings:
            if binding.parameters:
                require_known(binding.body, binding.parameters, scope)
                bound[binding.name] = Function(binding.name, binding.parameters, binding.body, scope)
                continue
            meaning = self.meaning(binding.body, scope)
            if isinstance(meaning, Term):
                self.table.places.setdefault(meaning.number, binding.body.place)
            if len(binding.names) == 1:
                bound[binding.name] = meaning
            elif isinstance(meaning, Several) and len(meaning.parts) == len(binding.names):
                bound.update(zip(binding.names, meaning.parts, strict=True))
            else:
                raise CatError(f"this is no tuple of {len(binding.names)}", binding.body.place)
        return bound

    def _bind_recursive(self, bindings: tuple[Binding, ...], scope: Scope) -> Scope:
        for binding in bindings:
            if binding.parameters or len(binding.names) > 1:
                kind = "functions" if binding.parameters else "tuples"
                raise CatError(f"recursive {kind} are part of cat, but not supported yet", binding.place)
        sorts = recursive_sorts(bindings, scope, self._effort)
        names = [binding.name for binding in bindings]
        variables = [self.table.variable(sorts[name]) for name in names]
        inner = {**scope, **dict(zip(names, variables, strict=True))}
        bodies = [self.term(binding.body, inner, sorts[binding.name]) for binding in bindings]
        results = self.table.fixpoint(variables, bodies, bindings[0].place)
        return dict(zip(names, results, strict=True))

    # ---- operators

    def _enumeration(self, members: tuple[Expression, ...], scope: Scope, wanted: Sort | None) -> Term:
        first = self._require(self.meaning(members[0], scope, wanted and wanted.element), members[0])
        others = [self.term(member, scope, first.sort) for member in members[1:]]
        return self.table.union(self.table.unary(Op.SINGLETON, member) for member in (first, *others))

    def _unary(self, op: UnaryOp, operand: Expression, scope: Scope, wanted: Sort | None) -> Term:
        match op:
            case UnaryOp.COMPLEMENT:
                term = self.term(operand, scope, wanted)
                if term.sort not in (SET, RELATION):
                    raise _wrong_sort(operand, term.sort, RELATION)
            case UnaryOp.IDENTITY:
                term = self.term(operand, scope, SET)
            case _:
                term = self.term(operand, scope, RELATION)
        return self.table.unary(_UNARY[op], term)

    def _binary(self, expression: Binary, scope: Scope, wanted: Sort | None) -> Term:
        op, left, right = expression.op, expression.left, expression.right
        match op:
            case BinaryOp.SEQUENCE:
                wanted = RELATION
            case BinaryOp.PRODUCT:
                wanted = SET
            case BinaryOp.ADJOIN:
                member = self.term(left, scope, wanted and wanted.element)
                others = self.term(right, scope, set_of(member.sort))
                return self.table.union((self.table.unary(Op.SINGLETON, member), others))
            case _:
                if wanted is None and isinstance(left, Enumeration | EmptyRelation):
                    wanted = self.term(right, scope).sort
        first = self.term(left, scope, wanted)
        if first.sort.element is None:
            raise _wrong_sort(left, first.sort, SET)
        second = self.term(right, scope, first.sort)
        if op is BinaryOp.UNION:
            return self.table.union((first, second))
        if op is BinaryOp.SEQUENCE:
            return self.table.sequence(first, second)
        return self.table.binary(_BINARY[op], first, second)

    # ---- functions

    def _apply(self, expression: Apply, scope: Scope) -> Meaning:
        place = expression.place
        function = self.meaning(expression.function, scope)
        spelled = expression.argument
        given = spelled.components if isinstance(spelled, Tuple) else (spelled,)
        match function:
            case Primitive(parameters=parameters) if len(parameters) == len(given):
                arguments = [self.meaning(*each) for each in zip(given, (scope,) * len(given), parameters, strict=True)]
            case Primitive() | Function() | Map():
                arguments = [self.meaning(each, scope) for each in given]
                if len(arguments) == 1 and isinstance(arguments[0], Several):
                    arguments = list(arguments[0].parts)
                    given = (spelled,) * len(arguments)
            case _:
                what = "a tuple" if isinstance(function, Several) else _a(function.sort)
                text = expression.function.place.quoted
                raise CatError(f"'{text}' is {what}, not a function", expression.function.place)
        return self._call(function, arguments, given, place)

    def _call(
        self,
        function: Function | Primitive | Map,
        arguments: Sequence[Meaning],
        spelled: Sequence[Expression],
        place: Place,
    ) -> Meaning:
        match function:
            case Primitive(name, parameters, _, make):
                _require_count(name, len(parameters), len(arguments), place)
                return make(self.table, list(map(self._require, arguments, spelled, parameters)))
            case Function(name, parameters, body, scope):
                _require_count(name, len(parameters), len(arguments), place)
                try:
                    return self.meaning(body, {**scope, **dict(zip(parameters, arguments, strict=True))})
                except CatError as error:
                    if len(error.notes) < _NOTES:
                        error.notes.append(f"in the call of '{name}' at {place}")
                    raise
            case Map(function=None):
                _require_count("map", 1, len(arguments), place)
                if not isinstance(arguments[0], Function | Primitive):
                    raise CatError(f"'map' needs a function, but '{spelled[0].place.quoted}' is none", spelled[0].place)
                return Map(arguments[0])
            case Map(function=mapped):
                assert mapped is not None
                _require_count("map", 1, len(arguments), place)
                collection = self._require(arguments[0], spelled[0])
                if collection.sort.element is None:
                    raise _wrong_sort(spelled[0], collection.sort, SET)
                variable = self.table.variable(collection.sort.element)
                image = self._require(self._call(mapped, [variable], spelled, place), spelled[0])
                result = self.table.map(variable, image, collection)
                self.table.places.setdefault(result.number, place)
                return result

    def _require(self, meaning: Meaning, expression: Expression, wanted: Sort | None = None) -> Term:
        """The term that an expression stands for, of the wanted sort where one is wanted."""
        match meaning:
            case Term(number=number, sort=sort):
                if wanted is not None and not _fits(sort, wanted):
                    raise _wrong_sort(expression, sort, wanted)
                self.table.places.setdefault(number, expression.place)
                return meaning
            case Several():
                expected = _a(wanted) if wanted else "a set or a relation"
                raise CatError(f"expected {expected}, but '{expression.place.quoted}' is a tuple", expression.place)
            case _:
                text = expression.place.quoted
                raise CatError(f"'{text}' is a function and needs an argument: {text}(...)", expression.place)


def _fits(sort: Sort, wanted: Sort) -> bool:
    return sort == wanted or (wanted == FAMILIES and sort.element is not None and sort.element.is_family)


def _require_count(name: str, takes: int, given: int, place: Place) -> None:
    if takes != given:
        arguments = "argument" if takes == 1 else "arguments"
        raise CatError(f"'{name}' takes {takes} {arguments}, but {given} {'is' if given == 1 else 'are'} given", place)


def _a(sort: Sort) -> str:
    return f"an {sort.name}" if sort.name[0] in "aeiou" else f"a {sort.name}"


def _wrong_sort(expression: Expression, sort: Sort, wanted: Sort) -> CatError:
    text = expression.place.quoted
    notes = []
    if (sort, wanted) == (SET, RELATION):
        notes = [f"[{text}] is the relation of each member with itself"]
    elif (sort, wanted) == (RELATION, SET):
        notes = ["domain(r) and range(r) are the sets of the left and right ends of a relation r"]
    return CatError(f"expected {_a(wanted)}, but '{text}' is {_a(sort)}", expression.place, *notes)
