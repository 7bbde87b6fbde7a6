"""Lock-free structures against a sequential model: Hypothesis makes calls, each schedule of them is explored.

A rule is an operation of the structure.  A sequence of rules says which calls each thread makes, one after the other;
at its end the program of these threads is explored under each model, and in every execution some order of the calls
must explain what they returned.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ClassVar

from hypothesis import Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from explorer.cli.failures import shown
from explorer.cli.setting import UNROLL
from explorer.cli.writing import told
from explorer.execution.execution import Execution
from explorer.execution.relation import as_set
from explorer.program.program import Program, ThreadSpec, syscall
from explorer.program.thread import Thread
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Mark, Violation
from explorer.scenario import Case
from explorer.schedule.calls import SystemCall, system_calls
from explorer.search.result import Limits, Verdict
from explorer.search.run import explore
from explorer.testing.linearizable import Made, explanation, in_words, refusals
from explorer.testing.run import Run
from explorer.testing.subject import Subject

Body = Callable[..., Coroutine[Any, Any, Any]]

LINEARIZABLE, INVARIANT = "linearizable", "invariant"
"""The properties that are asked of every execution."""


@dataclass(frozen=True)
class Operation:
    """An operation of a structure: its modelled code ``body(t, structure, **arguments)``, and who may call it."""

    body: Body
    role: str
    arguments: Mapping[str, st.SearchStrategy[Any]]


def operation(role: str, **arguments: st.SearchStrategy[Any]) -> Callable[[Body], Any]:
    """Say that threads of a role call this ``async def``, with arguments drawn from these strategies."""
    for name in _TAKEN & set(arguments):
        raise TypeError(f"an argument cannot be called '{name}', which rules have themselves: give it another name")

    def declared(body: Body) -> Any:
        if not iscoroutinefunction(body):
            raise TypeError(f"operation {body.__name__} is no async function: define it with async def")
        # So that the calls of an execution, and what they returned, can be told.
        return Operation(syscall(body.__name__)(body), role, arguments)

    return declared


_TAKEN = {"self", "target", "targets", "thread"}
"""Names that an argument cannot have: rules of Hypothesis take the first three, and ``thread`` says who calls."""


class NotExplained(AssertionError):
    """A structure does what its model does not."""


class ConcurrentMachine(RuleBasedStateMachine):
    """What a structure is tested with; a subclass declares it, and its ``TestCase`` is a test.

    Attributes:
        roles: how many threads there are of each role.
        models: the memory models under which each sequence of calls is explored.
        most_calls: how many calls a sequence has at the most; a rule beyond it does nothing.
        max_executions: where the exploration of a sequence ends; Hypothesis' statistics count those that did so.
        unroll: rounds of a ``while`` loop; those cut there are counted likewise.

    A test fails in which no execution at all came to its end: nothing was looked at.
    """

    roles: ClassVar[Mapping[str, int]] = {}
    models: ClassVar[Sequence[str]] = ("sc",)
    most_calls: ClassVar[int] = 4
    max_executions: ClassVar[int] = 20_000
    unroll: ClassVar[int] = UNROLL

    _operations: ClassVar[dict[str, Operation]] = {}
    _complete: ClassVar[int] = 0

    def structure(self) -> Any:
        """The structure, made anew: objects with ``Location`` attributes."""
        raise NotImplementedError("define structure(self): what the operations get")

    def specification(self) -> Any:
        """The sequential model, made anew: it has a method for each operation, which gives what the call returns."""
        raise NotImplementedError("define specification(self): an object with a method for each operation")

    def check(self, calls: Sequence[Made], execution: Execution) -> None:
        """An invariant of one's own: raise AssertionError where a complete execution breaks it."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        _check(cls)
        operations: dict[str, Operation] = {}
        for base in reversed(cls.__mro__[1:]):
            operations |= vars(base).get("_operations", {})
        cls._operations = operations | {name: each for name, each in vars(cls).items() if isinstance(each, Operation)}
        if len({each.body.__name__ for each in cls._operations.values()}) < len(cls._operations):
            raise TypeError(f"{cls.__name__}: two operations are one function, or have one's name: give each its own")
        for name, each in cls._operations.items():
            # A class without roles is there to be inherited from; who inherits may have other roles.
            if cls.roles:
                setattr(cls, name, _rule_of(name, each, cls.roles))
        # What Hypothesis explains of a failure, at great length of time, would be lines of ours.
        cls.TestCase.settings = settings(cls.TestCase.settings, phases=set(Phase) - {Phase.explain})
        cls.TestCase.runTest = _looked_at(cls, cls.TestCase.runTest)  # type: ignore[method-assign, assignment]

    def __init__(self) -> None:
        super().__init__()
        self._calls: dict[str, list[tuple[Body, dict[str, Any]]]] = {}

    def _call(self, name: str, thread: str, arguments: dict[str, Any]) -> None:
        """Note that a thread is to make a call."""
        if sum(map(len, self._calls.values())) < self.most_calls:
            self._calls.setdefault(thread, []).append((self._operations[name].body, arguments))

    def teardown(self) -> None:
        """Explore the calls; raises NotExplained with the calls, why no order explains them, and the ladder."""
        if self._calls:
            for model in _models(type(self)):
                self._explore(model)

    def _explore(self, model: str) -> None:
        structure = self.structure()
        threads = [ThreadSpec(name, _thread, (structure, calls)) for name, calls in sorted(self._calls.items())]
        explained = _Explained(self)
        case = Case(Program(tuple(threads)), (explained, _Invariant(explained)))
        subject = Subject.of(case, model, unroll=self.unroll)
        explained.unfolding = subject.setting.unfolding
        result = explore(case, subject.model, subject.setting.unfolding, Limits(self.max_executions, None, 0))
        type(self)._complete += result.executions
        if result.verdict is Verdict.INCOMPLETE:
            for limit in result.limits:
                event(f"{model}: {limit}")
        if result.findings:
            finding = told(result)[0]
            calls = explained.calls_of(finding.execution, subject.model.before(finding.execution))
            ladder = Run(subject, finding.execution, ()).ladder()
            raise NotExplained(shown("\n".join([*_told(model, finding.violation, calls, explained), "", ladder])))


