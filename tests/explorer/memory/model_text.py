"""Models written in a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from explorer.execution.execution import Execution
from explorer.execution.relation import pairs
from explorer.memory.model import Model, load_model

Pair = tuple[int, int]


def loader(folder: Path) -> Callable[[str], Model]:
    """Loads a model from its text, as the file ``m.cat`` of a folder."""
    path = folder / "m.cat"

    def from_text(rules: str) -> Model:
        path.write_text(rules, encoding="utf-8")
        return load_model(str(path))

    return from_text


def values(model: Model, execution: Execution) -> dict[str, list[Pair]]:
    """The relations that the model names, as pairs."""
    return {name: pairs(rows) for name, rows in model.named_relations(execution).items()}
