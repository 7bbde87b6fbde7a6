"""What a litmus test may not contain is refused in words, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.litmus.limits import MAX_DEPTH
from explorer.litmus.parser import parse
from explorer.litmus.source import LitmusError, Source
from explorer.litmus.unfold import LitmusUnfolding


def refusal(text: str) -> LitmusError:
    with pytest.raises(LitmusError, match=r"^t\.litmus:\d+:\d+: ") as caught:
        parse(Source("t.litmus", text))
    return caught.value


def test_a_message_shows_the_line() -> None:
    assert str(refusal("C t\n{}\nP0(int *x)\n{\n\tgoto out;\n}\n")) == (
        "t.litmus:5:2: 'goto' cannot be used: jumps are not read; use if and else\n    5 |  goto out;\n      |  ^^^^"
    )


def test_an_error_says_where() -> None:
    error = refusal("C t\n{}\nP0()\n{\n  r = 010;\n}\n")
    assert (error.file, error.line, error.column, error.text) == ("t.litmus", 5, 7, "010")


LOOPS = "loops are not read; write the rounds one after the other"
FIRST_LINE = "cannot stand here: the first line is 'C NAME'; only C tests are read"
MISSING = "the initial state is missing: write { } before the first thread"
MEMBERS = "structures have no members here; give every member a name of its own"


@pytest.mark.parametrize(
    ("statement", "wrong", "message"),
    [
        ("while (a) ;", "while", f"'while' cannot be used: {LOOPS}"),
        ("for (;;) ;", "for", f"'for' cannot be used: {LOOPS}"),
        ("do ; while (a);", "a", "loops are not read: only do { ... } while (0)"),
        ("do ; while (1);", "1", "loops are not read: only do { ... } while (0)"),
        ("return;", "return", "'return' cannot be used: jumps are not read; use if and else"),
        ("switch (a) {}", "switch", "'switch' cannot be used: use if and else"),
        ("a = sizeof(x);", "sizeof", "'sizeof' cannot be used: locations have no size"),
        ("a = x->y;", "->", f"'->' cannot be used: {MEMBERS}"),
        ("x->y = a;", "->", f"'->' cannot be used: {MEMBERS}"),
        ("a.y = 1;", ".", f"'.' cannot be used: {MEMBERS}"),
        ("a = b / 2;", "/", "'/' cannot be used: division is not read"),
        ("a = b % 2;", "%", "'%' cannot be used: division is not read"),
        ("a /= 2;", "/=", "'/=' cannot be used: division is not read"),
        ("a += 1;", "+=", "'+=' cannot be used: write r0 = r0 + 1"),
        ("a -= 1;", "-=", "'-=' cannot be used: write r0 = r0 - 1"),
        ("a |= 1;", "|=", "'|=' cannot be used: write r0 = r0 | 1"),
        ("a <<= 1;", "<<=", "'<<=' cannot be used: write r0 = r0 << 1"),
        ("a++;", "++", "'++' cannot be used: write r0 = r0 + 1"),
        ("++a;", "++", "'++' cannot be used: write r0 = r0 + 1"),
        ("a--;", "--", "'--' cannot be used: write r0 = r0 - 1"),
        ("a = --b;", "--", "'--' cannot be used: write r0 = r0 - 1"),
        ("a = b--c;", "--", "'--' cannot be used: write r0 = r0 - 1"),
        ("a = b++ + 1;", "++", "'++' cannot be used: write r0 = r0 + 1"),
        ("a = 0.5;", "0.5", "'0.5' is no integer"),
        ("a = 10.;", "10.", "'10.' is no integer"),
        ("a = .5;", ".5", "'.5' is no integer"),
        ("a = r0.y;", ".", f"'.' cannot be used: {MEMBERS}"),
        ("a = b && ;", ";", "syntax error: ';' cannot stand here, expected '(' or a name or a number"),
        ("a = || b;", "||", "syntax error: '||' cannot stand here, expected '(' or a name or a number"),
        ("a = 'x';", "'", "syntax error: ''' cannot stand here, expected '(' or a name or a number"),
        ("a = (1;", ";", "syntax error: ';' cannot stand here, expected ')'"),
        ("int true;", "true", "syntax error: 'true' cannot stand here, expected a name"),
        ("int P1;", "P1", "syntax error: 'P1' cannot stand here, expected a name"),
        ("int x;", "x", "x is a parameter already"),
        ("int a; int b, a = 1;", "a = 1", "a is declared already"),
        ("if (x) { int c; } else { int c = 2; }", "c = 2", "c is declared already"),
        (f"a = {'9' * 31};", "9" * 31, "this number is too long"),
        ("/* never", "/*", "this comment is never closed"),
        ("a = __load(*x);", "__load(*x)", "__load lacks its ordering: __load{...}"),
        ("__lock{mb}(x);", "__lock{mb}(x)", "__lock takes no ordering"),
        ("__fence{mb}(1);", "__fence{mb}(1)", "__fence takes 0 arguments, but has 1"),
        ("__trylock(x, 1);", "__trylock(x, 1)", "__trylock takes 1 argument, but has 2"),
        ("__srcu{sync-srcu};", "__srcu{sync-srcu}", "__srcu takes 1 or 2 arguments, but has 0"),
        ("__atomic_op(x, 1);", "__atomic_op(x, 1)", "__atomic_op lacks its operator: __atomic_op(pointer, +, value)"),
        ("__xchg{mb}(x, +, 1);", "__xchg{mb}(x, +, 1)", "__xchg takes no operator"),
    ],
)
def test_threads(statement: str, wrong: str, message: str) -> None:
    text = f"C t\n{{}}\nP0(int *x)\n{{\n{statement}\n}}\n"
    error = refusal(text)
    assert (error.message, error.text, error.line) == (message, wrong, 5)
    assert error.column == statement.index(wrong) + 1


@pytest.mark.parametrize(
    ("entries", "wrong", "message"),
    [
        ("x = 1; x = 2;", "x = 2", "a second initial value of x"),
        ("0:r = 1; P0:r = 2;", "P0:r = 2", "a second initial value of 0:r"),
        ("int x[0];", "int x[0]", "an array has 1 to 1000 elements"),
        ("int x[1001];", "int x[1001]", "an array has 1 to 1000 elements"),
        ("int x[2] = {1, 2, 3};", "int x[2] = {1, 2, 3}", "3 values for 2 elements"),
        ("x = {1, 2};", "x = {1, 2}", "2 values for 1 elements"),
        ("0:r[2];", "0:r[2]", "a register cannot be an array"),
        ("0x0:r = 1;", "0x0", "'0x0' is no thread"),
        ("int x = 0.5;", "0.5", "'0.5' is no integer"),
        ("x = y z;", "z", "syntax error: 'z' cannot stand here, expected ';' or '}'"),
    ],
)
def test_initial_state(entries: str, wrong: str, message: str) -> None:
    error = refusal(f"C t\n{{\n{entries}\n}}\nP0() {{}}\n")
    assert (error.message, error.text, error.line) == (message, wrong, 3)
    assert error.column == entries.index(wrong) + 1


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", (1, 1), "syntax error: the file ends here, expected C"),
        ("PPC t\n{}\nP0() {}", (1, 1), f"'PPC' {FIRST_LINE}"),
        ("CoRR\n{}\nP0() {}", (1, 1), f"'CoRR' {FIRST_LINE}"),
        ("(* t *)\n{}\nP0() {}", (2, 1), f"'{{' {FIRST_LINE}"),
        ("C MP++ x\n{}\nP0() {}", (1, 8), "syntax error: 'x' cannot stand here, expected '{'"),
        ("C t\nP0(int *x)\n{\nWRITE_ONCE(*x, 1);\n}", (2, 1), MISSING),
        ('C t "one\nP1(two"\n(*\nP2(three *)\n P0() {}', (5, 2), MISSING),
        ("C t\n{}\nP0() {}\nexists (0:r0=1 && x=1)", (4, 16), "'&&' cannot be used: in conditions 'and' is /\\"),
        ("C t\n{}\nP0() {}\nexists (0:r0=1 & x=1)", (4, 16), "'&' cannot be used: in conditions 'and' is /\\"),
        ("C t\n{}\nP0() {}\nexists (0:r0=1 || x=1)", (4, 16), "'||' cannot be used: in conditions 'or' is \\/"),
        ("C t\n{}\nP0() {}\nforall (0:r0=1 | x=1)", (4, 16), "'|' cannot be used: in conditions 'or' is \\/"),
        ("C t\n{}\nP0() {}\nfilter (x=1 and y=1)", (4, 13), "'and' cannot be used: in conditions 'and' is /\\"),
        ("C t\n{}\nP0() {}\nexists (x=1 or y=1)", (4, 13), "'or' cannot be used: in conditions 'or' is \\/"),
        ("C t\n{}\nP0() {}\nexists (!(x=1))", (4, 9), "'!' cannot be used: in conditions 'not' is ~"),
        (
            "C t\n{}\nP0() {}\nexists (x=1 / y=1)",
            (4, 13),
            "'/' cannot be used: in conditions 'and' is /\\ and 'or' is \\/",
        ),
        ("C t\n{}\n", (2, 2), "syntax error: the file ends here, expected a thread P0, P1, ..."),
        ("C t\n{}\nP0() {}\nP2() {}", (4, 1), "thread P1 is missing: threads are P0, P1, ... in order"),
        ("C t\n{}\nP0() {}\nP0() {}", (4, 1), "thread P1 is missing: threads are P0, P1, ... in order"),
        ("C t\n{}\nP0(int *x, int *x) {}", (3, 12), "a second parameter is named x"),
        ("C t\n{}\nP0(int) {}", (3, 7), "syntax error: ')' cannot stand here, expected a name"),
        ("C t\n{}\nP0() {}\nexists (1000:r=1)", (4, 9), "'1000' is no thread"),
        ("C t\n{}\nP0() {}\nexists (x)", (4, 10), "syntax error: ')' cannot stand here, expected '='"),
        ("C t\n{}\nP0() {}\nexists (x=1) x", (4, 14), "syntax error: 'x' cannot stand here, expected ';'"),
        ("C t (* one (* two *)\n{}\nP0() {}", (1, 5), "this comment is never closed"),
    ],
)
def test_the_rest_of_a_file(text: str, place: tuple[int, int], message: str) -> None:
    error = refusal(text)
    assert (error.message, (error.line, error.column)) == (message, place)


@pytest.mark.parametrize(
    "nested",
    [
        "{" * 500 + "}" * 500,
        "if (a) " * 500 + ";",
        "if (a) {" * 500 + "}" * 500,
        "if (a) ; else " * 500 + ";",
        f"a = {'-' * 500}1;",
        f"a = {'1 + ' * 500}1;",
        f"a{'[0]' * 500} = 1;",
        f"a = {'f(' * 500}{')' * 500};",
    ],
)
def test_nesting_is_limited(nested: str) -> None:
    message = f"nested too deeply: more than {MAX_DEPTH} levels"
    assert refusal(f"C t\n{{}}\nP0() {{ {nested} }}").message == message


def test_nesting_of_conditions_is_limited() -> None:
    message = f"nested too deeply: more than {MAX_DEPTH} levels"
    assert refusal(f"C t\n{{}}\nP0() {{}}\nexists {'~' * 500}true").message == message


def test_half_the_limit_is_not_too_deep() -> None:
    half = MAX_DEPTH // 2
    parse(Source("t.litmus", f"C t\n{{}}\nP0() {{ {'{' * half}{'}' * half} a = {'- ' * half}1; }}"))
    parse(Source("t.litmus", f"C t\n{{}}\nP0() {{ {'if (a) { ' * half}{'}' * half} }}"))


def test_parentheses_are_no_levels() -> None:
    parse(Source("t.litmus", f"C t\n{{}}\nP0() {{ a = {'(' * 500}1{')' * 500}; }}"))


def test_files(tmp_path: Path) -> None:
    with pytest.raises(LitmusError, match=r"missing\.litmus: cannot be read: No such file or directory$") as caught:
        Source.read(tmp_path / "missing.litmus")
    assert (caught.value.place, caught.value.line) == (None, 0)
    (tmp_path / "binary.litmus").write_bytes(b"\xff\xfe")
    with pytest.raises(LitmusError, match=r"binary\.litmus: is not UTF-8 text$"):
        Source.read(tmp_path / "binary.litmus")


@pytest.mark.parametrize(
    ("statement", "wrong", "message"),
    [
        ("int *q = &z;", "&z", "&z cannot be used: set the pointer in the initial state { p=&z; }"),
        (
            "int *q = &x;",
            "&x",
            "&x cannot be used: set the pointer in the initial state { p=&x; }, or write x, which is the address",
        ),
        ("int r0; int *q = &r0;", "&r0", "&r0 cannot be used: a local variable has no address"),
    ],
)
def test_addresses(statement: str, wrong: str, message: str) -> None:
    test = parse(Source("t.litmus", f"C t\n{{}}\nP0(int *x)\n{{\n{statement}\n}}\n"))
    with pytest.raises(LitmusError, match=r"^t\.litmus:5:\d+: ") as caught:
        _ = LitmusUnfolding(test).trees[0].root
    assert (caught.value.message, caught.value.text) == (message, wrong)
    assert caught.value.column == statement.index(wrong) + 1
