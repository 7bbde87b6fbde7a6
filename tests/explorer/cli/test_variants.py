"""Fixes that combine, switches, several protocols, and combinations that mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Run, run
from variants_scenario import NO_FLAG, variants


@pytest.fixture
def sealrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the scenario of variants, in an empty folder."""
    monkeypatch.setattr("scenarios.registry.scenarios", variants)
    monkeypatch.chdir(tmp_path)
    return run


def cells(sealrace: Run, *arguments: str) -> list[dict[str, Any]]:
    result = sealrace("explore", "variants", "--json", *arguments)
    assert result.exit_code in (0, 1), result.output
    return [json.loads(line) for line in result.output.splitlines()]


# ---- fixes that combine


def test_both_fixes_together_hold_where_neither_does_alone(sealrace: Run) -> None:
    found = cells(sealrace, "--model", "armv8", "--fix", "wmb", "--fix", "rmb", "--fix", "wmb+rmb")
    assert [(cell["fix"], cell["verdict"], cell["executions"]) for cell in found] == [
        ("wmb", "VIOLATED", 4),
        ("rmb", "VIOLATED", 4),
        ("wmb+rmb", "HOLDS", 3),
    ]


def test_a_combination_has_one_name_everywhere(sealrace: Run) -> None:
    (cell,) = cells(sealrace, "--model", "armv8", "--fix", "rmb+wmb", "--fix", "wmb+rmb")
    assert (cell["fix"], cell["run_file"]) == ("wmb+rmb", "out/variants-raised-wmb+rmb-armv8.run.jsonl")
    assert json.loads(Path(cell["run_file"]).read_text().splitlines()[0])["fix"] == "wmb+rmb"


def test_all_and_a_combination(sealrace: Run) -> None:
    found = cells(sealrace, "--model", "sc", "--fix", "rmb+wmb", "--fix", "all")
    assert [cell["fix"] for cell in found] == ["none", "wmb", "rmb", "wmb+rmb"]


def test_an_expectation_can_be_declared_for_a_combination(sealrace: Run) -> None:
    assert sealrace("explore", "variants", "--model", "armv8", "--fix", "rmb+wmb", "--expect").exit_code == 0


@pytest.mark.parametrize(
    ("fix", "complaint"),
    [
        ("wmb+wmb", "'wmb+wmb': wmb is there twice\n  there are: wmb, rmb"),
        ("none+wmb", "'none+wmb': none combines with nothing\n  there are: wmb, rmb"),
        ("wmb+hope", "unknown fix 'hope'\n  there are: wmb, rmb"),
        ("wmb+", "unknown fix ''\n  there are: wmb, rmb"),
        ("wmb+all", "unknown fix 'all'\n  there are: wmb, rmb"),
        ("hope", "unknown fix 'hope'\n  there are: none, wmb, rmb"),
    ],
)
def test_what_does_not_combine_is_told_with_what_does(sealrace: Run, fix: str, complaint: str) -> None:
    for command in (("explore", "variants"), ("litmus", "--export", "variants")):
        result = sealrace(*command, "--fix", fix)
        assert (result.exit_code, result.stderr) == (2, complaint + "\n")


