"""Why a model forbids an outcome, as text to be read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import fill

from explorer.litmus.why_not import Reason, Shape, WhyNot
from explorer.memory.cat.source import Place
from explorer.memory.chain import Link
from reports.forbidden.accesses import Accesses
from reports.forbidden.axioms import about
from reports.forbidden.reasons import reason as why

WIDTH = 100
"""Columns of running text."""


@dataclass(frozen=True)
class Asked:
    """What was asked: the test's name, the outcome as text, the model's name, and where its checks are."""

    test: str
    outcome: str
    model: str
    places: dict[str, Place]


def forbidden_text(asked: Asked, answer: WhyNot, accesses: Accesses) -> str:
    """The text of a forbidden outcome, with the cycle of the nearest candidate."""
    assert answer.reason is not None
    head = f"{asked.test}: {asked.model} forbids {asked.outcome}"
    steps = "\n".join(_lines(answer.reason, accesses, asked.model))
    return f"{head}\n\n{_filled(_introduction(asked, answer))}\n\n{steps}\n"


def impossible_text(asked: Asked) -> str:
    """The text of an outcome that no values lead to."""
    says = (
        "No execution ends like that under any model: whatever the loads read of what is stored, "
        "and in whichever order the stores take effect, these values do not come out."
    )
    return f"{asked.test}: {asked.outcome} is impossible\n\n{_filled(says)}\n"


def _filled(text: str) -> str:
    # Paths of files stay in one piece.
    return fill(text, WIDTH, break_on_hyphens=False, break_long_words=False)


# ---- what comes first


def _introduction(asked: Asked, answer: WhyNot) -> str:
    reason = answer.reason
    assert reason is not None
    name = _named(asked, reason)
    says = about(_file(asked, reason), reason.axiom.name) if reason.axiom else ""
    meaning = f": {says}" if says else ""
    sentences = [_how_many(answer)]
    if answer.candidates == 1:
        sentences.append(f"It breaks {name}{meaning}.")
    elif answer.common:
        sentences.append(f"All break {_common(asked, answer)}. The nearest one breaks {name}{meaning}.")
        if _common(asked, answer) == name:
            sentences[-1] = f"All break {name}{meaning}."
    else:
        counted = ", ".join(f"{count} {_check(asked, broken)}" for broken, count in answer.broken.items())
        sentences.append(f"No axiom forbids all of them: {counted}. The nearest one breaks {name}{meaning}.")
    sentences.append(_what_follows(reason, several=answer.candidates > 1))
    return " ".join(sentences)


def _how_many(answer: WhyNot) -> str:
    one = answer.candidates == 1
    if answer.stopped:
        looked = f"{answer.candidates} {'was' if one else 'were'} looked at"
        return f"INCOMPLETE ({answer.stopped}): of those that would end like this {looked}."
    which = "" if answer.in_order else f", {'with' if one else 'each with'} the accesses to one location out of order"
    return f"{'One execution' if one else f'{answer.candidates} executions'} would end like this{which}."


def _named(asked: Asked, reason: Reason) -> str:
    return _check(asked, reason.axiom.name if reason.axiom else reason.rule)


def _check(asked: Asked, name: str) -> str:
    place = asked.places.get(name)
    if place is None:
        return f"what holds under every model, that {name}"
    return f"the axiom {name} ({place.source.file}, line {place.line})"


def _common(asked: Asked, answer: WhyNot) -> str:
    reason = answer.reason
    assert reason is not None
    nearest = reason.axiom.name if reason.axiom else reason.rule
    shared = [name for name, count in answer.broken.items() if count == answer.candidates]
    return _check(asked, nearest if nearest in shared else shared[0])


def _file(asked: Asked, reason: Reason) -> str:
    assert reason.axiom is not None
    place = asked.places[reason.axiom.name]
    return place.source.file if place.source.directory is None else ""


def _what_follows(reason: Reason, *, several: bool) -> str:
    whose = "In the nearest one" if several else "In it"
    match reason.shape:
        case Shape.CYCLE:
            return f"{whose} each of these accesses comes before the next:"
        case Shape.BETWEEN:
            return f"{whose} a store comes between the halves of an atomic operation:"
        case Shape.PAIR:
            return f"{whose} these accesses are related as the model wants none to be:"
        case Shape.EVENT:
            return f"{whose} the model wants no such event as this:"
        case Shape.DEMAND:
            return f"{whose} the model does not find what it demands:"


# ---- the accesses


def _lines(reason: Reason, accesses: Accesses, model: str) -> Iterator[str]:
    match reason.shape:
        case Shape.DEMAND:
            assert reason.axiom is not None
            wanted = f"{'not ' if reason.axiom.negated else ''}{reason.axiom.kind.value}"
            yield f"  {reason.axiom.expression} is to be {wanted}"
        case Shape.EVENT:
            yield f"  {accesses.line(reason.event)}"
        case Shape.CYCLE:
            links = from_the_first(reason.links)
            yield from _chain(links, accesses, model)
            yield f"  {accesses.line(links[-1].second)}, again"
        case _:
            yield from _chain(reason.links, accesses, model)
            yield f"  {accesses.line(reason.links[-1].second)}"
            if reason.others:
                yield "and yet"
                yield from _chain(reason.others, accesses, model)
                yield f"  {accesses.line(reason.others[-1].second)}"


def _chain(links: Sequence[Link], accesses: Accesses, model: str) -> Iterator[str]:
    for link in links:
        yield f"  {accesses.line(link.first)}"
        yield f"      {why(link, accesses, model)}"


def from_the_first(links: Sequence[Link]) -> tuple[Link, ...]:
    """A cycle from its first access in the text on."""
    begin = min(range(len(links)), key=lambda place: links[place].first)
    return (*links[begin:], *links[:begin])
