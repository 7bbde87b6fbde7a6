"""Names for a program's locations and objects in C, where an object is its one field."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from explorer.execution.kinds import Kind
from explorer.execution.location import Location, Object
from explorer.litmus.export.arms import ArmRun
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, Operation, ReadOf
from explorer.program.step import Access

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]+")

# Registers, threads, words of C and of conditions, and names of kernel operations that are short enough to be met.
_TAKEN = re.compile(
    r"[rP]\d+|auto|break|case|char|const|continue|default|do|double|else|enum|extern|float|for|goto|if|int|long|"
    r"register|return|short|signed|sizeof|static|struct|switch|typedef|union|unsigned|void|volatile|while|bool|"
    r"\w+_t|mutex|true|false|not|exists|forall|filter|locations|xchg|cmpxchg|barrier"
)

_LOCKS = frozenset({Kind.LOCK_READ, Kind.LOCK_WRITE, Kind.UNLOCK, Kind.LOCK_FAILED, Kind.IS_LOCKED, Kind.IS_UNLOCKED})


@dataclass(frozen=True)
class Names:
    """What locations and objects are called in the test, and what they are.

    Attributes:
        locations: the names of all locations.
        objects: the names of the objects that pointers hold; that of an object is its field's.
        pointers: the locations that hold pointers.
        types: the C types that are neither int nor a pointer to it, by location.
    """

    locations: Mapping[Location, str]
    objects: Mapping[Object, str]
    pointers: frozenset[Location]
    types: Mapping[Location, str]

    def called(self, each: Location | Object) -> str:
        """The name of a location or object."""
        return self.locations[each] if isinstance(each, Location) else self.objects[each]

    def in_order(self, names: Container[str]) -> list[str]:
        """These names, in the order in which the program has its locations and objects."""
        known = dict.fromkeys([*self.locations.values(), *self.objects.values()])
        return [name for name in known if name in names]


def names_of(locations: Sequence[Location], fields: Mapping[Object, Location], runs: Sequence[ArmRun]) -> Names:
    """Name everything that the threads touch; ``fields`` as ``fields_of`` gives them."""
    owners = {location: owner for owner, location in fields.items()}
    endings = [_identifier(location.name.rpartition(".")[2]) for location in locations]
    taken: set[str] = set()
    found: dict[Location, str] = {}
    for location, ending in zip(locations, endings, strict=True):
        if location in owners:
            wish = _identifier(owners[location].name)
        else:
            wish = ending if endings.count(ending) == 1 else _identifier(location.name)
        found[location] = _unused(wish, taken)
    objects = {
        each: found[fields[each]] if each in fields else _unused(_identifier(each.name), taken)
        for each in dict.fromkeys(_objects(locations, runs))
    }
    accesses = [access for run in runs for access, _place in run.accesses]
    return Names(found, objects, _pointers(locations, runs), _types(accesses))


def fields_of(thread: str, run: ArmRun, fields: dict[Object, Location]) -> None:
    """Add to ``fields`` the one field of each object that an arm reaches through a pointer.

    Raises:
        ScenarioError: there is a second one.
    """
    for access, _place in run.accesses:
        if not access.addr:
            continue
        assert access.location is not None
        owner = run.pointees[access.addr.bit_length() - 1]
        field = fields.setdefault(owner, access.location)
        if field is not access.location:
            raise ScenarioError(
                f"thread {thread} cannot be exported: it reaches two fields of {owner.name} through a pointer, "
                f"{field.name} and {access.location.name}, and herd's C has no structures",
                place=f"{access.source.file}:{access.source.line}",
                advice="export a form with one field per object (see docs/litmus.md)",
            )


def _identifier(name: str) -> str:
    word = _NOT_IN_NAMES.sub("_", name).strip("_")
    return word if word and not word[0].isdigit() else f"x_{word}"


def _unused(wish: str, taken: set[str]) -> str:
    name, number = wish, 1
    while name in taken or _TAKEN.fullmatch(name):
        number += 1
        name = f"{wish}_{number}"
    taken.add(name)
    return name


def _objects(locations: Sequence[Location], runs: Sequence[ArmRun]) -> Iterator[Object]:
    """The objects that are values: held at first, stored, or compared with."""
    yield from (location.initial for location in locations if isinstance(location.initial, Object))
    for run in runs:
        for access, _place in run.accesses:
            yield from _objects_in(access.value)
            yield from _objects_in(access.requires)
        if run.fork is not None:
            yield from _objects_in(run.fork.expression)
        yield from run.pointees.values()


def _objects_in(expression: Expression | None) -> Iterator[Object]:
    match expression:
        case Object():
            yield expression
        case Operation(operands=operands):
            for operand in operands:
                yield from _objects_in(operand)


def _pointers(locations: Sequence[Location], runs: Sequence[ArmRun]) -> frozenset[Location]:
    """The locations that hold an object at first or are given one, or what such a location holds."""
    stores = [(run, access) for run in runs for access, _place in run.accesses if access.writes]
    found = {location for location in locations if isinstance(location.initial, Object)}
    known = -1
    while len(found) != known:
        known = len(found)
        for run, access in stores:
            assert access.location is not None
            match access.value:
                case Object():
                    found.add(access.location)
                case ReadOf(position) if run.reads[position][0].location in found:
                    found.add(access.location)
    return frozenset(found)


def _types(accesses: Sequence[Access]) -> dict[Location, str]:
    types = {}
    for access in accesses:
        if access.location is None:
            continue
        if access.kind in _LOCKS:
            types[access.location] = "spinlock_t"
        elif access.kind is Kind.FENCE:
            types[access.location] = "struct srcu_struct"
    return types
