"""The kernel's own litmus tests have the results that they state."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from vector_files import differences, run, vectors

from explorer.cli.main import main
from explorer.litmus.expand import Macros
from explorer.litmus.macros import macros_of_model, operations, parse_macros
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.memory.model import load_model


@pytest.fixture(scope="module", params=["own operations", "the kernel's operations"])
def macros(request: pytest.FixtureRequest, kernel_memory_model: Path) -> Macros:
    if request.param == "own operations":
        return operations()
    return macros_of_model(Source.read(kernel_memory_model / "linux-kernel.def"))


def test_all_38_state_a_result_and_have_it(kernel_litmus_tests: list[Path], macros: Macros) -> None:
    lkmm = load_model("lkmm")
    for path in kernel_litmus_tests:
        expected = parse(Source.read(path)).expected
        assert expected is not None, path
        assert expected.outcome is not None, path
        answer = run(path, lkmm, macros)
        assert (answer.observation, "data-race" in answer.flags) == (expected.outcome.value, expected.data_race), path


def test_own_operations_have_all_of_the_kernels(kernel_memory_model: Path) -> None:
    assert set(parse_macros(Source.read(kernel_memory_model / "linux-kernel.def"))) <= set(operations())


@pytest.mark.parametrize("part", range(4))
def test_the_kernels_own_model_gives_the_same_answers(kernel_memory_model: Path, part: int) -> None:
    """The unmodified files on every vector: what they allow is what the project's own rules allow."""
    kernel = load_model(str(kernel_memory_model))
    macros = parse_macros(Source.read(kernel_memory_model / "linux-kernel.def"))
    assert list(differences(kernel, vectors("lkmm")[part::4], macros)) == []


def test_the_kernels_own_model_on_its_tests(kernel_memory_model: Path, kernel_litmus_tests: list[Path]) -> None:
    kernel, lkmm = load_model(str(kernel_memory_model)), load_model("lkmm")
    macros = macros_of_model(Source.read(kernel_memory_model / "linux-kernel.def"))
    for path in kernel_litmus_tests:
        assert run(path, kernel, macros) == run(path, lkmm), path


def test_the_command_finds_all_38_as_stated(kernel_memory_model: Path, kernel_litmus_tests: list[Path]) -> None:
    paths = list(map(str, kernel_litmus_tests))
    for model in ("lkmm", str(kernel_memory_model)):
        result = CliRunner().invoke(main, ["litmus", "--check", "--jobs", "1", "--model", model, *paths])
        assert (result.exit_code, result.stderr) == (0, "38 of 38 as stated\n")


def test_an_srcu_section_ended_with_another_index_is_remarked(kernel_memory_model: Path, tmp_path: Path) -> None:
    kernel = load_model(str(kernel_memory_model))
    path = tmp_path / "index.litmus"
    for index, flags in (("r0", ()), ("1", ("srcu-bad-nesting",))):
        body = f"int r0; r0 = srcu_read_lock(s); srcu_read_unlock(s, {index});"
        path.write_text(f"C index\n{{}}\nP0(struct srcu_struct *s) {{ {body} }}\nexists (0:r0=0)\n", encoding="utf-8")
        assert run(path, kernel).flags == flags