def _models(machine: type[ConcurrentMachine]) -> Sequence[str]:
    """The models, where one alone may be given by its name."""
    return (machine.models,) if isinstance(machine.models, str) else tuple(machine.models)


def _check(machine: type[ConcurrentMachine]) -> None:
    """TypeError where a class attribute would have nothing explored."""
    if not _models(machine):
        raise TypeError(f"{machine.__name__}: models is empty: nothing would be explored")
    for name in ("most_calls", "max_executions", "unroll"):
        value = getattr(machine, name)
        if not isinstance(value, int) or value < 1:
            raise TypeError(f"{machine.__name__}: {name} is {value!r}: give a number from 1 on")


def _looked_at(machine: type[ConcurrentMachine], run: Callable[[Any], None]) -> Callable[[Any], None]:
    """The test of a machine, which fails where no execution came to its end."""

    @wraps(run)
    def run_test(self: Any) -> None:
        machine._complete = 0
        if not machine.roles:
            self.fail(f"{machine.__name__} has no threads: say how many of each role there are, in roles")
        run(self)
        if not machine._complete:
            self.fail(
                "no execution of any calls came to its end: nothing was looked at\n"
                "  raise unroll or max_executions, or see what its assumptions leave"
            )

    return run_test


async def _thread(t: Thread, structure: Any, calls: Sequence[tuple[Body, Mapping[str, Any]]]) -> None:
    for body, arguments in calls:
        await body(t, structure, **arguments)


