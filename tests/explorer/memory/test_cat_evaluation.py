"""The values of expressions: by hand, and against an interpreter over plain sets of pairs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from candidate_programs import Step, candidates, exchange, fence, read, write
from hypothesis import given, settings
from hypothesis import strategies as st
from random_executions import Tree, executions, relations, text

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import Relation, pairs
from explorer.memory.cat.source import CatError
from explorer.memory.model import Model, load_model

Pair = tuple[int, int]
Load = Callable[[str], Model]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    path: Path = tmp_path_factory.mktemp("models") / "random.cat"

    def from_text(rules: str) -> Model:
        path.write_text(rules, encoding="utf-8")
        return load_model(str(path))

    return from_text


# 0 initial x, 1 initial y; T0: 2 W x=1, 3 F mb, 4 R y; T1: 5 W y=2 release, 6 and 7 the halves of an xchg of x to 5.
# Position 4 reads from 5, and 6 from 2.
PROGRAM = [
    [write("x"), fence(Tag.MB), read("y")],
    [write("y", 2, Tag.RELEASE), *exchange("x", 5)],
]
EXECUTION = next(e for e in candidates(PROGRAM) if e.source_of[4] == 5 and e.source_of[6] == 2)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("po", [(2, 3), (2, 4), (3, 4), (5, 6), (5, 7), (6, 7)]),
        ("rf", [(2, 6), (5, 4)]),
        ("co", [(0, 2), (0, 7), (1, 5), (2, 7)]),
        ("fr", [(6, 7)]),
        ("fri", [(6, 7)]),
        ("fre", []),
        ("rfe", [(2, 6), (5, 4)]),
        ("coi", []),
        ("po-loc", [(6, 7)]),
        ("rmw", [(6, 7)]),
        ("[M & IW]", [(0, 0), (1, 1)]),
        ("rf | rmw", [(2, 6), (5, 4), (6, 7)]),
        ("co & ext", [(0, 2), (0, 7), (1, 5), (2, 7)]),
        ("po \\ (W * R)", [(2, 3), (3, 4), (5, 7), (6, 7)]),
        ("rf ; po", [(2, 7)]),
        ("(rf | rmw)+", [(2, 6), (2, 7), (5, 4), (6, 7)]),
        ("[F]*", [(i, i) for i in range(8)]),
        ("[F] ; po?", [(3, 3), (3, 4)]),
        ("rf^-1", [(4, 5), (6, 2)]),
        ("IW * F", [(0, 3), (1, 3)]),
        ("[Release]", [(5, 5)]),
        ("[RMW]", [(6, 6), (7, 7)]),
        ("[domain(rf) & range(co)]", [(2, 2), (5, 5)]),
        ("[~M]", [(3, 3)]),
        ("fencerel(Mb)", [(2, 4)]),
        ("loc & (F * _)", []),
        ("int & (IW * _)", []),
        ("ext & (IW * IW)", [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ("0 | [{}]", []),
    ],
)
def test_operators_and_base_names_on_one_execution(load: Load, expression: str, expected: list[Pair]) -> None:
    model = load(f"let answer = {expression}")
    assert pairs(model.named_relations(EXECUTION)["answer"]) == expected


def test_sets_follow_kind_and_tag(load: Load) -> None:
    kinds = [
        Kind.READ,
        Kind.LOCK_READ,
        Kind.LOCK_FAILED,
        Kind.IS_LOCKED,
        Kind.IS_UNLOCKED,
        Kind.WRITE,
        Kind.LOCK_WRITE,
        Kind.UNLOCK,
    ]
    steps = [Step(kind, Tag.PLAIN if kind is Kind.READ else Tag.ONCE, "x") for kind in kinds]
    execution = next(candidates([steps]))

    def found(name: str) -> list[int]:
        return [a for a, _ in pairs(load(f"let s = [{name}]").named_relations(execution)["s"])]

    # 0 is the initial write, 1 to 8 the kinds above.
    assert found("R") == [1, 2, 3, 4, 5]
    assert found("W") == [0, 6, 7, 8]
    assert found("M") == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert [found(name) for name in ("LKR", "LF", "RL", "RU", "LKW", "UL")] == [[2], [3], [4], [5], [7], [8]]
    assert found("Plain") == [1]
    assert found("Once") == [2, 3, 4, 5, 6, 7, 8]


def test_functions_take_several_arguments_and_keep_the_names_of_their_definition(load: Load) -> None:
    model = load(
        "let r = rf let f(s, q) = [s] ; r ; q let r = co let a = f(W, po) let b = r let g s = [s] let c = g W & g M"
    )
    values = model.named_relations(EXECUTION)
    assert pairs(values["a"]) == [(2, 7)]
    assert pairs(values["b"]) == pairs(EXECUTION.co)
    assert pairs(values["c"]) == [(0, 0), (1, 1), (2, 2), (5, 5), (7, 7)]


def test_bindings_joined_by_and_see_the_scope_before(load: Load) -> None:
    values = load("let a = po and b = rf let a = b and b = a").named_relations(EXECUTION)
    assert (pairs(values["a"]), pairs(values["b"])) == (pairs(EXECUTION.rf), pairs(EXECUTION.po))


def test_a_recursion_is_the_least_fixpoint_of_relations_and_sets_together(load: Load) -> None:
    values = load(
        "let rec path = rf | po | (path ; path) "
        "let closure = (rf | po)+ "
        # What can be reached from the initial writes by rf and po, as a set and by way of two names.
        "let rec reached = IW | range([next] ; (rf | po)) and next = reached | range([reached] ; co) "
        "let members = [reached] "
        "let rec nothing = nothing ; po "
    ).named_relations(EXECUTION)
    assert values["path"] == values["closure"]
    # IW -co-> 2, 5, 7; from these by po and rf 3, 4, 6 and 7. 2 and 5 are reached by co only, as `next`.
    assert pairs(values["members"]) == [(i, i) for i in (0, 1, 3, 4, 6, 7)]
    assert pairs(values["nothing"]) == []
    assert pairs(load("let rec a = b ; po and b = rf | a let c = a").named_relations(EXECUTION)["c"]) == [(2, 7)]


def interpret(tree: Tree, execution: Execution) -> set[Pair] | set[int]:
    """The same language over plain sets, from the definitions."""
    events = range(len(execution))
    of = execution.events

    def rel(tree: object) -> set[Pair]:
        assert isinstance(tree, tuple)
        match tree:
            case ("name", name):
                return base(str(name))
            case ("|", a, b):
                return rel(a) | rel(b)
            case ("&", a, b):
                return rel(a) & rel(b)
            case ("\\", a, b):
                return rel(a) - rel(b)
            case (";", a, b):
                return composed(rel(a), rel(b))
            case ("*", a, b):
                return {(x, y) for x in members(a) for y in members(b)}
            case ("+", a):
                return closure(rel(a))
            case ("*", a):
                return closure(rel(a)) | {(x, x) for x in events}
            case ("?", a):
                return rel(a) | {(x, x) for x in events}
            case ("^-1", a):
                return {(y, x) for x, y in rel(a)}
            case ("~", a):
                return {(x, y) for x in events for y in events} - rel(a)
            case ("[]", a):
                return {(x, x) for x in members(a)}
            case ("fencerel", a):
                po = base("po")
                return composed({(x, y) for x, y in po if y in members(a)}, po)
        raise AssertionError(tree)

    def members(tree: object) -> set[int]:
        assert isinstance(tree, tuple)
        match tree:
            case ("name", name):
                return {x for x in events if belongs(x, str(name))}
            case ("|", a, b):
                return members(a) | members(b)
            case ("&", a, b):
                return members(a) & members(b)
            case ("\\", a, b):
                return members(a) - members(b)
            case ("~", a):
                return set(events) - members(a)
            case ("domain", a):
                return {x for x, _ in rel(a)}
            case ("range", a):
                return {y for _, y in rel(a)}
        raise AssertionError(tree)

    def belongs(x: int, name: str) -> bool:
        event = of[x]
        match name:
            case "R":
                return event.reads
            case "W":
                return event.writes
            case "M":
                return event.location is not None
            case "RMW":
                return any(x in pair for pair in pairs(execution.rmw))
            case "_":
                return True
            case "Once" | "Mb" | "Plain":
                return event.tag is not None and event.tag.value == name.lower()
        return bool(event.kind.value == name)

    def base(name: str) -> set[Pair]:
        inside = {(x, y) for x in events for y in events if of[x].thread == of[y].thread >= 0}
        same = {
            (x, y) for x in events for y in events if of[x].location is not None and of[x].location is of[y].location
        }
        po = {(x, y) for x, y in inside if of[x].index < of[y].index}
        plain = {x for x in events if of[x].kind.value in ("R", "W") and belongs(x, "Plain") and not belongs(x, "RMW")}
        apart = {(x, y) for x, y in po if not {x, y, *(z for z in events if (x, z) in po and (z, y) in po)} <= plain}
        rf = {(w, r) for r, w in enumerate(execution.source_of) if w >= 0}
        co = {(o[i], o[j]) for o in execution.coherence for i in range(len(o)) for j in range(i + 1, len(o))}
        fr = {(r, later) for w, r in rf for earlier, later in co if earlier == w}
        given: dict[str, Relation] = {"rmw": execution.rmw, "addr": execution.addr, "ctrl": execution.ctrl}
        if name in given:
            return set(pairs(given[name]))
        return {
            "po": po,
            "rf": rf,
            "co": co,
            "fr": fr,
            "rfe": rf - inside,
            "fri": fr & inside,
            "po-loc": po & same,
            "po-apart": apart,
            "loc": same,
            "int": inside,
            "ext": {(x, y) for x in events for y in events} - inside,
            "id": {(x, x) for x in events},
            "0": set(),
        }[name]

    return rel(tree)


def composed(first: set[Pair], second: set[Pair]) -> set[Pair]:
    after: dict[int, list[int]] = {}
    for y, z in second:
        after.setdefault(y, []).append(z)
    return {(x, z) for x, y in first for z in after.get(y, [])}


def closure(relation: set[Pair]) -> set[Pair]:
    result = set(relation)
    while (longer := result | composed(result, relation)) != result:
        result = longer
    return result


@settings(deadline=None, max_examples=80)
@given(st.lists(relations(), min_size=1, max_size=3), executions())
def test_the_evaluator_agrees_with_plain_sets_of_pairs(load: Load, trees: list[Tree], execution: Execution) -> None:
    model = load("\n".join(f"let answer-{i} = {text(tree)}" for i, tree in enumerate(trees)))
    values = model.named_relations(execution)
    for i, tree in enumerate(trees):
        assert set(pairs(values[f"answer-{i}"])) == interpret(tree, execution)


def test_values_of_one_execution_are_not_used_for_the_next() -> None:
    model = load_model("tso")
    executions = list(candidates([[write("x"), read("y")], [write("y"), read("x")]]))
    together = [model.violated(execution) for execution in executions]
    assert together == [load_model("tso").violated(execution) for execution in executions]
    assert together == [model.violated(execution) for execution in executions]


def test_a_recursion_that_never_comes_to_rest_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "m.cat"
    path.write_text("let rec a = po \\ a\nacyclic a as order\n", encoding="utf-8")
    model = load_model(str(path))
    execution = next(candidates([[write("x"), write("y")]]))
    with pytest.raises(CatError, match=r"m\.cat:1:9: this recursion never comes to rest"):
        model.allows(execution)


@pytest.mark.parametrize("name", ["tso", "lkmm"])
def test_what_rf_and_co_do_not_touch_is_computed_once_for_all_executions_of_the_same_paths(name: str) -> None:
    model = load_model(name)
    executions = list(candidates([[write("x"), fence(Tag.MB), read("y")], [write("y"), fence(Tag.MB), read("x")]]))
    prepared = model.evaluator.prepare(executions[0])
    verdicts = [model.accepts(prepared.valuation(execution), model.axioms) for execution in executions]
    # Only both reads of the initial value are forbidden.
    assert verdicts.count(False) == 1
    assert verdicts == [model.allows(execution) for execution in executions]
    sections, before = (model.relations[relation] for relation in ("rcu-sections", "before"))
    first, second = (prepared.valuation(execution) for execution in executions[:2])
    assert first.rows(sections) is second.rows(sections)
    assert first.relation(before) != second.relation(before)
