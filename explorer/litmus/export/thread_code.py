"""One thread of a program as the statements of a litmus test, from arm to arm."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.litmus.export.arm_code import ArmCode
from explorer.litmus.export.arms import ArmRun
from explorer.litmus.export.code import Code, choose, statements
from explorer.litmus.export.naming import Names
from explorer.litmus.export.registers import Registers
from explorer.program.flow import Arm
from explorer.program.step import Cause, Fork


class ThreadCode:
    """The statements of a thread, from a run of each of its arms.

    ``body`` are the statements, over ``registers``.

    Raises:
        ScenarioError: something that cannot be said in a litmus test.
    """

    def __init__(self, thread: str, runs: Sequence[ArmRun], names: Names) -> None:
        self.registers = Registers(thread, names)
        self._runs = {run.arm: run for run in runs}
        self._after: dict[int, Code] = {}
        self.body = statements(self._code(runs[0].arm), lambda place: self.registers.name(place, "decision"))

    def _code(self, arm: Arm) -> Code:
        """What is done from the beginning of an arm to the end of the thread."""
        run = self._runs[arm]
        own = ArmCode(self.registers, run).code
        if run.fork is None or arm.next is None:
            if run.dropped_at is not None:
                self.registers.refuse("an assumption fails whatever is read", run.dropped_at)
            return own
        if arm.next.number not in self._after:
            self._after[arm.next.number] = self._code_after(run, run.fork)
        return own + self._after[arm.next.number]

    def _code_after(self, run: ArmRun, fork: Fork) -> Code:
        state = run.arm.next
        assert state is not None
        match fork.cause:
            case Cause.IF:
                assert fork.expression is not None
                condition = self.registers.value(fork.expression, run, fork.source)
                return choose(state.place, condition, self._code(state.arms[True]), self._code(state.arms[False]))
            case Cause.ASSUME:
                assert fork.expression is not None
                required = self.registers.require(state.place, fork.expression, run, fork.source)
                return required + self._code(state.arms[True])
            case Cause.UPDATE:
                happens, fails = self._code(state.arms[True]), self._code(state.arms[False])
                if happens[1:] != fails:
                    self.registers.refuse("what follows an update depends on more than its value", fork.source)
                return happens
            case Cause.POINTER:
                ways = [self._code(arm) for arm in state.arms.values()]
                if any(way != ways[0] for way in ways):
                    self.registers.refuse("what is done with an object depends on which one it is", fork.source)
                return ways[0] if ways else ()
