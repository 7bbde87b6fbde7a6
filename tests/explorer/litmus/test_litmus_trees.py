"""Litmus tests as syntax trees: every part of the language, its tree written out by hand."""

from __future__ import annotations

import pytest

from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.syntax import (
    Address,
    AddressOf,
    And,
    Assign,
    Binary,
    BinaryOp,
    Block,
    Call,
    Cast,
    Conditional,
    Declaration,
    Dereference,
    Equal,
    Expected,
    Expression,
    ExpressionStatement,
    If,
    Index,
    Initial,
    Integer,
    Litmus,
    Location,
    Name,
    Not,
    Or,
    Outcome,
    Parameter,
    Primitive,
    Proposition,
    Quantifier,
    Register,
    Statement,
    Thread,
    Type,
    Unary,
    UnaryOp,
)

INT = Type("int")
A, B, C = Name("a"), Name("b"), Name("c")


def parsed(text: str) -> Litmus:
    return parse(Source("t.litmus", text))


def body(statements: str) -> tuple[Statement, ...]:
    return parsed(f"C t\n{{}}\nP0(int *x)\n{{ {statements} }}\n").threads[0].body


def initial(entries: str) -> tuple[Initial, ...]:
    return parsed(f"C t\n{{ {entries} }}\nP0() {{}}\n").initial


def condition(proposition: str) -> Proposition:
    return parsed(f"C t\n{{}}\nP0() {{}}\nexists {proposition}\n").condition


def test_a_whole_test() -> None:
    text = """C MP+wmb+plain

(*
 * Result: Sometimes DATARACE
 *)
"A message and its flag"
Cycle=Rfe PodRR Fre
Generator=none

{ int data; flag = 0; }

P0(int *data, atomic_t *flag) // the writer
{
    *data = 1;
    smp_wmb();
}

P1(int *data)
{
    int r0 = READ_ONCE(*data);
}

locations [1:r0; data]
filter (1:r0=1)
~exists (data=0)
"""
    assert parsed(text) == Litmus(
        name="MP+wmb+plain",
        initial=(Initial(Location("data"), INT), Initial(Location("flag"), values=(Integer(0),))),
        threads=(
            Thread(
                0,
                (Parameter(Type("int", 1), "data"), Parameter(Type("atomic_t", 1), "flag")),
                (Assign(Dereference(Name("data")), Integer(1)), ExpressionStatement(Call("smp_wmb", ()))),
            ),
            Thread(
                1,
                (Parameter(Type("int", 1), "data"),),
                (Declaration(INT, "r0", Call("READ_ONCE", (Dereference(Name("data")),))),),
            ),
        ),
        quantifier=Quantifier.NOT_EXISTS,
        condition=Equal(Location("data"), Integer(0)),
        documentation="A message and its flag",
        information=(("Cycle", "Rfe PodRR Fre"), ("Generator", "none")),
        locations=(Register(1, "r0"), Location("data")),
        filter=Equal(Register(1, "r0"), Integer(1)),
        expected=Expected(Outcome.SOMETIMES, data_race=True),
    )


def test_what_may_be_left_out() -> None:
    assert parsed("C t {} P0() {}") == Litmus("t", (), (Thread(0, (), ()),), Quantifier.FORALL, And(()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", Initial(Location("x"))),
        ("x = -3", Initial(Location("x"), values=(Integer(-3),))),
        ("[x] = 0x10", Initial(Location("x"), values=(Integer(16),))),
        ("unsigned  long x = 7UL", Initial(Location("x"), Type("unsigned long"), values=(Integer(7),))),
        ("int *p = &x", Initial(Location("p"), Type("int", 1), values=(Address(Location("x")),))),
        ("p = x", Initial(Location("p"), values=(Address(Location("x")),))),
        ("p = &x[2]", Initial(Location("p"), values=(Address(Location("x", 2)),))),
        ("atomic_t v = ATOMIC_INIT(1)", Initial(Location("v"), Type("atomic_t"), values=(Integer(1),))),
        ("int x[3] = {1, 2}", Initial(Location("x"), INT, 3, (Integer(1), Integer(2)))),
        ("struct s x", Initial(Location("x"), Type("struct s"))),
        ("0:r1 = 5", Initial(Register(0, "r1"), values=(Integer(5),))),
        ("P2:r1 = x", Initial(Register(2, "r1"), values=(Address(Location("x")),))),
    ],
)
def test_initial_state(text: str, expected: Initial) -> None:
    assert initial(text) == initial(f"{text};") == (expected,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (";", ()),
        ("int r0, *r1 = x;", (Declaration(INT, "r0"), Declaration(Type("int", 1), "r1", Name("x")))),
        ("a = 1;", (Assign(A, Integer(1)),)),
        ("x[1] = a;", (Assign(Index(Name("x"), Integer(1)), A),)),
        ("if (a) b = 1;", (If(A, (Assign(B, Integer(1)),)),)),
        ("if (a) { b = 1; ; } else c = 2;", (If(A, (Assign(B, Integer(1)),), (Assign(C, Integer(2)),)),)),
        # an else belongs to the nearest if
        ("if (a) if (b) ; else c = 2;", (If(A, (If(B, (), (Assign(C, Integer(2)),)),)),)),
        ("if (a) ; else if (b) c = 2;", (If(A, (), (If(B, (Assign(C, Integer(2)),)),)),)),
        ("{ a = 1; }", (Block((Assign(A, Integer(1)),)),)),
        ("do { a = 1; } while (0);", (Block((Assign(A, Integer(1)),)),)),
        ("do a = 1; while (0);", (Block((Assign(A, Integer(1)),)),)),
    ],
)
def test_statements(text: str, expected: tuple[Statement, ...]) -> None:
    assert body(text) == expected


