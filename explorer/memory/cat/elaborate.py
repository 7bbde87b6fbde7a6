"""From statements to terms: what a model file defines, checks and chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import assert_never

from explorer.memory.cat.base import BASE
from explorer.memory.cat.declarations import Declarations
from explorer.memory.cat.expressions import Expressions
from explorer.memory.cat.library import KERNEL_PRELUDE, PRELUDE
from explorer.memory.cat.limits import MAX_CHOICES
from explorer.memory.cat.names import Meaning, Scope
from explorer.memory.cat.parsed import parsed
from explorer.memory.cat.primitives import PRIMITIVES
from explorer.memory.cat.sort import RELATION
from explorer.memory.cat.source import BeyondLimit, CatError, Place, Source
from explorer.memory.cat.syntax import (
    Check,
    CheckKind,
    Include,
    Instructions,
    Let,
    Name,
    Show,
    Statement,
    TagEnumeration,
    With,
    bound_names,
)
from explorer.memory.cat.term import Op, Term, TermTable


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
    that it names itself, with their last meaning; ``choices`` what its ``with`` statements
    choose, in order; ``names`` what base names and prelude mean in the same table;
    ``defined`` where each name of the file was last defined.
    """

    table: TermTable
    rules: tuple[Rule, ...]
    relations: dict[str, Term]
    choices: tuple[Term, ...]
    names: Scope
    defined: dict[str, Place]


def elaborate(statements: Sequence[Statement], *, kernel: bool = False) -> Theory:
    """Give every expression of a file its meaning.

    An execution comes with its rf and co.  A file that computes them anew, as the kernel's
    does for lock operations, must compute the same: where it has done so for the last time,
    the name goes on to mean the execution's relation, and a rule demands that the two are
    equal.  So nothing behind that place depends on how the file computes them.

    Args:
        statements: the file's statements, includes already replaced.
        kernel: base names leave lock operations out, as in a kernel tree's files.

    Raises:
        CatError: an unknown name, a set where a relation belongs or the reverse, a wrong
            number of arguments, two checks of one name, a tag that no event carries.
    """
    elaborator = _Elaborator()
    for statement in _parsed("prelude", PRELUDE):
        elaborator.statement(statement)
    names = dict(elaborator.scope)
    dialect = _parsed("kernel prelude", KERNEL_PRELUDE) if kernel else ()
    last = {name: at for at, statement in enumerate((*dialect, *statements)) for name in bound_names(statement)}
    for at, statement in enumerate((*dialect, *statements)):
        if at == len(dialect):
            elaborator.begin_file()
        elaborator.statement(statement)
        for name in ("rf", "co"):
            if last.get(name) == at and (kernel or isinstance(statement, With)):
                elaborator.take_from_execution(name, statement.place)
    relations = {
        name: meaning
        for name in elaborator.own
        if isinstance(meaning := elaborator.scope[name], Term) and meaning.sort == RELATION
    }
    return Theory(
        elaborator.table, tuple(elaborator.rules), relations, tuple(elaborator.choices), names, elaborator.own
    )


@cache
def _parsed(name: str, text: str) -> tuple[Statement, ...]:
    return parsed(Source(name, text))


class _Elaborator:
    """The state of one elaboration.

    ``scope`` is what the next statement can name, ``own`` the names that the file has
    defined, in order of first definition, and where each was last defined.
    """

    def __init__(self) -> None:
        self.table = TermTable()
        self.expressions = Expressions(self.table)
        self.declarations = Declarations()
        self.scope: Scope = {**{name: self.table.base(name, sort) for name, sort in BASE.items()}, **PRIMITIVES}
        self.own: dict[str, Place] = {}
        self.rules: list[Rule] = []
        self.choices: list[Term] = []

    def begin_file(self) -> None:
        """What has been defined so far is no name of the file, and no place in it."""
        self.own.clear()
        self.table.places.clear()

    def statement(self, statement: Statement) -> None:
        match statement:
            case Let(bindings, recursive, place):
                # A copy: a function goes on to see the names of today.
                for name, meaning in self.expressions.bind(bindings, recursive, dict(self.scope)).items():
                    self.define(name, meaning, next((b.place for b in bindings if name in b.names), place))
            case With(name, source, place):
                collection = self.expressions.term(source, self.scope)
                if collection.sort.element is None:
                    message = f"expected something to choose from, but '{source.place.quoted}' is no set"
                    raise CatError(message, source.place)
                if len(self.choices) == MAX_CHOICES:
                    raise BeyondLimit(f"too large: more than {MAX_CHOICES} choices", place)
                choice = self.table.choice(name, collection)
                self.choices.append(choice)
                found = Check(CheckKind.EMPTY, True, False, source, f"with {name}", place)
                self.rules.append(Rule(found, found.name, collection))
                self.table.places[choice.number] = place
                self.define(name, choice, place)
            case Check():
                self.check(statement)
            case TagEnumeration():
                self.declarations.enumeration(statement)
            case Instructions():
                self.declarations.instructions(statement)
            case Include() | Show():
                raise AssertionError("includes are replaced before elaboration, and show is dropped")
            case _:
                assert_never(statement)

    def define(self, name: str, meaning: Meaning, place: Place) -> None:
        if name == "before" and not (isinstance(meaning, Term) and meaning.sort == RELATION):
            word = meaning.sort.name if isinstance(meaning, Term) else "function or tuple"
            raise CatError(f"'before' is the order in which accesses take effect: a relation, not a {word}", place)
        self.scope[name] = meaning
        self.own[name] = place

    def check(self, check: Check) -> None:
        """Several flags may have one name; an axiom's is its own."""
        name = check.name or f"{check.kind.value} (line {check.place.line})"
        for earlier in self.rules:
            if earlier.name == name and not (check.flag and earlier.check.flag):
                raise CatError(f"a second check named '{name}'", check.place, f"the first is at {earlier.check.place}")
        wanted = None if check.kind is CheckKind.EMPTY else RELATION
        term = self.expressions.term(check.expression, self.scope, wanted)
        if term.sort.element is None:
            raise CatError(f"expected a set or a relation, but this is one {term.sort.name}", check.expression.place)
        self.rules.append(Rule(check, name, term))

    def take_from_execution(self, name: str, place: Place) -> None:
        """From here on the name means the execution's own relation, which the computed one must equal."""
        given = self.table.base(name, RELATION)
        computed = self.expressions.term(Name(name, place), self.scope, RELATION)
        if computed is given:
            return
        difference = self.table.union(
            (self.table.binary(Op.DIFFERENCE, computed, given), self.table.binary(Op.DIFFERENCE, given, computed))
        )
        self.table.places[difference.number] = place
        check = Check(
            CheckKind.EMPTY,
            negated=False,
            flag=False,
            expression=Name(name, place),
            name=f"{name}-as-given",
            place=place,
        )
        self.rules.append(Rule(check, check.name, difference))
        self.scope[name] = given
