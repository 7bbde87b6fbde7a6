"""What conditions say of final states, which names a state shows, and comments that state a result."""

from __future__ import annotations

import pytest

from explorer.litmus.comments import blank_comments
from explorer.litmus.condition import State, holds, needed, observed, state_text, text_of
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.syntax import Expected, Litmus, Outcome

STATE: State = {"0:r0": 1, "1:r0": "x", "p": "x[1]", "x": 1, "x[1]": 2}


def parsed(footer: str) -> Litmus:
    return parse(Source("t.litmus", f"C t\n{{}}\nP0() {{}}\n{footer}\n"))


@pytest.mark.parametrize(
    ("proposition", "expected"),
    [
        ("true", True),
        ("false", False),
        ("0:r0=1", True),
        ("0:r0=0", False),
        ("0:r0!=0", True),
        ("0:r0=-1", False),
        # a name on the right is an address, in brackets a value
        ("1:r0=x", True),
        ("1:r0=&x", True),
        ("1:r0=[x]", False),
        ("0:r0=[x]", True),
        ("0:r0=1:r0", False),
        ("p=x", False),
        ("p=&x[1]", True),
        ("x[1]=2", True),
        ("x[0]=1", True),
        # an address is no number
        ("p=1", False),
        ("x=1 /\\ 0:r0=1 /\\ 1:r0=x", True),
        ("x=1 /\\ 0:r0=0 /\\ 1:r0=x", False),
        ("x=0 \\/ 0:r0=0", False),
        ("x=0 \\/ 0:r0=1", True),
        ("x=1 \\/ 0:r0=1 /\\ 0:r0=0", True),
        ("(x=1 \\/ 0:r0=1) /\\ 0:r0=0", False),
        ("~(x=1 /\\ 0:r0=0)", True),
    ],
)
def test_holds(proposition: str, expected: bool) -> None:
    assert holds(parsed(f"exists {proposition}").condition, STATE) is expected


@pytest.mark.parametrize(
    ("footer", "shown", "asked"),
    [
        ("", [], []),
        ("forall true", [], []),
        # registers by thread, then name; then locations by name, elements by number
        (
            "exists (y=1 /\\ x[10]=1 /\\ x[2]=1 /\\ x=0 /\\ 10:r0=1 /\\ 2:r1=0 /\\ 2:r0=0)",
            ["2:r0", "2:r1", "10:r0", "x", "x[2]", "x[10]", "y"],
            ["2:r0", "2:r1", "10:r0", "x", "x[2]", "x[10]", "y"],
        ),
        ("locations [y; 1:r0; y; x[0]] exists (y=1 \\/ ~x=2)", ["1:r0", "x", "y"], ["1:r0", "x", "y"]),
        # an address is not asked for its value, a location or register on the right is
        ("exists (0:r0=x /\\ 0:r1=[y] /\\ z=1:r0)", ["0:r0", "0:r1", "1:r0", "y", "z"], None),
        # the filter's names must be known but are not shown
        ("filter (0:r0=1) exists (x=1)", ["x"], ["0:r0", "x"]),
    ],
)
def test_observed_names(footer: str, shown: list[str], asked: list[str] | None) -> None:
    test = parsed(footer)
    assert [str(target) for target in observed(test)] == shown
    assert [str(target) for target in needed(test)] == (shown if asked is None else asked)


def test_text() -> None:
    condition = parsed("exists (0:r0=1 /\\ (x=&y \\/ ~p=[x] \\/ true) /\\ (x=1 /\\ false))").condition
    assert text_of(condition) == "0:r0=1 /\\ ([x]=y \\/ not ([p]=[x]) \\/ true) /\\ ([x]=1 /\\ false)"
    assert state_text(STATE) == "0:r0=1; 1:r0=x; [p]=x[1]; [x]=1; [x[1]]=2;"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("(* nothing *)", None),
        ("(* Result: *)", None),
        ("(* Result: Maybe *)", Expected(Outcome.MAYBE)),
        ("(* Result: soon *)", Expected(None, unknown="soon")),
        ("(* Results: Never *)", None),
        ("(*\n * Result: Never\n *)", Expected(Outcome.NEVER)),
        ("/* Result: Sometimes DATARACE */", Expected(Outcome.SOMETIMES, data_race=True)),
        ("// Result: DEADLOCK", Expected(Outcome.DEADLOCK)),
        ("(* Result: DATARACE *)", Expected(None, data_race=True)),
        ("(* Result: soon *) (* Result: Always *)", Expected(Outcome.ALWAYS)),
        ("(* Result: Never (* Result: Always *) *)", Expected(Outcome.NEVER)),
    ],
)
def test_the_expected_result(comment: str, expected: Expected | None) -> None:
    assert parsed(comment).expected == expected
    assert parse(Source("t.litmus", f"C t\n{comment}\n{{}}\nP0() {{}}\n")).expected == expected


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("C t // one\n{}", "C t       \n{}"),
        ("C t (* a (* b *)\n c *)\n{}", "C t             \n     \n{}"),
        # in the doc string nothing is a comment
        ('C t "/* // (*"\n{ (* a *) }', 'C t "/* // (*"\n{         }'),
        # in a thread a parenthesis before a dereference opens no comment; behind it one does
        ("C t\n{}\nP0() { f(*x); /* a */ } (* b *)", "C t\n{}\nP0() { f(*x);         }        "),
    ],
)
def test_comments_become_blanks(text: str, kept: str) -> None:
    code, _ = blank_comments(Source("t.litmus", text), litmus=True)
    assert code == kept


def test_macro_files_have_no_ocaml_comments() -> None:
    code, comments = blank_comments(Source("m.def", "f(X) g(*X) // a"), litmus=False)
    assert (code, [comment.text for comment in comments]) == ("f(X) g(*X)     ", ["// a"])
