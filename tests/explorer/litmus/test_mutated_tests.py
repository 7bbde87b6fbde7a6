"""Whatever stands in a file, it is a litmus test or an error that points into it: no crash, no hang."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.litmus.expand import expand
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.printer import print_test
from explorer.litmus.source import LitmusError, Source
from explorer.litmus.syntax import Litmus

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


# Where an edit starts (a share of the text), how many characters go, and what comes instead, how often.
edits = st.tuples(
    st.floats(0, 1), st.integers(0, 8), st.sampled_from(["", *PIECES.split()]), st.sampled_from([1, 1, 2, 200])
)


@settings(max_examples=1500, deadline=None)
@given(st.integers(0, 100), st.lists(edits, min_size=1, max_size=4))
def test_mutants_are_read_or_refused_at_a_place(which: int, changes: list[tuple[float, int, str, int]]) -> None:
    text = texts()[which]
    for share, gone, piece, times in changes:
        start = int(share * len(text))
        text = text[:start] + piece * times + text[start + gone :]
    found = read(text)
    if isinstance(found, LitmusError):
        assert found.file == "mutant.litmus"
        assert 1 <= found.line <= text.count("\n") + 1
        assert found.text
    else:
        assert parse(Source("printed.litmus", print_test(found))) == found
        with contextlib.suppress(LitmusError):
            expand(found, operations())


@pytest.mark.parametrize("nested", ["{ @ }", "-(@)", "*(@)", "x[@]", "f(@)", "(@ + 1)", "if (x) @", "do @ while (0);"])
def test_deep_nesting_is_refused_at_a_place(nested: str) -> None:
    before, after = nested.split("@")
    core = "{}" if nested.startswith(("{", "if", "do")) else "x"
    inner = f"{before * 5000} {core} {after * 5000}"
    text = f"C deep\n{{}}\nP0(int *x)\n{{ {inner if core == '{}' else f'r0 = {inner};'} }}\n"
    with pytest.raises(LitmusError, match=r"^deep:4:\d+: nested too deeply: more than 60 levels\n"):
        parse(Source("deep", text))
