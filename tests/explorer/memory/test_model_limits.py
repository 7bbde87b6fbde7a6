"""Models that are too large or too deep for anybody to want: an error at a place, at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_programs import candidates, write

from explorer.execution.execution import Execution
from explorer.memory.cat.limits import MAX_MEMBERS, MAX_TERMS, MAX_TEXT
from explorer.memory.cat.source import BeyondLimit
from explorer.memory.model import Model, load_model, model_names


def load(folder: Path, text: str) -> Model:
    path = folder / "m.cat"
    path.write_text(text, encoding="utf-8")
    return load_model(str(path))


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(BeyondLimit, match=r"^/") as caught:
        load(folder, text)
    return str(caught.value).split("\n")[0].removeprefix(f"{folder}/")


def eight_writes() -> Execution:
    return next(candidates([[write(name)] for name in "abcdefgh"]))


@pytest.mark.parametrize("operator", ["|", "&", ";"])
def test_a_long_chain_is_no_deep_one(tmp_path: Path, operator: str) -> None:
    model = load(tmp_path, f"let a = {f' {operator} '.join(['po'] * 5000)} acyclic a as a")
    chain = model.relations["a"]
    # One write a thread: po is empty, and so is what is made of it.
    assert model.named_relations(eight_writes())["a"] == [0] * 16
    assert (chain is model.theory.names["po"]) is (operator == "|")


@pytest.mark.parametrize("nested", ["(po \\ @)", "[domain(@)]", "~(@ \\ po)", "({@} ++ po)", "(let b = @ in b)"])
def test_deep_nesting_is_refused(tmp_path: Path, nested: str) -> None:
    before, after = nested.split("@")
    found = refusal(tmp_path, f"\nlet a = {before * 5000}po{after * 5000}")
    assert found.startswith("m.cat:2:")
    assert found.endswith(": nested too deeply: more than 100 levels")


def test_parentheses_alone_are_not_deep(tmp_path: Path) -> None:
    model = load(tmp_path, f"let a = {'(' * 5000}po{')' * 5000}")
    assert model.relations["a"] is model.theory.names["po"]


def test_functions_that_call_each_other_in_a_long_line(tmp_path: Path) -> None:
    lines = ["let f0(x) = x", *(f"let f{i}(x) = f{i - 1}(x)" for i in range(1, 1000)), "let a = f999(po)"]
    assert refusal(tmp_path, "\n".join(lines)).endswith(": nested too deeply: more than 120 levels")


@pytest.mark.parametrize("rec", ["", "rec "])
def test_functions_that_call_each_other_twice(tmp_path: Path, rec: str) -> None:
    lines = ["let f0(x) = x ; x", *(f"let f{i}(x) = f{i - 1}(f{i - 1}(x))" for i in range(1, 30))]
    lines.append(f"let {rec}a = f29(po)")
    assert " too large: more than " in refusal(tmp_path, "\n".join(lines))


def test_a_relation_put_together_of_itself(tmp_path: Path) -> None:
    lines = ["let a0 = po ; rf", *(f"let a{i} = a{i - 1} ; a{i - 1}" for i in range(1, 60))]
    found = refusal(tmp_path, "\n".join(lines))
    assert found.endswith(f": too large: more than {MAX_TERMS} terms, functions written out")


def test_a_long_line_of_definitions_is_evaluated(tmp_path: Path) -> None:
    lines = ["let a0 = po ; rf", *(f"let a{i} = (po ; a{i - 1}+)^-1" for i in range(1, 1500)), "acyclic a1499 as a"]
    assert load(tmp_path, "\n".join(lines)).allows(eight_writes())


def test_a_file_that_is_too_long(tmp_path: Path) -> None:
    assert refusal(tmp_path, " " * (MAX_TEXT + 1)) == f"m.cat:1:1: too large: more than {MAX_TEXT} characters of rules"
    load(tmp_path, " " * MAX_TEXT)


def test_too_many_statements(tmp_path: Path) -> None:
    assert refusal(tmp_path, "let a = po\n" * 2001) == "m.cat:2001:1: too large: more than 2000 statements"


def test_includes_that_double(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.cat").write_text(f'include "{number + 1}.cat"\n' * 2, encoding="utf-8")
    (tmp_path / "30.cat").write_text("", encoding="utf-8")
    assert refusal(tmp_path, 'include "0.cat"').endswith(": too large: more than 100 files")


def test_too_many_choices(tmp_path: Path) -> None:
    found = refusal(tmp_path, "\n".join(f"with x{i} from {{po}}" for i in range(51)))
    assert found == "m.cat:51:1: too large: more than 50 choices"


def test_too_many_recursive_names(tmp_path: Path) -> None:
    found = refusal(tmp_path, "let rec " + "\nand ".join(f"x{i} = po" for i in range(101)))
    assert found == "m.cat:101:5: too large: more than 100 names in one let"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # 9 of the 16 writes have 9! orders.
        ("with l from linearisations(_, 0)", f"1:13: too large: more than {MAX_MEMBERS} relations in one collection"),
        (
            "let f e = {[{e}], 0, po, rf}\nwith l from cross(map f W)",
            f"2:13: too large: more than {MAX_MEMBERS} relations in one collection",
        ),
        (
            "\n".join(f"with w{i} from W" for i in range(5)) + "\nempty [{w0}] as never",
            f"1:1: too large: more than {MAX_MEMBERS} candidates of one execution",
        ),
        # 16 events to the power of 5.
        (
            "let f a = let g b = let h c = let i d = let j e = {a, b, c, d, e}\n"
            "in map j W in map i W in map h W in map g W\nempty map f W as m",
            "2:4: this takes more than 1000000 steps",
        ),
    ],
)
def test_evaluation_has_an_end(tmp_path: Path, text: str, message: str) -> None:
    model = load(tmp_path, text)
    with pytest.raises(BeyondLimit, match=r"^/") as caught:
        model.allows(eight_writes())
    assert str(caught.value).split("\n")[0] == f"{tmp_path}/m.cat:{message}"


def test_our_own_models_are_far_below_the_limits() -> None:
    assert max(load_model(name).theory.table.size for name in model_names()) * 20 < MAX_TERMS
