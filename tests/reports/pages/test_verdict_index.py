"""The table of verdicts on the terminal and on the index page."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reports.pages.gallery import render_index
from reports.table import render_table
from reports.verdicts import Cell, summary
from scenarios.shmem.declare import PROTOCOLS
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

NUMBERS = """\
 Numbers are executions: those that break the property, or, after HOLDS and INCOMPLETE, those
   explored.
"""

TABLE = f"""\
 fresh, protocol P2

   fix       sc            pso
   none      HOLDS     9   HOLDS            9

 inflight, protocol P2

   fix       sc            pso
   recheck   late  1,037   late         1,037
   rwsem     HOLDS 1,204   INCOMPLETE ! 1,204

{NUMBERS}\
 !: not the verdict that the scenario declares; --expect says which that is.
 6 verdicts, 1 not as the scenarios declare: inflight/P2/rwsem/pso says INCOMPLETE.
"""


def main_of(page: str) -> str:
    """The list of verdicts."""
    return page[page.index("<main ") : page.index("</main>")]


def test_the_table() -> None:
    assert render_table(CELLS) == TABLE


def test_all_as_declared() -> None:
    assert render_table(CELLS[:1]).endswith("\n 1 verdict, all as the scenarios declare.\n")
    assert render_table(CELLS[:5]).endswith("\n 5 verdicts, all as the scenarios declare.\n")


def test_a_verdict_that_none_is_declared_for_is_no_surprise() -> None:
    silent = replace(CELLS[1], expected=None)
    lines = render_table([CELLS[0], silent]).splitlines()
    assert lines[3] == "   none   HOLDS 9   HOLDS 9"
    assert lines[-1] == " 2 verdicts, all as the scenarios declare, where they do. None is declared for 1."
    assert render_table([silent]).endswith("\n 1 verdict, none declared.\n")
    wrong = cell("rwsem", "pso", "late", expected=False)
    assert summary([wrong, silent]) == (
        "2 verdicts, 1 not as the scenarios declare: inflight/P2/rwsem/pso says late. None is declared for 1."
    )
    assert "unexpected" not in main_of(render_index([silent], command="sealrace matrix", tool="0.1.0"))


def test_what_is_not_part_of_the_run_is_a_dash() -> None:
    lines = render_table([CELLS[0], CELLS[1], CELLS[4]]).splitlines()
    assert [line for line in lines if "rwsem" in line] == ["   rwsem   HOLDS 1,204   -"]
    assert " -: not part of this run." in lines
    page = render_index([CELLS[0], CELLS[1], CELLS[4]], command="sealrace matrix", tool="0.1.0")
    assert page.count('<td class="short" data-model="pso"><b class="word nothing">-</b></td>') == 1
    assert '<p class="soft">-: not part of this run.</p>' in page


NEVER = "the seal is never set, so no read races with it"
MEANINGLESS = [
    CELLS[4],
    *(
        Cell.not_applicable("inflight", "P0", fix, model, NEVER)
        for fix in ("recheck", "rwsem")
        for model in ("sc", "pso")
    ),
    Cell.not_applicable("inflight", "P1", "rwsem", "sc", NEVER),
    Cell.not_applicable("inflight", "P1", "recheck", "sc", "<another> reason"),
]


def test_what_means_nothing_stands_in_the_table_with_its_reason_below() -> None:
    lines = render_table(MEANINGLESS).splitlines()
    assert lines[5:9] == [
        " inflight, protocol P0",
        "",
        "   fix       sc            pso",
        "   recheck   n/a           n/a",
    ]
    assert f" n/a: {NEVER} (P0: recheck, rwsem; P1: rwsem)" in lines
    assert " n/a: <another> reason (P1: recheck)" in lines
    assert lines[-1] == " 1 verdict, all as the scenarios declare."
    assert not any(line.startswith(" INCOMPLETE: ") for line in lines)


def test_what_means_nothing_is_a_dash_in_the_picture_with_the_reasons_below() -> None:
    page = render_index(MEANINGLESS, command="sealrace matrix", tool="0.1.0")
    assert len(re.findall(r'<td class="na(?: g)?">–</td>', page)) == 6
    assert '<span class="sign na" aria-hidden="true">–</span> n/a <span class="soft">6</span></li>' in page
    assert page.count('id="inflight-P0-') == 0, "the list has rows that say nothing"
    assert f"<dt>{NEVER}</dt><dd>P0: recheck, rwsem; P1: rwsem</dd>" in page
    assert "<dt>&lt;another&gt; reason</dt><dd>P1: recheck</dd>" in page
    assert '<i class="word not-applicable">n/a</i>' not in render_index(CELLS, command="sealrace matrix", tool="0.1.0")


def test_a_page_of_several_scenarios_has_links_to_each() -> None:
    titles = {"fresh": "an empty file", "inflight": "a file in use", "other": "?"}
    page = render_index(CELLS, command="sealrace matrix", tool="0.1.0", titles=titles)
    assert '<nav><a href="#scenario-1">fresh</a><a href="#scenario-2">inflight</a></nav>' in page
    assert '<h2 id="scenario-2">inflight</h2>\n<p class="soft">a file in use</p>\n<div class="scroll">' in page
    assert "other" not in re.findall(r"<h2.*?>(.*?)</h2>", page)
    assert "<nav>" not in render_index(CELLS[:2], command="sealrace matrix", tool="0.1.0")


def test_one_verdict_per_cell() -> None:
    with pytest.raises(AssertionError, match="two verdicts for"):
        render_table([CELLS[0], CELLS[0]])


def test_the_page_has_word_colour_counts_and_links() -> None:
    page = render_index(CELLS, command="make explore", tool="0.1.0")
    words = re.findall(r'<b class="word (\w+)">(\w+)</b>', page)
    assert words == [
        ("holds", "HOLDS"),
        ("holds", "HOLDS"),
        ("violated", "late"),
        ("violated", "late"),
        ("holds", "HOLDS"),
        ("incomplete", "INCOMPLETE"),
    ]
    assert re.findall(r'<a href="([^#"]*?)">(.*?)</a>', page) == [
        ("inflight-recheck-sc.html", "late 1"),
        ("inflight-recheck-pso.html", "late 1"),
    ]
    counts = re.findall(r"<i>(.*?)</i>", page)
    assert counts[2:4] == ["1,204 executions, 1,037 late, 98,765 interleavings", "1,204 executions, 1,037 late"]
    assert page.count('<b class="unexpected">not as declared</b>') == 1
    assert "<pre>make explore</pre>" in page


def test_cells_that_were_not_run_are_no_verdicts() -> None:
    cells = [CELLS[0], Cell.not_run("fresh", "P2", "none", "pso")]
    assert (
        render_table(cells)
        == f"""\
 fresh, protocol P2

   fix    sc        pso
   none   HOLDS 9   not run