def test_fixes_of_a_scenario_that_does_not_combine_them(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(variants()[0].__dict__, "combine", False)
    result = sealrace("explore", "variants", "--fix", "wmb+rmb")
    told = "'wmb+rmb': the fixes of variants do not combine\n  there are: wmb, rmb\n"
    assert (result.exit_code, result.stderr) == (2, told)


# ---- switches


def test_a_switch_changes_the_program(sealrace: Run) -> None:
    (without,), (with_it,) = (cells(sealrace, "--model", "armv8", *more) for more in ((), ("--switch", "v6.9")))
    assert (without["verdict"], without["parameters"]) == ("VIOLATED", {"stores": 1, "unroll": 3})
    assert (with_it["verdict"], with_it["parameters"]) == ("HOLDS", {"stores": 1, "v6.9": 1, "unroll": 3})


def test_files_hold_the_switches_chosen_alone_and_are_rebuilt(sealrace: Run) -> None:
    (cell,) = cells(sealrace, "--model", "armv8", "--switch", "twice")
    assert cell["verdict"] == "VIOLATED"  # the stores are still not in order
    report, header = cell["reports"][0], Path(cell["run_file"]).read_text().splitlines()[0]
    assert json.loads(Path(report).read_text())["parameters"] == {"stores": 1, "twice": 1, "unroll": 3}
    assert json.loads(header)["parameters"] == {"stores": 1, "twice": 1, "unroll": 3}
    for name in (report, f"{cell['run_file']}:1"):
        assert sealrace("graph", name).exit_code == 0
        assert sealrace("replay", name).output.startswith("reproduced: ")
    Path(report).write_text(Path(report).read_text().replace('"twice": 1', '"twice": 2'))
    result = sealrace("replay", report)
    assert (result.exit_code, result.stderr) == (2, f"{report}: twice=2 is out of range\n  it can be 0 to 1\n")


def test_the_command_of_a_report_names_the_switch(sealrace: Run) -> None:
    (cell,) = cells(sealrace, "--model", "armv8", "--switch", "twice")
    page = Path(cell["reports"][0]).with_suffix(".html").read_text()
    assert "--param twice=1" in page
    (again,) = cells(sealrace, "--model", "armv8", "--param", "twice=1")
    assert again["parameters"] == cell["parameters"]


def test_nothing_is_declared_for_a_program_with_switches(sealrace: Run) -> None:
    arguments = ("explore", "variants", "--model", "sc", "--expect")
    assert sealrace(*arguments).exit_code == 0
    result = sealrace(*arguments, "--switch", "v6.9")
    assert (result.exit_code, result.stderr) == (
        1,
        "variants/raised/none/v6.9/sc: no verdict is declared, found is HOLDS\n",
    )
    assert "variants, fix none, protocol raised, switch v6.9, model sc: HOLDS" in result.stdout


def test_tables_name_what_was_chosen(sealrace: Run) -> None:
    two = ("--model", "sc", "--model", "tso")
    heading = sealrace("explore", "variants", *two, "--param", "stores=1", "--switch", "v6.9").stdout.splitlines()[0]
    assert heading.startswith("variants, protocol raised, stores=1, switch v6.9: ")
    told = " With switch v6.9: for the code as it is then nothing is declared."
    chosen = ("matrix", "--scenario", "variants", "--model", "sc", "--jobs", "1")
    assert told in sealrace(*chosen, "--switch", "v6.9").stdout.splitlines()
    assert "With switch" not in sealrace(*chosen).stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--switch", "v5"), "unknown switch 'v5'\n  there are: v6.9, twice\n"),
        (("--param", "v5=1"), "unknown parameter 'v5'\n  there are: stores, v6.9, twice\n"),
        (("--param", "v6.9=2"), "v6.9=2 is out of range\n  it can be 0 to 1\n"),
        (("--param", "v6.9=0", "--switch", "v6.9"), "v6.9 is given as 0 and as 1\n  give it once\n"),
    ],
)
def test_switches_that_cannot_be_chosen(sealrace: Run, arguments: tuple[str, ...], complaint: str) -> None:
    result = sealrace("explore", "variants", *arguments)
    assert (result.exit_code, result.stderr) == (2, complaint)


