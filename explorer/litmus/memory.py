"""What the threads of a litmus test share: one cell per location, with its initial value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from explorer.execution.location import Location as Word
from explorer.execution.location import Object, Value
from explorer.litmus import syntax
from explorer.litmus.condition import needed
from explorer.litmus.source import LitmusError, Place
from explorer.program.errors import ScenarioError


class Cell(Object):
    """One location of a litmus test, and what a pointer to it holds.

    ``word`` is the memory behind it.  Adding to a pointer leads along the array that the
    cell is an element of; a location that is no array is one of a single element.
    """

    def __init__(self, name: str, array: list[Cell]) -> None:
        super().__init__(name)
        self.word = Word(name)
        self.array = array
        self.index = len(array)
        array.append(self)

    def __add__(self, offset: Any) -> Any:
        if not isinstance(offset, int):
            return NotImplemented  # a value read adds itself to the pointer
        if not 0 <= self.index + offset < len(self.array):
            raise ScenarioError(
                f"a pointer {offset} past {self.name} points to nothing",
                advice="declare the array with as many elements in the initial state",
            )
        return self.array[self.index + offset]

    __radd__ = __add__

    def __sub__(self, offset: Any) -> Any:
        return self + -offset


class Memory:
    """The cells of a test by name, and the initial values of its registers.

    Raises:
        LitmusError: a value or size in the initial state makes no sense.
    """

    def __init__(self, test: syntax.Litmus) -> None:
        self.cells: dict[str, Cell] = {}
        self.registers: dict[tuple[int, str], Value] = {}
        for initial in test.initial:
            if isinstance(initial.target, syntax.Location):
                self._declare(initial.target.name, initial.size or 1)
        for name in _names(test):
            self._declare(name)
        for initial in test.initial:
            values = [self._value(value) for value in initial.values]
            if isinstance(initial.target, syntax.Register):
                self.registers[initial.target.thread, initial.target.name] = values[0] if values else 0
            else:
                for index, value in enumerate(values, initial.target.index):
                    self.cell(syntax.Location(initial.target.name, index), initial.place).word.initial = value

    def cell(self, location: syntax.Location, place: Place) -> Cell:
        """The cell of a location that the test names."""
        known = self.cells.get(str(location))
        if known is None:
            raise LitmusError(f"there is no location {location}", place)
        return known

    def _declare(self, name: str, size: int = 1) -> None:
        if name in self.cells:
            return
        array: list[Cell] = []
        for index in range(size):
            cell = Cell(str(syntax.Location(name, index)), array)
            self.cells[cell.name] = cell

    def _value(self, value: syntax.Value) -> Value:
        if isinstance(value, syntax.Integer):
            return value.value
        self._declare(value.location.name)
        return self.cell(value.location, value.place)


def _names(test: syntax.Litmus) -> Iterator[str]:
    """The locations that a test names without giving them an initial value."""
    for thread in test.threads:
        for parameter in thread.parameters:
            yield parameter.name
    for initial in test.initial:
        yield from (value.location.name for value in initial.values if isinstance(value, syntax.Address))
    yield from (target.name for target in needed(test) if isinstance(target, syntax.Location))
