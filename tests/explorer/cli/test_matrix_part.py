"""Which part of the matrix a command takes, and how long it says that this is going to take."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest
from command_line import Run, run
from mailbox_scenario import MAILBOX
from variants_scenario import NO_FLAG, VARIANTS

from explorer.cli.cells import CellName
from explorer.cli.estimate import Estimate, about
from explorer.cli.matrix_part import BUDGET, UNKNOWN, Choice, Part, part_of
from explorer.memory.model import model_names
from explorer.scenario import MODELS

QUICK = ("sc", "tso", "pso")


@pytest.fixture(autouse=True)
def two_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    """mailbox: fixes none, fenced, waits; protocol P2. variants: none, wmb, rmb; raised, never (with none alone)."""
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (MAILBOX, VARIANTS))


@pytest.fixture
def sealrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the two scenarios, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return run


def rows(part: Part) -> list[tuple[str, str, str]]:
    return [(each.scenario.name, each.protocol, each.fix) for each, _ in part.rows]


def name(text: str) -> CellName:
    scenario, protocol, fix, model = text.split("/")
    return CellName(scenario, fix, protocol, model)


def names(cells: Iterable[CellName]) -> list[str]:
    return ["/".join((cell.scenario, cell.protocol, cell.fix, cell.model)) for cell in cells]


# ---- the whole, and parts that are named


def test_every_model_has_its_place() -> None:
    assert sorted(MODELS) == sorted(model_names())


def test_the_whole_is_everything() -> None:
    part = part_of(Choice(everything=True), {})
    assert rows(part) == [
        *(("mailbox", "P2", fix) for fix in ("none", "fenced", "waits")),
        *(("variants", "raised", fix) for fix in ("none", "wmb", "rmb")),
        *(("variants", "never", fix) for fix in ("none", "wmb", "rmb")),
    ]
    assert all(models == MODELS for _, models in part.rows)
    assert [each.reason for each, _ in part.rows] == [None] * 7 + [NO_FLAG] * 2
    # What means nothing is not explored.
    assert len(part.cells) == 7 * 5
    assert not part.left_out


@pytest.mark.parametrize("choice", [Choice(scenarios=("all",)), Choice(fixes=("all",)), Choice(models=("all",))])
def test_all_of_one_kind_is_the_whole(choice: Choice) -> None:
    assert part_of(choice, {}) == part_of(Choice(everything=True), {})


def test_names_choose_a_part_in_the_order_of_the_table() -> None:
    part = part_of(Choice(fixes=("rmb", "none"), protocols=("raised", "P2"), models=("lkmm", "sc")), {})
    assert rows(part) == [("mailbox", "P2", "none"), ("variants", "raised", "none"), ("variants", "raised", "rmb")]
    assert all(models == ("sc", "lkmm") for _, models in part.rows)


def test_fixes_that_combine_come_after_the_single_ones() -> None:
    part = part_of(Choice(fixes=("rmb+wmb", "wmb", "wmb+rmb"), protocols=("raised",), models=("sc",)), {})
    assert [fix for _, _, fix in rows(part)] == ["wmb", "wmb+rmb"]


def test_a_switch_chooses_the_scenarios_that_have_it() -> None:
    part = part_of(Choice(switches=("v6.9",), everything=True), {})
    assert {each.scenario.name for each, _ in part.rows} == {"variants"}
    assert part.switches == {"v6.9": 1}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--scenario", "letter"), "unknown scenario 'letter'\n  there are: mailbox, variants\n"),
        (("--fix", "hope"), "unknown fix 'hope'\n  there are: none, fenced, waits, wmb, rmb\n"),
        (("--fix", "wmb+fenced"), "'wmb+fenced': the fixes of mailbox do not combine\n  there are: fenced, waits\n"),
        (("--protocol", "P9"), "unknown protocol 'P9'\n  there are: P2, raised, never\n"),
        (("--model", "vax"), "unknown model 'vax'\n  there are: sc, tso, pso, armv8, lkmm\n"),
        (("--switch", "v5"), "unknown switch 'v5'\n  there are: v6.9, twice\n"),
        (("--scenario", "mailbox", "--switch", "twice"), "unknown switch 'twice'\n  mailbox has no switches\n"),
        (
            ("--scenario", "mailbox", "--scenario", "variants", "--fix", "wmb"),
            "mailbox has no such fix and protocol\n  sealrace list shows what it has\n",
        ),
        (
            ("--scenario", "variants", "--protocol", "never", "--fix", "wmb"),
            f"variants: fix wmb with protocol never is not applicable: {NO_FLAG}\n"
            "  choose another fix or protocol: sealrace list\n",
        ),
    ],
)
def test_a_part_that_there_is_not(sealrace: Run, arguments: tuple[str, ...], complaint: str) -> None:
    result = sealrace("matrix", *arguments)
    assert (result.exit_code, result.stderr) == (2, complaint)
    assert not Path("out").exists()


# ---- the quick part


def test_the_quick_part_is_the_first_protocol_under_models_that_keep_loads_in_order() -> None:
    part = part_of(Choice(), {})
    assert {(each.scenario.name, each.protocol) for each, _ in part.rows} == {("mailbox", "P2"), ("variants", "raised")}
    assert all(models == QUICK for _, models in part.rows)
    assert sorted(names([*part.cells, *part.left_out])) == sorted(names(part_of(Choice(everything=True), {}).cells))


def test_the_quick_part_takes_the_cheapest_rows_that_fit() -> None:
    cells = part_of(Choice(), {}).cells
    costs = dict.fromkeys(cells, 1.0)
    costs |= {name("mailbox/P2/waits/sc"): BUDGET, name("variants/raised/wmb/tso"): BUDGET - 14.0}
    # Four rows of 3 s each, and one of BUDGET - 12 s. Another second is too much.
    assert rows(part_of(Choice(), costs)) == [
        *(("mailbox", "P2", fix) for fix in ("none", "fenced")),
        *(("variants", "raised", fix) for fix in ("none", "wmb", "rmb")),
    ]
    costs[name("variants/raised/wmb/tso")] += 1.0
    assert rows(part_of(Choice(), costs)) == [
        *(("mailbox", "P2", fix) for fix in ("none", "fenced")),
        *(("variants", "raised", fix) for fix in ("none", "rmb")),
    ]
    assert all(models == QUICK for _, models in part_of(Choice(), costs).rows)


def test_the_quick_part_has_what_is_not_fixed_before_anything_else() -> None:
    costs = dict.fromkeys(part_of(Choice(), {}).cells, 1.0)
    costs[name("variants/raised/none/pso")] = BUDGET - 5.0
    assert rows(part_of(Choice(), costs)) == [("mailbox", "P2", "none"), ("variants", "raised", "none")]


def test_cells_of_unknown_cost_count_as_costing_some_seconds() -> None:
    cells = part_of(Choice(), {}).cells
    costs = dict.fromkeys(cells, BUDGET + 1)
    for model in QUICK:
        del costs[name(f"mailbox/P2/none/{model}")]
        costs[name(f"variants/raised/none/{model}")] = BUDGET / 3 - UNKNOWN
    assert rows(part_of(Choice(), costs)) == [("mailbox", "P2", "none"), ("variants", "raised", "none")]
    costs[name("variants/raised/none/sc")] += 1.0
    assert rows(part_of(Choice(), costs)) == [("mailbox", "P2", "none")]


def test_a_row_that_is_left_out_is_not_in_the_table() -> None:
    cells = part_of(Choice(), {}).cells
    dear = {cell: BUDGET + 1 for cell in cells if cell.fix == "waits"}
    assert ("mailbox", "P2", "waits") not in rows(part_of(Choice(), dear))


def test_the_run_says_what_it_leaves_out(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.cli.matrix.explore_jobs", lambda *_: None)
    costs = dict.fromkeys(part_of(Choice(everything=True), {}).cells, 20.0)
    del costs[name("variants/never/none/lkmm")]
    monkeypatch.setattr("explorer.cli.matrix.recorded", lambda: costs)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    result = sealrace("matrix", "--jobs", "2")
    # One row of three cells fits. Of the other 32 one has no cost: 31 * 20 s on two cores are 310 s.
    assert result.stdout.splitlines()[-2:] == [
        " Left out: 32 of 35 cells, about 5 min and 1 cell of unknown cost on 2 cores.",
        " All of them: sealrace matrix --all. A part: --scenario, --fix, --protocol, --model.",
    ]
    assert "Left out: 32 of 35 cells" in Path("out/index.html").read_text()
    assert sealrace("matrix", "--jobs", "9").stdout == result.stdout, "more processes than cores are no faster"
    as_json = sealrace("matrix", "--jobs", "2", "--json")
    assert (as_json.stdout, as_json.stderr.splitlines()[0]) == ("", result.stdout.splitlines()[-2])
    assert "Left out" not in sealrace("matrix", "--all").output


# ---- the matrix of what means nothing


def test_n_a_in_every_form(sealrace: Run) -> None:
    chosen = ("matrix", "--scenario", "variants", "--model", "sc", "--model", "pso", "--jobs", "1")
    result = sealrace(*chosen)
    assert result.exit_code == 1  # pso breaks fix none, as declared
    assert "   wmb    n/a       n/a" in result.output.splitlines()
    assert f" n/a: {NO_FLAG} (never: wmb, rmb)" in result.output.splitlines()
    index = Path("out/index.html").read_text()
    assert len(re.findall('<td class="na(?: g)?">–</td>', index)) == 4
    assert f"<dt>{NO_FLAG}</dt><dd>never: wmb, rmb</dd>" in index
    objects = [json.loads(line) for line in sealrace(*chosen, "--json").output.splitlines()]
    assert [(cell["protocol"], cell["fix"], cell["model"]) for cell in objects if cell["verdict"] == "n/a"] == [
        ("never", fix, model) for fix in ("wmb", "rmb") for model in ("sc", "pso")
    ]
    assert all(cell["reason"] == NO_FLAG for cell in objects if cell["verdict"] == "n/a")
    assert all(cell["cpu_seconds"] > 0 for cell in objects if cell["verdict"] != "n/a")


def test_what_means_nothing_is_no_failure_and_what_is_undeclared_is(sealrace: Run) -> None:
    chosen = ("matrix", "--scenario", "variants", "--protocol", "all", "--jobs", "1", "--expect")
    declared = sealrace(*chosen, "--fix", "wmb", "--model", "pso")
    assert (declared.exit_code, declared.stderr) == (0, "")
    assert "n/a" in declared.stdout
    undeclared = sealrace(*chosen, "--fix", "none", "--fix", "wmb", "--model", "pso")
    assert undeclared.exit_code == 1
    assert undeclared.stderr == "variants/never/none/pso: no verdict is declared, found is HOLDS\n"


def test_links_to_reports_of_combined_fixes(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VARIANTS.__dict__, "fixes", ("none", "wmb", "once#1"))
    sealrace("matrix", "--scenario", "variants", "--fix", "once#1+wmb", "--model", "armv8", "--jobs", "1")
    # A "#" cannot stay in a file's name: the hash tells the fix from wmb+once-1.
    hashed = sha256(b"wmb+once#1").hexdigest()[:8]
    assert Path(f"out/variants-raised-wmb+once-1-{hashed}-armv8-torn.html").exists()
    index = Path("out/index.html").read_text()
    assert f'href="variants-raised-wmb%2Bonce-1-{hashed}-armv8-torn.html"' in index
    assert '<th scope="row">wmb+once#1</th>' in index


# ---- the estimate


CELLS = [name(f"mailbox/P2/{fix}/{model}") for fix in ("none", "fenced") for model in ("sc", "tso")]


def test_the_estimate_is_the_recorded_cost_before_anything_is_known() -> None:
    estimate = Estimate(CELLS, dict.fromkeys(CELLS, 100.0), 2)
    assert (estimate.seconds, estimate.unknown, estimate.words) == (200.0, 0, "about 3 min")


def test_the_estimate_goes_by_what_cells_have_taken() -> None:
    estimate = Estimate(CELLS, dict(zip(CELLS, (10.0, 30.0, 20.0, 40.0), strict=True)), 2)
    estimate.note(CELLS[0], 30.0)
    estimate.note(CELLS[1], 90.0)
    # Three times what was recorded; 60 s are recorded for the rest, on two processes.
    assert estimate.seconds == 90.0
    estimate.note(CELLS[2], 60.0)
    estimate.note(CELLS[3], 120.0)
    assert (estimate.seconds, estimate.words) == (0.0, "")


def test_the_estimate_counts_what_it_does_not_know() -> None:
    estimate = Estimate(CELLS, {CELLS[0]: 10.0, CELLS[1]: 20.0}, 1)
    assert (estimate.seconds, estimate.words) == (30.0, "about 30 s and 2 cells of unknown cost")
    estimate.note(CELLS[2], 1000.0)  # says nothing of the cells that are known
    estimate.note(CELLS[0], 20.0)
    assert (estimate.seconds, estimate.words) == (40.0, "about 40 s and 1 cell of unknown cost")
    assert Estimate(CELLS, {}, 1).words == "4 cells of unknown cost"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about 1 s"), (89.4, "about 89 s"), (90.0, "about 2 min"), (5300.0, "about 88 min"),
        (5400.0, "about 1 h 30 min"), (7500.0, "about 2 h 05 min"),
    ],
)  # fmt: skip
def test_times_are_no_more_exact_than_they_are_known(seconds: float, words: str) -> None:
    assert about(seconds) == words


def test_a_run_tells_how_much_is_left(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    shown = []

    @contextmanager
    def bar(title: str, total: int | None):  # type: ignore[no-untyped-def]
        yield lambda done, text: shown.append((title, done, total, text))

    chosen = ("matrix", "--scenario", "mailbox", "--fix", "none", "--model", "sc", "--model", "tso", "--jobs", "1")
    monkeypatch.setattr("explorer.cli.matrix.progress_bar", bar)
    monkeypatch.setattr("explorer.cli.matrix.recorded", lambda: dict.fromkeys(CELLS[:2], 3600.0))
    sealrace(*chosen)
    assert shown[0] == ("Exploring", 0, 2, "about 2 h 00 min left")
    assert shown[1] == ("Exploring", 1, 2, "about 1 s left")  # a mailbox takes no hour
    assert shown[2] == ("Exploring", 2, 2, "")
    del shown[:]
    sealrace(*chosen, "--small")  # costs are those of the default sizes
    assert shown[0] == ("Exploring", 0, 2, "2 cells of unknown cost left")
