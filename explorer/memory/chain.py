"""A derivation told as a chain: from access to access, by which barrier, dependence or communication.

The steps of a derivation lead from event to event, many of them to fences and back.  A link puts together what leads
from one access to the next: the fences between, the marks on both ends that the model asks for there, and the way
from a read by what it read to the write that overwrites it (fr), which is one step for a reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from explorer.memory.cat.sort import RELATION
from explorer.memory.cat.term import Op
from explorer.memory.derivation import ASIDE, Derivation


@dataclass(frozen=True, slots=True)
class Step:
    """That one event is related to another.

    ``relation`` is a base relation or ``fr``; empty where a model relates the events by what they are alone.
    ``backward``: the relation leads from the second to the first.
    """

    relation: str
    first: int
    second: int
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """That the model asks for an event to be in a base set, or (``loc``, ``rmw``) at an end of a base relation."""

    name: str
    event: int


@dataclass(frozen=True, slots=True)
class Link:
    """What leads from one access to the next: steps that join, and the facts about their events."""

    steps: tuple[Step, ...]
    facts: frozenset[Fact]

    @property
    def first(self) -> int:
        return self.steps[0].first

    @property
    def second(self) -> int:
        return self.steps[-1].second

    @property
    def between(self) -> tuple[int, ...]:
        """The events on the way."""
        return tuple(step.second for step in self.steps[:-1])

    def says(self, name: str, event: int) -> bool:
        """Whether the model asks for this of an event here."""
        return Fact(name, event) in self.facts


class _Break:
    """Stands between two steps that are each a reason of their own."""


_BREAK = _Break()
_Piece: TypeAlias = Step | Fact | _Break


def links(derivations: Sequence[Derivation], is_access: Callable[[int], bool]) -> tuple[Link, ...]:
    """The links of what one derivation after the other leads along, each from where the one before ends."""
    pieces: list[_Piece] = []
    for derivation in derivations:
        pieces += [*_pieces(derivation), _BREAK]
    found: list[Link] = []
    for segment in _segments(pieces):
        found += _links_of(*segment, is_access)
    return tuple(_joined(found, is_access))


# ---- steps and facts


def _pieces(derivation: Derivation) -> list[_Piece]:
    """The steps of a derivation in order, with the facts; a pair that nothing leads along is a step of its own."""
    found = _raw(derivation)
    first, second = derivation.events[0], derivation.events[-1]
    if first != second and not any(isinstance(piece, Step) for piece in found):
        return [*found, Step("", first, second)]
    return found


def _raw(derivation: Derivation) -> list[_Piece]:
    term, parts = derivation.term, derivation.parts
    first, second = derivation.events[0], derivation.events[-1]
    match term.op:
        case Op.BASE if term.sort != RELATION:
            return [Fact(term.name, first)]
        case Op.BASE if term.name in ASIDE:
            return [Fact("loc", first), Fact("loc", second)] if term.name == "loc" else []
        case Op.BASE | Op.CHOICE:
            return [Step(_PLAIN_NAMES.get(term.name, term.name), first, second)]
        case Op.DOMAIN | Op.RANGE:
            inner = parts[0].term
            return [Fact(inner.name, first)] if inner.op is Op.BASE else []
        case Op.INVERSE:
            return [_turned(piece) for piece in reversed(_pieces(parts[0]))]
        case Op.INTERSECTION:
            raw = [_raw(part) for part in parts]
            leading = [place for place, pieces in enumerate(raw) if any(isinstance(piece, Step) for piece in pieces)]
            main = max(leading, key=lambda place: parts[place].cost, default=-1)
            facts = [piece for place, pieces in enumerate(raw) if place != main for piece in pieces if _is_fact(piece)]
            return [*raw[main], *facts] if leading else facts
        case Op.PLUS | Op.STAR:
            steps = [piece for part in parts for piece in (*_pieces(part), _BREAK)]
            return [_BREAK, *steps] if parts else []
        case _:
            return [piece for part in parts for piece in (_pieces(part) if len(part.events) == 2 else _raw(part))]


def _is_fact(piece: _Piece) -> bool:
    return isinstance(piece, Fact)


_PLAIN_NAMES = {"po-apart": "po", "ctrl-later": "ctrl", "co0": "co"}
"""Base relations that are parts of, or finer than, another one whose name says enough."""


def _turned(piece: _Piece) -> _Piece:
    if isinstance(piece, Step):
        return replace(piece, first=piece.second, second=piece.first, backward=not piece.backward)
    return piece


def _segments(pieces: Sequence[_Piece]) -> Iterator[tuple[list[Step], frozenset[Fact]]]:
    steps: list[Step] = []
    facts: set[Fact] = set()
    for piece in pieces:
        match piece:
            case Step():
                if steps and _is_read_back(steps[-1]) and piece.relation == "co" and not piece.backward:
                    steps[-1] = Step("fr", steps[-1].first, piece.second)
                else:
                    steps.append(piece)
            case Fact():
                facts.add(piece)
            case _:
                if steps:
                    yield steps, frozenset(facts)
                    steps, facts = [], set()


def _is_read_back(step: Step) -> bool:
    return step.relation == "rf" and step.backward


# ---- links


def _links_of(steps: list[Step], facts: frozenset[Fact], is_access: Callable[[int], bool]) -> list[Link]:
    """The links of one reason: cut at accesses, where each part can stand for itself."""
    groups: list[list[Step]] = []
    for step in steps:
        if groups and not is_access(step.first):
            groups[-1].append(step)
        else:
            groups.append([step])
    found: list[Link] = []
    carry: list[Step] = []
    for group in groups:
        link = Link((*carry, *group), facts)
        carry = []
        if not _is_bare(link) or len(groups) == 1:
            found.append(link)
        elif found and _within_thread(found[-1]):
            found[-1] = Link((*found[-1].steps, *link.steps), facts)
        else:
            carry = list(link.steps)
    if carry:
        found.append(Link(tuple(carry), facts))
    return found


_MARKS = (("Acquire", "LKR", "LKW", "loc"), ("Release", "UL", "LKR", "LKW", "loc"))
"""What makes program order a reason by itself, at its first and at its second end."""


def _is_bare(link: Link) -> bool:
    """Whether it is program order alone, and only what comes before or after it makes a reason of it."""
    if len(link.steps) != 1 or link.steps[0].relation != "po" or link.steps[0].backward:
        return False
    ends = zip((link.first, link.second), _MARKS, strict=True)
    return not any(link.says(mark, event) for event, marks in ends for mark in marks)


def _within_thread(link: Link) -> bool:
    return all(step.relation not in ("rf", "co", "fr", "") for step in link.steps)


def _joined(found: list[Link], is_access: Callable[[int], bool]) -> Iterator[Link]:
    """Links that meet at a fence, where one reason ends and another begins, are one link."""
    pending: Link | None = None
    for link in found:
        pending = link if pending is None else Link(pending.steps + link.steps, pending.facts | link.facts)
        if is_access(pending.second):
            yield pending
            pending = None
    if pending is not None:
        yield pending
