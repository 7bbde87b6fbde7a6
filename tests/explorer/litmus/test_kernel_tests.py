"""The kernel's own litmus tests have the results that they state."""

from __future__ import annotations

from pathlib import Path

import pytest
from vector_files import run

from explorer.litmus.expand import Macros
from explorer.litmus.macros import operations, parse_macros
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.memory.model import load_model


@pytest.fixture(scope="module", params=["own operations", "the kernel's operations"])
def macros(request: pytest.FixtureRequest, kernel_memory_model: Path) -> Macros:
    if request.param == "own operations":
        return operations()
    return parse_macros(Source.read(kernel_memory_model / "linux-kernel.def"))


def test_all_34_state_a_result_and_have_it(kernel_memory_model: Path, macros: Macros) -> None:
    lkmm = load_model("lkmm")
    paths = sorted((kernel_memory_model / "litmus-tests").glob("*.litmus"))
    assert len(paths) == 34
    for path in paths:
        expected = parse(Source.read(path)).expected
        assert expected is not None, path
        assert expected.outcome is not None, path
        answer = run(path, lkmm, macros)
        assert (answer.observation, "data-race" in answer.flags) == (expected.outcome.value, expected.data_race), path


def test_own_operations_have_all_of_the_kernels(kernel_memory_model: Path) -> None:
    assert set(parse_macros(Source.read(kernel_memory_model / "linux-kernel.def"))) <= set(operations())
