"""The syntax of cat: precedence, grouping, statements, comments, places."""

from __future__ import annotations

import pytest

from explorer.memory.cat.parser import parse
from explorer.memory.cat.source import Source
from explorer.memory.cat.syntax import Apply, Binary, Check, CheckKind, Expression, Include, Let, Name, Unary


def statements(text: str) -> list[object]:
    return list(parse(Source("test.cat", text)))


def grouped(text: str) -> str:
    """An expression with all its groups in parentheses."""
    (let,) = parse(Source("test.cat", f"let x = {text}"))
    assert isinstance(let, Let)
    return spelled(let.bindings[0].body)


def spelled(expression: Expression) -> str:
    match expression:
        case Name(name):
            return name
        case Unary(op, operand):
            return f"({op.value} {spelled(operand)})"
        case Binary(op, left, right):
            return f"({spelled(left)} {op.value} {spelled(right)})"
        case Apply(function, argument):
            return f"{spelled(function)}<{spelled(argument)}>"
    raise AssertionError(expression)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a | b ; c", "(a | (b ; c))"),
        ("a | b ++ c ; d", "(a | (b ++ (c ; d)))"),
        ("a ; b \\ c", "(a ; (b \\ c))"),
        ("a \\ b & c", "(a \\ (b & c))"),
        ("a & b * c", "(a & (b * c))"),
        ("a \\ b \\ c", "((a \\ b) \\ c)"),
        ("a ; b ; c", "(a ; (b ; c))"),
        ("a & b & c", "(a & (b & c))"),
        ("a* ; b", "((* a) ; b)"),
        ("a * b", "(a * b)"),
        ("a* * b", "((* a) * b)"),
        ("a * ~b", "(a * (~ b))"),
        ("a?+*", "(* (+ (? a)))"),
        ("a^-1 ; b ^ -1", "((^-1 a) ; (^-1 b))"),
        ("~a+ & b", "((~ (+ a)) & b)"),
        ("[a] ; b", "(([] a) ; b)"),
        ("f(a) | f b", "(f<a> | f<b>)"),
        ("f (a)+", "(+ f<a>)"),
        ("(a | b) ; c", "((a | b) ; c)"),
        ("po-loc & Before-atomic | a.b'", "((po-loc & Before-atomic) | a.b')"),
        ("emptyset | letter", "(emptyset | letter)"),
    ],
)
def test_operators_bind_and_group_as_in_herd(text: str, expected: str) -> None:
    assert grouped(text) == expected


def test_comments_nest_and_the_title_is_no_rule() -> None:
    bare = statements("let x = a | b")
    assert statements('"A (* title *)" (* one (* two *) still *) let x = // end of line\n a # more\n | b') == bare
    assert statements('X86 "TSO" let x = a | b') == bare


def test_checks_carry_kind_negation_flag_and_name() -> None:
    checks = statements("acyclic a as one irreflexive b* ~empty c flag ~ empty d as race")
    assert [(c.kind, c.negated, c.flag, c.name) for c in checks if isinstance(c, Check)] == [
        (CheckKind.ACYCLIC, False, False, "one"),
        (CheckKind.IRREFLEXIVE, False, False, ""),
        (CheckKind.EMPTY, True, False, ""),
        (CheckKind.EMPTY, True, True, "race"),
    ]


def test_bindings_may_be_joined_recursive_and_have_parameters() -> None:
    (let,) = parse(Source("test.cat", "let rec a = b and f(x, y) = x and g z = z"))
    assert isinstance(let, Let)
    assert let.recursive
    assert [(binding.name, binding.parameters) for binding in let.bindings] == [
        ("a", ()),
        ("f", ("x", "y")),
        ("g", ("z",)),
    ]


def test_include_show_and_unshow_are_read() -> None:
    include, *shows = statements('include "tso.cat" show a, b show a|b as c unshow d')
    assert include == statements('include "tso.cat"')[0]
    assert isinstance(include, Include)
    assert include.path == "tso.cat"
    assert len(shows) == 3


def test_expressions_know_where_they_stand() -> None:
    (let,) = parse(Source("test.cat", "(* one\n*) let x =\n  a ; bc"))
    assert isinstance(let, Let)
    body = let.bindings[0].body
    assert isinstance(body, Binary)
    assert (str(body.place), str(body.right.place)) == ("test.cat:3:3", "test.cat:3:7")
    assert body.right.place.end - body.right.place.start == 2
