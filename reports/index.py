"""The verdicts of a whole run: the table on the terminal, and the index page with links to every report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.pages import render_page
from reports.visible import visible

_COLUMNS = ("scenario", "protocol", "fix")


@dataclass(frozen=True)
class Cell:
    """One verdict of the matrix.

    ``verdict`` is VIOLATED, HOLDS or INCOMPLETE; ``word`` what the table shows: the verdict,
    or the first violated property.  ``violating`` counts executions per property,
    ``interleavings`` is a decimal number or None where it was not counted.  ``expected`` says
    whether the scenario declares this verdict.  ``reports`` are pairs of a label and a link.
    """

    scenario: str
    protocol: str
    fix: str
    model: str
    verdict: str
    word: str
    executions: int
    violating: Mapping[str, int]
    interleavings: str | None
    expected: bool
    reports: tuple[tuple[str, str], ...]

    @property
    def row(self) -> tuple[str, str, str]:
        return self.scenario, self.protocol, self.fix


@dataclass(frozen=True)
class _Entry:
    """A cell as the page shows it."""

    word: str
    kind: str
    counts: str
    expected: bool
    reports: list[tuple[str, str]]


def render_table(cells: Sequence[Cell]) -> str:
    """The verdicts as text: a row per scenario, protocol and fix, a column per model.

    Rows and columns stand in the order in which the cells first name them.  A verdict that
    the scenario does not declare has an exclamation mark.
    """
    models = _models(cells)
    lines = [[*_COLUMNS, *map(visible, models)]]
    for row, by_model in _rows(cells).items():
        words = [visible(c.word) + ("" if c.expected else " !") if (c := by_model.get(m)) else "" for m in models]
        lines.append([*map(visible, row), *words])
    # A row names only what differs from the row above.
    shown = [lines[0]]
    for above, line in pairwise(lines):
        same = 0 if above is lines[0] else next((i for i in range(2) if line[i] != above[i]), 2)
        shown.append([""] * same + line[same:])
    widths = [max(len(line[i]) for line in shown) for i in range(len(lines[0]))]
    text = [" " + "   ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) for line in shown]
    return "\n".join(line.rstrip() for line in [*text, "", f" {summary(cells)}"]) + "\n"


def render_index(cells: Sequence[Cell], *, command: str, tool: str) -> str:
    """The index page; ``command`` is what made the run, ``tool`` the version of Sealrace."""
    models = _models(cells)
    return render_page(
        "index.html.j2",
        columns=_COLUMNS,
        models=[visible(model) for model in models],
        rows=[
            ([visible(name) for name in row], [_entry(by_model.get(model)) for model in models])
            for row, by_model in _rows(cells).items()
        ],
        summary=summary(cells),
        command=visible(command),
        tool=visible(tool),
    )


def summary(cells: Sequence[Cell]) -> str:
    """How many verdicts there are, and which of them their scenarios do not declare."""
    count = f"{len(cells)} verdict" if len(cells) == 1 else f"{len(cells)} verdicts"
    surprises = [cell for cell in cells if not cell.expected]
    if not surprises:
        return f"{count}, all as the scenarios declare."
    names = ", ".join(visible(f"{c.scenario}/{c.protocol}/{c.fix}/{c.model} says {c.word}") for c in surprises)
    return f"{count}, {len(surprises)} not as the scenarios declare: {names}."


def _models(cells: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(cell.model for cell in cells))


def _rows(cells: Sequence[Cell]) -> dict[tuple[str, str, str], dict[str, Cell]]:
    rows: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for cell in cells:
        assert cell.model not in rows.setdefault(cell.row, {}), f"two verdicts for {cell.row} under {cell.model}"
        rows[cell.row][cell.model] = cell
    return rows


def _entry(cell: Cell | None) -> _Entry | None:
    if cell is None:
        return None
    counts = [f"{cell.executions:,} executions", *(f"{n:,} {visible(name)}" for name, n in cell.violating.items() if n)]
    if cell.interleavings is not None:
        counts.append(f"{int(cell.interleavings):,} interleavings")
    return _Entry(
        word=visible(cell.word),
        kind=cell.verdict.lower(),
        counts=", ".join(counts),
        expected=cell.expected,
        reports=[(visible(label), link) for label, link in cell.reports],
    )
