"""Whatever stands in a file, it is a litmus test or an error that points into it: no crash, no hang."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path
from random import Random

import pytest

from explorer.errors import InputError
from explorer.litmus.expand import expand
from explorer.litmus.judge import judge
from explorer.litmus.macros import operations
from explorer.litmus.names import name_warnings
from explorer.litmus.parser import parse
from explorer.litmus.printer import print_test
from explorer.litmus.source import LitmusError, Source
from explorer.litmus.syntax import Litmus
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import load_model

MUTANTS, BATCHES = 10_000, 20

PIECES = r"""( ) { } [ ] * & - ~ ! ; , : = == -> /* */ // (* *) /\ \/ ? " 0 x r0 0:r0 P0 int if( else exists not é"""


@cache
def texts() -> tuple[str, ...]:
    paths = sorted((Path(__file__).parent / "vectors").rglob("*.litmus"))[::12]
    assert len(paths) > 100
    return tuple(path.read_text(encoding="utf-8") for path in paths)


def read(text: str) -> Litmus | LitmusError:
    try:
        return parse(Source("mutant.litmus", text))
    except LitmusError as error:
        return error


def mutant(chance: Random) -> str:
    """One of the texts after one to four edits: some characters go, and a piece comes, now and then many times."""
    text = chance.choice(texts())
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text) + 1)
        piece = chance.choice(["", *PIECES.split()]) * chance.choice([1, 1, 2, 200])
        text = text[:start] + piece + text[start + chance.randint(0, 8) :]
    return text


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutants_are_read_or_refused_at_a_place(batch: int) -> None:
    chance = Random(batch)
    refused = 0
    for _ in range(MUTANTS // BATCHES):
        text = mutant(chance)
        found = read(text)
        if isinstance(found, LitmusError):
            refused += 1
            assert found.file == "mutant.litmus", text
            assert 1 <= found.line <= text.count("\n") + 1, text
            assert found.text, text
            continue
        assert parse(Source("printed.litmus", print_test(found))) == found, text
        for warning in name_warnings(found):
            assert str(warning).startswith("mutant.litmus:"), text
        with contextlib.suppress(InputError):
            judge(LitmusUnfolding(expand(found, operations())), load_model("lkmm"))
    # Both happen often: an edit inside a comment or a number leaves a test.
    assert 0.1 < refused / (MUTANTS // BATCHES) < 0.99


@pytest.mark.parametrize("nested", ["{ @ }", "-(@)", "*(@)", "x[@]", "f(@)", "(@ + 1)", "if (x) @", "do @ while (0);"])
def test_deep_nesting_is_refused_at_a_place(nested: str) -> None:
    before, after = nested.split("@")
    core = "{}" if nested.startswith(("{", "if", "do")) else "x"
    inner = f"{before * 5000} {core} {after * 5000}"
    text = f"C deep\n{{}}\nP0(int *x)\n{{ {inner if core == '{}' else f'r0 = {inner};'} }}\n"
    with pytest.raises(LitmusError, match=r"^deep:4:\d+: nested too deeply: more than 60 levels\n"):
        parse(Source("deep", text))
