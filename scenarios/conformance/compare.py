"""A call made on the modelled file and on the real one, and everything that can be seen compared after it."""

from __future__ import annotations

from dataclasses import fields

from scenarios.conformance.calls import Answer, Call, State
from scenarios.conformance.modelled import ModelledSide
from scenarios.conformance.real import RealSide
from scenarios.shmem.kernel import Kernel


class Difference(Exception):
    """The two sides differ after a call.

    Attributes:
        cuts: where in a page content could change.
        before: the calls before it, with what both gave.
        call: the call.
        answers: what the modelled call and the real one gave.
        states: what can be seen of either file after it.
    """

    def __init__(
        self,
        cuts: tuple[int, ...],
        before: tuple[tuple[Call, Answer], ...],
        call: Call,
        answers: tuple[Answer, Answer],
        states: tuple[State, State],
    ) -> None:
        super().__init__(call.name)
        self.cuts = cuts
        self.before = before
        self.call = call
        self.answers = answers
        self.states = states

    @property
    def what(self) -> tuple[str, ...]:
        """The names of what differs: ``result``, and fields of State."""
        modelled, real = self.states
        found = [field.name for field in fields(State) if getattr(modelled, field.name) != getattr(real, field.name)]
        return (*(["result"] if self.answers[0] != self.answers[1] else []), *found)


class Comparison:
    """A modelled file, its pages cut at ``cuts``, and a real one; the calls made so far.

    Close it, or use it in a ``with`` block.
    """

    def __init__(self, kernel: Kernel, cuts: tuple[int, ...]) -> None:
        self.cuts = cuts
        self._modelled = ModelledSide(kernel, cuts)
        self._real = RealSide()
        self._made: list[tuple[Call, Answer]] = []

    def make(self, call: Call) -> Answer:
        """Make a call on both sides: what it gives. Raises Difference where they do not agree."""
        answers = call.on(self._modelled), call.on(self._real)
        states = self._modelled.state(), self._real.state()
        if answers[0] != answers[1] or states[0] != states[1]:
            raise Difference(self.cuts, tuple(self._made), call, answers, states)
        self._made.append((call, answers[0]))
        return answers[0]

    def can(self, call: Call) -> bool:
        """Whether the mapping that a call names is there, and the pipe is as it must be."""
        return self._modelled.can(call)

    def close(self) -> None:
        """Let both sides go."""
        self._modelled.close()
        self._real.close()

    def __enter__(self) -> Comparison:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def shortened(difference: Difference, kernel: Kernel) -> Difference:
    """The difference with calls before it left out, one by one, as long as there is one at all."""
    index = len(difference.before)
    # The first call is the one that makes the file.
    while index > 1:
        index -= 1
        calls = [call for call, _ in difference.before]
        found = _replayed([*calls[:index], *calls[index + 1 :], difference.call], difference.cuts, kernel)
        if found is not None:
            difference = found
            index = min(index, len(difference.before))
    return difference


def _replayed(calls: list[Call], cuts: tuple[int, ...], kernel: Kernel) -> Difference | None:
    """The difference that calls show, if they can be made and show one."""
    with Comparison(kernel, cuts) as comparison:
        try:
            for call in calls:
                if not comparison.can(call):
                    return None
                comparison.make(call)
        except Difference as difference:
            return difference
    return None
