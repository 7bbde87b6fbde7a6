"""What a barrier repair is made of: elements, each a stronger ordering of a site or a fence before one.

Elements have an order, from weaker to stronger: READ_ONCE, then acquire; WRITE_ONCE, then release;
of an atomic operation acquire and release, then full; smp_rmb() and smp_wmb(), then smp_mb().  A set of
elements stands for itself and all that is weaker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from explorer.execution.kinds import Tag
from explorer.program.edits import Insert, Reorder
from explorer.program.sites import Does, Site, SiteFacts
from explorer.program.thread import ACQUIRE, FULL, ONCE, PLAIN, RELEASE, Order

Element: TypeAlias = Reorder | Insert

Elements: TypeAlias = frozenset[Element]
"""A set of elements, none weaker than another one in it."""

STRONGER: Mapping[tuple[Does, Order], tuple[Order, ...]] = {
    (Does.READ, PLAIN): (ONCE, ACQUIRE),
    (Does.READ, ONCE): (ACQUIRE,),
    (Does.WRITE, PLAIN): (ONCE, RELEASE),
    (Does.WRITE, ONCE): (RELEASE,),
    (Does.UPDATE, ONCE): (ACQUIRE, RELEASE, FULL),
    (Does.UPDATE, ACQUIRE): (FULL,),
    (Does.UPDATE, RELEASE): (FULL,),
}
"""The orderings that the accesses of a site can have in place of theirs, weaker ones first."""

FENCES = (Tag.RMB, Tag.WMB, Tag.MB)
"""The fences that are inserted."""

_BELOW: Mapping[Order | Tag, tuple[Order | Tag, ...]] = {
    ACQUIRE: (ONCE,),
    RELEASE: (ONCE,),
    FULL: (ONCE, ACQUIRE, RELEASE),
    Tag.MB: (Tag.RMB, Tag.WMB),
}


def strength(element: Element) -> Order | Tag:
    """The ordering, or the tag of the fence."""
    return element.order if isinstance(element, Reorder) else element.tag


def sort_key(element: Element) -> tuple[object, ...]:
    """By place; what is weaker first."""
    place = element.site.order
    return place, isinstance(element, Reorder), len(_BELOW.get(strength(element), ())), strength(element).value


def orderings(facts: SiteFacts) -> list[Element]:
    """The stronger orderings that the accesses of a site can have.

    None of a lock's own operations, whose ordering is the lock's, and of atomic operations that return nothing,
    which the kernel has in one form only.
    """
    if facts.lock or not facts.returns or facts.order is None:
        return []
    return [Reorder(facts.site, order) for order in STRONGER.get((facts.site.does, facts.order), ())]


def fences(site: Site) -> list[Element]:
    """The fences that can stand right before a site."""
    return [Insert(site, tag) for tag in FENCES]


def below(element: Element) -> Elements:
    """An element and all that are weaker."""
    weaker = _BELOW.get(strength(element), ())
    if isinstance(element, Reorder):
        return frozenset({element, *(Reorder(element.site, each) for each in weaker if isinstance(each, Order))})
    return frozenset({element, *(Insert(element.site, each) for each in weaker if isinstance(each, Tag))})


def closure(elements: Iterable[Element]) -> Elements:
    """Elements and all that are weaker than one of them."""
    return frozenset[Element]().union(*(below(each) for each in elements))


def strongest(elements: Iterable[Element]) -> Elements:
    """Elements without those that are weaker than another one.

    An atomic operation that has to be acquire as well as release is full: the kernel has nothing between.
    """
    found = set(elements)
    for each in list(found):
        if isinstance(each, Reorder) and each.order is ACQUIRE and each.site.does is Does.UPDATE:
            if Reorder(each.site, RELEASE) in found:
                found.add(Reorder(each.site, FULL))
    weaker = frozenset[Element]().union(*(below(each) - {each} for each in found))
    return frozenset(found - weaker)


def covers(stronger: Elements, weaker: Elements) -> bool:
    """Whether the one set orders all that the other one does."""
    return closure(weaker) <= closure(stronger)


def in_order(elements: Iterable[Element]) -> list[Element]:
    """Elements as they are listed."""
    return sorted(elements, key=sort_key)
