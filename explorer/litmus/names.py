"""Names that nothing stands behind: each is a likely misspelling, which turns an answer round without a sound.

herd reads such tests, and so do we; what is said here is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from explorer.litmus.condition import sides
from explorer.litmus.source import Place
from explorer.litmus.syntax import (
    Address,
    Assign,
    Block,
    Declaration,
    If,
    Litmus,
    Location,
    Name,
    Register,
    Statement,
    Thread,
)


@dataclass(frozen=True, slots=True)
class NameWarning:
    """A name of a test, which runs all the same, and what is likely wrong with it."""

    name: Register | str
    message: str
    place: Place

    def __str__(self) -> str:
        return f"{self.place}: warning: {self.message}"


def name_warnings(test: Litmus) -> tuple[NameWarning, ...]:
    """Warnings about the names of a test, in the order of the text; one for each name."""
    found: dict[Register | str, NameWarning] = {}
    for warning in (*_registers(test), *_locations(test), *_undeclared(test)):
        found.setdefault(warning.name, warning)
    return tuple(sorted(found.values(), key=attrgetter("place.start")))


def _registers(test: Litmus) -> Iterator[NameWarning]:
    """Registers that are asked for or given a value, and that their thread does not have."""
    asked = [side for side in _asked(test) if isinstance(side, Register)]
    given = [entry.target for entry in test.initial if isinstance(entry.target, Register)]
    for register in (*given, *asked):
        if register.thread >= len(test.threads):
            if register in given:  # a condition that names no thread is refused
                yield NameWarning(register, f"there is no thread P{register.thread}", register.place)
            continue
        thread = test.threads[register.thread]
        has = _variables(thread)
        if register.name in has or (register in given and register in asked):
            continue
        follows = "its value is not used" if register in given else "it is 0"
        known = f" (it has {', '.join(has)})" if has else ""
        message = f"P{thread.number} has no variable {register.name}{known}: {follows}"
        yield NameWarning(register, message, register.place)


def _locations(test: Litmus) -> Iterator[NameWarning]:
    """Locations that no thread has and that have no initial value, and initial values that nothing uses."""
    given = [entry.target for entry in test.initial if isinstance(entry.target, Location)]
    pointees = _pointees(test)
    parameters = [parameter.name for thread in test.threads for parameter in thread.parameters]
    known = list(dict.fromkeys([*parameters, *(location.name for location in given)]))
    listed = f" (there {'are' if len(known) > 1 else 'is'} {', '.join(known)})" if known else ""
    asked = [side for side in _asked(test) if not isinstance(side, Register)]
    names_asked = {_name(side) for side in asked}
    names_held = {pointee.name for pointee, _ in pointees}
    for pointee, holder in pointees:
        # A pointer may well lead to what no thread names: that is how an object not yet published is written.
        if holder not in _pointers(test) and pointee.name not in {*known, *names_asked}:
            message = f"there is no location {pointee.name}{listed}, and {holder} is no pointer"
            yield NameWarning(pointee.name, message, pointee.place)
    for side in asked:
        name = _name(side)
        if name not in known and name not in names_held:
            follows = "nothing points to it" if isinstance(side, Address) else "it is 0"
            yield NameWarning(name, f"there is no location {name}{listed}: {follows}", side.place)
    for location in given:
        if location.name not in {*parameters, *names_asked, *names_held}:
            yield NameWarning(location.name, f"nothing uses the location {location.name}", location.place)


def _pointees(test: Litmus) -> list[tuple[Location, Register | str]]:
    """The locations whose addresses are initial values, and the register or the name of the location that has each."""
    return [
        (value.location, entry.target.name if isinstance(entry.target, Location) else entry.target)
        for entry in test.initial
        for value in entry.values
        if isinstance(value, Address)
    ]


def _pointers(test: Litmus) -> set[Register | str]:
    """Registers that have an initial value, and the names of locations that are declared to hold pointers."""
    return {
        *(entry.target for entry in test.initial if isinstance(entry.target, Register)),
        *(entry.target.name for entry in test.initial if entry.type is not None and entry.type.pointers > 0),
        *(each.name for thread in test.threads for each in thread.parameters if each.type.pointers > 1),
    }


def _undeclared(test: Litmus) -> Iterator[NameWarning]:
    """Variables that are assigned to, and neither declared nor given an initial value."""
    given = {entry.target for entry in test.initial}
    for thread in test.threads:
        declared = list(_declared(thread.body))
        parameters = {parameter.name for parameter in thread.parameters}
        for name, place in _assigned(thread.body):
            register = Register(thread.number, name)
            if name not in declared and name not in parameters and register not in given:
                has = f"P{thread.number} declares {', '.join(declared)}" if declared else "it becomes a new variable"
                yield NameWarning(register, f"{name} is not declared; {has}", place)


def _asked(test: Litmus) -> list[Register | Location | Address]:
    """What ``locations``, the filter and the condition name, in this order."""
    propositions = [*([test.filter] if test.filter is not None else []), test.condition]
    named = [side for proposition in propositions for side in sides(proposition)]
    return [*test.locations, *(side for side in named if isinstance(side, Register | Location | Address))]


def _name(side: Location | Address) -> str:
    return side.location.name if isinstance(side, Address) else side.name


def _variables(thread: Thread) -> list[str]:
    """The local variables of a thread, the declared ones first."""
    return list(dict.fromkeys([*_declared(thread.body), *(name for name, _ in _assigned(thread.body))]))


def _declared(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in _all(statements):
        if isinstance(statement, Declaration):
            yield statement.name


def _assigned(statements: Iterable[Statement]) -> Iterator[tuple[str, Place]]:
    for statement in _all(statements):
        if isinstance(statement, Assign) and isinstance(statement.target, Name):
            yield statement.target.name, statement.target.place


def _all(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Statements and those inside them."""
    for statement in statements:
        yield statement
        match statement:
            case If(_, then, otherwise):
                yield from _all((*then, *otherwise))
            case Block(inner):
                yield from _all(inner)
