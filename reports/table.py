"""The verdicts of a run as text: a block per scenario and protocol, a row per fix, a column per model."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from explorer.visible import visible
from reports.verdicts import (
    LEFT_OUT,
    NOT_APPLICABLE,
    NOTHING,
    Cell,
    has_gaps,
    missing,
    models_of,
    reasons,
    rows_of,
    summary,
)

_WIDTH = 100
"""Columns of the paragraphs below the table."""

_NUMBERS = "Numbers are executions: those that break the property, or, after HOLDS and INCOMPLETE, those explored."

_MARK = "!"
_SURPRISE = f"{_MARK}: not the verdict that the scenario declares; --expect says which that is."
"""What the mark means."""


def render_table(cells: Sequence[Cell]) -> str:
    """The verdicts as text.

    Blocks, rows and columns stand in the order in which the cells first name them, and all
    blocks have the same columns.  A verdict that is not the one declared has an exclamation mark.
    """
    models = models_of(cells)
    groups = rows_of(cells)
    rows = [row for group in groups.values() for row in group.values()]
    fixes = max([len("fix"), *(len(visible(fix)) for group in groups.values() for fix in group)])
    columns = [_Column(model, [_entry(row.get(model)) for row in rows]) for model in models]
    lines = []
    for (scenario, protocol), group in groups.items():
        lines += [f" {visible(scenario)}, protocol {visible(protocol)}", ""]
        lines.append("   ".join([f"   {'fix':{fixes}}", *(column.heading for column in columns)]))
        for fix, row in group.items():
            entries = [column.shown(_entry(row.get(column.model))) for column in columns]
            lines.append("   ".join([f"   {visible(fix):{fixes}}", *entries]))
        lines.append("")
    return "\n".join(line.rstrip() for line in [*lines, *_remarks(cells)]) + "\n"


_Entry = tuple[str, str]
"""The word of a cell with its mark, and its number."""


def _entry(cell: Cell | None) -> _Entry:
    if cell is None:
        return NOTHING, ""
    number = "" if cell.number is None else f"{cell.number:,}"
    return visible(cell.word) + (f" {_MARK}" if cell.surprises else ""), number


class _Column:
    """The verdicts under one model, words to the left and numbers to the right."""

    def __init__(self, model: str, entries: Sequence[_Entry]) -> None:
        self.model = model
        self._word = max(len(word) for word, _ in entries)
        self._number = max(len(number) for _, number in entries)
        self._width = max(self._word + 1 + self._number if self._number else self._word, len(visible(model)))

    @property
    def heading(self) -> str:
        return visible(self.model).ljust(self._width)

    def shown(self, entry: _Entry) -> str:
        word, number = entry
        return f"{word:{self._word}} {number:>{self._number}}".rstrip().ljust(self._width)


def _remarks(cells: Sequence[Cell]) -> list[str]:
    """What stands below: what the entries mean, and what came of the whole."""
    found = [_NUMBERS] if any(cell.ran for cell in cells) else []
    found += [_SURPRISE] if any(cell.surprises for cell in cells) else []
    found += [LEFT_OUT] if has_gaps(cells) else []
    found += [f"{NOT_APPLICABLE}: {reason} ({about})" for reason, about in reasons(cells)]
    found += [remark for remark in (missing(cells), summary(cells)) if remark]
    return [line for remark in found for line in _wrapped(remark)]


def _wrapped(remark: str) -> list[str]:
    """A paragraph in lines; names, which have hyphens, are kept whole."""
    return wrap(remark, _WIDTH, initial_indent=" ", subsequent_indent="   ", break_on_hyphens=False)
