"""Litmus tests of our own with their complete answers from an independent checker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from explorer.litmus.expand import Macros, expand
from explorer.litmus.judge import Answer, judge
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import Model

FOLDER = Path(__file__).parent / "vectors"


@dataclass(frozen=True)
class Vector:
    """One test and what a model allows it."""

    path: Path
    expected: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.stem


@cache
def vectors(model: str) -> tuple[Vector, ...]:
    """All vectors of a model."""
    folder = FOLDER / ("armv8" if model == "armv8" else "kernel")
    lines = (folder / f"expected-{model}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Vector(folder / f"{answer['test']}.litmus", answer) for answer in map(json.loads, lines))


def run(path: Path, model: Model, macros: Macros | None = None) -> Answer:
    """The answer to the test in a file."""
    return judge(LitmusUnfolding(expand(parse(Source.read(path)), macros or operations())), model)


def as_expected(answer: Answer) -> dict[str, Any]:
    """An answer with the names and the order of the files of expected answers."""
    return {
        "flags": sorted(answer.flags),
        "negative": answer.negative,
        "observation": answer.observation,
        "positive": answer.positive,
        "states": sorted(map(sorted_state, answer.states)),
    }


def expected(vector: Vector) -> dict[str, Any]:
    """What the file says, in the same form."""
    answer = {key: value for key, value in vector.expected.items() if key != "test"}
    return {**answer, "flags": sorted(answer["flags"]), "states": sorted(map(sorted_state, answer["states"]))}


def sorted_state(state: Any) -> list[tuple[str, Any]]:
    return sorted(state.items())


def differences(model: Model, chosen: tuple[Vector, ...], macros: Macros | None = None) -> Iterator[str]:
    """Every vector whose answer is not the expected one."""
    for vector in chosen:
        found = as_expected(run(vector.path, model, macros))
        if found != expected(vector):
            yield f"{vector.name} under {model.name}: {found} is not {expected(vector)}"
