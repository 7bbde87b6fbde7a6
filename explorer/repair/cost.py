"""What a repair costs where it runs: a stated weight per element and architecture.

The weights are no measurements.  They rank: what costs no instruction, what makes one wait for accesses
of one kind, what makes one wait for everything.  docs/repair.md has the table with its reasoning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from explorer.execution.kinds import Tag
from explorer.program.edits import Insert
from explorer.program.sites import Does
from explorer.program.thread import ACQUIRE, FULL, ONCE, RELEASE, Order
from explorer.repair.elements import Element, Elements, in_order, sort_key, strength


@dataclass(frozen=True)
class Costs:
    """The weights of one architecture: of accesses, of atomic operations, of fences."""

    architecture: str
    accesses: Mapping[Order, int]
    updates: Mapping[Order, int]
    fences: Mapping[Tag, int]

    def of(self, element: Element) -> int:
        """The weight of one element."""
        if isinstance(element, Insert):
            return self.fences[element.tag]
        return (self.updates if element.site.does is Does.UPDATE else self.accesses)[element.order]

    def total(self, elements: Iterable[Element]) -> int:
        """The weights of all of them together."""
        return sum(map(self.of, elements))

    def key(self, elements: Elements) -> tuple[object, ...]:
        """A sort key: the cheapest first, then the fewest edits, then by place."""
        return self.total(elements), len(elements), [sort_key(each) for each in in_order(elements)]

    def rows(self) -> list[tuple[str, int]]:
        """The table: what an element is called, and its weight."""
        names = {ONCE: "READ_ONCE, WRITE_ONCE", ACQUIRE: "smp_load_acquire", RELEASE: "smp_store_release"}
        atomic = {ACQUIRE: "atomic _acquire", RELEASE: "atomic _release", FULL: "atomic, fully ordered"}
        calls = {Tag.RMB: "smp_rmb", Tag.WMB: "smp_wmb", Tag.MB: "smp_mb"}
        return [
            *((names[order], weight) for order, weight in self.accesses.items()),
            *((atomic[order], weight) for order, weight in self.updates.items()),
            *((calls[tag], weight) for tag, weight in self.fences.items()),
        ]


X86 = Costs(
    "x86",
    {ONCE: 1, ACQUIRE: 1, RELEASE: 1},
    {ACQUIRE: 1, RELEASE: 1, FULL: 1},
    {Tag.RMB: 1, Tag.WMB: 1, Tag.MB: 20},
)
SPARC = Costs(
    "SPARC (PSO)",
    {ONCE: 1, ACQUIRE: 1, RELEASE: 4},
    {ACQUIRE: 1, RELEASE: 1, FULL: 1},
    {Tag.RMB: 1, Tag.WMB: 4, Tag.MB: 20},
)
ARMV8 = Costs(
    "armv8",
    {ONCE: 1, ACQUIRE: 3, RELEASE: 3},
    {ACQUIRE: 3, RELEASE: 3, FULL: 20},
    {Tag.RMB: 5, Tag.WMB: 5, Tag.MB: 20},
)
GENERIC = Costs(
    "generic kernel code",
    {ONCE: 1, ACQUIRE: 3, RELEASE: 3},
    {ACQUIRE: 3, RELEASE: 3, FULL: 20},
    {Tag.RMB: 4, Tag.WMB: 4, Tag.MB: 20},
)

_BY_MODEL = {"sc": X86, "tso": X86, "pso": SPARC, "armv8": ARMV8}


def costs_of(model: str) -> Costs:
    """The table of a model by its name; those of the hardware that it is of, with ``+compiler`` too."""
    return _BY_MODEL.get(model.removesuffix("+compiler"), GENERIC)


def is_full_fence(element: Element) -> bool:
    """Whether it is smp_mb(), or a fully ordered atomic operation."""
    return strength(element) in (Tag.MB, FULL)
