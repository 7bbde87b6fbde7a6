"""Named locations and the objects that hold them.

Both are pure names: the memory they stand for lives in the engines, never here,
so one program object can be explored, scheduled and replayed at the same time.
"""

from __future__ import annotations

from typing import TypeAlias


class Object:
    """A modelled kernel object (an inode, a page).

    Its locations are ordinary attributes set by the subclass.  Identity matters:
    a pointer-valued location holds an ``Object``, and two objects are equal only
    when they are the same one.  ``name`` is unique within a program.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def __deepcopy__(self, _memo: object) -> Object:
        """Itself: what points to it in a copy points to the same object."""
        return self


Value: TypeAlias = int | Object
"""A concrete value: an integer, or a reference to an object. The null pointer is 0."""


class Location:
    """One named memory location with its initial value.

    ``name`` is unique within a program and is what reports show
    (``inode.i_size``, ``page B.data[0]``).
    """

    __slots__ = ("initial", "name")

    def __init__(self, name: str, initial: Value = 0) -> None:
        self.name = name
        self.initial = initial

    def __repr__(self) -> str:
        return self.name

    def __deepcopy__(self, _memo: object) -> Location:
        """Itself: a location is nothing but its name and place."""
        return self


def show(value: Value) -> str:
    """The value as reports print it: an integer, or the object's name."""
    return str(value) if isinstance(value, int) else value.name
