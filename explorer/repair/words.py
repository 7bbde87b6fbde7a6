"""Edits in the words of kernel code: where, what stands there, and what is to stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.execution.location import Location
from explorer.program.edits import FENCE_CALLS, Insert
from explorer.program.sites import Does, Site, SiteFacts
from explorer.program.thread import ACQUIRE, FULL, ONCE, PLAIN, RELEASE, Order
from explorer.repair.elements import Element

_FIELD = re.compile(r"[A-Za-z_]\w*\.[\w.\[\]]+$")


@dataclass(frozen=True)
class EditWords:
    """One edit.

    ``place``: the kernel file and function and the step, as far as the model names them; ``code``: file and
    line of the modelled code; ``function`` is the modelled function.  A fence has no ``before``, and ``behind`` are
    the steps that it stands behind.
    """

    place: str
    code: str
    function: str
    before: str
    after: str
    behind: tuple[str, ...] = ()

    @property
    def change(self) -> str:
        """What changes, on one line."""
        if not self.before:
            behind = f", behind {' and '.join(self.behind)}" if self.behind else ""
            return f"{self.after}{behind}"
        return f"{self.before}  ->  {self.after}"


def words_of(element: Element, facts: SiteFacts, behind: Sequence[SiteFacts]) -> EditWords:
    """An element in words; ``behind`` are the sites of the accesses that a fence orders with its own."""
    source = facts.source
    location = _lvalue(facts.locations)
    place, code = place_of(facts), f"{source.file}:{source.line}"
    if isinstance(element, Insert):
        steps = tuple(dict.fromkeys(short(each.site) for each in behind))
        after = f"{FENCE_CALLS[element.tag]}() before {_access(facts.site.does, facts.order, location)}"
        return EditWords(place, code, source.function, "", after, steps)
    before, after = (_access(facts.site.does, order, location) for order in (facts.order, element.order))
    return EditWords(place, code, source.function, before, after)


def place_of(facts: SiteFacts) -> str:
    """``mm/shmem.c shmem_file_read_iter() R1 first i_size_read``, as far as the model names it."""
    source = facts.source
    where, _, text = source.reference.partition(": ")
    file, _, function = where.partition(" ")
    if not source.kernel_file and not (function and file.endswith((".c", ".h"))):
        # No kernel function is named: the modelled one stands for it.
        return " ".join(part for part in (f"{source.function}()", source.step, source.reference) if part)
    return " ".join(part for part in (file, f"{function}()", source.step, text) if part)


def short(site: Site) -> str:
    """A site by its step, or by its text."""
    return site.label


def _lvalue(locations: Sequence[Location]) -> str:
    """What is accessed, as C names it where the model's name is that of a field: ``inode->i_size``."""
    if not locations:
        return "memory"
    name = locations[0].name
    written = name.replace(".", "->", 1) if _FIELD.match(name) else name
    return written if len(locations) == 1 else f"{written} (and {len(locations) - 1} more)"


def _access(does: Does, order: Order | None, location: str) -> str:
    match does, order:
        case Does.READ, order if order is ONCE:
            return f"READ_ONCE({location})"
        case Does.READ, order if order is ACQUIRE:
            return f"smp_load_acquire(&{location})"
        case Does.WRITE, order if order is PLAIN:
            return f"{location} = ..."
        case Does.WRITE, order if order is ONCE:
            return f"WRITE_ONCE({location}, ...)"
        case Does.WRITE, order if order is RELEASE:
            return f"smp_store_release(&{location}, ...)"
        case Does.UPDATE, order:
            how = "fully ordered" if order is FULL else "relaxed" if order is ONCE else order.value if order else "an"
            return f"{how} atomic operation on {location}"
        case _:
            return location
