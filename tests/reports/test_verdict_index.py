"""The table of verdicts on the terminal and on the index page."""

from __future__ import annotations

import re

import pytest

from reports.index import Cell, render_index, render_table
from scenarios.shmem.declare import PROTOCOL
from scenarios.shmem.fixes import FIXES


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


def test_a_pair_without_a_verdict_is_a_dash() -> None:
    lines = render_table([CELLS[0], CELLS[1], CELLS[4]]).splitlines()
    assert lines[1:3] == [" fresh      P2         none    HOLDS   HOLDS", " inflight   P2         rwsem   HOLDS   -"]
    meaning = "-: no verdict is declared; one cell: sealrace explore SCENARIO --fix FIX --model MODEL"
    assert lines[4] == f" {meaning}"
    page = render_index([CELLS[0], CELLS[1], CELLS[4]], command="sealrace matrix", tool="0.1.0")
    assert page.count('<td><span class="counts">-</span></td>') == 1
    assert f'<p class="soft">{meaning}</p>' in page


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


def test_cells_that_were_not_run_are_no_verdicts() -> None:
    cells = [CELLS[0], Cell.not_run("fresh", "P2", "none", "pso")]
    assert (
        render_table(cells)
        == """\
 scenario   protocol   fix    sc      pso
 fresh      P2         none   HOLDS   not run

 INCOMPLETE: 1 of 2 cells were not run.
 1 verdict, all as the scenarios declare.
"""
    )
    assert render_table(cells[1:]).endswith("\n\n INCOMPLETE: 1 of 1 cells were not run.\n No verdict.\n")
    page = render_index(cells, command="sealrace matrix", tool="0.1.0")
    assert '<p class="banner">INCOMPLETE: 1 of 2 cells were not run.</p>' in page
    assert re.findall(r'<td><span class="word ([\w-]+)">(.*?)</span>', page) == [
        ("holds", "HOLDS"),
        ("not-run", "not run"),
    ]
    assert "not as declared" not in page


def test_a_finished_run_has_no_banner() -> None:
    page = render_index(CELLS, command="sealrace matrix", tool="0.1.0")
    assert "<title>Sealrace verdicts</title>" in page
    assert 'class="banner"' not in page
    assert "not run" not in page


def test_the_page_says_how_far_a_search_came() -> None:
    stopped = Cell(
        "inflight", "P2", "none", "sc", "INCOMPLETE", "INCOMPLETE", 7, {}, None, False, (),
        complete=False, limits=("interrupted",),
    )  # fmt: skip
    bounded = Cell(
        "inflight", "P2", "none", "tso", "VIOLATED", "leak", 270, {"leak": 46}, None, True, (),
        cut=3, limits=("loop in f was cut after 3 iterations: raise --unroll",),
    )  # fmt: skip
    page = render_index([stopped, bounded], command="sealrace matrix", tool="0.1.0")
    assert re.findall(r'<span class="counts">(.*?)</span><span class="limit">(.*?)</span>', page) == [
        ("7 executions, not all", "interrupted"),
        (
            "270 executions, all within the bounds, 46 leak, 3 cut",
            "loop in f was cut after 3 iterations: raise --unroll",
        ),
    ]


def test_the_legend_explains_each_word_of_the_table() -> None:
    page = render_index(CELLS, command="sealrace matrix", tool="0.1.0", titles={"fresh": "an empty file", "other": "?"})
    explained = [re.sub("<.*?>", "", term) for term in re.findall(r"<dt>(.*?)</dt><dd>\w", page)]
    # Titles of the scenarios of the table only; late is broken somewhere, leak and stale nowhere.
    assert explained == ["late", "HOLDS", "INCOMPLETE", "fresh", *FIXES, PROTOCOL]


def test_names_of_shmem_are_not_explained_to_other_scenarios() -> None:
    other = Cell("mailbox", "plain", "none", "sc", "HOLDS", "HOLDS", 9, {}, None, True, ())
    page = render_index([other], command="sealrace matrix", tool="0.1.0")
    assert "seal check" not in page
    assert "F_ADD_SEALS" not in page
