"""The modelled code beside an execution: which lines ran in which steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.visible import visible
from reports.steps import Step
from reports.structure import Event, Report, SourceText


@dataclass(frozen=True)
class Line:
    """One line of modelled code and the numbers of the steps made there."""

    number: int
    text: str
    steps: tuple[int, ...]
    on_path: bool


@dataclass(frozen=True)
class Function:
    """One modelled function; ``number`` is its place in the report's sources."""

    number: int
    file: str
    name: str
    lines: tuple[Line, ...]

    @property
    def span(self) -> range:
        """The numbers of its lines."""
        return range(self.lines[0].number, self.lines[-1].number + 1)


def functions(report: Report, steps: list[Step]) -> list[Function]:
    """The functions that the report has the text of."""
    return listed(report.sources, steps)


def listed(sources: Sequence[SourceText], steps: list[Step]) -> list[Function]:
    """Functions of which there is the text."""
    return [_function(number, source, steps) for number, source in enumerate(sources)]


def function_of(found: list[Function], event: Event) -> Function | None:
    """The innermost function whose text has the line of the event."""
    return function_at(found, visible(event.file), event.line)


def function_at(found: list[Function], file: str, line: int) -> Function | None:
    """The innermost function whose text has this line; ``file`` as visible text."""
    around = [function for function in found if function.file == file and line in function.span]
    return min(around, key=lambda function: len(function.lines), default=None)


def _function(number: int, source: SourceText, steps: list[Step]) -> Function:
    file = visible(source.file)
    lines = []
    for line, text in enumerate(source.text.split("\n"), source.first_line):
        here = [step for step in steps if step.place == f"{file}:{line}"]
        numbers = tuple(step.number for step in here)
        lines.append(Line(line, visible(text.expandtabs()), numbers, any(step.on_path for step in here)))
    return Function(number, file, visible(source.function), tuple(lines))
