"""What is printed is read back as the same tree."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.litmus.parser import parse
from explorer.litmus.printer import print_test
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

VECTORS = sorted((Path(__file__).parent / "vectors").rglob("*.litmus"))


def read_back(test: Litmus) -> Litmus:
    return parse(Source("printed.litmus", print_test(test)))


def test_the_canonical_form() -> None:
    written = """C MP+plain "two threads" Com=Rf Fr
    (* Result: Sometimes DATARACE *)
    { int x = 1; p=&x; int a[2] = {1,-2}; spinlock_t s; 1:r9=x }
    P0(int *x,int **p) { int r0, *r1; if (*x) **p = 1; else { do { r0 = x[1]; } while (0); } ; }
    P1(int *x, spinlock_t *s) { spin_lock(s); __atomic_op(x,+,-(1+2)*3); __fence{mb}; }
    locations [x;1:r9] filter (true) ~exists (0:r0=1 /\\ (x!=2 \\/ 0:r1=x)) // the end
    """
    assert (
        print_test(parse(Source("mp.litmus", written)))
        == """C MP+plain
"two threads"
Com=Rf Fr

(*
 * Result: Sometimes DATARACE
 *)

{
	int x = 1;
	p = x;
	int a[2] = {1, -2};
	spinlock_t s;
	1:r9 = x;
}

P0(int *x, int **p)
{
	int r0;
	int *r1;
	if (*x) {
		*(*p) = 1;
	} else {
		{
			r0 = x[1];
		}
	}
}

P1(int *x, spinlock_t *s)
{
	spin_lock(s);
	__atomic_op(x, +, -(1 + 2) * 3);
	__fence{mb};
}

