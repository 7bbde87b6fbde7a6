"""What ``matrix`` hands to the gallery: commands that explore each cell alone, kinds of violation, files that exist."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from command_line import Run
from mailbox_scenario import toys

from reports.pages.gallery import render_index
from reports.verdicts import Cell

PART = ("matrix", "--scenario", "mailbox", "--fix", "none", "--fix", "fenced", "--model", "sc", "--model", "pso")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Cell]:
    """The cells that the page is made from, once there is one."""
    found: list[Cell] = []

    def noted(cells: list[Cell], **more: Any) -> str:
        found.extend(cells)
        return render_index(cells, **more)

    monkeypatch.setattr("explorer.cli.matrix.render_index", noted)
    return found


def test_each_cell_has_the_command_that_explores_it_alone(sealrace: Run, drawn: list[Cell]) -> None:
    options = "--unroll 5 --max-executions 50 --no-symmetry"
    assert sealrace(*PART, *options.split(), "--jobs", "1").exit_code == 1
    assert [cell.command for cell in drawn] == [
        f"sealrace explore mailbox --fix {fix} --protocol P2 --model {model} {options}"
        for fix in ("none", "fenced")
        for model in ("sc", "pso")
    ]
    for cell in drawn:
        file = Path("out", unquote(cell.run_file))
        before = file.read_bytes()
        file.unlink()
        sealrace(*shlex.split(cell.command)[1:])
        assert file.read_bytes() == before


def test_switches_and_small_sizes_are_part_of_the_command(
    sealrace: Run, drawn: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox, *others = toys()
    switched = replace(mailbox, switches={"v6.9": "later"}, parameters={"stores": 2})
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (switched, *others))
    assert sealrace(*PART, "--small", "--switch", "v6.9", "--jobs", "1").exit_code == 1
    assert drawn[1].command == "sealrace explore mailbox --fix none --protocol P2 --model pso --switch v6.9 --small"
    assert drawn[1].run_file == "mailbox-P2-none-small%2Cv6.9-pso.run.jsonl"
    assert Path("out", unquote(drawn[1].run_file)).exists()
    assert drawn[1].parameters == {"stores": 1, "v6.9": 1, "unroll": 3}


def test_cells_say_which_kind_each_page_shows(sealrace: Run, drawn: list[Cell]) -> None:
    assert sealrace(*PART, "--jobs", "1").exit_code == 1
    found = [
        [(label, kind.breaks, kind.executions) for (label, _), kind in zip(cell.reports, cell.kinds, strict=True)]
        for cell in drawn
    ]
    assert found == [
        [("late", "late", 1)],
        [("leak", "leak", 1), ("late", "late", 2)],
        [("late", "late", 1)],
        [("late", "late", 1)],
    ]
    page = Path("out/index.html").read_text()
    links = re.findall(r'<a href="([^#"]+\.html)"', page)
    assert len(links) == 5
    assert all(Path("out", link).exists() for link in links)
    (text,) = re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)
    data = json.loads(text)
    # The late reads of all four cells are of one kind.
    late = {
        kind for cell in data["cells"] for kind, *_ in cell["kinds"] if data["texts"][data["kinds"][kind][0]] == "late"
    }
    assert len(late) == 1
    assert all(cell.rules_hash for cell in drawn)
