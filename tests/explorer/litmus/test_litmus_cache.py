"""Macro files and the grammar of litmus files on disk: the same trees and messages as without."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kept_trees import everything

from explorer.cli.main import main
from explorer.litmus import macros as macro_files
from explorer.litmus.macros import parse_macros
from explorer.litmus.parsed import parsed_macros, parsed_test
from explorer.litmus.parser import parse
from explorer.litmus.source import LitmusError, Source
from explorer.litmus.tables import litmus_grammar

OPERATIONS = Path(macro_files.__file__).with_name("operations.def")
TEST = """C mp
{ int x; int *y = &x; }
P0(int *x, int **y)
{
	int r0 = READ_ONCE(*x);
	if (r0 == 1 && !(r0 & 2))
		smp_store_release(*y, r0 ? 1 : 2);
}
exists (0:r0=1 /\\ ~x=1)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SEALRACE_CACHE", str(tmp_path / "cache"))
    litmus_grammar.cache_clear()
    yield tmp_path / "cache"
    litmus_grammar.cache_clear()


def from_disk(make: Callable[[], Any], cache: Path, kind: str) -> tuple[Any, Any]:
    """What is made, and what is then read."""
    made = make()
    assert list(cache.glob(f"{kind}-*.json"))
    litmus_grammar.cache_clear()
    return made, make()


def test_the_operations_are_read_as_they_are_parsed(cache: Path) -> None:
    source = Source("operations.def", OPERATIONS.read_text(encoding="utf-8"))
    made, read = from_disk(lambda: parse_macros(source), cache, "macros")
    assert list(made) == list(read)
    assert list(everything(tuple(made.values()))) == list(everything(tuple(read.values())))


def test_the_kernels_macros_are_read_as_they_are_parsed(kernel_memory_model: Path, cache: Path) -> None:
    source = Source.read(kernel_memory_model / "linux-kernel.def")
    made, read = from_disk(lambda: parse_macros(source), cache, "macros")
    assert list(everything(tuple(made.values()))) == list(everything(tuple(read.values())))


def test_macros_know_the_file_that_is_read_now() -> None:
    text = "smp_mb() { __fence{mb}; }\n"
    parse_macros(Source("first.def", text))
    assert parse_macros(Source("second.def", text))["smp_mb"].file == "second.def"


def test_a_test_is_read_as_it_is_parsed(cache: Path) -> None:
    source = Source("mp.litmus", TEST)
    expected = list(everything(parse(source)))
    assert [list(everything(parsed_test(source))) for _ in range(2)] == [expected, expected]
    assert len(list(cache.glob("litmus-*.json"))) == 1


def test_the_kernels_tests_are_read_as_they_are_parsed(kernel_litmus_tests: list[Path], cache: Path) -> None:
    for path in kernel_litmus_tests:
        source = Source.read(path)
        expected = list(everything(parse(source)))
        assert [list(everything(parsed_test(source))) for _ in range(2)] == [expected, expected]
    assert len(list(cache.glob("litmus-*.json"))) == len(kernel_litmus_tests)


def test_a_test_without_a_condition_is_parsed_each_time() -> None:
    source = Source("one.litmus", "C one\n{}\nP0(int *x)\n{\n}\n")
    assert [parsed_test(source) for _ in range(2)] == [parse(source)] * 2


def test_places_are_in_the_file_that_is_read_now() -> None:
    parsed_test(Source("first.litmus", TEST))
    assert str(parsed_test(Source("second.litmus", TEST)).threads[0].place) == "second.litmus:3:1"


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('{"Integer":[[163,164],1]', '{"Integer":[[163,164],true]', "litmus"),
        ('{"Integer":[[163,164],1]', '{"Integer":[[163,164],"1"]', "litmus"),
        ('{"Integer":[[163,164],1]', '{"Quantifier":[[163,164],1]', "litmus"),
        ('"Register":[', '"Location":[', "litmus"),
        ('"EXISTS"', '"PERHAPS"', "litmus"),
        ('"EXISTS"', "null", "litmus"),
        ('{"Litmus":', '{"Thread":', "litmus"),
        ('"LOGICAL_AND"', '"NEGATE"', "litmus"),
        ('{"Macro":["smp_mb",[]', '{"Macro":["smp_mb",{}', "macros"),
        ('{"Macro":["smp_mb"', '{"Expression":["smp_mb"', "macros"),
        ('"mb"', "1", "macros"),
    ],
)
def test_a_tree_that_somebody_else_wrote_is_not_believed(old: str, new: str, kind: str, cache: Path) -> None:
    def read() -> list[object]:
        if kind == "litmus":
            return list(everything(parsed_test(Source("mp.litmus", TEST))))
        return list(everything(parsed_macros(Source("mb.def", "smp_mb() { __fence{mb}; }\n"))))

    expected = read()
    (path,) = cache.glob(f"{kind}-*.json")
    whole = path.read_bytes()
    content = whole.partition(b"\n")[2].replace(old.encode(), new.encode())
    hostile = sha256(content).hexdigest().encode() + b"\n" + content
    assert hostile != whole
    path.write_bytes(hostile)
    assert read() == expected
    assert path.read_bytes() == whole


