"""The table of verdicts on the terminal and on the index page."""

from __future__ import annotations

import re

import pytest

from reports.index import Cell, render_index, render_table


def cell(fix: str, model: str, word: str, *, expected: bool = True) -> Cell:
    verdict = word if word in ("HOLDS", "INCOMPLETE") else "VIOLATED"
    reports = ((f"{word} 1", f"inflight-{fix}-{model}.html"),) if verdict == "VIOLATED" else ()
    violating = {"leak": 0, "late": 1037 if verdict == "VIOLATED" else 0}
    return Cell(
        "inflight",
        "P2",
        fix,
        model,
        verdict,
        word,
        1204,
        violating,
        "98765" if model == "sc" else None,
        expected,
        reports,
    )


CELLS = [
    Cell("fresh", "P2", "none", "sc", "HOLDS", "HOLDS", 9, {}, None, True, ()),
    Cell("fresh", "P2", "none", "pso", "HOLDS", "HOLDS", 9, {}, None, True, ()),
    cell("recheck", "sc", "late"),
    cell("recheck", "pso", "late"),
    cell("rwsem", "sc", "HOLDS"),
    cell("rwsem", "pso", "INCOMPLETE", expected=False),
]

TABLE = """\
 scenario   protocol   fix       sc      pso
 fresh      P2         none      HOLDS   HOLDS
 inflight   P2         recheck   late    late
                       rwsem     HOLDS   INCOMPLETE !

 6 verdicts, 1 not as the scenarios declare: inflight/P2/rwsem/pso says INCOMPLETE.
"""


def test_the_table() -> None:
    assert render_table(CELLS) == TABLE


def test_all_as_declared() -> None:
    assert render_table(CELLS[:1]).endswith("\n 1 verdict, all as the scenarios declare.\n")
    assert render_table(CELLS[:5]).endswith("\n 5 verdicts, all as the scenarios declare.\n")


def test_a_pair_without_a_verdict_is_left_empty() -> None:
    lines = render_table([CELLS[0], CELLS[1], CELLS[4]]).splitlines()
    assert lines[1:3] == [" fresh      P2         none    HOLDS   HOLDS", " inflight   P2         rwsem   HOLDS"]


def test_one_verdict_per_cell() -> None:
    with pytest.raises(AssertionError, match="two verdicts for"):
        render_table([CELLS[0], CELLS[0]])


def test_the_page_has_word_colour_counts_and_links() -> None:
    page = render_index(CELLS, command="make explore", tool="0.1.0")
    words = re.findall(r'<span class="word (\w+)">(\w+)</span>', page)
    assert words == [
        ("holds", "HOLDS"),
        ("holds", "HOLDS"),
        ("violated", "late"),
        ("violated", "late"),
        ("holds", "HOLDS"),
        ("incomplete", "INCOMPLETE"),
    ]
    assert re.findall(r'<a href="(.*?)">(.*?)</a>', page) == [
        ("inflight-recheck-sc.html", "late 1"),
        ("inflight-recheck-pso.html", "late 1"),
    ]
    counts = re.findall(r'<span class="counts">(.*?)</span>', page)
    assert counts[2:4] == ["1,204 executions, 1,037 late, 98,765 interleavings", "1,204 executions, 1,037 late"]
    assert page.count("not as declared") == 1
    assert "<pre>make explore</pre>" in page
