"""Whatever stands in a model file, it is a model that answers, or an error that points into it: no crash, no hang."""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources

import pytest
from candidate_programs import candidates, exchange, fence, lock, read, write

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.memory.cat.include import statements_of
from explorer.memory.cat.source import CatError, Source
from explorer.memory.model import model_names, model_of
from explorer.memory.plan import make_plan

RESTLESS = "let rec a = R \\ b and b = W | a empty a as sets"
"""A recursion without end."""

TEXTS = (
    'M "title" let a = po | rf ; co & fr \\ id let b = a+ | a* | a? | a^-1 | ~a acyclic a as one empty [R] & id as two',
    "let f(x, y) = x ; [y] ; x let g s = [s] ; po acyclic f(po, F & Mb) | g W as calls let before = f(po, _)",
    "let rec p = po | q ; p and q = rf | p & q irreflexive p ; q as recursion flag ~empty q as remark",
    "let (a, b) = (po, rf) let c = let d = a ; b in d | d ; d acyclic try nothing with c as tuples",
    "let s = F ++ {R, W, domain(rf)} let m = map (toid) s with x from m acyclic x | po as chosen",
    "let f w = {w * w} with l from linearisations(W, co) with k from cross(map f (classes-loc W)) empty l \\ k as o",
    "let f w = linearisations(w, 0) let g = cross(map f (partition(W))) with co from g let before = co | po",
    "let d = different-values(loc) | singlestep(po) let e = ~(range(d) | emptyset | {}) empty 0 | d ; [e] as values",
    "enum Accesses = 'once || 'acquire instructions R[{'once,'acquire}] instructions W[Accesses] let a = Once",
    'include "rcu.cat" include "cos.cat" include "cross.cat" let r = po? ; co* ; po irreflexive rcu-order(r) as rcu',
    "(* a (* nested *) one *) // to the end\nlet a = R # so too\nshow po as x show po, rf unshow co empty a as e",
    "let rec c = let rec d = c | po ; d in d | rf acyclic c as inner",
    RESTLESS,
)
"""All of cat in a few lines."""

TOKEN = re.compile(r"""'?[\w.\-]+'?|"[^"]*"|\s+|\^-1|\|\||\+\+|.""", re.DOTALL)
WORDS = "( ) { } [ ] | ++ ; \\ & * ~ + ? ^-1 , = (* *) 0 _ let rec in and try with from map cross 'once é"
PIECES = [*WORDS.split(), '"', "\x1b[31m", "\0", "\r\n", "\u2028"]

SECONDS = 20

BATCHES = 40
SMALL, LARGE = 235, 15
"""Mutants in one batch: of the texts above, and of the files of our own models, 10,000 together."""


@cache
def models() -> tuple[str, ...]:
    """The texts of our own model files, those that others include among them."""
    folder = resources.files("explorer.memory").joinpath("models")
    found = tuple(file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".cat"))
    assert len(found) > len(model_names())
    return tuple(sorted(found))


@cache
def execution() -> Execution:
    """A small one with all kinds of things in it."""
    first = [write("x"), fence(Tag.MB), *exchange("y"), read("x", Tag.ACQUIRE)]
    second = [*lock("l"), read("y"), write("x", 2, Tag.RELEASE)]
    *_, last = candidates([first, second])
    return last


def mutant(text: str, chance: random.Random) -> str:
    """The text after one to three small accidents."""
    tokens: list[str] = TOKEN.findall(text)
    names = sorted({token for token in tokens if token[0].isalpha()})
    for _ in range(chance.choice((1, 1, 2, 3))):
        at, other = (chance.randrange(len(tokens)) for _ in range(2))
        match chance.randrange(8):
            case 0:
                tokens[at] = ""
            case 1:
                tokens[at] *= chance.choice((2, 2, 150))
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = tokens[at][:-1] + chance.choice("aR|;(*\t\x07\u202e~")
            case 4:
                tokens = tokens[: at + 1]
            case 5:
                tokens[at] = chance.choice(PIECES)
            case _:
                places = [i for i, token in enumerate(tokens) if token in names] or [at]
                tokens[chance.choice(places)] = chance.choice(names)
    return "".join(tokens)


class HangError(Exception):
    """A mutant took too long."""


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise HangError

    known = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, known)


def answer(text: str, *, kernel: bool = False) -> bool:
    """Ask all that there is to ask of the model; False where the text is refused in one way or another."""
    try:
        model = model_of(statements_of(Source("mutant.cat", text)), "mutant", text, kernel=kernel)
        make_plan(model)
        allowed = model.allows(execution())
        assert allowed is (not model.violated(execution()))
        assert allowed is (model.candidates(execution()) > 0)
        model.violated_while_growing(execution())
        model.flags(execution())
        model.named_relations(execution())
        model.before(execution())
    except CatError as error:
        assert_points_into(error, text)
        return False
    return True


def assert_points_into(error: CatError, text: str) -> None:
    assert error.file
    if error.file == "mutant.cat":
        assert 1 <= error.line <= text.count("\n") + 1
        assert 1 <= error.column <= len(text.split("\n")[error.line - 1]) + 1
    assert str(error).startswith(f"{error.file}:{error.line}:{error.column}: ")
    assert all(line.isprintable() for line in str(error).split("\n"))


@pytest.mark.parametrize("text", TEXTS)
def test_the_texts_themselves_can_be_read(text: str) -> None:
    assert answer(text) is (text is not RESTLESS)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutants_answer_or_are_refused_at_a_place(batch: int) -> None:
    chance = random.Random(batch)
    answered = refused = 0
    for number in range(SMALL + LARGE):
        text = mutant(chance.choice(TEXTS if number < SMALL else models()), chance)
        with at_most(SECONDS):
            if answer(text, kernel=number % 5 == 0):
                answered += 1
            else:
                refused += 1
    assert answered > 10
    assert refused > 50
