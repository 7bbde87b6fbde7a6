"""The deterministic scheduler: runs a program's real coroutines, one memory access at a time.

A step releases the next access of one thread in program order.  A load also chooses its
source among all stores released so far, a store its place in coherence order; a step is
legal when the axioms that only get harder to meet accept the execution built so far.
Weak behaviour comes from reading old stores and from placing stores early in coherence,
never from running a thread out of order: the executions that can be reached are exactly
those whose po | rf has no cycle.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from explorer.execution.execution import Execution
from explorer.memory.cat.base import SET_NAMES
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.choice import END, Choice
from explorer.schedule.partial import Partial
from explorer.schedule.stage import Stage, run_staged, staged
from explorer.schedule.steps import Step, find_step
from explorer.schedule.strategy import Strategy


class Scheduler:
    """Runs one program under one model, again and again, as strategies choose.

    With ``reduced`` a strategy is offered only the steps of the first thread whose next
    access takes nothing from what is still to come (a store, or a read of a location that
    no other thread can still write), where there is one.  Every execution that continues
    the partial one contains that access, whatever else comes before it, and a partial
    execution of a legal one is legal: there are fewer orders and the same executions.

    With ``in_order`` only steps are offered that take effect at once: a read takes the last value, a store comes
    last in coherence order.  Under a sequential model (``Model.is_sequential``) each execution is reached by such
    steps, and their order is then a linear extension of po | rf | co | fr.

    Every run begins with the steps ``after``, which the program must have and the model allow (``walk`` tells);
    the strategy chooses from there on.
    """

    def __init__(
        self,
        unfolding: UnfoldedProgram,
        model: Model,
        *,
        reduced: bool = False,
        in_order: bool = False,
        after: Sequence[Step] = (),
    ) -> None:
        self._unfolding = unfolding
        self._model = model
        self._reduced = reduced
        self._in_order = in_order
        self._axioms = model.axioms_while_growing(set_names(unfolding), in_order=in_order)
        self._after = tuple(after)
        # By key of the partial execution; runs pass the same ones over and over.
        self._options: dict[Hashable, tuple[Choice, ...]] = {}
        self._legal: dict[Hashable, bool] = {}
        self._results: dict[Hashable, Execution | None] = {}

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
        ended = False
        async with staged(self._unfolding.trees) as stage:
            state = Partial(self._unfolding, stage.threads)
            await self._begin(state, stage)
            while options := self._legal_steps(state):
                index = strategy.choose(options, state)
                if index is None:
                    break
                choice = options[index]
                if choice == END:
                    ended = True
                    break
                await stage.release(choice.thread, state.release(choice))
        return self._result(state) if ended else None

    def _result(self, state: Partial) -> Execution | None:
        """The execution, where the model allows it."""
        if state.key not in self._results:
            result = state.execution()
            self._results[state.key] = result if self._model.allows(result) else None
        return self._results[state.key]

    async def _begin(self, state: Partial, stage: Stage) -> None:
        """Take the steps that every run begins with."""
        for step in self._after:
            options = tuple(state.candidates([step.thread]))
            index = find_step(step, options, state)
            assert index is not None, f"the program has no such step there: {step}"
            await stage.release(step.thread, state.release(options[index]))

    def _legal_steps(self, state: Partial) -> tuple[Choice, ...]:
        known = self._options.get(state.key)
        if known is None:
            end = (END,) if state.may_end() else ()
            thread = state.first_independent() if self._reduced else None
            threads = range(len(state.threads)) if thread is None else [thread]
            candidates = state.candidates(threads, in_order=self._in_order)
            steps = (choice for choice in candidates if self._is_legal(state, choice))
            known = self._options[state.key] = (*end, *steps)
        return known

    def _is_legal(self, state: Partial, choice: Choice) -> bool:
        known = self._legal.get(choice.leads_to)
        if known is None:
            known = not self._axioms or self._passes(state.execution_after(choice))
            self._legal[choice.leads_to] = known
        return known

    def _passes(self, execution: Execution) -> bool:
        valuation = self._model.evaluator.valuation(execution)
        return all(axiom.holds(valuation) for axiom in self._axioms)


def set_names(unfolding: UnfoldedProgram) -> frozenset[str]:
    """The sets of cat that the program's events can be in by kind and tag."""
    names: set[str] = set()
    for tree in unfolding.trees:
        shapes = tree.shapes()
        if shapes is None:
            return SET_NAMES
        for kind, tag, _rmw in {part for steps in shapes.values() for shape in steps for part in shape}:
            names |= {kind.value} | ({tag.cat_name} if tag else set())
    return frozenset(names)
