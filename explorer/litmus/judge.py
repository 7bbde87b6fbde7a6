"""The answer to a litmus test: final states, and how many executions satisfy its condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from explorer.execution.execution import Execution, Status
from explorer.litmus.condition import State, holds, observed
from explorer.litmus.final import final_state
from explorer.litmus.syntax import Quantifier
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import Model
from explorer.search.explore import Search
from explorer.search.leaf import Leaf


@dataclass(frozen=True)
class Answer:
    """What a model allows a test to do.

    Attributes:
        states: the final states of the observed names, in order.
        positive: executions whose final state satisfies the condition's proposition.
        negative: the others that the test's filter lets through.
        flagged: executions per remark of the model (``data-race``) that some execution raised, in file order.
        blocked: executions in which a thread waits for ever; they are not among the others.
        filtered: executions that the test's filter leaves out.
        waits: which threads wait for which locks in one of the blocked executions.
    """

    quantifier: Quantifier
    states: tuple[State, ...]
    positive: int
    negative: int
    flagged: Mapping[str, int]
    blocked: int
    filtered: int = 0
    waits: str = field(default="", compare=False)

    @property
    def flags(self) -> tuple[str, ...]:
        """Names of the remarks that some execution raised, in file order."""
        return tuple(self.flagged)

    @property
    def observation(self) -> str:
        """Never, Sometimes or Always: how often the proposition is true."""
        if not self.positive:
            return "Never"
        return "Sometimes" if self.negative else "Always"

    @property
    def ok(self) -> bool:
        """Whether the quantified condition is met."""
        match self.quantifier:
            case Quantifier.EXISTS:
                return self.positive > 0
            case Quantifier.NOT_EXISTS:
                return self.positive == 0
            case Quantifier.FORALL:
                return self.negative == 0

    @property
    def shown(self) -> int:
        """How many executions are witnesses, or counterexamples where the condition must always hold."""
        return self.positive if self.quantifier.shows else self.negative

    @property
    def deadlock(self) -> bool:
        """Whether every execution ends with a thread that waits for ever."""
        return self.blocked > 0 and not self.positive and not self.negative


def judge(unfolding: LitmusUnfolding, model: Model, witness: Callable[[Execution], None] | None = None) -> Answer:
    """Run a test, its calls expanded, under a model.

    ``witness`` is given the first execution that is one: that satisfies the proposition, or under ``forall`` does not.
    """
    test = unfolding.test
    shown = [str(target) for target in observed(test)]
    states: dict[tuple[int | str, ...], State] = {}
    counts = {True: 0, False: 0}
    flagged = Counter[str]()
    blocked = filtered = 0
    waits = ""
    for leaf in _leaves(Search(unfolding, model)):
        if leaf.status is Status.BLOCKED:
            blocked += 1
            waits = waits or _waits(leaf.execution)
            continue
        state = final_state(unfolding, leaf.execution)
        if test.filter is not None and not holds(test.filter, state):
            filtered += 1
            continue
        satisfied = holds(test.condition, state)
        if satisfied is test.quantifier.shows and not counts[satisfied] and witness is not None:
            witness(leaf.execution)
        counts[satisfied] += 1
        states.setdefault(tuple(state[name] for name in shown), {name: state[name] for name in shown})
        if model.flag_checks:
            flagged.update(leaf.raised().keys())
    order = sorted(states, key=lambda values: [(isinstance(value, str), value) for value in values])
    return Answer(
        test.quantifier,
        tuple(states[values] for values in order),
        counts[True],
        counts[False],
        {check.name: flagged[check.name] for check in model.flag_checks if check.name in flagged},
        blocked,
        filtered,
        waits,
    )


def _waits(execution: Execution) -> str:
    """``P0 waits for lock a, P1 waits for lock b``: locks are all that a thread of a litmus test waits for."""
    ends = zip(execution.threads, execution.ends, strict=True)
    return ", ".join(f"{thread} waits for lock {end.waits_for.name}" for thread, end in ends if end.waits_for)


def _leaves(search: Search) -> Iterator[Leaf]:
    return (leaf for leaf in search if leaf is not None)
