"""Loading models: names, paths, includes, hashes."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_programs import candidates, read, write

from explorer.execution.relation import pairs
from explorer.memory.model import compiled_names, load_model, model_names


def hash_of(tmp_path: Path, text: str) -> str:
    path = tmp_path / "m.cat"
    path.write_text(text, encoding="utf-8")
    return load_model(str(path)).rules_hash


def test_the_packaged_models_have_their_names_and_different_rules() -> None:
    assert model_names() == ("sc", "tso", "pso", "armv8", "lkmm")
    assert [load_model(name).name for name in model_names()] == list(model_names())
    hashes = [load_model(name).rules_hash for name in model_names()]
    assert len(set(hashes)) == 5
    assert all(len(digest) == 64 for digest in hashes)


def test_models_behind_a_compiler_have_their_names_and_their_own_rules() -> None:
    assert compiled_names() == ("sc+compiler", "tso+compiler", "pso+compiler", "armv8+compiler")
    models = [load_model(name) for name in compiled_names()]
    assert [model.name for model in models] == list(compiled_names())
    assert len({load_model(name).rules_hash for name in (*model_names(), *compiled_names())}) == 9
    for model, plain in zip(models, map(load_model, model_names()), strict=False):
        assert [axiom.name for axiom in model.axioms] == [axiom.name for axiom in plain.axioms]
        assert not model.orders_loads_before_later_stores
        assert model.keeps_coherence


@pytest.mark.parametrize("name", ["sc+compiler", "armv8+compiler"])
def test_the_text_of_a_model_behind_a_compiler_is_a_file_with_the_same_rules(tmp_path: Path, name: str) -> None:
    assert hash_of(tmp_path, load_model(name).text) == load_model(name).rules_hash


def test_a_file_of_that_name_does_not_stand_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sc+compiler").mkdir()
    (tmp_path / "a+b.cat").write_text("acyclic po as order", encoding="utf-8")
    assert load_model("sc+compiler").name == "sc+compiler"
    assert load_model("a+b.cat").name == "a+b"


def test_the_hash_sees_rules_and_nothing_else(tmp_path: Path) -> None:
    first = hash_of(tmp_path, "let a = po | rf\nacyclic a as order")
    assert hash_of(tmp_path, '"title" (* why *) let a = (po | rf) show a\n\nacyclic (a) as order // end') == first
    assert hash_of(tmp_path, "let a = po | rf acyclic a as other") != first
    assert hash_of(tmp_path, "let a = rf | po acyclic a as order") != first


def test_the_hash_of_an_include_is_that_of_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "part.cat").write_text("let a = po", encoding="utf-8")
    assert hash_of(tmp_path, 'include "part.cat" acyclic a as x') == hash_of(tmp_path, "let a = po acyclic a as x")


def test_a_user_model_can_build_on_a_packaged_one(tmp_path: Path) -> None:
    path = tmp_path / "stronger.cat"
    path.write_text('include "tso.cat"\nacyclic po | rf | co | fr as strong\n', encoding="utf-8")
    model, sc = load_model(str(path)), load_model("sc")
    assert model.name == "stronger"
    assert [axiom.name for axiom in model.axioms] == ["coherence", "total-store-order", "rcu", "strong"]
    assert model.text == path.read_text(encoding="utf-8")
    program = [[write("x"), read("y")], [write("y"), read("x")]]
    assert [model.allows(e) for e in candidates(program)] == [sc.allows(e) for e in candidates(program)]


def test_a_model_without_before_answers_none(tmp_path: Path) -> None:
    path = tmp_path / "m.cat"
    path.write_text("acyclic po | rf as order", encoding="utf-8")
    model = load_model(str(path))
    assert not model.has_before
    assert model.before(next(candidates([[write("x")]]))) is None


def test_named_relations_are_the_models_own(tmp_path: Path) -> None:
    path = tmp_path / "m.cat"
    path.write_text("let s = W let f x = x let a = po let b = a | rf let a = co", encoding="utf-8")
    execution = next(candidates([[write("x"), read("x")]]))
    named = load_model(str(path)).named_relations(execution)
    assert list(named) == ["a", "b"]
    # 0 the initial write, 1 the write, 2 the read, which reads from 0 in the first candidate.
    assert {name: pairs(rows) for name, rows in named.items()} == {"a": [(0, 1)], "b": [(0, 2), (1, 2)]}


def test_an_axiom_without_a_name_is_called_after_its_line(tmp_path: Path) -> None:
    path = tmp_path / "m.cat"
    path.write_text("\nacyclic po\nempty  0 | (po\n & id)", encoding="utf-8")
    axioms = load_model(str(path)).axioms
    assert [axiom.name for axiom in axioms] == ["acyclic (line 2)", "empty (line 3)"]
    assert [axiom.expression for axiom in axioms] == ["po", "0 | (po & id)"]


@pytest.mark.parametrize("name", ["sc", "tso", "pso"])
def test_the_packaged_models_are_short(name: str) -> None:
    assert len(load_model(name).text.splitlines()) < 150
