"""Macro files, and calls replaced by what they stand for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.litmus.expand import MAX_NODES, Macro, Macros, expand
from explorer.litmus.limits import MAX_DEPTH
from explorer.litmus.macros import macros_of_model, operations, parse_macros
from explorer.litmus.parser import parse
from explorer.litmus.source import LitmusError, Source
from explorer.litmus.syntax import (
    Assign,
    Binary,
    BinaryOp,
    Block,
    Call,
    Conditional,
    Declaration,
    Dereference,
    ExpressionStatement,
    If,
    Integer,
    Name,
    Primitive,
    Statement,
    Type,
)

ALL = "those known are in explorer/litmus/operations.def"
VECTORS = sorted((Path(__file__).parent / "vectors").rglob("*.litmus"))
FENCE = Primitive("__fence", "mb", ())
X = Name("x")


def macros(text: str) -> Macros:
    return parse_macros(Source("m.def", text))


def body(statements: str, known: Macros | None = None) -> tuple[Statement, ...]:
    """The body of a thread, its calls replaced."""
    test = parse(Source("t.litmus", f"C t\n{{}}\nP0(int *x)\n{{\n{statements}\n}}\n"))
    return expand(test, operations() if known is None else known).threads[0].body


def test_an_expression_and_a_body() -> None:
    assert macros("// comment\nf(X, V) __xchg{mb}(X, V) /* another */\ng() { __fence{mb}; __fence{mb}; }") == {
        "f": Macro("f", ("X", "V"), Primitive("__xchg", "mb", (Name("X"), Name("V"))), ()),
        "g": Macro("g", (), None, (FENCE, FENCE)),
    }


def test_macros_use_macros_before_and_after_them() -> None:
    assert macros("f(X) g(*X) + 1\ng(Y) __load{once}(Y)\nh() { i(); f(0); i(); }\ni() { __fence{mb}; }") == {
        "f": Macro(
            "f",
            ("X",),
            Binary(BinaryOp.ADD, Primitive("__load", "once", (Dereference(Name("X")),)), Integer(1)),
            (),
        ),
        "g": Macro("g", ("Y",), Primitive("__load", "once", (Name("Y"),)), ()),
        "h": Macro(
            "h",
            (),
            None,
            (
                FENCE,
                Binary(BinaryOp.ADD, Primitive("__load", "once", (Dereference(Integer(0)),)), Integer(1)),
                FENCE,
            ),
        ),
        "i": Macro("i", (), None, (FENCE,)),
    }


def test_parameters_are_replaced_all_at_once() -> None:
    swap = macros("first(X, Y) __xchg{mb}(X, Y)\nf(X, Y) first(Y, X)")
    assert body("a = f(x, y);", swap) == (Assign(Name("a"), Primitive("__xchg", "mb", (Name("y"), X))),)
    # a local variable named as a parameter of the macro stays itself
    assert body("a = f(Y, X);", swap) == (Assign(Name("a"), Primitive("__xchg", "mb", (Name("X"), Name("Y")))),)


def test_an_argument_used_twice_is_computed_twice() -> None:
    load = Primitive("__load", "once", (Dereference(X),))
    assert body("a = f(g(*x));", macros("f(X) X + X\ng(X) __load{once}(X)")) == (
        Assign(Name("a"), Binary(BinaryOp.ADD, load, load)),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smp_mb();", (ExpressionStatement(FENCE),)),
        (
            "smp_store_mb(*x, 1);",
            (
                Block(
                    (
                        ExpressionStatement(Primitive("__store", "once", (Dereference(X), Integer(1)))),
                        ExpressionStatement(FENCE),
                    )
                ),
            ),
        ),
        ("atomic_inc(x);", (ExpressionStatement(Primitive("__atomic_op", None, (X, Integer(1)), BinaryOp.ADD)),)),
        ("xchg(x, 2);", (ExpressionStatement(Primitive("__xchg", "mb", (X, Integer(2)))),)),
        (
            "int r = atomic_dec_and_test(x);",
            (
                Declaration(
                    Type("int"),
                    "r",
                    Binary(
                        BinaryOp.EQUAL,
                        Primitive("__atomic_op_return", "mb", (X, Integer(1)), BinaryOp.SUBTRACT),
                        Integer(0),
                    ),
                ),
            ),
        ),
        (
            "if (spin_trylock(x)) { spin_unlock(x); } else smp_mb();",
            (
                If(
                    Primitive("__trylock", None, (X,)),
                    (ExpressionStatement(Primitive("__unlock", None, (X,))),),
                    (ExpressionStatement(FENCE),),
                ),
            ),
        ),
        (
            "a = b ? READ_ONCE(*x) : 0;",
            (
                Assign(
                    Name("a"),
                    Conditional(Name("b"), Primitive("__load", "once", (Dereference(X),)), Integer(0)),
                ),
            ),
        ),
    ],
)
def test_own_operations(text: str, expected: tuple[Statement, ...]) -> None:
    assert body(text) == expected


def test_no_statement_is_an_empty_block() -> None:
    assert body("nothing();", macros("nothing() { }")) == (Block(()),)


def test_what_comes_from_a_macro_stands_at_the_call() -> None:
    (statement,) = body("a = atomic_add_return(READ_ONCE(*x), x);")
    assert isinstance(statement, Assign)
    assert isinstance(statement.value, Primitive)
    assert statement.value.place.text == "atomic_add_return(READ_ONCE(*x), x)"
    assert [argument.place.text for argument in statement.value.arguments] == ["x", "READ_ONCE(*x)"]


@pytest.mark.parametrize(
    ("text", "wrong", "message"),
    [
        (
            "a = READ_ONC(*x);",
            "READ_ONC(*x)",
            f"the operation READ_ONC is not known; close to it: READ_ONCE, WRITE_ONCE; {ALL}",
        ),
        ("printk(1);", "printk(1)", f"the operation printk is not known; {ALL}"),
        ("if (printk()) {}", "printk()", f"the operation printk is not known; {ALL}"),
        ("mutex_lock(x);", "mutex_lock(x)", f"the operation mutex_lock is not known; close to it: spin_lock; {ALL}"),
        (
            "spin_unlock_irqrestore(x, 1);",
            "spin_unlock_irqrestore(x, 1)",
            f"the operation spin_unlock_irqrestore is not known; close to it: spin_unlock; {ALL}",
        ),
        ("a = READ_ONCE();", "READ_ONCE()", "READ_ONCE takes 1 argument, but has 0"),
        ("WRITE_ONCE(*x, xchg(x));", "xchg(x)", "xchg takes 2 arguments, but has 1"),
        ("a = smp_mb();", "smp_mb()", "smp_mb() has no value"),
    ],
)
def test_calls_that_are_refused(text: str, wrong: str, message: str) -> None:
    with pytest.raises(LitmusError, match=r"^t\.litmus:5:\d+: ") as caught:
        body(text)
    assert (caught.value.message, caught.value.text) == (message, wrong)
    assert caught.value.column == text.index(wrong) + 1


def test_an_unknown_operation_names_the_macro_file_of_the_model() -> None:
    message = "the operation printk is not known; those known are in kernel/linux-kernel.def"
    with pytest.raises(LitmusError, match=rf"^t\.litmus:5:1: {re.escape(message)}\n"):
        body("printk(1);", macros_of_model(Source("kernel/linux-kernel.def", "f(X) X")))


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("f(X) X\ng() { }\nf() { }", (3, 1), "a second macro is named f"),
        ("f(X, Y, X) X", (1, 9), "a second parameter is named X"),
        ("f(X) X + Y", (1, 10), "Y is not a parameter of f"),
        ("f() f()", (1, 1), "the macro f uses itself"),
        ("h() f()\nf(X) g(1, X)\ng(X, Y) X + f(Y)", (2, 1), "the macro f uses itself"),
        ("f() { g(1); }", (1, 7), "the operation g is not known"),
        ("fence() { __fence{mb}; }\nf() { fence(1); }", (2, 7), "fence takes 0 arguments, but has 1"),
        ("g() { }\nf(X) g() + X", (2, 6), "g() has no value"),
        ("f(X) __load(X)", (1, 6), "__load lacks its ordering: __load{...}"),
        ("f() { __fence{mb} }", (1, 19), "syntax error: '}' cannot stand here, expected ';' or '('"),
        ("f(X) { X = 1; }", (1, 10), "syntax error: '=' cannot stand here, expected ';'"),
        ("f() /* never", (1, 5), "this comment is never closed"),
    ],
)
def test_macro_files_that_are_refused(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(LitmusError, match=r"^m\.def:\d+:\d+: ") as caught:
        macros(text)
    assert (caught.value.message, (caught.value.line, caught.value.column)) == (message, place)


def test_macros_cannot_grow_without_bound() -> None:
    doubling = "m0(X) X + X\n" + "".join(f"m{i + 1}(X) m{i}(m{i}(X))\n" for i in range(30))
    with pytest.raises(LitmusError, match=rf"m\d+ expands to too much: more than {MAX_NODES} nodes"):
        macros(doubling)
    fences = "s0() { __fence{mb}; }\n" + "".join(f"s{i + 1}() {{ s{i}(); s{i}(); }}\n" for i in range(30))
    with pytest.raises(LitmusError, match=rf"s\d+ expands to too much: more than {MAX_NODES} nodes"):
        macros(fences)
    with pytest.raises(LitmusError, match=rf"f expands to too much: more than {MAX_NODES} nodes"):
        body(f"a = {'f(' * 20}x{')' * 20};", macros("f(X) X + X"))
    deep = "m0(X) X\n" + "".join(f"m{i + 1}(X) -m{i}(X)\n" for i in range(MAX_DEPTH))
    with pytest.raises(LitmusError, match=rf"m{MAX_DEPTH - 1} expands too deeply: more than {MAX_DEPTH} levels"):
        macros(deep + f"last() m{MAX_DEPTH - 1}(-1)")


def test_a_long_chain_of_macros() -> None:
    chain = macros("".join(f"m{i}(X) m{i + 1}(X)\n" for i in range(3000)) + "m3000(X) *X")
    assert body("a = m0(x);", chain) == (Assign(Name("a"), Dereference(X)),)


def test_what_herd_has_without_a_definition_is_added_to_a_models_own_macros() -> None:
    given = macros_of_model(Source("m.def", "f(X) X"))
    assert given == {**macros("f(X) X"), "atomic_add_unless": operations()["atomic_add_unless"]}
    own = "atomic_add_unless(P, V, U) __atomic_add_unless{once}(P, V, U)"
    assert macros_of_model(Source("m.def", own)) == macros(own)


def calls(node: object) -> list[Call]:
    """The calls in a tree."""
    if isinstance(node, Call):
        return [node]
    fields = getattr(node, "__dataclass_fields__", ())
    children = node if isinstance(node, tuple) else [getattr(node, name) for name in fields if name != "place"]
    return [call for child in children for call in calls(child)]


def test_vectors_and_kernel_tests_mean_the_same_in_both_macro_files(
    kernel_memory_model: Path, kernel_litmus_tests: list[Path]
) -> None:
    kernel = macros_of_model(Source.read(kernel_memory_model / "linux-kernel.def"))
    own_tests = [path for path in VECTORS if path.parent.name == "kernel"][::10]
    assert len(own_tests) == 75
    for path in [*own_tests, *kernel_litmus_tests]:
        test = parse(Source.read(path))
        assert calls(test), path
        assert not calls(expand(test, operations())), path
        assert expand(test, operations()) == expand(test, kernel), path
