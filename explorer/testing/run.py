"""One run of a program, as tests see it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby

from msgspec.structs import replace

from explorer.cli.outcome import outcomes_of
from explorer.cli.position_report import report_of_position
from explorer.cli.token_report import report_of_execution
from explorer.cli.tokens import token_of_execution, token_of_steps
from explorer.cli.writing import by_severity, witness_of
from explorer.execution.execution import Execution, Status
from explorer.schedule.steps import Step, steps_of
from explorer.schedule.walk import walk_now
from explorer.schedule.witness import Witness
from explorer.search.violations import violations_of
from explorer.testing.subject import Subject
from reports.render import render
from reports.structure import LeftOut, Report


class Run:
    """A run that came to its end: an execution, and what can be asked of it.

    It is told by its witness schedule, the order with the fewest context switches in which this execution can have
    happened (``exact`` there says if none has fewer): so ``switches``, ``token``, the report and the ladder.

    Attributes:
        execution: what happened.
        steps: the schedule in which it was run, empty for one that has none (load buffering).
        status: complete; blocked, where a thread waits for ever; or cut, where a loop went on to its bound, and nothing
            can be claimed.
    """

    def __init__(
        self, subject: Subject, execution: Execution, steps: Sequence[Step], others: tuple[LeftOut, ...] = ()
    ) -> None:
        """``others`` are threads that were left out of the program."""
        self.execution = execution
        self.steps = tuple(steps)
        self.status = execution.status
        self._subject = subject
        self._others = others

    @cached_property
    def violations(self) -> tuple[str, ...]:
        """The properties that it breaks, the most severe first; ``deadlock`` where a thread waits for ever."""
        case = self._subject.setting.case
        declared = [prop.name for prop in case.properties]
        found = {each.property for each in violations_of(self.execution, case, self._subject.model)}
        return tuple(sorted(found, key=lambda name: by_severity(name, declared)))

    @cached_property
    def outcome(self) -> str:
        """What came out, as ``sealrace survey`` tells it: what its calls returned; empty if it was cut."""
        if self.status is Status.CUT:
            return ""
        facts = outcomes_of(self._subject.setting).of(self.execution)
        return "; ".join(f"{name}: {text}" for name, text in facts or ())

    @property
    def switches(self) -> int:
        """The context switches of its witness schedule."""
        return self.witness.switches

    @cached_property
    def witness(self) -> Witness:
        """Its witness schedule."""
        return witness_of(self.execution, self._subject.model)

    @cached_property
    def token(self) -> str:
        """The word that stands for it wherever a report can be named.

        It is empty where the scenario has no name to find it by.  Of a cut one ``sealrace replay --step`` takes it.
        """
        if not self._subject.named:
            return ""
        if self.status is not Status.CUT:
            return self.report().token
        subject = self._subject
        rules = subject.model.rules_hash
        steps = steps_of(self.execution, self.witness.order)
        if steps is not None:
            return str(token_of_steps(subject.setting, subject.model_name, rules, steps, over=True))
        order = self.witness.order
        name = subject.model_name
        return str(token_of_execution(subject.setting, name, rules, self.execution, order, tells="", nth=0, kept=False))

    def report(self) -> Report:
        """The report of its most severe violation, or of what came out: to save, draw, or look into."""
        return self._report

    def ladder(self) -> str:
        """It step by step, as text."""
        return render(self._report, "text", self.token)

    @cached_property
    def _report(self) -> Report:
        subject = self._subject
        if self.status is Status.CUT:
            position = walk_now(subject.setting.unfolding, subject.model, self._told_steps)
            return report_of_position(subject.setting, subject.model, subject.model_name, position)
        report = report_of_execution(
            self.execution, subject.setting, subject.model, subject.model_name, others=self._others
        )
        # Nobody can look up what such a token names.
        return report if subject.named else replace(report, token="")

    @property
    def _told_steps(self) -> tuple[Step, ...]:
        steps = steps_of(self.execution, self.witness.order)
        return self.steps if steps is None else steps

    def __repr__(self) -> str:
        """Code that gives this run again."""
        if self._subject.named:
            return f"replayed({self.token!r})"
        return f"run_of({self._subject.words}, steps={written(self._told_steps)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def written(steps: Sequence[Step]) -> str:
    """Steps as an example writes them: ``0x3 1 0-2`` is thread 0 three times, 1, and 0 at the last write but two."""
    words = []
    for step, same in groupby(steps):
        count = len(list(same))
        word = f"{step.thread}-{step.older}" if step.older else str(step.thread)
        words += [f"{word}x{count}" if count > 1 else word]
    return " ".join(words)