def _rule_of(name: str, each: Operation, roles: Mapping[str, int]) -> Any:
    """The rule of an operation; where its role has several threads it draws one."""
    count = roles.get(each.role, 0)
    if count < 1:
        raise TypeError(f"{name} is an operation of role '{each.role}', of which there are no threads: see roles")
    several = count > 1
    drawn: dict[str, Any] = {"thread": st.integers(0, count - 1)} if several else {}

    def call(self: ConcurrentMachine, **arguments: Any) -> None:
        number = arguments.pop("thread") if several else None
        self._call(name, each.role if number is None else f"{each.role} {number}", arguments)

    call.__name__ = name
    declare: Any = rule
    return declare(**drawn, **each.arguments)(call)


class _Explained:
    """The property that some order of the calls explains what they returned."""

    name = LINEARIZABLE

    def __init__(self, machine: ConcurrentMachine) -> None:
        self.machine = machine
        self.unfolding: UnfoldedProgram | None = None

    def find(self, execution: Execution, before: Sequence[int] | None) -> Violation | None:
        calls = self.calls_of(execution, before)
        if explanation(calls, self.machine.specification()) is not None:
            return None
        made = ", ".join(f"{call.thread}: {call}" for call in calls)
        return Violation(self.name, (), (), f"No order of the calls explains what they returned: {made}.")

    def calls_of(self, execution: Execution, before: Sequence[int] | None) -> tuple[Made, ...]:
        """The calls that have returned, thread after thread, and which were over before which.

        That is so of calls of one thread, and of two whose events the model puts before each other, every one of the
        first before every one of the second: then, whatever the order that the execution happened in.
        """
        assert self.unfolding is not None
        calls = [call for thread in system_calls(self.unfolding, execution) for call in thread if call.returned]
        return tuple(
            Made(
                execution.threads[call.thread],
                self._name(call),
                {name: value for name, value in call.arguments.items() if name in self._drawn(call)},
                call.result,
                frozenset(i for i, other in enumerate(calls) if _precedes((i, other), (j, call), before)),
            )
            for j, call in enumerate(calls)
        )

    def _drawn(self, call: SystemCall) -> Mapping[str, object]:
        """The arguments that are drawn, by name: not the structure."""
        return self.machine._operations[self._name(call)].arguments

    def _name(self, call: SystemCall) -> str:
        """The operation's name in the class: a call goes by that of its function."""
        return next(name for name, each in self.machine._operations.items() if each.body.__name__ == call.name)


def _precedes(one: tuple[int, SystemCall], other: tuple[int, SystemCall], before: Sequence[int] | None) -> bool:
    """Whether a call, with its place among all, is over before another begins; those of a thread come in its order."""
    (i, first), (j, second) = one, other
    if first.thread == second.thread:
        return i < j
    if before is None or not first.events or not second.events:
        return False
    later = as_set(second.events)
    return all(before[event] & later == later for event in first.events)


class _Invariant:
    """The property that the machine's own check passes."""

    name = INVARIANT

    def __init__(self, explained: _Explained) -> None:
        self._explained = explained

    def find(self, execution: Execution, before: Sequence[int] | None) -> Violation | None:
        try:
            self._explained.machine.check(self._explained.calls_of(execution, before), execution)
        except AssertionError as error:
            last = len(execution) - 1
            return Violation(self.name, (), (Mark(last, self.name),), f"{str(error) or 'The check failed'}")
        return None


def _told(model: str, violation: Violation, calls: Sequence[Made], explained: _Explained) -> list[str]:
    """What was called and returned, and why that is wrong."""
    head = {
        LINEARIZABLE: "no order of these calls explains what they returned",
        INVARIANT: f"these calls break the invariant: {violation.sentence}",
    }.get(violation.property, violation.sentence)
    width = max((len(call.thread) for call in calls), default=0)
    lines = [f"under {model}, {head}", *(f"  {call.thread:{width}}  {call}" for call in calls)]
    if violation.property == LINEARIZABLE:
        lines += [
            f"  {calls[i].call} of {calls[i].thread} is over before {call.call} of {call.thread} begins"
            for call in calls
            for i in sorted(call.after)
            if calls[i].thread != call.thread
        ]
        lines += [
            "tried:",
            *(f"  {line}" for line in in_words(calls, refusals(calls, explained.machine.specification()))),
        ]
    return lines
