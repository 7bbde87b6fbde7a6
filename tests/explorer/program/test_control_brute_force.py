"""Control dependence against its definition, by listing all paths of small random threads.

A random thread is a tree of statements.  It is written out as Python and unfolded, and it is
interpreted here into the tree of all its paths, where nothing is merged: a decision is in
force until a place that all paths from it come by, and it tells later branches (or values)
apart if the possibilities there differ between its arms.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from modelled_paths import Controls, controls, leaves, unfold

from explorer.execution.location import Location

VALUES, ERRNOS = ("v0", "v1"), ("e0", "e1")


@dataclass(frozen=True)
class Statement:
    """``kind`` says which of the fields have a meaning; ``place`` is unique in the program."""

    kind: str
    target: str = ""
    source: str = ""
    constant: int = 0
    body: tuple[Statement, ...] = ()
    other: tuple[Statement, ...] = ()
    place: int = -1


def blocks(depth: int) -> st.SearchStrategy[tuple[Statement, ...]]:
    value, errno, constant = st.sampled_from(VALUES), st.sampled_from(ERRNOS), st.integers(0, 1)
    simple = st.one_of(
        st.builds(Statement, st.just("read"), value),
        st.just(Statement("write")),
        st.builds(Statement, st.just("copy"), value, value),
        st.builds(Statement, st.just("add"), value, value, constant),
        st.builds(Statement, st.just("add errno"), value, value),
        st.builds(Statement, st.just("errno"), errno, constant=constant),
        st.builds(Statement, st.just("flip"), errno, errno),
    )
    if depth == 0:
        return st.lists(simple, min_size=1, max_size=3).map(tuple)
    inner = blocks(depth - 1)
    branch = st.one_of(
        st.builds(Statement, st.just("if"), source=value, body=inner, other=inner),
        st.builds(Statement, st.just("if errno"), source=errno, body=inner, other=inner),
        st.just(Statement("return")),
    )
    return st.lists(st.one_of(simple, branch), min_size=1, max_size=5).map(tuple)


def numbered(block: tuple[Statement, ...], numbers: Iterator[int]) -> tuple[Statement, ...]:
    return tuple(
        replace(s, place=next(numbers), body=numbered(s.body, numbers), other=numbered(s.other, numbers)) for s in block
    )


def decisions_in(block: tuple[Statement, ...]) -> int:
    return sum((s.kind == "if") + decisions_in(s.body) + decisions_in(s.other) for s in block)


def python(block: tuple[Statement, ...], indent: str) -> list[str]:
    lines = []
    for s in block:
        match s.kind:
            case "read":
                lines.append(f"{indent}{s.target} = await t.read(at[{s.place}])")
            case "write":
                lines.append(f"{indent}await t.write(at[{s.place}], 1)")
            case "copy":
                lines.append(f"{indent}{s.target} = {s.source}")
            case "add":
                lines.append(f"{indent}{s.target} = {s.source} + {s.constant}")
            case "add errno":
                lines.append(f"{indent}{s.target} = {s.source} + e0")
            case "errno":
                lines.append(f"{indent}{s.target} = {s.constant}")
            case "flip":
                lines.append(f"{indent}{s.target} = 1 - {s.source}")
            case "return":
                lines.append(f"{indent}return")
            case "if" | "if errno":
                lines += [f"{indent}if {s.source}:", *python(s.body, indent + " ")]
                lines += [f"{indent}else:", *python(s.other, indent + " ")]
    return lines


@dataclass(frozen=True)
class Value:
    """Where a value came to be, at which steps of the path it and its operands did, what it stands for."""

    place: int
    steps: frozenset[int]
    reads: frozenset[str]
    expression: Hashable


@dataclass(eq=False)
class Node:
    """A step of one path: the paths that go on from it, by outcome (None if there is but one way)."""

    statement: Statement
    step: int
    operands: tuple[Hashable, ...] = ()
    tested: Value | None = None
    ways: dict[bool | None, Node | None] = field(default_factory=dict)

    @property
    def place(self) -> int:
        return self.statement.place

    @cached_property
    def after(self) -> frozenset[int]:
        """The places that all paths from here come by."""
        return frozenset.intersection(*(self.after_way(outcome) for outcome in self.ways))

    def after_way(self, outcome: bool | None) -> frozenset[int]:
        following = self.ways[outcome]
        return frozenset() if following is None else following.after | {following.place}

    def branch(self, outcome: bool | None) -> int | None:
        """The place that follows."""
        following = self.ways[outcome]
        return None if following is None else following.place

    def below(self, place: int) -> list[list[Node]]:
        """Per way the nodes at a place."""
        found: list[list[Node]] = []
        for way in self.ways.values():
            found.append([])
            waiting = [way]
            while waiting:
                node = waiting.pop()
                if node is not None:
                    found[-1] += [node] if node.place == place else []
                    waiting += node.ways.values()
        return found


Label = Callable[[Node], Hashable]


def meaning(decision: Node, place: int, label: Label) -> tuple[frozenset[Hashable], ...]:
    return tuple(frozenset(label(node) for node in way) for way in decision.below(place))


def tells_apart(decision: Node, place: int, label: Label) -> bool:
    possible = meaning(decision, place, label)
    return all(possible) and len(set(possible)) > 1


def choosers(decisions: list[Node], place: int, label: Label) -> list[int]:
    found: list[int] = []
    for i in reversed(range(len(decisions))):
        later = any(
            tells_apart(decisions[i], decisions[j].place, lambda node: meaning(node, place, label)) for j in found
        )
        if later or tells_apart(decisions[i], place, label):
            found.append(i)
    return found


def all_paths(block: tuple[Statement, ...]) -> Node | None:
    """The tree of all paths of a thread that first reads both values."""
    first = tuple(Statement("read", name, place=place) for name, place in zip(VALUES, (-2, -1), strict=True))
    return paths_from((*first, *block), dict.fromkeys(ERRNOS, 0), 0)


def paths_from(rest: tuple[Statement, ...], known: dict[str, Any], step: int) -> Node | None:
    """All ways on from a step; ``known`` holds the errnos and the values."""
    if not rest or rest[0].kind == "return":
        return None
    s, rest = rest[0], rest[1:]
    match s.kind:
        case "errno":
            return paths_from(rest, known | {s.target: s.constant}, step)
        case "flip":
            return paths_from(rest, known | {s.target: 1 - known[s.source]}, step)
        case "copy":
            return paths_from(rest, known | {s.target: known[s.source]}, step)
        case "if errno":
            return paths_from((*(s.body if known[s.source] else s.other), *rest), known, step)
    node = Node(s, step)
    if s.kind == "if":
        node.tested = known[s.source]
        node.operands = (known[s.source].place,)
        for outcome, arm in ((True, s.body), (False, s.other)):
            node.ways[outcome] = paths_from((*arm, *rest), known, step + 1)
        return node
    if s.kind == "read":
        known = known | {s.target: Value(s.place, frozenset({step}), frozenset({name_of(s)}), s.place)}
    elif s.kind.startswith("add"):
        value = known[s.source]
        addend = s.constant if s.kind == "add" else known["e0"]
        node.operands = (value.place, addend)
        made = Value(s.place, value.steps | {step}, value.reads, ("+", value.expression, addend))
        known = known | {s.target: made}
    node.ways[None] = paths_from(rest, known, step + 1)
    return node


def by_definition(root: Node | None, outcomes: Iterator[bool]) -> Controls:
    """Walk one path; the reads that control each access. ``outcomes`` decide conditions met for the first time."""
    result: Controls = {}
    carried: list[set[str]] = []
    decisions: list[Node] = []
    reads: list[set[str]] = []
    in_force: list[tuple[set[str], frozenset[int]]] = []
    known: dict[Hashable, bool] = {}
    node = root
    while node is not None:
        in_force = [(of, until) for of, until in in_force if node.place not in until]
        control = set[str]().union(*(of for of, _until in in_force))
        chosen = set[str]()
        if node.operands:
            chosen = chosen.union(*(reads[i] for i in choosers(decisions, node.place, lambda n: n.operands)))
        carried.append(control | chosen)
        outcome: bool | None = None
        if node.statement.kind in ("read", "write"):
            result[name_of(node.statement)] = control
        elif node.tested is not None:
            value = node.tested
            outcome = known[value.expression] if value.expression in known else next(outcomes)
            known[value.expression] = outcome
            decisions.append(node)
            reads.append(chosen.union(value.reads, *(carried[step] for step in value.steps)))
            in_force.append((reads[-1], node.after))
        for i in choosers(decisions, node.place, partial(Node.branch, outcome=outcome)):
            after = [n.after_way(outcome) for way in decisions[i].below(node.place) for n in way]
            in_force.append((reads[i], frozenset.intersection(*after)))
        node = node.ways[outcome]
    return result


def name_of(statement: Statement) -> str:
    return f"{statement.kind[0].upper()}{statement.place}"


@settings(max_examples=150, deadline=None)
@given(blocks(2).map(lambda block: numbered(block, count())).filter(lambda block: decisions_in(block) <= 6))
def test_merged_states_give_the_control_that_all_paths_give(block: tuple[Statement, ...]) -> None:
    source = ["async def body(t, at):", " v0, v1 = await t.read(at[-2]), await t.read(at[-1])", " e0 = e1 = 0"]
    namespace: dict[str, Any] = {"__name__": "random_thread"}
    exec("\n".join([*source, *python(block, " ")]), namespace)
    at = {place: Location(str(place)) for place in range(-2, 200)}
    root = all_paths(block)
    for leaf in leaves(unfold(namespace["body"], at)):
        assert controls(leaf) == by_definition(root, (bool(outcome) for outcome in leaf.decisions))