locations [x; 1:r9;]
filter (true)
~exists (0:r0=1 /\\ (not ([x]=2) \\/ 0:r1=x))
"""
    )


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        # a - (b - c): the same level on the right needs parentheses, on the left none
        (
            Binary(BinaryOp.SUBTRACT, Name("a"), Binary(BinaryOp.SUBTRACT, Name("b"), Name("c"))),
            "a - (b - c)",
        ),
        (
            Binary(BinaryOp.SUBTRACT, Binary(BinaryOp.SUBTRACT, Name("a"), Name("b")), Name("c")),
            "a - b - c",
        ),
        # in C, & binds less tightly than ==
        (
            Binary(BinaryOp.EQUAL, Binary(BinaryOp.AND, Name("a"), Integer(1)), Integer(0)),
            "(a & 1) == 0",
        ),
        (Unary(UnaryOp.NEGATE, Unary(UnaryOp.NEGATE, Name("a"))), "-(-a)"),
        (Cast(Type("int", 1), Dereference(Name("p"))), "(int *)*p"),
        (Index(Dereference(Name("p")), Integer(1)), "(*p)[1]"),
        (
            Conditional(Name("a"), Name("b"), Conditional(Name("c"), Name("d"), Name("e"))),
            "a ? b : c ? d : e",
        ),
        (
            Conditional(Conditional(Name("a"), Name("b"), Name("c")), Name("d"), Name("e")),
            "(a ? b : c) ? d : e",
        ),
    ],
)
def test_parentheses_stand_where_c_needs_them(expression: Expression, text: str) -> None:
    test = Litmus("t", (), (Thread(0, (), (Assign(Name("r"), expression),)),))
    assert f"\tr = {text};\n" in print_test(test)
    assert read_back(test) == test


def test_vectors_are_read_back_as_they_were() -> None:
    assert len(VECTORS) == 745 + 475
    for path in VECTORS[::4]:
        test = parse(Source.read(path))
        assert read_back(test) == test, path


names = st.sampled_from(["r0", "r1", "x", "y", "exists", "locations"])
types = st.builds(Type, st.sampled_from(["int", "struct srcu_struct", "atomic_t"]), st.integers(0, 2))
locations = st.builds(Location, names, st.integers(0, 2))
registers = st.builds(Register, st.integers(0, 1), names)
integers = st.builds(Integer, st.integers(-3, 2**64))
propositions: st.SearchStrategy[Proposition] = st.recursive(
    st.builds(Equal, registers | locations, integers | st.builds(Address, locations) | registers | locations)
    | st.sampled_from([And(()), Or(())]),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=6,
)
tags = st.sampled_from(["once", "before-atomic"])
expressions: st.SearchStrategy[Expression] = st.recursive(
    st.builds(Name, names)
    | st.builds(Integer, st.integers(0, 2**64))
    | st.builds(Primitive, st.just("__fence"), tags, st.just(())),
    lambda inner: st.one_of(
        st.builds(Unary, st.sampled_from(UnaryOp), inner),
        st.builds(Binary, st.sampled_from(BinaryOp), inner, inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(Dereference, inner),
        st.builds(AddressOf, inner),
        st.builds(Index, inner, inner),
        st.builds(Cast, types, inner),
        st.builds(Call, names, st.lists(inner, max_size=2).map(tuple)),
        st.builds(Primitive, st.just("__xchg"), tags, st.tuples(inner, inner)),
        st.builds(Primitive, st.just("__atomic_op_return"), tags, st.tuples(inner, inner), st.just(BinaryOp.ADD)),
    ),
    max_leaves=8,
)
lvalues = st.builds(Name, names) | st.builds(Dereference, expressions) | st.builds(Index, expressions, expressions)
statements: st.SearchStrategy[Statement] = st.recursive(
    st.builds(Declaration, types, st.sampled_from(["r0", "r1"]), st.none() | expressions)
    | st.builds(Assign, lvalues, expressions)
    | st.builds(ExpressionStatement, expressions),
    lambda inner: (
        st.builds(If, expressions, st.lists(inner, max_size=2).map(tuple), st.lists(inner, max_size=2).map(tuple))
        | st.builds(Block, st.lists(inner, max_size=2).map(tuple))
    ),
    max_leaves=4,
)


def declared(body: Iterable[Statement]) -> list[str]:
    """The names of all declarations of a thread."""
    found: list[str] = []
    for statement in body:
        match statement:
            case Declaration(_, name):
                found.append(name)
            case If(_, then, otherwise):
                found += declared((*then, *otherwise))
            case Block(inner):
                found += declared(inner)
    return found


# A thread declares a variable once.
bodies = (
    st.lists(statements, max_size=3).map(tuple).filter(lambda body: len(declared(body)) == len(set(declared(body))))
)
parameters = st.lists(st.builds(Parameter, types, st.sampled_from(["x", "y"])), max_size=2, unique_by=lambda p: p.name)
initials = st.builds(Initial, registers | st.builds(Location, names), st.none() | types) | st.builds(
    Initial,
    st.builds(Location, names),
    types,
    st.just(2),
    st.lists(integers | st.builds(Address, locations), max_size=2).map(tuple),
)


@st.composite
def any_test(draw: st.DrawFn) -> Litmus:
    return Litmus(
        name=draw(st.sampled_from(["MP", "SB+mbs", "v4-r1"])),
        initial=tuple(draw(st.lists(initials, max_size=2, unique_by=lambda entry: entry.target))),
        threads=tuple(Thread(i, tuple(draw(parameters)), draw(bodies)) for i in range(draw(st.integers(1, 2)))),
        quantifier=draw(st.sampled_from(Quantifier)),
        condition=draw(propositions),
        documentation=draw(st.none() | st.sampled_from(["", "PodWW Rfe", "not (* a comment"])),
        information=draw(st.sampled_from([(), (("Com", "Rf Fr"), ("Generator", "hand=made"))])),
        locations=tuple(draw(st.lists(registers | locations, max_size=2))),
        filter=draw(st.none() | propositions),
        expected=draw(st.none() | st.builds(Expected, st.sampled_from(Outcome), st.booleans())),
    )


@settings(max_examples=100, deadline=None)
@given(any_test())
def test_any_test_is_read_back_as_it_was(test: Litmus) -> None:
    assert read_back(test) == test
