"""Whether some order of calls explains what they returned (Wing and Gong, "Testing and verifying concurrent objects",
Journal of Parallel and Distributed Computing 17, 1993).

The calls of a thread keep their order, so that the search has few orders to try: it goes through them depth first, on
copies of a sequential model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from explorer.execution.location import Object, show

SHOWN = 6
"""Orders that a message goes through."""


@dataclass(frozen=True)
class Made:
    """A call that was made.

    ``thread`` is the name of its thread; ``after`` are the calls, by their places in the sequence of all, that were
    over before it began.
    """

    thread: str
    name: str
    arguments: Mapping[str, Any]
    result: Any
    after: frozenset[int] = frozenset()

    def __str__(self) -> str:
        """``push(1) = 0``, or ``push(1)`` where it returns nothing."""
        return self.call if self.result is None else f"{self.call} = {_shown(self.result)}"

    @property
    def call(self) -> str:
        """``push(1)``."""
        return f"{self.name}({', '.join(map(_shown, self.arguments.values()))})"


@dataclass(frozen=True)
class Refusal:
    """An order that explains nothing: the calls up to the first that would have given something else, and what."""

    calls: tuple[int, ...]
    given: Any


def explanation(calls: Sequence[Made], model: Any) -> tuple[int, ...] | None:
    """An order in which ``model`` gives all these results; None where there is none."""
    found = next((order for order in _orders(calls, model) if isinstance(order, tuple)), None)
    return found if isinstance(found, tuple) else None


def refusals(calls: Sequence[Made], model: Any) -> list[Refusal]:
    """Why no order explains them: each one that was tried, up to where it fails."""
    return [order for order in _orders(calls, model) if isinstance(order, Refusal)]


def in_words(calls: Sequence[Made], refused: Sequence[Refusal]) -> list[str]:
    """A line for each order that was tried, the first ``SHOWN``."""
    lines = []
    for refusal in refused[:SHOWN]:
        *before, last = (calls[i] for i in refusal.calls)
        start = f"after {', '.join(map(str, before))}" if before else "first"
        lines.append(f"{start}: {last.call} gives {_shown(refusal.given)}, not {_shown(last.result)}")
    if len(refused) > SHOWN:
        lines.append(f"and {len(refused) - SHOWN} more")
    return lines


def _orders(calls: Sequence[Made], model: Any) -> Iterator[tuple[int, ...] | Refusal]:
    """The orders that explain the calls, and those that do not up to where they fail."""
    # What is still to be tried: calls in order, and the model after them.
    stack: list[tuple[tuple[int, ...], Any]] = [((), model)]
    while stack:
        done, state = stack.pop()
        if len(done) == len(calls):
            yield done
            continue
        for i in reversed(range(len(calls))):
            if i in done or not calls[i].after <= set(done):
                continue
            after = deepcopy(state)
            given = getattr(after, calls[i].name)(**calls[i].arguments)
            if given == calls[i].result:
                stack.append(((*done, i), after))
            else:
                yield Refusal((*done, i), given)


def _shown(value: Any) -> str:
    return show(value) if isinstance(value, int | Object) and not isinstance(value, bool) else repr(value)
