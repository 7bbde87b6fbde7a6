"""What the gallery's script knows of the cells: names, kinds of violation, sizes, and the command of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.visible import visible
from reports.verdicts import Cell


class _Numbered:
    """Texts, each kept once and named by its number: thousands of cells say the same few."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def of(self, text: str) -> int:
        return self.texts.setdefault(visible(text), len(self.texts))


def page_data(cells: Sequence[Cell], tool: str) -> dict[str, Any]:
    """The data of the page: ``cells`` in the given order, their texts as numbers of ``texts``.

    Of a cell: ``names`` are scenario, protocol, fix and model; ``counts`` pairs of a property and its executions;
    ``kinds`` has for each report the kind of violation (a number of ``kinds``: equal kinds of two cells are one),
    how many executions are of it, and its sentence.  ``kinds`` are pairs of a property and its places.  Of command
    and run file there is what the names do not tell.
    """
    texts = _Numbered()
    kinds: dict[Any, int] = {}
    told: list[list[int]] = []
    data = []
    for cell in cells:
        found = []
        for kind in cell.kinds:
            if kind.key not in kinds:
                kinds[kind.key] = len(kinds)
                told.append([texts.of(kind.breaks), texts.of(kind.places)])
            found.append([kinds[kind.key], kind.executions, texts.of(kind.sentence)])
        entry = {
            "names": [texts.of(name) for name in (cell.scenario, cell.protocol, cell.fix, cell.model)],
            "word": texts.of(cell.word),
            "verdict": texts.of(cell.verdict),
            "executions": cell.executions,
            "counts": [[texts.of(name), count] for name, count in cell.violating.items() if count],
            "kinds": found,
            "declared": texts.of(_declared(cell)),
            "more": [texts.of(words) for words in (*cell.notes, *_others(cell))],
            "sizes": texts.of(", ".join(f"{name}={value}" for name, value in cell.parameters.items())),
            "rules": texts.of(cell.rules_hash),
            "command": texts.of(_command(cell)),
            "run": texts.of(_run_file(cell)) if cell.run_file else None,
        }
        data.append({name: value for name, value in entry.items() if value not in ([], None)})
    return {"tool": visible(tool), "texts": list(texts.texts), "kinds": told, "cells": data}


def _declared(cell: Cell) -> str:
    words = {True: "as declared", False: "not as declared", None: "nothing is declared for it"}
    return words[cell.expected] if cell.ran else ""


def _others(cell: Cell) -> list[str]:
    """Executions that are none of those counted as complete."""
    numbers = (("in which a thread waits for ever", cell.blocked), ("dropped by an assumption", cell.dropped))
    return [f"{count:,} {words}" for words, count in numbers if count]


def _command(cell: Cell) -> str:
    """What follows the names; all of it where they stand in it otherwise, as quoted ones do."""
    names = f"sealrace explore {cell.scenario} --fix {cell.fix} --protocol {cell.protocol} --model {cell.model}"
    return cell.command.removeprefix(names)


def _run_file(cell: Cell) -> str:
    """What stands between the names; all of it where they are not the ends of it."""
    start, end = f"{cell.scenario}-{cell.protocol}-{cell.fix}-", f"{cell.model}.run.jsonl"
    inner = cell.run_file.removeprefix(start).removesuffix(end)
    return inner if start + inner + end == cell.run_file else cell.run_file