def test_a_switch_of_a_scenario_without_any(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(variants()[0].__dict__, "switches", {})
    result = sealrace("explore", "variants", "--switch", "v6.9")
    assert (result.exit_code, result.stderr) == (2, "unknown switch 'v6.9'\n  variants has no switches\n")


def test_a_litmus_test_of_a_variant(sealrace: Run) -> None:
    arguments = ("litmus", "--export", "variants", "--fix", "rmb+wmb")
    plain, switched = (sealrace(*arguments, *more).output for more in ((), ("--switch", "v6.9")))
    assert plain.startswith("C variants-wmb+rmb\n")
    assert "fix wmb+rmb, protocol raised, stores 1: " in plain
    assert "smp_load_acquire" not in plain
    assert "fix wmb+rmb, protocol raised, stores 1, switch v6.9: " in switched
    assert "smp_load_acquire" in switched


# ---- protocols, and what means nothing


def test_all_protocols(sealrace: Run) -> None:
    result = sealrace("explore", "variants", "--protocol", "all", "--fix", "all", "--model", "sc")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "variants, protocol raised: a flag raised after a box was filled, in all variants"
    assert lines[6] == "variants, protocol never: a flag raised after a box was filled, in all variants"
    assert [line.split()[:3] for line in lines[2:5]] == [[fix, "sc", "HOLDS"] for fix in ("none", "wmb", "rmb")]
    assert lines[8].split()[:3] == ["none", "sc", "HOLDS"]
    assert lines[9:11] == [f" {fix:4}   -    n/a          {NO_FLAG}" for fix in ("wmb", "rmb")]


def test_what_means_nothing_is_an_object_with_the_reason(sealrace: Run) -> None:
    found = cells(sealrace, "--protocol", "all", "--fix", "all", "--model", "sc", "--model", "tso")
    assert len(found) == 2 * 3 * 2
    without = [cell for cell in found if cell["verdict"] == "n/a"]
    assert without == [
        {"scenario": "variants", "protocol": "never", "fix": fix, "model": model, "verdict": "n/a", "reason": NO_FLAG}
        for fix in ("wmb", "rmb")
        for model in ("sc", "tso")
    ]


def test_what_means_nothing_does_not_count_for_the_exit_status(sealrace: Run) -> None:
    arguments = ("--protocol", "all", "--fix", "wmb", "--model", "pso", "--expect")
    result = sealrace("explore", "variants", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "n/a" in result.stdout


@pytest.mark.parametrize("fix", ["wmb", "rmb+wmb"])
def test_what_means_nothing_and_is_asked_for_by_name(sealrace: Run, fix: str) -> None:
    name = "wmb+rmb" if "+" in fix else fix
    told = (
        f"variants: fix {name} with protocol never is not applicable: {NO_FLAG}\n"
        "  choose another fix or protocol: sealrace list\n"
    )
    for command in (("explore", "variants"), ("litmus", "--export", "variants")):
        result = sealrace(*command, "--protocol", "never", "--fix", fix)
        assert (result.exit_code, result.stderr) == (2, told)
    assert not Path("out").exists()


def test_a_file_cannot_name_what_means_nothing(sealrace: Run) -> None:
    (cell,) = cells(sealrace, "--model", "armv8", "--fix", "wmb")
    report = Path(cell["reports"][0])
    text = report.read_text()
    report.write_text(text.replace('"protocol": "raised"', '"protocol": "never"'))
    result = sealrace("replay", str(report))
    assert result.exit_code == 2
    assert f"fix wmb with protocol never is not applicable: {NO_FLAG}" in result.stderr
    report.write_text(text.replace('"fix": "wmb"', '"fix": "rmb+wmb"'))
    result = sealrace("replay", str(report))
    assert "scenario variants has no fix 'rmb+wmb' with protocol 'raised'" in result.stderr


# ---- what is broken, in the scenario's order


def test_own_properties_come_in_the_order_of_the_scenario(sealrace: Run) -> None:
    (cell,) = cells(sealrace, "--model", "armv8")
    assert list(cell["violating"]) == ["torn", "empty"]
    assert cell["reports"] == [f"out/variants-raised-none-armv8-{name}.json" for name in ("torn", "empty")]
    printed = sealrace("explore", "variants", "--model", "armv8", "--model", "sc").output
    assert [line.split()[2] for line in printed.splitlines()[2:4]] == ["torn", "HOLDS"]
    assert "VIOLATED: torn" in sealrace("graph", f"{cell['run_file']}:1").output


# ---- list


def test_list_says_what_can_be_chosen(sealrace: Run) -> None:
    lines = [line.strip() for line in sealrace("list").output.splitlines()]
    assert "fixes      none, wmb, rmb" in lines
    assert "all but the first combine: --fix a+b" in lines
    assert "protocols  raised, never" in lines
    assert "switches   v6.9: the flag is stored with release and loaded with acquire" in lines
    assert "twice: a full fence more" in lines
    found = json.loads(sealrace("list", "--json").output.splitlines()[0])
    assert (found["combine"], list(found["switches"])) == (True, ["v6.9", "twice"])
