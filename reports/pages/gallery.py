"""The index page: the verdicts of a run, with links to every report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.visible import visible
from reports.pages.template import render_page
from reports.verdicts import LEFT_OUT, NOTHING, Cell, has_gaps, missing, models_of, reasons, rows_of, summary
from reports.words import coverage


@dataclass(frozen=True)
class _Entry:
    """A cell as the page shows it; ``reason`` as of a ``Cell``."""

    model: str
    word: str
    kind: str
    counts: str
    limits: list[str]
    surprises: bool
    reports: list[tuple[str, str]]
    remarks: list[tuple[str, str]]
    reason: str


@dataclass(frozen=True)
class _Table:
    """The cells of one protocol: a row per fix."""

    protocol: str
    rows: list[tuple[str, list[_Entry]]]


@dataclass(frozen=True)
class _Section:
    """What there is of one scenario."""

    scenario: str
    title: str
    tables: list[_Table]


def render_index(
    cells: Sequence[Cell],
    *,
    command: str,
    tool: str,
    titles: Mapping[str, str] | None = None,
    remarks: Sequence[str] = (),
) -> str:
    """The index page.

    ``command`` is what made the run, ``tool`` the version of Sealrace, ``titles`` say of scenarios what they are,
    ``remarks`` what the run is not.
    """
    models = models_of(cells)
    ran = [cell for cell in cells if cell.ran]
    return render_page(
        "index.html.j2",
        models=[visible(model) for model in models],
        sections=_sections(cells, models, titles or {}),
        summary=summary(cells),
        missing=missing(cells),
        run_remarks=[visible(remark) for remark in remarks],
        gaps=LEFT_OUT if has_gaps(cells) else "",
        reasons=reasons(cells),
        violated=list(dict.fromkeys(visible(name) for cell in ran for name, count in cell.violating.items() if count)),
        cut=any(cell.cut for cell in cells),
        remarked=any(cell.remarks for cell in cells),
        command=visible(command),
        tool=visible(tool),
    )


def _sections(cells: Sequence[Cell], models: Sequence[str], titles: Mapping[str, str]) -> list[_Section]:
    sections: dict[str, _Section] = {}
    for (scenario, protocol), group in rows_of(cells).items():
        rows = [
            (visible(fix), [_entry(model, by_model.get(model)) for model in models]) for fix, by_model in group.items()
        ]
        section = sections.setdefault(scenario, _Section(visible(scenario), visible(titles.get(scenario, "")), []))
        section.tables.append(_Table(visible(protocol), rows))
    return list(sections.values())


def _entry(model: str, cell: Cell | None) -> _Entry:
    if cell is None:
        return _Entry(visible(model), NOTHING, "nothing", "", [], False, [], [], "")
    counts = [coverage(cell.executions, complete=cell.complete, cut=cell.cut)]
    counts += [f"{n:,} {visible(name)}" for name, n in cell.violating.items() if n]
    counts += [f"{cell.cut:,} cut"] if cell.cut else []
    counts += [f"{int(cell.interleavings):,} interleavings"] if cell.interleavings is not None else []
    return _Entry(
        model=visible(model),
        word=visible(cell.word),
        kind=cell.verdict.lower() if cell.ran else "not-run" if cell.applies else "not-applicable",
        counts=", ".join(counts) if cell.ran else "",
        limits=[visible(limit) for limit in cell.limits],
        surprises=cell.surprises,
        reports=[(visible(label), link) for label, link in cell.reports],
        remarks=[(visible(label), link) for label, link in cell.remarks],
        reason=visible(cell.reason),
    )