def binary(left: Expression, operator: str, right: Expression) -> Binary:
    return Binary(BinaryOp(operator), left, right)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", Integer(0)),
        ("0xffU", Integer(255)),
        ("((a))", A),
        ("a - b - c", binary(binary(A, "-", B), "-", C)),
        ("a + b * c", binary(A, "+", binary(B, "*", C))),
        ("a << b + c", binary(A, "<<", binary(B, "+", C))),
        ("a < b << c", binary(A, "<", binary(B, "<<", C))),
        ("a == b < c", binary(A, "==", binary(B, "<", C))),
        ("a & b == c", binary(A, "&", binary(B, "==", C))),
        ("a ^ b & c", binary(A, "^", binary(B, "&", C))),
        ("a | b ^ c", binary(A, "|", binary(B, "^", C))),
        ("a && b | c", binary(A, "&&", binary(B, "|", C))),
        ("a || b && c", binary(A, "||", binary(B, "&&", C))),
        ("a >= b != c > b", binary(binary(A, ">=", B), "!=", binary(C, ">", B))),
        ("a <= b >> c", binary(A, "<=", binary(B, ">>", C))),
        ("a ? b : c ? a : b", Conditional(A, B, Conditional(C, A, B))),
        ("!a == ~b", binary(Unary(UnaryOp.NOT, A), "==", Unary(UnaryOp.COMPLEMENT, B))),
        ("-a * b", binary(Unary(UnaryOp.NEGATE, A), "*", B)),
        ("a*(*b)", binary(A, "*", Dereference(B))),
        ("**a", Dereference(Dereference(A))),
        ("&a[1]", AddressOf(Index(A, Integer(1)))),
        ("(struct s *)a + b", binary(Cast(Type("struct s", 1), A), "+", B)),
        ("READ_ONCE(*x)", Call("READ_ONCE", (Dereference(Name("x")),))),
        ("xchg(x, a ? b : c)", Call("xchg", (Name("x"), Conditional(A, B, C)))),
        ("__xchg{mb}(x, 1)", Primitive("__xchg", "mb", (Name("x"), Integer(1)))),
        ("__atomic_op_return{once}(x, -, -a)",
         Primitive("__atomic_op_return", "once", (Name("x"), Unary(UnaryOp.NEGATE, A)), BinaryOp.SUBTRACT)),
        ("__trylock(x)", Primitive("__trylock", None, (Name("x"),))),
        # words of the condition language are names in C
        ("exists + filter", binary(Name("exists"), "+", Name("filter"))),
    ],
)  # fmt: skip
def test_expressions(text: str, expected: Expression) -> None:
    assert body(f"r = {text};") == (Assign(Name("r"), expected),)


ONE = Equal(Register(0, "r1"), Integer(1))
TWO = Equal(Location("x"), Integer(2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0:r1=1", ONE),
        ("P0:r1 == 1", ONE),
        ("[x]=2", TWO),
        ("*x = 2", TWO),
        ("x[1] = -1", Equal(Location("x", 1), Integer(-1))),
        ("x[0] = 2", TWO),
        ("0:r1 = x", Equal(Register(0, "r1"), Address(Location("x")))),
        ("0:r1 = &x", Equal(Register(0, "r1"), Address(Location("x")))),
        ("0:r1 = [x]", Equal(Register(0, "r1"), Location("x"))),
        ("x = 1:r1", Equal(Location("x"), Register(1, "r1"))),
        ("0:r1 != 1", Not(ONE)),
        ("0:r1 <> 1", Not(ONE)),
        ("~0:r1=1", Not(ONE)),
        ("not (x=2)", Not(TWO)),
        ("true", And(())),
        ("false", Or(())),
        ("0:r1=1 /\\ x=2 /\\ true", And((ONE, TWO, And(())))),
        ("0:r1=1 \\/ x=2 /\\ true", Or((ONE, And((TWO, And(())))))),
        ("(0:r1=1 \\/ x=2) /\\ x=2", And((Or((ONE, TWO)), TWO))),
    ],
)
def test_conditions(text: str, expected: Proposition) -> None:
    assert condition(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exists", Quantifier.EXISTS),
        ("~exists", Quantifier.NOT_EXISTS),
        ("~ exists", Quantifier.NOT_EXISTS),
        ("not exists", Quantifier.NOT_EXISTS),
        ("forall", Quantifier.FORALL),
    ],
)
def test_quantifiers(text: str, expected: Quantifier) -> None:
    assert parsed(f"C t {{}} P0() {{}} {text} true;").quantifier is expected
