"""Two surveys side by side: which outcomes only one of them has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.search.survey import Outcome


@dataclass(frozen=True, slots=True)
class OutcomeDifference:
    """Outcomes by which of two surveys has them, in the order of the survey that they are in.

    ``gone`` are in the first alone, ``new`` in the second alone, ``kept`` in both, each as it is in either.
    """

    gone: tuple[Outcome, ...]
    kept: tuple[tuple[Outcome, Outcome], ...]
    new: tuple[Outcome, ...]


def difference(before: Sequence[Outcome], after: Sequence[Outcome]) -> OutcomeDifference:
    """Compare outcomes: they are the same where everybody got the same and the same properties are broken."""
    old = {(outcome.facts, outcome.breaks): outcome for outcome in before}
    now = {(outcome.facts, outcome.breaks): outcome for outcome in after}
    return OutcomeDifference(
        tuple(outcome for key, outcome in old.items() if key not in now),
        tuple((outcome, now[key]) for key, outcome in old.items() if key in now),
        tuple(outcome for key, outcome in now.items() if key not in old),
    )


def simplest(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The outcome whose witness has the fewest switches, then the fewest accesses out of order; then the first."""
    if not outcomes:
        return None
    return min(
        outcomes,
        key=lambda each: (
            each.witness is None,
            *((each.witness.switches, len(each.witness.reordered)) if each.witness else ()),
        ),
    )
