"""The final states in which a program breaks its properties, as the condition of a litmus test.

A property is asked of an execution, the condition of a litmus test of what is in registers
and memory at the end.  So the executions are listed with their final states, and those that
break a property are told from the others by as few registers and locations as will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution, Status
from explorer.execution.kinds import Kind
from explorer.execution.location import Object, Value
from explorer.litmus.condition import Target
from explorer.litmus.export.naming import Names
from explorer.litmus.syntax import Address, And, Equal, Integer, Location, Or, Proposition, Register
from explorer.litmus.unfold import LitmusTree, LitmusUnfolding
from explorer.memory.cat.include import statements_of
from explorer.memory.cat.source import Source
from explorer.memory.model import Model, model_of
from explorer.program.errors import ScenarioError
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.explore import Search

MAX_CANDIDATES = 20_000
"""Executions looked at to say what a violation would look like where there is none."""

State = tuple[int | str, ...]
"""A final state: the values of all targets in order, the names of locations for pointers."""

Broken = Callable[[Execution, Model], Sequence[str]]
"""The names of the properties that a complete execution breaks, in the order of accesses that a model names."""

_COHERENT = """
"any order of accesses to different locations"
acyclic po-loc | rf | co | fr as coherence
empty rmw & (fre ; coe) as atomicity
"""


@dataclass(frozen=True)
class Violations:
    """What a litmus test can say of a program's violations.

    Attributes:
        condition: true of the final states of violating executions, false of all others that the model allows.
        properties: the properties that these executions break, in the order in which they were found.
        allowed: whether the model allows any of them. Otherwise the condition is true of what
            violations would end in if accesses to different locations had no order (of those
            properties that need none).
        deadlock: whether an execution that the model allows ends with a thread that waits for ever.
    """

    condition: Proposition
    properties: tuple[str, ...]
    allowed: bool
    deadlock: bool


class FinalStates:
    """Reads off executions of a program the final states of the test that was made of it.

    ``targets`` are the registers, then the locations.
    """

    def __init__(
        self,
        program: UnfoldedProgram,
        test: LitmusUnfolding,
        registers: Sequence[Register],
        names: Names,
    ) -> None:
        self.targets: tuple[Target, ...] = (*registers, *(Location(names.called(word)) for word in program.locations))
        self._program = program
        self._test = test
        self._registers = registers
        self._names = names

    def violations(self, model: Model, broken: Broken) -> Violations:
        """What violations end in under a model.

        Raises:
            ScenarioError: one final state belongs to executions that break a property and to others.
        """
        executions = list(self._executions(model))
        complete = [execution for execution in executions if execution.status is Status.COMPLETE]
        deadlock = any(execution.status is Status.BLOCKED for execution in executions)
        violating, others, properties = self._sorted(complete, broken, model)
        allowed = bool(violating)
        if not allowed:
            coherent = model_of(statements_of(Source("coherent.cat", _COHERENT)), "coherent", _COHERENT)
            candidates = []
            for execution in self._executions(coherent):
                candidates.append(execution)
                if len(candidates) > MAX_CANDIDATES:
                    return Violations(Or(()), (), allowed, deadlock)
            violating, _others, properties = self._sorted(
                (each for each in candidates if each.status is Status.COMPLETE), broken, coherent
            )
            violating = {state: each for state, each in violating.items() if state not in others}
        return Violations(self._separating(list(violating), list(others)), properties, allowed, deadlock)

    def _executions(self, model: Model) -> Iterable[Execution]:
        return (leaf.execution for leaf in Search(self._program, model) if leaf is not None)

    def _sorted(
        self, executions: Iterable[Execution], broken: Broken, model: Model
    ) -> tuple[dict[State, None], dict[State, None], tuple[str, ...]]:
        """The final states of violating executions and of others, and the properties broken."""
        violating: dict[State, None] = {}
        others: dict[State, None] = {}
        properties: dict[str, None] = {}
        for execution in executions:
            found = broken(execution, model)
            properties |= dict.fromkeys(found)
            (violating if found else others).setdefault(self.state(execution))
        return violating, others, tuple(properties)

    def state(self, execution: Execution) -> State:
        """The values of ``targets`` at the end of a complete execution."""
        found: list[Value] = []
        values = [self._values(execution, thread) for thread in range(len(self._test.trees))]
        for register in self._registers:
            tree = self._test.trees[register.thread]
            assert isinstance(tree, LitmusTree)
            found.append(tree.last(values[register.thread]).final(register.name, values[register.thread]))
        last = {}
        for order in execution.coherence:
            location = execution.events[order[0]].location
            assert location is not None
            last[location] = execution.events[order[-1]].value
        found += [self._in_test(last[word]) for word in self._program.locations]
        return tuple(value if isinstance(value, int) else value.name for value in found)

    def _values(self, execution: Execution, thread: int) -> list[Value | None]:
        """The values of a thread's events, as the test's tree takes them."""
        events = [execution.events[i] for i in execution.thread_events(thread)]
        return [None if event.kind is Kind.FENCE else self._in_test(event.value) for event in events]

    def _in_test(self, value: Value | None) -> Value:
        assert value is not None
        return self._test.memory.cells[self._names.called(value)] if isinstance(value, Object) else value

    def _separating(self, violating: Sequence[State], others: Sequence[State]) -> Proposition:
        """The proposition that is true of the first states and false of the second.

        Of each state it says as little as tells it from the second ones, the earliest targets
        if there is a choice; and nothing of a state of which it is true already.
        """
        both = next((state for state in violating if state in others), None)
        if both is not None:
            shown = " ".join(f"{target}={value};" for target, value in zip(self.targets, both, strict=True))
            raise ScenarioError(
                f"the properties cannot be said in final states: of the executions that end in {shown} "
                "some break one and some do not",
                advice="store values that tell these executions apart, or let the threads read more",
            )
        said: list[tuple[list[int], State]] = []
        for state in violating:
            if any(_agree(kept, state, earlier) for kept, earlier in said):
                continue
            kept = list(range(len(self.targets)))
            for target in reversed(kept.copy()):
                fewer = [each for each in kept if each != target]
                if not any(_agree(fewer, state, other) for other in others):
                    kept = fewer
            said.append((kept, state))
        parts = [one_or(And, [_equal(self.targets[i], state[i]) for i in kept]) for kept, state in said]
        return one_or(Or, parts)


def _agree(targets: Iterable[int], one: State, other: State) -> bool:
    return all(one[i] == other[i] for i in targets)


def one_or(join: type[And | Or], parts: Sequence[Proposition]) -> Proposition:
    """The parts joined, or the only one there is."""
    return parts[0] if len(parts) == 1 else join(tuple(parts))


def _equal(target: Target, value: int | str) -> Proposition:
    return Equal(target, Integer(value) if isinstance(value, int) else Address(Location(value)))
