"""What an expression denotes: an event, a set, a relation, a set of relations, ...

``Sort.name`` is the word for it in messages.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sort:
    """What a term denotes; ``element`` is what its members are, None where it has none."""

    name: str
    element: Sort | None = None

    @property
    def is_family(self) -> bool:
        """Whether the members have members themselves."""
        return self.element is not None and self.element.element is not None


EVENT = Sort("event")
PAIR = Sort("pair of events")
SET = Sort("set", EVENT)
RELATION = Sort("relation", PAIR)


def set_of(element: Sort) -> Sort:
    """The sort of collections: of events a set, of pairs a relation, of relations a ``set of relations``."""
    if element == EVENT:
        return SET
    if element == PAIR:
        return RELATION
    head, space, rest = element.name.partition(" ")
    return Sort(f"set of {head}s{space}{rest}", element)
