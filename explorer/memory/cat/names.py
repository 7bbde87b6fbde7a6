"""What a model file can name at one point, and what to say about a name that is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from explorer.memory.cat.sort import Sort
from explorer.memory.cat.source import CatError, NotSupported, Place
from explorer.memory.cat.syntax import Expression
from explorer.memory.cat.term import Term, TermTable

REFUSED_FUNCTIONS = frozenset({"tag2events", "tag2instrs", "tag2level", "tag2scope", "tag2set"})
"""Functions that cat has and this version does not."""

_LONGEST = 60
"""Characters of a name that can be a slip for another one."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the file, with the names that were visible where it was defined."""

    name: str
    parameters: tuple[str, ...]
    body: Expression
    scope: Scope


@dataclass(frozen=True, slots=True)
class Primitive:
    """A function of cat itself: what it takes and gives, and how a table makes the term.

    ``result`` is None where it depends on the argument.
    """

    name: str
    parameters: tuple[Sort, ...]
    result: Sort | None
    make: Callable[[TermTable, list[Term]], Term]


@dataclass(frozen=True, slots=True)
class Map:
    """``map``; with ``function`` set, ``map f``, which still needs a collection."""

    function: Function | Primitive | None = None


@dataclass(frozen=True, slots=True)
class Several:
    """A tuple."""

    parts: tuple[Meaning, ...]


Meaning: TypeAlias = Term | Function | Primitive | Map | Several
Scope: TypeAlias = dict[str, Meaning]
"""What each visible name means, in order of definition."""


def unknown_name(name: str, scope: Scope, wanted: Sort | None, place: Place) -> CatError:
    """The error for a name that nothing defines: what there is, and what was probably meant."""
    if name in REFUSED_FUNCTIONS:
        return NotSupported(f"'{name}'", place)
    fitting = [
        known
        for known, meaning in scope.items()
        if isinstance(meaning, Term) and (wanted is None or meaning.sort == wanted) and known != "_"
    ]
    guess = _meant(name, fitting)
    hint = f" Did you mean '{guess}'?" if guess else ""
    kind = wanted.name if wanted else "name"
    return CatError(f"unknown {kind} '{name}'", place, f"defined here: {_some(fitting)}.{hint}")


def _some(names: list[str]) -> str:
    """The first few names and the last few: cat's own come first, the file's own last."""
    if len(names) <= 10:
        return ", ".join(names)
    return ", ".join([*names[:6], "...", *names[-4:]])


def _meant(name: str, known: list[str]) -> str | None:
    if len(name) > _LONGEST:
        return None
    for cut in range(2, len(name) - 1):
        if name[:cut] in known and name[cut:] in known:
            return f"{name[:cut]} | {name[cut:]}"
    folded = {candidate.lower(): candidate for candidate in reversed(known)}
    close = get_close_matches(name.lower(), list(folded), n=1)
    return folded[close[0]] if close else None
