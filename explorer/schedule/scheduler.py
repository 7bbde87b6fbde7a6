"""The deterministic scheduler: runs a program's real coroutines, one memory access at a time.

A step releases the next access of one thread in program order.  A load also chooses its
source among all stores released so far, a store its place in coherence order; a step is
legal when the axioms that only get harder to meet accept the execution built so far.
Weak behaviour comes from reading old stores and from placing stores early in coherence,
never from running a thread out of order: the executions that can be reached are exactly
those whose po | rf has no cycle.
"""

from __future__ import annotations

from collections.abc import Hashable

from explorer.execution.execution import Execution
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.choice import END, Choice
from explorer.schedule.partial import Partial
from explorer.schedule.stage import run_staged, staged
from explorer.schedule.strategy import Strategy


class Scheduler:
    """Runs one program under one model, again and again, as strategies choose.

    With ``reduced`` a strategy is offered only the steps of the first thread whose next
    access takes nothing from what is still to come (a store, or a read of a location that
    no other thread can still write), where there is one.  Every execution that continues
    the partial one contains that access, whatever else comes before it, and a partial
    execution of a legal one is legal: there are fewer orders and the same executions.
    """

    def __init__(self, unfolding: UnfoldedProgram, model: Model, *, reduced: bool = False) -> None:
        self._unfolding = unfolding
        self._model = model
        self._reduced = reduced
        # By key of the partial execution; runs pass the same ones over and over.
        self._options: dict[Hashable, tuple[Choice, ...]] = {}
        self._legal: dict[Hashable, bool] = {}

    def run(self, strategy: Strategy) -> None:
        """Make runs until the strategy starts no further one.

        Raises:
            ScenarioError: a modelled thread raised an exception or followed a null pointer.
            UnfoldingMismatch: a thread did something that its unfolding does not.
        """

        async def runs() -> None:
            while strategy.start():
                strategy.finish(await self._execution(strategy))

        run_staged(runs)

    async def _execution(self, strategy: Strategy) -> Execution | None:
        """One run: the execution that the strategy's choices lead to, if any."""
        result = None
        async with staged(self._unfolding.trees) as stage:
            state = Partial(self._unfolding, stage.threads)
            while options := self._legal_steps(state):
                index = strategy.choose(options, state)
                if index is None:
                    break
                choice = options[index]
                if choice == END:
                    result = state.execution()
                    break
                await stage.release(choice.thread, state.release(choice))
        return result if result is not None and self._model.allows(result) else None

    def _legal_steps(self, state: Partial) -> tuple[Choice, ...]:
        known = self._options.get(state.key)
        if known is None:
            end = (END,) if state.may_end() else ()
            thread = state.first_independent() if self._reduced else None
            threads = range(len(state.threads)) if thread is None else [thread]
            steps = (choice for choice in state.candidates(threads) if self._is_legal(state, choice))
            known = self._options[state.key] = (*end, *steps)
        return known

    def _is_legal(self, state: Partial, choice: Choice) -> bool:
        known = self._legal.get(choice.leads_to)
        if known is None:
            known = not self._model.violated_while_growing(state.execution_after(choice))
            self._legal[choice.leads_to] = known
        return known
