"""A comparison of two run files as text, and as an object for JSON."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any, TypeAlias

from explorer.visible import visible
from reports.comparison import Answer, Comparison, setting_of, sizes_of, warnings, what_differs
from reports.kinds import ViolationKind
from reports.runs import RunHeader

_WIDTH = 100

Row: TypeAlias = tuple[str, str, str]
"""What a number is of, and the number before and after."""

Look: TypeAlias = Callable[[ViolationKind], str]
"""The command that shows an execution of a kind."""


@dataclass(frozen=True)
class Compared:
    """Two run files: their names and what their first lines say."""

    files: tuple[str, str]
    before: RunHeader
    after: RunHeader

    @property
    def comparison(self) -> Comparison:
        return Comparison.of(Answer.of(self.before), Answer.of(self.after))


def compared_text(compared: Compared) -> str:
    """What was compared, verdicts, numbers, kinds of violation with an execution of each, and one sentence."""
    before, after, found = compared.before, compared.after, compared.comparison
    first, second = compared.files
    names = [f"{setting_of(header)}  ({visible(file)})" for header, file in ((before, first), (after, second))]
    lines = [*heading(names, before, after, warnings(before, after)), ""]
    lines += number_lines(rows_of(found))
    lines += kind_lines(found, lambda kind: _look(first, kind), lambda kind: _look(second, kind))
    return "\n".join([*lines, "", found.sentence])


def heading(names: Sequence[str], before: RunHeader, after: RunHeader, warned: Sequence[str]) -> list[str]:
    """The two that are compared, by their names, their sizes and what is to be warned of."""
    lines = [f"{letter}  {name}" for letter, name in zip("AB", names, strict=True)]
    lines += [f"   {words}" for words in _sizes(before, after)]
    for warning in warned:
        lines += wrap(f"warning: {warning}", _WIDTH, initial_indent="   ", subsequent_indent="     ")
    return lines


def _sizes(before: RunHeader, after: RunHeader) -> list[str]:
    if before.parameters == after.parameters:
        return [f"sizes    {sizes_of(before)}"]
    return [f"sizes A  {sizes_of(before)}", f"sizes B  {sizes_of(after)}"]


def rows_of(found: Comparison) -> list[Row]:
    """The verdicts and the numbers of a comparison."""
    counts = [(visible(count.name), f"{count.before:,}", f"{count.after:,}") for count in found.counts]
    return [("verdict", found.before.verdict, found.after.verdict), *counts]


def number_lines(rows: Sequence[Row]) -> list[str]:
    """Rows of a name and what it is before and after, in columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [f"   {name:{widths[0]}}   {one:>{widths[1]}} -> {other:>{widths[2]}}" for name, one, other in rows]


def kind_lines(found: Comparison, first: Look, second: Look) -> list[str]:
    """Every kind of violation, gone, kept or new, with where to look at one in the first and in the second."""
    lines: list[str] = []
    for kind in found.gone:
        lines += _kind("gone", kind, _executions(kind), [first(kind)])
    for old, new in found.kept:
        both = f"{old.executions:,} -> {_executions(new)}"
        lines += _kind("kept", new, both, [first(old), second(new)])
    for kind in found.new:
        lines += _kind("new", kind, _executions(kind), [second(kind)])
    return lines


def _kind(word: str, kind: ViolationKind, executions: str, look: list[str]) -> list[str]:
    lines = ["", f"   {word:4}  {visible(kind.breaks)}, {executions}"]
    for text in (kind.places, visible(kind.sentence)):
        lines += wrap(text, _WIDTH, initial_indent="         ", subsequent_indent="         ")
    return [*lines, *(f"         {words}" for words in look)]


def _executions(kind: ViolationKind) -> str:
    return f"{kind.executions:,} execution{'' if kind.executions == 1 else 's'}"


def _look(file: str, kind: ViolationKind) -> str:
    name = visible(file)
    return (
        f"sealrace graph {shlex.quote(f'{name}:{kind.line}')}"
        if kind.line
        else f"{name} holds none of them: it is full"
    )


def compared_json(compared: Compared) -> dict[str, Any]:
    """The same as one object."""
    before, after, found = compared.before, compared.after, compared.comparison
    first, second = compared.files
    return {
        "before": _side(first, before),
        "after": _side(second, after),
        "compared": what_differs(before, after),
        "warnings": warnings(before, after),
        "differs": found.differs,
        "counts": [asdict(count) for count in found.counts],
        "gone": [_kind_json(kind, first) for kind in found.gone],
        "kept": [{"before": _kind_json(old, first), "after": _kind_json(new, second)} for old, new in found.kept],
        "new": [_kind_json(kind, second) for kind in found.new],
        "sentence": found.sentence,
    }


def alone_json(file: str, header: RunHeader, *, first: bool) -> dict[str, Any]:
    """The object of a cell that the other folder does not have."""
    side = _side(file, header)
    return {"before": side if first else None, "after": None if first else side, "differs": True}


def _side(file: str, header: RunHeader) -> dict[str, Any]:
    return {
        "file": file,
        "scenario": header.scenario,
        "protocol": header.protocol,
        "fix": header.fix,
        "model": header.model.name,
        "parameters": header.parameters,
        "verdict": header.verdict.value,
        "complete": header.search.complete,
        "limits": list(header.limits),
    }


def _kind_json(kind: ViolationKind, file: str) -> dict[str, Any]:
    return {
        "property": kind.breaks,
        "path": [list(place) for place in kind.path],
        "executions": kind.executions,
        "sentence": kind.sentence,
        "execution": f"{file}:{kind.line}" if kind.line else None,
    }
