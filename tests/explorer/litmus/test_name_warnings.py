"""Names that nothing stands behind are told once each, with their place, and the test runs all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.litmus.names import name_warnings
from explorer.litmus.parser import parse
from explorer.litmus.source import Source

TEST = """C t
{{ {initial} }}
P0(int *x, int **p) {{ WRITE_ONCE(*x, 1); }}
P1(int *x, int *y)
{{
	int r0;
	int r1 = READ_ONCE(*y);
	{statement}
}}
{final}
"""


def told(initial: str = "", statement: str = "r0 = 1;", final: str = "exists (1:r0=1)") -> list[str]:
    text = TEST.format(initial=initial, statement=statement, final=final)
    return [str(warning) for warning in name_warnings(parse(Source("t.litmus", text)))]


@pytest.mark.parametrize(
    "final",
    [
        "exists (1:r0=1 /\\ 1:r1=0)",
        "locations [x; y; p; 1:r0] filter (1:r1=x) exists ([x]=y)",
        "exists (p=x)",
    ],
)
def test_known_names_are_not_told(final: str) -> None:
    assert told(final=final) == []
    initial = "int x = 1; y = 2; p = z; 1:r2 = 3; 1:r0 = x;"
    assert told(initial, final=f"{final[:-1]} /\\ 1:r2=0)") == []


@pytest.mark.parametrize(
    ("final", "place", "message"),
    [
        ("exists (1:r0=1 /\\ 1:r7=0)", "10:19", "P1 has no variable r7 (it has r0, r1): it is 0"),
        ("exists (0:r0=1)", "10:9", "P0 has no variable r0: it is 0"),
        ("filter (1:r7=1) exists (true)", "10:9", "P1 has no variable r7 (it has r0, r1): it is 0"),
        ("locations [1:r7; x] exists (x=1)", "10:12", "P1 has no variable r7 (it has r0, r1): it is 0"),
        ("exists (1:x=1)", "10:9", "P1 has no variable x (it has r0, r1): it is 0"),
        ("exists (1:r0=1:r7)", "10:14", "P1 has no variable r7 (it has r0, r1): it is 0"),
        ("exists (zz=1)", "10:9", "there is no location zz (there are x, p, y): it is 0"),
        ("exists (not (x=1 \\/ [zz]=0))", "10:22", "there is no location zz (there are x, p, y): it is 0"),
        ("exists (p=zz)", "10:11", "there is no location zz (there are x, p, y): nothing points to it"),
        ("exists (1:r7=0 /\\ 1:r7=1)", "10:9", "P1 has no variable r7 (it has r0, r1): it is 0"),
    ],
)
def test_names_in_conditions(final: str, place: str, message: str) -> None:
    assert told(final=final) == [f"t.litmus:{place}: warning: {message}"]


@pytest.mark.parametrize(
    ("initial", "place", "message"),
    [
        ("y=q;", "2:5", "there is no location q (there are x, p, y), and y is no pointer"),
        ("bfu=1;", "2:3", "nothing uses the location bfu"),
        ("1:r7=1;", "2:3", "P1 has no variable r7 (it has r0, r1): its value is not used"),
        ("3:r0=1;", "2:3", "there is no thread P3"),
    ],
)
def test_names_in_the_initial_state(initial: str, place: str, message: str) -> None:
    assert told(initial) == [f"t.litmus:{place}: warning: {message}"]


def test_assignments_to_what_is_not_declared() -> None:
    told_once = ["t.litmus:8:2: warning: r9 is not declared; P1 declares r0, r1"]
    assert told(statement="r9 = 1; { r9 = 2; }", final="exists (1:r9=1)") == told_once
    assert told(statement="if (r0) { r9 = 1; }", initial="1:r9 = 0;") == []
    bare = parse(Source("t.litmus", "C t\n{}\nP0(int *x) { r0 = *x; }\nexists (0:r0=1)\n"))
    assert list(map(str, name_warnings(bare))) == [
        "t.litmus:3:14: warning: r0 is not declared; it becomes a new variable"
    ]


def test_warnings_stand_in_the_order_of_the_text() -> None:
    lines = [text.split(":")[1] for text in told("y=q;", "r9 = 1;", "exists (zz=1 /\\ 1:r7=0)")]
    assert lines == ["2", "8", "10", "10"]


def test_the_kernels_own_tests_have_none(kernel_litmus_tests: list[Path]) -> None:
    for path in kernel_litmus_tests:
        assert name_warnings(parse(Source.read(path))) == (), path
