"""The matrix as a picture: a square per cell, a row per fix, a column per scenario and model, a block per protocol."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from explorer.search.result import Verdict
from explorer.visible import visible
from reports.verdicts import NOT_APPLICABLE, NOT_RUN, Cell, models_of, rows_of

_SIGNS = {
    Verdict.HOLDS.value: ("✓", "holds"),
    Verdict.INCOMPLETE.value: ("?", "incomplete"),
    NOT_RUN: ("·", "not-run"),
    NOT_APPLICABLE: ("–", "na"),
}
"""What stands in the square of a word that is no property, and its colour's name."""

_COLOURED = ("leak", "late", "stale", "deadlock")
"""Properties with a colour of their own; all others share one."""

Row = tuple[str, str, str, str]
"""Scenario, protocol, fix and model of a cell."""


@dataclass(frozen=True)
class Sign:
    """What stands for a word: a letter and a colour, so that neither is needed to tell two words apart."""

    word: str
    letter: str
    colour: str
    cells: int


@dataclass(frozen=True)
class Square:
    """One cell: its sign, its place in the page's list of verdicts, and what a screen reader says."""

    sign: Sign
    key: str
    name: str
    surprises: bool


@dataclass(frozen=True)
class Block:
    """The rows of one protocol: a fix, and a square or nothing for each scenario and model."""

    protocol: str
    rows: list[tuple[str, list[Square | None]]]


@dataclass(frozen=True)
class Picture:
    """The squares; ``gaps`` says whether some place has none.

    ``order`` lists the cells that have a link, as they follow one another on the page.
    """

    scenarios: list[str]
    models: list[str]
    blocks: list[Block]
    signs: list[Sign]
    surprises: int
    gaps: bool
    order: list[Cell]


def row_of(cell: Cell) -> Row:
    """The names of a cell."""
    return cell.scenario, cell.protocol, cell.fix, cell.model


def keys_of(cells: Sequence[Cell]) -> dict[Row, str]:
    """Where the page lists each cell: ``inflight-P2-recheck-lkmm``, as an anchor."""
    found: dict[Row, str] = {}
    taken: Counter[str] = Counter()
    for cell in cells:
        key = re.sub(r"\s", "_", visible("-".join(row_of(cell))))
        taken[key] += 1
        # Two cells whose names run together to the same one.
        found[row_of(cell)] = key if taken[key] == 1 else f"{key}~{taken[key]}"
    return found


def anchor(key: str) -> str:
    """The fragment of an address that leads to a key: ``=`` and ``&`` in it are told from those of filters."""
    return "#" + quote(key, safe="+~")


def picture_of(cells: Sequence[Cell], keys: Mapping[Row, str]) -> Picture:
    """Lay the cells out."""
    signs = {sign.word: sign for sign in _signs(cells)}
    by_row = {row_of(cell): cell for cell in cells}
    scenarios = list(dict.fromkeys(cell.scenario for cell in cells))
    models = models_of(cells)
    fixes = _merged([list(by_fix) for by_fix in rows_of(cells).values()])
    present = {(cell.protocol, cell.fix) for cell in cells}
    blocks, order = [], []
    for protocol in dict.fromkeys(cell.protocol for cell in cells):
        rows = []
        for fix in fixes:
            if (protocol, fix) not in present:
                continue
            found = [by_row.get((scenario, protocol, fix, model)) for scenario in scenarios for model in models]
            rows.append((visible(fix), [_square(cell, signs, keys) if cell else None for cell in found]))
            order += [cell for cell in found if cell and cell.applies]
        blocks.append(Block(visible(protocol), rows))
    return Picture(
        scenarios=[visible(name) for name in scenarios],
        models=[visible(name) for name in models],
        blocks=blocks,
        signs=list(signs.values()),
        surprises=sum(cell.surprises for cell in cells),
        gaps=any(square is None for block in blocks for _, squares in block.rows for square in squares),
        order=order,
    )


def _merged(lists: Sequence[Sequence[str]]) -> list[str]:
    """The names of all lists, each after the one that it follows where it first stands."""
    found: list[str] = []
    for names in lists:
        at = 0
        for name in names:
            if name not in found:
                found.insert(at, name)
            at = found.index(name) + 1
    return found


def _square(cell: Cell, signs: Mapping[str, Sign], keys: Mapping[Row, str]) -> Square:
    return Square(signs[cell.word], anchor(keys[row_of(cell)]), name_of(cell), cell.surprises)


def name_of(cell: Cell) -> str:
    """A cell in words: ``inflight, fix recheck, P2, lkmm: late, 104 executions``."""
    number = "" if cell.number is None else f", {cell.number:,} execution{'' if cell.number == 1 else 's'}"
    surprise = ", not as declared" if cell.surprises else ""
    words = f"{cell.scenario}, fix {cell.fix}, {cell.protocol}, {cell.model}: {cell.word}{number}{surprise}"
    return visible(words)


def _signs(cells: Sequence[Cell]) -> Iterator[Sign]:
    """A sign per word, in the order of a legend: properties with their own letters, then what is no property."""
    count = Counter(cell.word for cell in cells)
    named = [name for name in _COLOURED if name in count]
    named += [name for name in count if name not in _SIGNS and name not in _COLOURED]
    taken: set[str] = set()
    for name in named:
        # The first of its letters that no word before it has.
        letters = [letter.upper()[0] for letter in name if letter.isalnum()]
        letter = next((letter for letter in letters if letter not in taken), "#")
        taken.add(letter)
        yield Sign(visible(name), letter, name if name in _COLOURED else "other", count[name])
    for name, (letter, colour) in _SIGNS.items():
        if name in count:
            yield Sign(name, letter, colour, count[name])
