"""The gallery as text: squares and their signs, anchors, what the script is told, hostile names, and its size."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from toy_gallery import CELLS, early, gallery, late, leak
from toy_gallery import cell as toy_cell

from reports.pages.cells import page_data
from reports.pages.gallery import render_index
from reports.pages.matrix import anchor, keys_of, name_of, picture_of
from reports.verdicts import Cell

HOSTILE = "</script><img src=x onerror=alert(1)>'\"&\u202e\x1b[31m{0}"


def violated(word: str) -> Cell:
    return Cell("s", "P", word, "sc", "VIOLATED", word, 2, {word: 1}, None, None, ())


def test_a_block_per_protocol_a_row_per_fix_a_column_per_scenario_and_model() -> None:
    picture = picture_of(CELLS, keys_of(CELLS))
    assert (picture.scenarios, picture.models) == (["fresh", "inflight"], ["sc", "lkmm"])
    drawn = {
        block.protocol: {
            fix: "".join(square.sign.letter if square else " " for square in squares) for fix, squares in block.rows
        }
        for block in picture.blocks
    }
    assert drawn == {
        "P2": {"none": "✓SLL", "recheck": "✓SAA", "rwsem": "✓✓✓?"},
        "P1": {"none": "  ✓✓", "recheck": "  ··", "rwsem": "  ––"},
    }
    assert picture.surprises == 1


def test_a_fix_that_the_first_scenario_lacks_has_its_place() -> None:
    """The quick part of the matrix has other fixes of each scenario."""
    rows = (
        ("fresh", ("none", "recheck", "srcu")),
        ("inflight", ("none", "no-check", "rwsem")),
        ("splice", ("a", "rwsem")),
    )
    cells = [toy_cell(scenario, "P2", fix, "sc", 4) for scenario, fixes in rows for fix in fixes]
    (block,) = picture_of(cells, keys_of(cells)).blocks
    assert [fix for fix, _ in block.rows] == ["a", "none", "no-check", "rwsem", "recheck", "srcu"]


def test_the_legend_has_each_word_once_with_its_cells() -> None:
    signs = picture_of(CELLS, keys_of(CELLS)).signs
    assert [(sign.letter, sign.word, sign.colour, sign.cells) for sign in signs] == [
        ("L", "leak", "leak", 2),
        ("A", "late", "late", 2),
        ("S", "stale", "stale", 2),
        ("✓", "HOLDS", "holds", 7),
        ("?", "INCOMPLETE", "incomplete", 1),
        ("·", "not run", "not-run", 2),
        ("–", "n/a", "na", 2),
    ]


def test_every_word_has_its_own_letter() -> None:
    cells = [violated(word) for word in ("size-cache", "masked", "leak", "deadlock", "stale", "swapped", "sl", "ß")]
    signs = {sign.word: (sign.letter, sign.colour) for sign in picture_of(cells, keys_of(cells)).signs}
    assert signs == {
        "leak": ("L", "leak"),
        "stale": ("S", "stale"),
        "deadlock": ("D", "deadlock"),
        "size-cache": ("I", "other"),
        "masked": ("M", "other"),
        "swapped": ("W", "other"),
        # Both of its letters are taken.
        "sl": ("#", "other"),
        # Its capital is two letters, the first of which is taken.
        "ß": ("#", "other"),
    }


def test_a_square_has_a_name_in_words() -> None:
    names = [name_of(cell) for cell in CELLS]
    assert names[9] == "inflight, fix recheck, P2, lkmm: late, 1 execution"
    assert names[10] == "inflight, fix rwsem, P2, sc: HOLDS, 4 executions"
    assert names[3] == "fresh, fix recheck, P2, lkmm: stale, 1 execution, not as declared"
    assert names[14] == "inflight, fix recheck, P1, sc: not run"


def test_every_square_leads_to_its_verdict() -> None:
    page = gallery()
    links = re.findall(r'<td class="[\w -]+"><a href="#([^"]+)"', page)
    assert len(links) == len(set(links)) == 16
    assert links[:4] == ["fresh-P2-none-sc", "fresh-P2-none-lkmm", "inflight-P2-none-sc", "inflight-P2-none-lkmm"]
    assert set(links) == set(re.findall(r'<td id="([^"]+)"', page))


def test_anchors_are_told_apart() -> None:
    cells = [
        replace(violated("leak"), scenario=scenario, protocol=protocol)
        for scenario, protocol in (("a-b", "c"), ("a", "b-c"))
    ]
    assert list(keys_of(cells).values()) == ["a-b-c-leak-sc", "a-b-c-leak-sc~2"]
    assert anchor("a=b&c d+e") == "#a%3Db%26c%20d+e"


def test_the_script_is_told_equal_kinds_as_one() -> None:
    data = page_data(CELLS, "0.1.0")
    words = data["texts"]
    assert [(words[name], words[places]) for name, places in data["kinds"]] == [
        ("stale", "add_seals(inode.seals), read(inode.seals)"),
        ("leak", "read(inode.seals), add_seals(inode.seals), copy_page(page.data)"),
        ("late", "read(inode.seals), copy_page(page.data)"),
        ("late", "add_seals(inode.seals), copy_page(page.data)"),
    ]
    kinds = [[(kind, executions) for kind, executions, _sentence in cell.get("kinds", [])] for cell in data["cells"]]
    assert (kinds[1], kinds[6], kinds[9]) == ([(0, 3)], [(1, 23), (2, 63), (3, 2)], [(3, 1), (0, 13)])


def test_commands_and_run_files_are_told_by_what_the_names_do_not_tell() -> None:
    data = page_data(
        [
            CELLS[6],
            replace(CELLS[6], fix="a b", command="sealrace explore inflight --fix 'a b'", run_file="x%20y.run.jsonl"),
        ],
        "",
    )
    first, second = ((data["texts"][cell["command"]], data["texts"][cell["run"]]) for cell in data["cells"])
    assert first == (" --small", "small-")
    assert second == ("sealrace explore inflight --fix 'a b'", "x%20y.run.jsonl")


def embedded(page: str) -> Any:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def test_hostile_names_are_data() -> None:
    kind = leak(1)
    hostile = replace(
        toy_cell(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, kind),
        notes=(HOSTILE,),
        limits=(HOSTILE,),
        parameters={HOSTILE: 1},
    )
    page = render_index([hostile], command=HOSTILE, tool=HOSTILE, titles={HOSTILE: HOSTILE}, remarks=(HOSTILE,))
    assert "<img" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert page.count("</script>") == 2
    shown = "</script><img src=x onerror=alert(1)>'\"&\\u202e\\x1b[31m{0}"
    assert shown in embedded(page)["texts"]


def whole_matrix() -> list[Cell]:
    """As many cells as the whole matrix has, with about as many kinds and flags."""
    scenarios, fixes = [f"scenario-{i:02}" for i in range(12)], [f"fix-name-{i:02}" for i in range(18)]
    meaning = {"P2": 18, "P0": 6, "P1": 7, "P3": 7}
    found: list[Cell] = []
    for scenario, protocol, fix, model in product(scenarios, meaning, fixes, ("sc", "tso", "pso", "armv8", "lkmm")):
        if fixes.index(fix) >= meaning[protocol]:
            found.append(Cell.not_applicable(scenario, protocol, fix, model, "it means nothing"))
            continue
        stem = f"{scenario}-{protocol}-{fix}-{model}-flag"
        races = tuple((f"data-race A{i}/R3", f"{stem}-data-race-{i}.html") for i in range(4 if model == "lkmm" else 0))
        kinds = (leak(23), late(63), early(2)) if fixes.index(fix) % 2 else ()
        found.append(toy_cell(scenario, protocol, fix, model, 146, *kinds, remarks=races))
    return found


def test_the_whole_matrix_is_one_page_that_opens_quickly() -> None:
    cells = whole_matrix()
    assert sum(cell.applies for cell in cells) == 2280
    assert len(render_index(cells, command="sealrace matrix --all", tool="0.1.0").encode()) < 1_500_000


def test_same_bytes_whatever_the_hash_seed() -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); from toy_gallery import gallery; print(gallery())"
    folder = str(Path(__file__).parent.parent)
    pages = {
        subprocess.run(
            [sys.executable, "-c", program, folder],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(pages) == 1