{NUMBERS}\
 INCOMPLETE: 1 of 2 cells were not run.
 1 verdict, all as the scenarios declare.
"""
    )
    assert render_table(cells[1:]).endswith("\n\n INCOMPLETE: 1 of 1 cells were not run.\n No verdict.\n")
    page = render_index(cells, command="sealrace matrix", tool="0.1.0")
    assert '<p class="banner">INCOMPLETE: 1 of 2 cells were not run.</p>' in page
    assert re.findall(r'<td.*? data-model="\w+"><b class="word ([\w-]+)">(.*?)</b>', page) == [
        ("holds", "HOLDS"),
        ("not-run", "not run"),
    ]
    assert "unexpected" not in main_of(page)


def test_a_finished_run_has_no_banner() -> None:
    page = render_index(CELLS, command="sealrace matrix", tool="0.1.0")
    assert "<title>Sealrace verdicts</title>" in page
    assert 'class="banner"' not in page
    assert "not run" not in page
    assert "not-run" not in main_of(page)


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
    assert re.findall(r'<i>(.*?)</i> <i class="limit">(.*?)</i>', page) == [
        ("7 executions, not all", "interrupted"),
        (
            "270 executions, all within the bounds, 46 leak, 3 cut",
            "loop in f was cut after 3 iterations: raise --unroll",
        ),
    ]


def test_the_legend_explains_each_word_of_the_table() -> None:
    page = render_index(CELLS, command="sealrace matrix", tool="0.1.0")
    explained = [re.sub("<.*?>", "", term) for term in re.findall(r"<dt>(.*?)</dt><dd>[\w<]", page)]
    # Late is broken somewhere, leak and stale nowhere.
    assert explained == ["late", "HOLDS", "INCOMPLETE", *FIXES, *PROTOCOLS]


def test_names_of_shmem_are_not_explained_to_other_scenarios() -> None:
    other = Cell("mailbox", "plain", "none", "sc", "HOLDS", "HOLDS", 9, {}, None, True, ())
    page = render_index([other], command="sealrace matrix", tool="0.1.0")
    assert "seal check" not in page
    assert "F_ADD_SEALS" not in page
