"""Every choice that the ``with`` statements of a file leave open.

An execution with one member taken from every ``with`` is a candidate; a file without
``with`` has one candidate for every execution.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from explorer.memory.cat.evaluate import Valuation
from explorer.memory.cat.families import elements
from explorer.memory.cat.limits import MAX_MEMBERS
from explorer.memory.cat.source import BeyondLimit
from explorer.memory.cat.term import Term


def candidates(valuation: Valuation, choices: Sequence[Term]) -> Iterator[Valuation]:
    """All candidates of an execution, in the order of the members.

    Args:
        valuation: the values in the execution; its own choices, if any, stay.
        choices: what is still to be chosen; one may depend on those before it.

    Raises:
        BeyondLimit: they are more than ``MAX_MEMBERS``.
    """
    for number, candidate in enumerate(_chosen(valuation, choices)):
        if number == MAX_MEMBERS:
            place = valuation.prepared.evaluator.places.get(choices[0].number)
            raise BeyondLimit(f"too large: more than {MAX_MEMBERS} candidates of one execution", place)
        yield candidate


def _chosen(valuation: Valuation, choices: Sequence[Term]) -> Iterator[Valuation]:
    if not choices:
        yield valuation
        return
    choice, *rest = choices
    (source,) = choice.operands
    for member in elements(valuation.value(source), source.sort):
        yield from _chosen(valuation.choose(choice, member), rest)