def test_of_several_tests_nothing_is_kept(tmp_path: Path, cache: Path) -> None:
    names = ["one.litmus", "two.litmus"]
    for name in names:
        (tmp_path / name).write_text(TEST, encoding="utf-8")
    both = CliRunner().invoke(main, ["litmus", "--jobs", "1", *(str(tmp_path / name) for name in names)])
    assert not list(cache.glob("litmus-*.json"))
    one = CliRunner().invoke(main, ["litmus", str(tmp_path / names[0])])
    assert len(list(cache.glob("litmus-*.json"))) == 1
    assert both.stdout.count("Observation mp") == 2 * one.stdout.count("Observation mp") == 2


def test_late_errors_are_alike_with_what_was_kept(tmp_path: Path) -> None:
    """The call is unknown, which is seen after parsing; the second variable of the condition gives a warning."""
    path = tmp_path / "late.litmus"
    path.write_text(TEST.replace("smp_store_release", "smp_store_releese").replace("~x=1", "~z=1"), encoding="utf-8")
    said = [CliRunner().invoke(main, ["litmus", str(path)]).stderr for _ in range(2)]
    assert said[0] == said[1]
    assert "late.litmus:7:" in said[0]
    assert "smp_store_release" in said[0].split("close to it")[1]


def test_a_test_is_parsed_alike_with_the_grammar_from_disk(cache: Path) -> None:
    source = Source("mp.litmus", TEST)
    made, read = from_disk(lambda: parse(source), cache, "grammar")
    assert list(everything(made)) == list(everything(read))


@pytest.mark.parametrize("number", range(len(TEST.splitlines())))
def test_syntax_errors_are_alike_with_the_grammar_from_disk(number: int, cache: Path) -> None:
    lines = TEST.splitlines()
    for wrong in (lines[number][:-1], f"{lines[number]} )", f"{lines[number]} $ x", ""):
        source = Source("mp.litmus", "\n".join([*lines[:number], wrong, *lines[number + 1 :]]))
        found = []
        for _ in range(2):
            try:
                found.append(list(everything(parse(source))))
            except LitmusError as error:
                found.append([str(error), error.place])
            litmus_grammar.cache_clear()
        assert found[0] == found[1]
    assert list(cache.glob("grammar-*.json"))


def without(*path: str) -> Callable[[Any], None]:
    """Removes what a path leads to."""

    def change(stored: Any) -> None:
        for name in path[:-1]:
            stored = stored[name]
        del stored[path[-1]]

    return change


def lost_state(stored: Any) -> None:
    states = stored["data"]["parser"]["parser"]["states"]
    del states[max(states, key=int)]


def replaced_actions(actions: Any) -> Callable[[Any], None]:
    def change(stored: Any) -> None:
        states = stored["data"]["parser"]["parser"]["states"]
        states.update(dict.fromkeys(states, actions))

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("memo"),
        without("data", "parser"),
        without("data", "parser", "lexer_conf"),
        without("data", "parser", "parser", "start_states"),
        without("data", "options", "lexer"),
        lost_state,
        replaced_actions(None),
        replaced_actions({"0": [0, 100_000]}),
        replaced_actions({"0": [1, {"@": 100_000}]}),
        replaced_actions({"no token": [0, 1]}),
    ],
)
def test_a_grammar_that_somebody_else_wrote_is_not_believed(change: Callable[[Any], None], cache: Path) -> None:
    source = Source("mp.litmus", TEST)
    expected = list(everything(parse(source)))
    (path,) = cache.glob("grammar-*.json")
    stored = json.loads(path.read_bytes().partition(b"\n")[2])
    change(stored)
    content = json.dumps(stored).encode()
    hostile = sha256(content).hexdigest().encode() + b"\n" + content
    path.write_bytes(hostile)
    litmus_grammar.cache_clear()
    assert list(everything(parse(source))) == expected
    assert path.read_bytes() != hostile, "it is not replaced"
