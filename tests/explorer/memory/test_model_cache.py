"""Parsed models on disk: the same rules, places, answers and messages as without."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from kept_trees import everything

from explorer.memory.cat.include import find_model, model_names
from explorer.memory.cat.library import KERNEL_PRELUDE, LIBRARY, PRELUDE
from explorer.memory.cat.parsed import parsed
from explorer.memory.cat.parser import parse
from explorer.memory.cat.source import CatError, Source
from explorer.memory.model import load_model

EVERY_FORM = r"""
enum Accesses = 'once || 'release
instructions R[{'once},Accesses]
let f(x, y) = x \ y & x
let (a, b) = (po, rf)
let rec c = po | (c ; c) and d = c
let e = let rec g = po | g in try [W] ; g+? ; ~rf^-1* ++ 0 with _ * {R}
with choice from {po}
show po
flag ~empty f(po, rf) as strange
irreflexive e
include "cos.cat"
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEALRACE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def same(source: Source) -> None:
    expected = list(everything(parse(source)))
    assert list(everything(parsed(source))) == expected
    assert list(everything(parsed(source))) == expected


@pytest.mark.parametrize("name", model_names())
def test_shipped_models_are_read_as_they_are_parsed(name: str, cache: Path) -> None:
    same(find_model(name))
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("text", [PRELUDE, KERNEL_PRELUDE, *LIBRARY.values(), EVERY_FORM, ""])
def test_every_form_of_statement_is_read_as_it_is_parsed(text: str, cache: Path) -> None:
    same(Source("every.cat", text))
    assert len(list(cache.iterdir())) == 1


def test_the_kernels_files_are_read_as_they_are_parsed(kernel_memory_model: Path) -> None:
    for path in (*kernel_memory_model.glob("*.cat"), *kernel_memory_model.glob("*.bell")):
        same(Source(str(path), path.read_text(encoding="utf-8"), path.parent))
    first = load_model(str(kernel_memory_model))
    second = load_model(str(kernel_memory_model))
    assert (first.rules_hash, repr(first.axioms)) == (second.rules_hash, repr(second.axioms))
    assert list(first.relations) == list(second.relations)


def test_places_are_in_the_file_that_is_read_now() -> None:
    text = "let a = po\nacyclic a\n"
    parsed(Source("first.cat", text))
    (let, _) = parsed(Source("second.cat", text))
    assert str(let.place) == "second.cat:1:1"


@pytest.mark.parametrize(
    "text",
    [
        "let a = po\n\nlet b = [W] ; a ; nosuch\n",  # an unknown name: found after parsing
        "let a = po\n  acyclic a | W\n",  # a set where a relation belongs
        "let f(x) = x ; rf\nlet a =\n  f(po, rf)\n",  # a number of arguments
        "acyclic po as one\nacyclic rf as one\n",  # a name for two checks
        'let a = po\ninclude "nosuch.cat"\n',
        "let a = po |\nacyclic a\n",  # a syntax error: never kept
        "let a = (* never closed\n",
        "enum A = 'nosuch\n",
    ],
)
def test_messages_are_the_same_with_what_was_kept(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.cat"
    path.write_text(text, encoding="utf-8")
    found = []
    for _ in range(2):
        with pytest.raises(CatError, match=r"\A.*mine.cat:\d+:\d+: ") as caught:
            load_model(str(path))
        error = caught.value
        found.append((str(error), error.file, error.line, error.column, error.place, error.notes))
    assert found[0] == found[1]


def test_an_edited_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "mine.cat"
    path.write_text("acyclic po | rf as one\n", encoding="utf-8")
    assert [axiom.name for axiom in load_model(str(path)).axioms] == ["one"]
    path.write_text("acyclic po | rf as two\n", encoding="utf-8")
    assert [axiom.name for axiom in load_model(str(path)).axioms] == ["two"]


def test_a_chain_that_is_too_deep_to_write_is_parsed_each_time() -> None:
    chain = " | ".join(["po"] * 1500)
    for _ in range(80):
        chain = f"({chain} ; rf)"
    same(Source("deep.cat", f"let a = {chain}"))


TEXT = "let a = po | rf\nacyclic a as order\n"


def edited(change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps(change(json.loads(content))).encode()


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old.encode() in content, content
        return content.replace(old.encode(), new.encode())

    return change


HOSTILE = {
    "null": lambda _: b"null",
    "a number": lambda _: b"1e999",
    "text": lambda _: b'"Let"',
    "an object": lambda _: b"{}",
    "nested lists": lambda _: b"[" * 500 + b"]" * 500,
    "nested nodes": lambda _: b'[{"Let":' * 400 + b"0" + b"}]" * 400,
    "a node too many": edited(lambda tree: [{**tree[0], **tree[1]}]),
    "a field too many": edited(lambda tree: [{"Let": [*tree[0]["Let"], 1]}]),
    "no fields": edited(lambda tree: [{"Let": []}]),
    "a class that is none": replaced('"Let"', '"exec"'),
    "another module's class": replaced('"Let"', '"Path"'),
    "a class that is no statement": replaced('"Let"', '"Name"'),
    "the base of enums": replaced('"Let"', '"Enum"'),
    "a class of places": replaced('"Let"', '"Place"'),
    "no such operator": replaced('"UNION"', '"ONION"'),
    "an operator of another enum": replaced('"UNION"', '"PLUS"'),
    "a number for a truth value": replaced("false", "0"),
    "a truth value for text": replaced('"order"', "true"),
    "a list for text": replaced('"order"', "[]"),
    "a place behind the end": replaced("[0,15]", "[0,99]"),
    "a place before the start": replaced("[0,15]", "[-1,15]"),
    "a place that ends before it starts": replaced("[0,15]", "[15,0]"),
    "a place of truth values": replaced("[0,15]", "[false,true]"),
    "a place of three": replaced("[0,15]", "[0,15,15]"),
    "a place that is text": replaced("[0,15]", '"ab"'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_somebody_else_wrote_is_not_believed(name: str, cache: Path) -> None:
    source = Source("mine.cat", TEXT)
    expected = list(everything(parsed(source)))
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    content = HOSTILE[name](whole.partition(b"\n")[2])
    path.write_bytes(sha256(content).hexdigest().encode() + b"\n" + content)
    assert list(everything(parsed(source))) == expected
    assert path.read_bytes() == whole


def test_lark_is_not_loaded_for_a_model_that_is_known() -> None:
    program = """
import sys
from explorer.memory.model import load_model
load_model("lkmm")
print("lark" in sys.modules)
"""
    command = [sys.executable, "-c", program]
    loaded = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert loaded == ["True\n", "False\n"]
