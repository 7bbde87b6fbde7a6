"""Syntax trees as JSON and back: frozen dataclasses with enums, tuples, text, numbers and places.

A node is ``{"Class": [field, ...]}``, a place ``[start, end]``.  Reading follows the
declared type of every field, so that a tree comes out which the parser could have made,
or an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Protocol, TypeAlias, Union, get_args, get_origin, get_type_hints


class SourceText(Protocol):
    """What places are in."""

    @property
    def text(self) -> str: ...


Reader: TypeAlias = Callable[[Any, SourceText], Any]


class Foreign(ValueError):
    """What was to be read is no tree of the declared type, or what was to be written has places elsewhere."""


def to_json(value: Any, source: SourceText, place: type) -> Any:
    """A tree whose places (of class ``place``) are all in ``source``.

    Raises:
        Foreign: something else is in it.
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, tuple):
        return [to_json(each, source, place) for each in value]
    if isinstance(value, place):
        start, end = value.start, value.end  # type: ignore[attr-defined]
        if value.source is not source:  # type: ignore[attr-defined]
            raise Foreign(f"a place elsewhere: {value}")
        return [start, end]
    if is_dataclass(value):
        content = [to_json(getattr(value, field.name), source, place) for field in fields(value)]
        return {type(value).__name__: content}
    raise Foreign(type(value).__name__)


class TreeReader:
    """Reads trees whose places are of one class."""

    def __init__(self, place: type) -> None:
        self._place = place
        self._readers: dict[Any, Reader] = {}
        self._nodes: dict[type, tuple[tuple[str, Reader], ...]] = {}

    def read(self, declared: Any, value: Any, source: SourceText) -> Any:
        """The tree of a declared type, with its places in ``source``; Foreign, or another error, for anything else."""
        return self._reader(declared)(value, source)

    def _reader(self, declared: Any) -> Reader:
        known = self._readers.get(declared)
        if known is None:
            known = self._readers[declared] = self._make(declared)
        return known

    def _make(self, declared: Any) -> Reader:
        if declared is self._place:
            return self._read_place
        if get_origin(declared) is tuple:
            elements = get_args(declared)
            if elements[1:] == (...,):
                return _tuple_of(self._reader(elements[0]))
            return _row_of([self._reader(element) for element in elements])
        if get_origin(declared) in (Union, UnionType):
            return self._one_of(get_args(declared))
        if declared in (str, int, bool, NoneType):
            return _exactly(declared)
        if issubclass(declared, Enum):
            return _member_of(declared)
        assert is_dataclass(declared), declared
        return self._node_of((declared,))

    def _read_place(self, value: Any, source: SourceText) -> Any:
        start, end = value
        if type(start) is not int or type(end) is not int or not 0 <= start <= end <= len(source.text):
            raise Foreign("no place")
        return self._place(source, start, end)

    def _one_of(self, alternatives: tuple[Any, ...]) -> Reader:
        """JSON has a form of its own for each kind of alternative: tuples are lists, nodes are objects."""
        nodes = tuple(each for each in alternatives if is_dataclass(each))
        by_form: dict[type, Reader] = {dict: self._node_of(nodes)} if nodes else {}
        for each in alternatives:
            if each not in nodes:
                form = list if get_origin(each) is tuple else str if issubclass(each, Enum) else each
                assert form not in by_form, alternatives
                by_form[form] = self._reader(each)

        def read(value: Any, source: SourceText) -> Any:
            chosen = by_form.get(type(value))
            if chosen is None:
                raise Foreign("another type")
            return chosen(value, source)

        return read

    def _node_of(self, bases: tuple[Any, ...]) -> Reader:
        """Reads a node of one of these classes, or of one derived from it in the same module."""
        module = vars(sys.modules[bases[0].__module__])
        classes: dict[str, type] = {}

        def read(value: Any, source: SourceText) -> Any:
            if type(value) is not dict or len(value) != 1:
                raise Foreign("no node")
            ((name, content),) = value.items()
            found = classes.get(name)
            if found is None:
                found = module.get(name)
                if not (isinstance(found, type) and is_dataclass(found) and issubclass(found, bases)):
                    raise Foreign(f"no class {name} here")
                classes[name] = found
            parts = self._nodes.get(found) or self._fields(found)
            if type(content) is not list or len(content) != len(parts):
                raise Foreign(f"no {name}")
            return found(**{field: part(each, source) for (field, part), each in zip(parts, content, strict=True)})

        return read

    def _fields(self, node: type) -> tuple[tuple[str, Reader], ...]:
        hints = get_type_hints(node)
        names = [field.name for field in fields(node)]
        found = self._nodes[node] = tuple((name, self._reader(hints[name])) for name in names)
        return found


def _tuple_of(element: Reader) -> Reader:
    def read(value: Any, source: SourceText) -> Any:
        if type(value) is not list:
            raise Foreign("no list")
        return tuple([element(each, source) for each in value])

    return read


def _row_of(elements: list[Reader]) -> Reader:
    """Reads a tuple of a fixed length."""

    def read(value: Any, source: SourceText) -> Any:
        if type(value) is not list:
            raise Foreign("no list")
        return tuple([element(each, source) for element, each in zip(elements, value, strict=True)])

    return read


def _exactly(declared: type) -> Reader:
    def read(value: Any, _source: SourceText) -> Any:
        if type(value) is not declared:
            raise Foreign(f"no {declared.__name__}")
        return value

    return read


def _member_of(declared: type[Enum]) -> Reader:
    members = declared.__members__

    def read(value: Any, _source: SourceText) -> Any:
        if type(value) is not str or value not in members:
            raise Foreign(f"no {declared.__name__}")
        return members[value]

    return read
