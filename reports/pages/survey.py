"""A survey as one self-contained page: what can come out, when it was found, which accesses race.

The histogram and the pairs are tables, the pairs as a matrix for each location: accesses of different
locations never conflict, so one matrix of all of them would be empty but for these blocks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from markupsafe import Markup

from explorer.execution.pair_orders import Access, Pair, accesses_of
from explorer.search.outcomes import Facts
from explorer.visible import visible
from reports.pages.chart import Series, chart
from reports.pages.template import render_page
from reports.surveys import (
    FOUND,
    Found,
    ShownSurvey,
    access_name,
    access_words,
    counts_words,
    found_of,
)

GLYPHS: dict[Found, str] = {"both": "⇄", "first": "→", "second": "←", "never": "·"}
"""How a cell shows what was found of its row's access and its column's."""

BARS = 200
"""Outcomes that a page shows at most."""

PAIRS = 1000
"""Pairs that the matrices, and each list of a page, show at most: with them it stays far below 500 KB."""

_SERIES = (
    ("outcomes", "outcomes"),
    ("violating", "violating executions"),
    ("kinds", "kinds of violation"),
    ("ordered", "ordered pairs of accesses"),
)
"""The fields of a sample that are drawn, and what they count."""


@dataclass(frozen=True)
class _Bar:
    """A line of the histogram; ``width`` is in percent of the longest bar."""

    executions: str
    percent: str
    width: str
    verdict: str
    kind: str
    facts: Facts
    page: str
    report: str


@dataclass(frozen=True)
class _Cell:
    """What a matrix shows of a pair; nothing of two accesses that do not conflict."""

    found: Found
    glyph: str
    words: str


@dataclass(frozen=True)
class _Row:
    """The cells of an access; ``span`` is the number of rows of its thread, 0 but in the first of them."""

    thread: str
    span: int
    access: str
    does: str
    cells: list[_Cell | None]


@dataclass(frozen=True)
class _Matrix:
    """The pairs of one location."""

    location: str
    races: int
    pairs: int
    threads: list[tuple[str, int]]
    columns: list[tuple[str, str]]
    rows: list[_Row]


@dataclass(frozen=True)
class _Listed:
    """A pair in the list."""

    location: str
    first: str
    second: str
    counts: tuple[str, ...]


def survey_page(shown: ShownSurvey) -> str:
    """The page; links lead to the pages of the witnesses in its folder."""
    survey = shown.survey
    locks = [pair for pair in survey.pairs if pair.first.location in survey.locks]
    samples = survey.samples
    series = [
        Series(words, [(sample.executions, getattr(sample, name)) for sample in samples]) for name, words in _SERIES
    ]
    return render_page(
        "survey.html.j2",
        styles=["survey.css"],
        scripts=["survey.js"],
        title=visible(shown.title),
        incomplete=[visible(reason) for reason in survey.incomplete],
        summary=_summary(shown),
        shared=_facts(shown.shared),
        bars=_bars(shown),
        charts=[(each.title, Markup(chart(each))) for each in series],
        samples=samples,
        matrices=_capped(_matrices(shown.data_pairs, shown.threads)),
        lock_matrices=_capped(_matrices(locks, shown.threads)),
        glyphs=[(GLYPHS["both"], "both orders were found"), (GLYPHS["first"], "the row's access always came first"),
                (GLYPHS["second"], "the column's access always came first"),
                (GLYPHS["never"], "never both in one execution")],
        groups=_groups(shown.data_pairs, shown.threads),
        dropped=_dropped(shown),
        conflicting=bool(shown.data_pairs),
        command=visible(shown.command),
        tool=visible(shown.tool),
    )  # fmt: skip


def _summary(shown: ShownSurvey) -> str:
    result = shown.survey.result
    parts = [f"{shown.survey.executions:,} executions have {len(shown.outcomes):,} outcomes"]
    found = [f"{count:,} {visible(name)}" for name, count in result.violating.items() if count]
    found += [f"{result.blocked:,} deadlock"] if result.blocked else []
    parts += [", ".join(found)] if found else []
    others = (
        ("cut by a bound", result.cut),
        ("dropped", result.dropped),
        ("outside the filter", shown.survey.filtered),
    )
    parts += [f"besides {count:,} {what}" for what, count in others if count]
    return f"{'; '.join(parts)}."


def _facts(facts: Facts) -> Facts:
    return tuple((visible(name), visible(text)) for name, text in facts)


def _bars(shown: ShownSurvey) -> list[_Bar]:
    most = max((each.outcome.executions for each in shown.outcomes), default=1)
    return [
        _Bar(
            f"{each.outcome.executions:,}",
            shown.percent(each.outcome),
            f"{max(100 * each.outcome.executions / most, 0.5):.1f}",
            visible(each.verdict),
            each.kind,
            _facts(each.facts),
            Path(each.report).with_suffix(".html").name if each.report else "",
            Path(each.report).stem,
        )
        for each in shown.outcomes[:BARS]
    ]


def _dropped(shown: ShownSurvey) -> list[str]:
    """What the page has no room for."""
    more = shown.outcomes[BARS:]
    executions = sum(each.outcome.executions for each in more)
    found = [f"{len(more):,} more outcomes, of {executions:,} executions"] if more else []
    data = shown.data_pairs
    hidden = [len(data) - PAIRS, len(shown.survey.pairs) - len(data) - PAIRS]
    found += [f"some of {len(shown.survey.pairs):,} pairs of accesses"] if max(hidden) > 0 else []
    return found


def _capped(matrices: list[_Matrix]) -> list[_Matrix]:
    """The first matrices, with as many pairs as a page has room for."""
    totals = accumulate(matrix.pairs for matrix in matrices)
    return [matrix for matrix, total in zip(matrices, totals, strict=True) if total <= PAIRS]


def _matrices(pairs: Sequence[Pair], threads: Sequence[str]) -> list[_Matrix]:
    """A matrix per location, those with most races first."""
    of_location: dict[str, list[Pair]] = {}
    for pair in pairs:
        of_location.setdefault(pair.first.location, []).append(pair)
    found = [_matrix(location, of_location[location], threads) for location in of_location]
    return sorted(found, key=lambda matrix: (-matrix.races, matrix.location))


def _matrix(location: str, pairs: Sequence[Pair], threads: Sequence[str]) -> _Matrix:
    """Rows are the first accesses of pairs, columns the second ones, each sorted by thread and place."""
    of = {(pair.first, pair.second): pair for pair in pairs}
    accesses = accesses_of(pairs)
    names = _names(accesses)
    firsts = [access for access in accesses if any(access is pair.first or access == pair.first for pair in pairs)]
    seconds = [access for access in accesses if any(access == pair.second for pair in pairs)]
    rows = []
    counts = Counter(access.thread for access in firsts)
    seen: set[int] = set()
    for access in firsts:
        cells = [_cell(of.get((access, other)), threads) for other in seconds]
        span = 0 if access.thread in seen else counts[access.thread]
        seen.add(access.thread)
        rows.append(_Row(visible(threads[access.thread]), span, names[access], access.does, cells))
    columns = Counter(access.thread for access in seconds)
    return _Matrix(
        visible(location),
        sum(pair.races for pair in pairs),
        len(pairs),
        [(visible(threads[thread]), count) for thread, count in columns.items()],
        [(names[access], access.does) for access in seconds],
        rows,
    )


def _names(accesses: Sequence[Access]) -> dict[Access, str]:
    """A short name for each access, with the line where several of a thread have the same."""
    times = Counter((access.thread, access_name(access), access.does) for access in accesses)
    return {
        access: visible(
            access_name(access)
            if times[access.thread, access_name(access), access.does] == 1
            else f"{access_name(access)}, line {access.line}"
        )
        for access in accesses
    }


def _cell(pair: Pair | None, threads: Sequence[str]) -> _Cell | None:
    if pair is None:
        return None
    found = found_of(pair)
    both = f"{access_words(pair.first, threads)}; {access_words(pair.second, threads)}"
    words = f"{both}: {FOUND[found]}; {counts_words(pair)}"
    return _Cell(found, GLYPHS[found], words)


def _groups(pairs: Sequence[Pair], threads: Sequence[str]) -> list[tuple[str, list[_Listed]]]:
    """The pairs by what was found of them, those in both orders first."""
    groups: dict[str, list[_Listed]] = {words: [] for words in FOUND.values()}
    for pair in pairs:
        groups[FOUND[found_of(pair)]].append(
            _Listed(
                visible(pair.first.location),
                access_words(pair.first, threads),
                access_words(pair.second, threads),
                tuple(f"{count:,}" for count in (pair.before, pair.after, pair.both, pair.alone)),
            )
        )
    return [
        (f"{len(listed):,} {words}{f', of which {PAIRS:,} are listed' if len(listed) > PAIRS else ''}", listed[:PAIRS])
        for words, listed in groups.items()
        if listed
    ]
