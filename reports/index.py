"""The verdicts of a whole run: the table on the terminal, and the index page with links to every report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from explorer.visible import visible
from reports.pages import render_page
from reports.words import coverage

NOT_RUN = "not run"
"""The word of a cell that the run did not come to."""

NOTHING = "-"
"""What stands where a scenario declares no verdict, so that the run has no cell."""

_COLUMNS = ("scenario", "protocol", "fix")


@dataclass(frozen=True)
class Cell:
    """One verdict of the matrix.

    ``verdict`` is VIOLATED, HOLDS or INCOMPLETE; ``word`` what the table shows: the verdict,
    or the first violated property.  ``violating`` counts executions per property,
    ``interleavings`` is a decimal number or None where it was not counted.  ``expected`` says
    whether the scenario declares this verdict.  ``reports`` are pairs of a label and a link, as are
    ``remarks``: what the model flags, such as data races, which is no verdict.
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
    complete: bool = True
    cut: int = 0
    limits: tuple[str, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()

    @classmethod
    def not_run(cls, scenario: str, protocol: str, fix: str, model: str) -> Cell:
        """A cell that was asked for, and not explored."""
        return cls(scenario, protocol, fix, model, "INCOMPLETE", NOT_RUN, 0, {}, None, False, (), complete=False)

    @property
    def ran(self) -> bool:
        return self.word != NOT_RUN

    @property
    def surprises(self) -> bool:
        """Whether it says something else than its scenario declares."""
        return self.ran and not self.expected

    @property
    def row(self) -> tuple[str, str, str]:
        return self.scenario, self.protocol, self.fix


@dataclass(frozen=True)
class _Entry:
    """A cell as the page shows it."""

    word: str
    kind: str
    counts: str
    limits: list[str]
    surprises: bool
    reports: list[tuple[str, str]]
    remarks: list[tuple[str, str]]


def render_table(cells: Sequence[Cell]) -> str:
    """The verdicts as text: a row per scenario, protocol and fix, a column per model.

    Rows and columns stand in the order in which the cells first name them.  A verdict that
    the scenario does not declare has an exclamation mark.
    """
    models = _models(cells)
    lines = [[*_COLUMNS, *map(visible, models)]]
    for row, by_model in _rows(cells).items():
        words = [visible(c.word) + (" !" if c.surprises else "") if (c := by_model.get(m)) else NOTHING for m in models]
        lines.append([*map(visible, row), *words])
    # A row names only what differs from the row above.
    shown = [lines[0]]
    for above, line in pairwise(lines):
        same = 0 if above is lines[0] else next((i for i in range(2) if line[i] != above[i]), 2)
        shown.append([""] * same + line[same:])
    widths = [max(len(line[i]) for line in shown) for i in range(len(lines[0]))]
    text = [" " + "   ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) for line in shown]
    remarks = [f" {remark}" for remark in (undeclared(cells), missing(cells), summary(cells)) if remark]
    return "\n".join(line.rstrip() for line in [*text, "", *remarks]) + "\n"


def render_index(cells: Sequence[Cell], *, command: str, tool: str, titles: Mapping[str, str] | None = None) -> str:
    """The index page.

    ``command`` is what made the run, ``tool`` the version of Sealrace, ``titles`` say of scenarios what they are.
    """
    models = _models(cells)
    names = dict.fromkeys(cell.scenario for cell in cells)
    return render_page(
        "index.html.j2",
        columns=_COLUMNS,
        models=[visible(model) for model in models],
        rows=[
            ([visible(name) for name in row], [_entry(by_model.get(model)) for model in models])
            for row, by_model in _rows(cells).items()
        ],
        summary=summary(cells),
        missing=missing(cells),
        undeclared=undeclared(cells),
        violated=list(
            dict.fromkeys(visible(name) for cell in cells for name, count in cell.violating.items() if count)
        ),
        cut=any(cell.cut for cell in cells),
        remarked=any(cell.remarks for cell in cells),
        titles=[(visible(name), visible(title)) for name, title in (titles or {}).items() if name in names],
        command=visible(command),
        tool=visible(tool),
    )


def summary(cells: Sequence[Cell]) -> str:
    """How many verdicts there are, and which of them their scenarios do not declare."""
    verdicts = [cell for cell in cells if cell.ran]
    count = f"{len(verdicts)} verdict" if len(verdicts) == 1 else f"{len(verdicts)} verdicts"
    surprises = [cell for cell in verdicts if cell.surprises]
    if surprises:
        names = ", ".join(visible(f"{c.scenario}/{c.protocol}/{c.fix}/{c.model} says {c.word}") for c in surprises)
        return f"{count}, {len(surprises)} not as the scenarios declare: {names}."
    return f"{count}, all as the scenarios declare." if verdicts else "No verdict."


def missing(cells: Sequence[Cell]) -> str:
    """What an unfinished run lacks, empty for a run that came to its end."""
    count = sum(not cell.ran for cell in cells)
    return f"INCOMPLETE: {count} of {len(cells)} cells were not run." if count else ""


def undeclared(cells: Sequence[Cell]) -> str:
    """What a dash in the table means, empty where there is none."""
    models = _models(cells)
    if all(model in by_model for by_model in _rows(cells).values() for model in models):
        return ""
    return f"{NOTHING}: no verdict is declared; one cell: sealrace explore SCENARIO --fix FIX --model MODEL"


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
    counts = [coverage(cell.executions, complete=cell.complete, cut=cell.cut)]
    counts += [f"{n:,} {visible(name)}" for name, n in cell.violating.items() if n]
    counts += [f"{cell.cut:,} cut"] if cell.cut else []
    counts += [f"{int(cell.interleavings):,} interleavings"] if cell.interleavings is not None else []
    return _Entry(
        word=visible(cell.word),
        kind=cell.verdict.lower() if cell.ran else "not-run",
        counts=", ".join(counts) if cell.ran else "",
        limits=[visible(limit) for limit in cell.limits],
        surprises=cell.surprises,
        reports=[(visible(label), link) for label, link in cell.reports],
        remarks=[(visible(label), link) for label, link in cell.remarks],
    )
