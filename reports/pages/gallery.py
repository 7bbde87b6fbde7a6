"""The gallery, which is the index page of a run: the matrix as a picture, and the list of verdicts with every report.

The page says all of this without its script.  With it a square opens what is known of its cell beside another one,
and filters choose squares; both are in the page's address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.visible import visible
from reports.meanings import meaning_of
from reports.pages.cells import page_data
from reports.pages.matrix import Row, keys_of, picture_of, row_of
from reports.pages.template import render_page
from reports.verdicts import LEFT_OUT, NOTHING, Cell, has_gaps, missing, models_of, reasons, rows_of, summary
from reports.words import coverage

_SCRIPTS = (
    "elements.js",
    "gallery-data.js",
    "gallery-squares.js",
    "gallery-filters.js",
    "gallery-compare.js",
    "gallery-cell.js",
    "gallery.js",
)


@dataclass(frozen=True)
class _Entry:
    """A cell as the page lists it; ``key`` is its anchor."""

    model: str
    key: str
    word: str
    kind: str
    counts: str
    limits: list[str]
    surprises: bool
    reports: list[tuple[str, str]]
    examples: list[tuple[str, str]]
    remarks: list[tuple[str, str]]


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
    keys = keys_of(cells)
    picture = picture_of(cells, keys)
    broken = list(dict.fromkeys(name for cell in ran for name, count in cell.violating.items() if count))
    violated = list(map(visible, broken))
    sections = _sections(cells, models, titles or {}, keys)
    return render_page(
        "index.html.j2",
        styles=("gallery.css",),
        scripts=_SCRIPTS,
        data=page_data(picture.order, tool),
        picture=picture,
        filters=[
            ("scenario", picture.scenarios),
            ("protocol", [block.protocol for block in picture.blocks]),
            ("fix", list(dict.fromkeys(fix for block in picture.blocks for fix, _ in block.rows))),
            ("model", picture.models),
            (
                "verdict",
                list(dict.fromkeys([*violated, *(sign.word for sign in picture.signs if sign.colour != "na")])),
            ),
        ],
        models=[visible(model) for model in models],
        sections=sections,
        summary=summary(cells),
        missing=missing(cells),
        run_remarks=[visible(remark) for remark in remarks],
        gaps=LEFT_OUT if has_gaps(cells) else "",
        reasons=reasons(cells),
        violated=[(visible(name), visible(meaning_of(name))) for name in broken],
        cut=any(cell.cut for cell in cells),
        reached=any(cell.examples for cell in cells),
        remarked=any(cell.remarks for cell in cells),
        command=visible(command),
        tool=visible(tool),
    )


def _sections(
    cells: Sequence[Cell], models: Sequence[str], titles: Mapping[str, str], keys: Mapping[Row, str]
) -> list[_Section]:
    """The cells that mean something, in tables; a row that means nothing is in the picture alone."""
    sections: dict[str, _Section] = {}
    for (scenario, protocol), group in rows_of([cell for cell in cells if cell.applies]).items():
        rows = [
            (visible(fix), [_entry(model, by_model.get(model), keys) for model in models])
            for fix, by_model in group.items()
        ]
        section = sections.setdefault(scenario, _Section(visible(scenario), visible(titles.get(scenario, "")), []))
        section.tables.append(_Table(visible(protocol), rows))
    return list(sections.values())


def _entry(model: str, cell: Cell | None, keys: Mapping[Row, str]) -> _Entry:
    if cell is None:
        return _Entry(visible(model), "", NOTHING, "nothing", "", [], False, [], [], [])
    counts = [coverage(cell.executions, complete=cell.complete, cut=cell.cut)]
    counts += [f"{n:,} {visible(name)}" for name, n in cell.violating.items() if n]
    counts += [f"{cell.cut:,} cut"] if cell.cut else []
    counts += [f"{int(cell.interleavings):,} interleavings"] if cell.interleavings is not None else []
    return _Entry(
        model=visible(model),
        key=keys[row_of(cell)],
        word=visible(cell.word),
        kind=cell.verdict.lower() if cell.ran else "not-run",
        counts=", ".join(counts) if cell.ran else "",
        limits=[visible(limit) for limit in cell.limits],
        surprises=cell.surprises,
        reports=[(visible(label), link) for label, link in cell.reports],
        examples=[(visible(label), link) for label, link in cell.examples],
        remarks=[(visible(label), link) for label, link in cell.remarks],
    )
