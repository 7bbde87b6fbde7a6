"""Stepping through an execution, and off it: where somebody stands, and what the keys of ``replay --step`` do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from explorer.cli.failures import UsageProblem
from explorer.cli.named_report import load
from explorer.cli.position_report import report_of_position
from explorer.cli.setting import Setting
from explorer.cli.token_report import setting_and_model, threads_of, title_of
from explorer.cli.tokens import token_of_steps
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.steps import Step
from explorer.schedule.walk import Position, walk_now
from explorer.search.so_far import Stand, stand_of
from explorer.token import Token, is_token, read_token
from reports.steps import Schedule
from reports.steps import Step as Drawn
from reports.structure import Report


@dataclass(frozen=True)
class Line:
    """A whole line of steps, drawn once.

    Attributes:
        position: at its end.
        report: of that position.
        schedule: the report's steps, as pictures have them.
        drawn: per number of steps taken how many of those have been.
    """

    position: Position
    report: Report
    schedule: Schedule
    drawn: tuple[int, ...]

    def last_access(self, before: int) -> Drawn:
        """How the step after ``before`` others is drawn: its access, without fences."""
        first, after = self.position.reach[before : before + 2]
        events = self.position.order[first:after]
        access = next(event for event in events if self.position.execution.events[event].location is not None)
        return self.schedule.step_of[access]


class Stepping:
    """Where somebody stands on a line of steps.

    Attributes:
        line: the line.
        at: how many of its steps have been taken.
        here: the position there.
    """

    def __init__(self, token: Token, setting: Setting, model: Model, unfolding: UnfoldedProgram) -> None:
        self._token = token
        self._setting = setting
        self._model = model
        self._unfolding = unfolding
        self.line = self._draw(token.steps)
        self._left: list[tuple[Line, int]] = []
        self.at = 0
        self.here = self._walk(())

    @classmethod
    def of(cls, name: str, own: Path | None = None) -> Stepping:
        """At the start of the execution that a report file, a run file's line or a token stands for.

        Of a token that is not over, at its end.  ``own`` is the file of its scenario, where the user names it.
        UsageProblem where no steps lead to the execution.
        """
        text = name if is_token(name) else load(name, own).token
        if not text:
            raise UsageProblem(f"{name}: the report is from before there were tokens\n  explore again")
        token = read_token(text)
        setting, model = setting_and_model(token, own)
        if token.record is not None:
            raise UsageProblem(
                f"{title_of(token)}: reads from stores that come later in a circle (load buffering): "
                f"no steps lead there\n  look at it: sealrace graph {name}"
            )
        unfolding, _others = threads_of(token, setting, model)
        stepping = cls(token, setting, model, unfolding)
        if not token.over:
            stepping.go(len(token.steps))
        return stepping

    @property
    def end(self) -> int:
        """How many steps the line has."""
        return len(self.line.position.steps)

    @property
    def can_go_back_to_line(self) -> bool:
        """Whether a branch was taken that can be given up."""
        return bool(self._left)

    @property
    def planned(self) -> int | None:
        """The index of the option that the line takes next; None at its end."""
        if self.at == self.end:
            return None
        step = self.line.position.steps[self.at]
        return next(i for i, option in enumerate(self.here.options) if option.step == step)

    @property
    def stand(self) -> Stand:
        """How the position stands as an execution."""
        return stand_of(self.here, self._model)

    @property
    def refused_by(self) -> tuple[str, ...]:
        """The axioms of the model that the execution here violates as a whole."""
        return self._model.violated(self.here.execution)

    @property
    def token(self) -> Token:
        """Of where one stands."""
        over = self.here.over and self.stand is not Stand.REFUSED
        steps, rules = self.line.position.steps[: self.at], self._model.rules_hash
        token = token_of_steps(self._setting, self._token.model, rules, steps, over=over)
        return replace(token, kept=self._token.kept)

    @property
    def reasons(self) -> list[int]:
        """After how many steps each step of the violating path has been taken."""
        wanted = [step.number for step in self.line.schedule.steps if step.on_path]
        return sorted({next(i for i, drawn in enumerate(self.line.drawn) if drawn >= number) for number in wanted})

    def choices(self) -> list[Drawn]:
        """The options, each as it will be drawn once it is taken."""
        taken = self.line.position.steps[: self.at]
        return [self._draw((*taken, option.step)).last_access(self.at) for option in self.here.options]

    def go(self, at: int) -> None:
        """Stand after so many steps of the line, or at the nearest of its ends."""
        self.at = min(max(at, 0), self.end)
        self.here = self._walk(self.line.position.steps[: self.at])

    def on(self) -> None:
        """One step more: the line's; at its end the next one of the same thread if it can go on, else of the first."""
        if self.at == self.end and self.here.options:
            self.take(self._by_itself())
        else:
            self.go(self.at + 1)

    def take(self, option: int) -> None:
        """Take one of the options.  Where it is not the line's own, what came next on the line is left."""
        if option != self.planned:
            if self.at < self.end:
                self._left.append((self.line, self.at))
            self.line = self._draw((*self.line.position.steps[: self.at], self.here.options[option].step))
        self.go(self.at + 1)

    def back_to_line(self) -> None:
        """Give up the last branch, and stand where it was taken."""
        if self._left:
            self.line, at = self._left.pop()
            self.go(at)

    def _by_itself(self) -> int:
        """The option to take where nobody says which: what takes effect now, of the thread that last moved."""
        last = self.line.position.steps[-1].thread if self.at else -1
        options = self.here.options
        return min(range(len(options)), key=lambda i: (options[i].step.older > 0, options[i].step.thread != last, i))

    def _walk(self, steps: Sequence[Step]) -> Position:
        return walk_now(self._unfolding, self._model, steps)

    def _draw(self, steps: Sequence[Step]) -> Line:
        position = self._walk(steps)
        report = report_of_position(self._setting, self._model, self._token.model, position, self._token.tells)
        schedule = Schedule(report)
        return Line(position, report, schedule, tuple(_drawn_after(position, schedule)))


def _drawn_after(position: Position, schedule: Schedule) -> list[int]:
    """After none of the steps, the first, the first two, ...: how many steps of the picture have been taken."""
    numbers = [schedule.step_of[event].number if event in schedule.step_of else 0 for event in position.order]
    return [max(numbers[:reached], default=0) for reached in position.reach]
