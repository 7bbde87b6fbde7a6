"""What a page carries of the relations: orders as immediate pairs, equal ones once, the largest left out first."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reports.pages.relations import PageRelation, page_relations
from reports.structure import Pair, Report


def with_relations(report: Report, **relations: tuple[Pair, ...]) -> Report:
    own = {
        name: report.relations[name] for name in ("po", "rf", "co", "fr", "rmw", "addr", "data", "ctrl", "ctrl-later")
    }
    return replace(report, relations={**own, **{name.replace("_", "-"): pairs for name, pairs in relations.items()}})


def relation(report: Report, name: str) -> PageRelation:
    return next(each for each in page_relations(report).relations if each.name == name)


def text(report: Report, name: str) -> str:
    number = relation(report, name).text
    assert number is not None
    return page_relations(report).texts[number]


def test_pairs_are_written_by_source_with_runs_of_targets(leak: Report) -> None:
    assert (
        text(with_relations(leak, own=((4, 6), (4, 7), (4, 8), (4, 10), (5, 6), (9, 5))), "own") == "4:6-8,10;5:6;9:5"
    )


def test_an_order_of_the_model_is_told_by_its_immediate_pairs(leak: Report) -> None:
    chain = tuple(combinations((4, 5, 6, 7), 2))
    report = with_relations(leak, before=chain)
    assert relation(report, "before") == PageRelation("before", "model", 6, True, relation(report, "before").text)
    assert text(report, "before") == "4:5;5:6;6:7"


def test_what_is_no_order_stays_whole(leak: Report) -> None:
    for pairs in [((4, 5), (5, 6)), ((4, 5), (5, 4), (4, 4), (5, 5)), ((4, 4),)]:
        report = with_relations(leak, own=pairs)
        assert not relation(report, "own").immediate
        assert text(report, "own").count(";") == len({source for source, _ in pairs}) - 1
    # Dependences are those of the report, whole, though they happen to be an order.
    assert text(leak, "ctrl") == "10:11-13;11:12-13;12:13"


def test_equal_relations_share_a_text_and_empty_ones_are_left_out(leak: Report) -> None:
    report = with_relations(leak, one=((4, 6),), two=((4, 6),), none=())
    assert relation(report, "one").text == relation(report, "two").text
    assert "none" not in [each.name for each in page_relations(report).relations]


def test_the_basic_ones_come_first_then_dependences_then_the_models_own(leak: Report) -> None:
    report = with_relations(leak, aaa=((4, 6),))
    found = [(each.name, each.group) for each in page_relations(report).relations]
    assert found == [
        ("po", "basic"), ("rf", "basic"), ("co", "basic"), ("fr", "basic"),
        ("ctrl", "dependences"), ("ctrl-later", "dependences"), ("aaa", "model"),
    ]  # fmt: skip


def test_a_fence_stands_between_the_nearest_accesses_of_its_thread(long: Report) -> None:
    """Owner: 2 mb (implied), 3 and 4 the RMW, 5 mb (implied), 6 wmb, 7 load; nothing is before the first fence."""
    assert relation(long, "mb fence").group == "fences"
    assert text(long, "mb fence") == "4:7"
    assert text(long, "wmb fence") == "4:7"


def test_what_does_not_fit_goes_the_largest_first(leak: Report) -> None:
    wide = tuple((source, target) for source in range(4, 14) for target in range(4, 14) if (source + target) % 2)
    report = with_relations(leak, wide=wide, also_wide=wide, narrow=((4, 13),))
    whole = page_relations(report)
    assert whole.dropped == []
    room = sum(map(len, whole.texts)) - 1
    less = page_relations(report, room)
    assert [each.name for each in less.dropped] == ["also-wide", "wide"]
    assert [each.count for each in less.dropped] == [len(wide)] * 2
    assert sum(map(len, less.texts)) <= room


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_the_closure_of_the_immediate_pairs_is_the_order(pairs: set[Pair]) -> None:
    from toy_reports import leak_report  # no fixture: Hypothesis runs this many times

    upward = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]} or {(0, 1)}
    order = closure(upward)
    report = with_relations(leak_report(), own=tuple(sorted(order)))
    rows = [row.split(":") for row in text(report, "own").split(";")]
    immediate = {(int(source), target) for source, runs in rows for target in targets(runs)}
    assert closure(immediate) == order
    assert all(pair not in closure(immediate - {pair}) for pair in immediate)


def closure(pairs: set[Pair]) -> set[Pair]:
    more = {(a, d) for a, b in pairs for c, d in pairs if b == c}
    return pairs if more <= pairs else closure(pairs | more)


def targets(runs: str) -> list[int]:
    found: list[int] = []
    for run in runs.split(","):
        first, _, last = run.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found
