"""A model that lacks any one of its rules gives a wrong answer to a vector or to a program derived by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import plain_access_programs
import pytest
import rule_programs
from model_mutants import Mutant, mutants
from rule_programs import MODELS, Program
from structural_executions import own_future, split_rmw
from vector_files import Vector, as_expected, expected, vectors

from explorer.execution.execution import Execution
from explorer.litmus.expand import expand
from explorer.litmus.judge import judge
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.cat.include import find_model, statements_of
from explorer.memory.cat.parser import parse as parse_cat
from explorer.memory.cat.source import CatError
from explorer.memory.cat.source import Source as CatSource
from explorer.memory.model import Model, load_model

PROGRAMS = plain_access_programs.PROGRAMS | rule_programs.PROGRAMS

# Rules that nothing above can show, each with the reason.
_GRACE_PERIODS = (
    # [Sync] is a full fence too: link ; [Sync] ; link is in link, and po ; [Sync] ; po? before an access
    # is in the order. rcu.cat has these for lkmm, whose plain accesses see the difference.
    "rcu-order: [Sync-rcu]",
    "rcu-order: [Sync-srcu]",
)
IMPLIED = {
    "tso": (
        *_GRACE_PERIODS,
        # Two stores of one thread and location are in ppo and co in the global order; a load before a store
        # is in ppo as well; the rest of coherence is fr from a load after a store.
        "coherence: co",
    ),
    "pso": _GRACE_PERIODS,
    "armv8": _GRACE_PERIODS,
    "lkmm": (
        # It is a cumul-fence, hence in prop, hence in hb as (prop \ id) & int.
        "ppo: po-unlock-lock-po & int",
        # A prop with a full fence in it is a pb, for the cumul-fences and rfe after it are in hb.
        "cumul-fence: strong-fence",
        # From a marked store all of ww-vis is in rw-xbstar: fences between marked accesses are in hb, pb or rb.
        "ww-nonrace: (marked & W) * W",
        # Transitively closed, before has the pairs of each of the three from the others: a plain access is
        # ordered with a marked one by any-fence or addr, and marked ones are by hb, pb and rb.
        *("visible: ww-vis", "visible: wr-vis", "visible: rw-xbstar"),
    ),
}

# Vectors that show many rules, asked first.
TELLING = (
    *("C000140", "G001266", "C000298", "C000160", "G001065", "C000287", "G001263", "C000118", "G001210", "G001131"),
    *("G001052", "G001391", "G001384", "G001355", "G001289", "G001110", "C000051"),
    *("D000043", "D000216", "D000122", "A000155", "D000256"),
)


ENOUGH = 200
"""Questions put to a model without a rule that the others imply."""


@dataclass(frozen=True)
class Question:
    """Something to ask a model, and the right answer."""

    name: str
    right: Any
    answer: Callable[[Model], Any]


@cache
def unfolding(text: str) -> LitmusUnfolding:
    return LitmusUnfolding(expand(parse(Source("test.litmus", text)), operations()))


def of_vector(vector: Vector) -> Question:
    return Question(
        vector.name,
        expected(vector),
        lambda model: as_expected(judge(unfolding(vector.path.read_text(encoding="utf-8")), model)),
    )


def of_program(name: str, program: Program, model_name: str) -> Question:
    def answer(model: Model) -> tuple[str, tuple[str, ...], bool | None]:
        found: list[Execution] = []
        answer = judge(unfolding(program.text), model, found.append)
        if program.ordered is None:
            return answer.observation, answer.flags, None
        (execution,) = found
        assert answer.positive == 1
        earlier, later = (execution.thread_events(thread)[place] for thread, place in program.ordered)
        before = model.before(execution)
        assert before is not None
        return answer.observation, answer.flags, bool(before[earlier] >> later & 1)

    flags = program.flags if model_name == "lkmm" else ()
    return Question(name, (program.answers[model_name], flags, program.ordered and True), answer)


def of_programs(model: str) -> list[Question]:
    return [of_program(name, program, model) for name, program in PROGRAMS.items() if model in program.answers]


def of_execution(name: str, execution: Execution) -> Question:
    """An execution that is forbidden."""
    return Question(name, False, lambda model: model.allows(execution))


STRUCTURAL = {
    **dict.fromkeys(("lkmm", "armv8"), of_execution("a split RMW", split_rmw())),
    **dict.fromkeys(("tso", "pso"), of_execution("a load of a later store", own_future())),
}


def questions(model: str) -> list[Question]:
    """All questions to a model, those first that tell most or are answered fast."""
    by_size = sorted(vectors(model), key=lambda vector: vector.expected["positive"] + vector.expected["negative"])
    known = {vector.name: vector for vector in by_size}
    telling = [known.pop(name) for name in TELLING if name in known]
    return [STRUCTURAL[model], *map(of_vector, telling), *of_programs(model), *map(of_vector, known.values())]


def first_wrong(mutant: Mutant, asked: Iterable[Question]) -> str:
    """The first question that a mutant answers wrong or cannot answer; "" if there is none."""
    try:
        model = mutant.model()
        for question in asked:
            if question.answer(model) != question.right:
                return question.name
    except CatError as error:
        return f"no meaning: {error}"
    return ""


@pytest.mark.parametrize("model", MODELS)
def test_each_rule_is_missed(model: str) -> None:
    asked = questions(model)
    table = {}
    for mutant in mutants(statements_of(find_model(model))):
        # What is derived above needs no long search for a vector that says otherwise.
        table[mutant] = first_wrong(mutant, asked[: ENOUGH if mutant.name in IMPLIED[model] else None])
    for mutant, shown in table.items():
        print(f"{mutant}  ->  {shown or 'implied'}")
    assert [mutant.name for mutant, shown in table.items() if not shown] == list(IMPLIED[model])


@pytest.mark.parametrize("model", MODELS)
def test_the_whole_model_answers_every_program_right(model: str) -> None:
    whole = load_model(model)
    asked = of_programs(model)
    assert asked
    assert [(ask.name, ask.answer(whole)) for ask in asked] == [(ask.name, ask.right) for ask in asked]


def test_mutants_lack_one_check_or_one_alternative() -> None:
    text = "\n".join(
        (
            "let f(a) = let rec r = a | (r ; (a | id) | rf) in r",
            "acyclic f(po | co) as first",
            "flag ~empty W as second",
        )
    )
    rules = parse_cat(CatSource("m.cat", text))
    assert [str(mutant) for mutant in mutants(rules)] == [
        "m.cat:1:24 f: a",
        "m.cat:1:29 f: r ; (a | id)",
        "m.cat:1:34 f: a",
        "m.cat:1:38 f: id",
        "m.cat:1:44 f: rf",
        "m.cat:2:1 first: acyclic f(po | co) as first",
        "m.cat:2:11 first: po",
        "m.cat:2:16 first: co",
        "m.cat:3:1 second: flag ~empty W as second",
    ]
    smaller = parse_cat(CatSource("m.cat", text.replace("a | (r", "(r").replace("po | co", "co")))
    by_name = {mutant.name: mutant.statements for mutant in mutants(rules)}
    assert by_name["first: po"] == (rules[0], smaller[1], rules[2])
    assert by_name["second: flag ~empty W as second"] == rules[:2]
    assert mutants(rules)[0].statements == (smaller[0], *rules[1:])
