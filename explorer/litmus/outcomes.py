"""The outcomes of a litmus test: its final states, as its condition sees them."""

from __future__ import annotations

from explorer.execution.execution import Execution, Status
from explorer.litmus.condition import holds, observed
from explorer.litmus.final import final_state
from explorer.litmus.unfold import LitmusUnfolding
from explorer.search.outcomes import AT_THE_END, Facts


class FinalStates:
    """Tells the final states of a test (see ``explorer.search.outcomes.Outcomes``)."""

    def __init__(self, unfolding: LitmusUnfolding) -> None:
        self._unfolding = unfolding
        self._shown = [str(target) for target in observed(unfolding.test)]

    def of(self, execution: Execution) -> Facts | None:
        """The registers of each thread and the locations that the test observes; None where its filter is not met.

        Of an execution in which a thread waits for ever, who waits for what.
        """
        test = self._unfolding.test
        if execution.status is Status.BLOCKED:
            ends = zip(execution.threads, execution.ends, strict=True)
            return tuple((thread, end.detail) for thread, end in ends if end.waits_for)
        state = final_state(self._unfolding, execution)
        if test.filter is not None and not holds(test.filter, state):
            return None
        of_threads: dict[str, list[str]] = {}
        for name in self._shown:
            thread, colon, register = name.partition(":")
            whose, what = (f"P{thread}", register) if colon else (AT_THE_END, name)
            of_threads.setdefault(whose, []).append(f"{what} = {state[name]}")
        return tuple((whose, ", ".join(values)) for whose, values in of_threads.items())
