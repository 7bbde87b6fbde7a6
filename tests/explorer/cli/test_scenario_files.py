"""Scenarios in files of one's own, named as ``path/to/file.py:name`` in the whole command line."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from command_line import Run, run
from scenario_files import ONE, TOYS, write

from explorer.cli import scenario_file
from explorer.cli.failures import UsageProblem
from explorer.cli.named import digests_of, find_scenario, find_unchanged
from explorer.cli.setting import Options, make_setting
from explorer.memory.model import load_model
from explorer.search.explore import Search
from reports.report import load_report

PROGRAM = Path(__file__).with_name("toy_program.py")


def test_a_file_is_explored_as_what_is_shipped(sealrace: Run) -> None:
    write("toys.py", TOYS)
    shipped, own = (
        sealrace("explore", name, "--model", "pso", "--json", "--out", out)
        for name, out in (("mailbox", "shipped"), ("toys.py:mailbox", "own"))
    )
    assert shipped.exit_code == own.exit_code == 1
    first, second = json.loads(shipped.stdout), json.loads(own.stdout)
    same = ("executions", "violating", "verdict", "goals", "parameters", "as_declared")
    assert [first[name] for name in same] == [second[name] for name in same]
    assert (first["scenario"], second["scenario"]) == ("mailbox", "toys.py:mailbox")
    assert second["reports"] == [f"own/toys.py-mailbox-P2-none-pso-{name}.json" for name in ("leak", "late")]


def test_reports_name_the_file_as_the_command_did_and_hold_its_code(sealrace: Run) -> None:
    write("examples/toys.py", TOYS)
    sealrace("explore", "examples/toys.py:mailbox", "--model", "pso")
    report = load_report(Path("out/examples-toys.py-mailbox-P2-none-pso-leak.json"))
    assert report.scenario == "examples/toys.py:mailbox"
    placed = {event.file for event in report.events if event.file}
    assert placed == {"examples/toys.py"}
    assert [(source.file, source.function) for source in report.sources] == [
        ("examples/toys.py", "writer"),
        ("examples/toys.py", "reader"),
    ]
    assert str(Path.cwd()) not in Path("out/examples-toys.py-mailbox-P2-none-pso-leak.html").read_text()


@pytest.mark.parametrize("written", ["{here}/examples/toys.py:mailbox", "./examples/toys.py:mailbox"])
def test_a_path_below_the_folder_is_kept_without_the_way_to_it(sealrace: Run, written: str) -> None:
    write("examples/toys.py", TOYS)
    assert find_scenario(written.format(here=Path.cwd())).name == "examples/toys.py:mailbox"


def test_a_path_elsewhere_is_kept_as_given(
    sealrace: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(f"{elsewhere}/one.py")
    (elsewhere / "below").mkdir()
    monkeypatch.chdir(elsewhere / "below")
    assert find_scenario(f"{elsewhere}/one.py").name == f"{elsewhere}/one.py:ring"
    assert find_scenario("../one.py").name == "../one.py:ring"
    result = sealrace("explore", "../one.py", "--model", "sc")
    assert result.exit_code == 0
    # The hash tells it from one.py in this folder.
    hashed = sha256(b"../one.py:ring").hexdigest()[:8]
    assert Path(f"out/{hashed}-one.py-ring-plain-none-sc.run.jsonl").exists()


def test_a_file_alone_is_its_only_scenario(sealrace: Run) -> None:
    write("one.py")
    assert sealrace("explore", "one.py", "--model", "sc").output.startswith(
        "one.py:ring, fix none, protocol plain, model sc: HOLDS\n"
    )


def test_paths_may_hold_colons_and_blanks(sealrace: Run) -> None:
    write("a:b/my ring.py")
    assert find_scenario("a:b/my ring.py:ring").name == "a:b/my ring.py:ring"
    result = sealrace("matrix", "--scenario", "a:b/my ring.py", "--model", "sc")
    assert result.exit_code == 0
    assert " a:b/my ring.py:ring, protocol plain\n" in result.output
    # A blank and a colon became "-": the hash tells the file from a/b/my/ring.py.
    hashed = sha256(b"a:b/my ring.py:ring").hexdigest()[:8]
    assert Path(f"out/{hashed}-a-b-my-ring.py-ring-plain-none-sc.run.jsonl").exists()
    page = Path("out/index.html").read_text(encoding="utf-8")
    assert "sealrace matrix --scenario &#39;a:b/my ring.py&#39; --model sc" in page


def test_names_of_files_stay_short(sealrace: Run) -> None:
    folder = "/".join(["deep" * 10] * 8)
    write(f"{folder}/one.py")
    write(f"other/{folder}/one.py")
    names = []
    for path in (f"{folder}/one.py", f"other/{folder}/one.py"):
        result = sealrace("explore", path, "--model", "sc", "--json")
        names.append(Path(json.loads(result.stdout)["run_file"]).name)
    ends = {name[8:] for name in names}
    assert len(set(names)) == 2
    assert len(ends) == 1
    assert ends.pop().endswith("deep-one.py-ring-plain-none-sc.run.jsonl")
    assert len(names[0]) < 130


def test_variables_in_lists_count_and_imported_ones_do_not(sealrace: Run) -> None:
    write("one.py")
    write("helpers.py", ONE.replace('"ring"', '"helper"'))
    lists = """
from dataclasses import replace
from helpers import RING as OTHER
SIZED = [replace(OTHER, name=f"ring-{n}") for n in (1, 2)]
SAME = SIZED[0]
"""
    write("several.py", lists)
    result = sealrace("explore", "several.py")
    assert (result.exit_code, result.output) == (
        2,
        "several.py: has 2 scenarios\n  name one of them: several.py:ring-1, several.py:ring-2\n",
    )
    assert sealrace("explore", "several.py:ring-2", "--model", "sc").exit_code == 0


def test_modules_beside_the_file_are_imported_and_named(sealrace: Run) -> None:
    write("parts/helpers.py", "async def store(t, box):\n    await t.write(box, 1)\n")
    write("parts/one.py", "from helpers import store as fill\n" + ONE.replace("store, (", "fill, ("))
    assert sealrace("explore", "parts/one.py", "--model", "sc", "--all-reports").exit_code == 0
    scenario = find_scenario("parts/one.py:ring")
    setting = make_setting(scenario, "none", "plain", Options(Path()))
    (leaf,) = (leaf for leaf in Search(setting.unfolding, load_model("sc")) if leaf)
    placed = [event.source for event in leaf.execution.events if event.source]
    assert [(source.file, source.line) for source in placed] == [("helpers.py", 2)]


def test_code_beside_the_file_is_in_its_reports(sealrace: Run) -> None:
    write("parts/helpers.py", TOYS)
    write(
        "parts/mine.py",
        "from dataclasses import replace\nimport helpers\nMINE = replace(helpers.MAILBOX, name='mine')\n",
    )
    sealrace("explore", "parts/mine.py", "--model", "pso")
    report = load_report(Path("out/parts-mine.py-mine-P2-none-pso-leak.json"))
    assert [(source.file, source.function) for source in report.sources] == [
        ("helpers.py", "writer"),
        ("helpers.py", "reader"),
    ]


def test_a_file_named_like_a_module_of_python_takes_no_place(sealrace: Run) -> None:
    write("json.py")
    assert sealrace("explore", "json.py:ring", "--model", "sc", "--json").exit_code == 0
    assert sys.modules["json"] is json


def test_a_file_may_be_named_like_a_part_of_sealrace(sealrace: Run) -> None:
    write("explorer.py", ONE.replace("    return Case(", "    1 / 0\n    return Case("))
    assert sealrace("explore", "explorer.py").output.startswith("explorer.py:14: the scenario explorer.py:ring, built")


def test_the_own_part_of_a_script_is_not_run(sealrace: Run) -> None:
    write("one.py", ONE + "\nif __name__ == '__main__':\n    raise SystemExit(7)\n")
    assert sealrace("explore", "one.py", "--model", "sc").exit_code == 0


# ---- the other commands


def test_the_matrix_has_a_file_where_it_is_named(sealrace: Run) -> None:
    write("toys.py", TOYS)
    arguments = ("matrix", "--scenario", "toys.py:mailbox", "--fix", "none", "--model", "sc", "--model", "pso")
    result = sealrace(*arguments, "--expect")
    assert result.exit_code == 0
    assert result.output.startswith(
        " toys.py:mailbox, protocol P2\n\n   fix    sc       pso\n   none   late 1   leak 1\n"
    )
    both = sealrace(*arguments, "--scenario", "mailbox", "--scenario", "toys.py:mailbox", "--json", "--jobs", "1")
    assert [json.loads(line)["scenario"] for line in both.stdout.splitlines()] == ["mailbox"] * 2 + [
        "toys.py:mailbox"
    ] * 2
    alone = sealrace(
        "matrix",
        "--fix",
        "none",
        "--model",
        "sc",
        "--scenario",
        "all",
        "--json",
        "--max-executions",
        "5",
        "--jobs",
        "1",
    )
    assert {json.loads(line)["scenario"] for line in alone.stdout.splitlines()} == {"mailbox", "endless"}


def test_a_cell_of_the_page_names_the_command_that_explores_it(sealrace: Run) -> None:
    write("toys.py", TOYS)
    sealrace("matrix", "--scenario", "toys.py:mailbox", "--fix", "none", "--model", "pso")
    header = json.loads(Path("out/toys.py-mailbox-P2-none-pso.run.jsonl").read_text().splitlines()[0])
    assert header["scenario"] == "toys.py:mailbox"
    page = Path("out/toys.py-mailbox-P2-none-pso-leak.html").read_text(encoding="utf-8")
    assert "sealrace explore toys.py:mailbox --fix none --protocol P2 --model pso" in page


def test_list_shows_what_a_file_has(sealrace: Run) -> None:
    write("toys.py", TOYS)
    lines = sealrace("list", "toys.py").output.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "toys.py:mailbox a flag raised after a box was filled",
        "toys.py:endless more executions than anybody waits for",
    ]
    (found,) = sealrace("list", "toys.py:endless", "--json").output.splitlines()
    assert (json.loads(found)["scenario"], json.loads(found)["package"]) == ("toys.py:endless", None)


def test_survey_takes_a_file(sealrace: Run) -> None:
    write("toys.py", TOYS)
    result = sealrace("survey", "toys.py:mailbox", "--model", "pso")
    assert result.exit_code == 0
    assert result.output.startswith("toys.py:mailbox, fix none, protocol P2, model pso: 4 executions, 4 outcomes\n")
    assert sealrace("replay", "out/toys.py-mailbox-P2-none-pso-survey/outcome-1.json").exit_code == 0


def test_litmus_exports_a_file(sealrace: Run) -> None:
    write("toys.py", TOYS)
    result = sealrace("litmus", "--export", "toys.py:mailbox", "-o", "mailbox.litmus")
    assert result.exit_code == 0
    assert Path("mailbox.litmus").read_text().startswith("C toys.py-mailbox-none\n")
    assert sealrace("litmus", "mailbox.litmus", "--model", "pso").exit_code == 0


def test_reproduce_takes_a_file(sealrace: Run) -> None:
    write("toys.py", TOYS)
    result = sealrace("reproduce", "toys.py:mailbox")
    assert result.exit_code == 2
    assert result.output.startswith(
        "toys.py:mailbox, fix none, protocol P2, model sc: late: this execution cannot be driven on a real kernel\n"
    )


@pytest.mark.parametrize("command", ["explore", "matrix"])
def test_worker_processes_load_the_file_too(tmp_path: Path, command: str) -> None:
    found = []
    for jobs in "12":
        folder = tmp_path / jobs
        folder.mkdir()
        (folder / "toys.py").write_text(TOYS, encoding="utf-8")
        named = ["toys.py:endless"] if command == "explore" else ["--scenario", "toys.py:endless", "--fix", "none"]
        sized = ["--param", "writers=5"] if command == "explore" else ["--small"]
        arguments = [command, *named, *sized, "--model", "sc", "--jobs", jobs, "--max-executions", "200"]
        done = subprocess.run(
            [sys.executable, str(PROGRAM), *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode in (1, 3), done.stderr
        assert done.stderr == ""
        found.append({path.name: path.read_bytes() for path in sorted((folder / "out").glob("*.jsonl"))})
    assert found[0] == found[1]
    assert found[0]


def test_workers_explore_no_other_text(sealrace: Run) -> None:
    file = write("one.py")
    scenario = find_scenario("one.py")
    digests = digests_of([scenario])
    assert list(digests) == ["one.py"]
    assert find_unchanged("one.py:ring", digests).name == "one.py:ring"
    file.write_text(ONE.replace("box, 1", "box, 2"), encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"^one\.py: has changed since this began\n  explore again$"):
        find_unchanged("one.py:ring", digests)


def test_a_report_has_the_text_that_ran(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("toys.py", TOYS)
    find_scenario("toys.py:mailbox")
    monkeypatch.setattr(scenario_file, "_read", lambda _path: TOYS.encode())
    Path("toys.py").write_text("while it is edited (", encoding="utf-8")
    assert sealrace("explore", "toys.py:mailbox", "--model", "pso").exit_code == 1
    sources = load_report(Path("out/toys.py-mailbox-P2-none-pso-leak.json")).sources
    assert [source.function for source in sources] == ["writer", "reader"]


def test_an_import_in_a_function_hides_nothing(sealrace: Run) -> None:
    write("toys.py", TOYS + "\n\ndef later() -> None:\n    from elsewhere import MAILBOX, ENDLESS\n")
    assert sealrace("list", "toys.py").output.count("toys.py:") == 2


def test_what_a_star_imports_is_anothers(sealrace: Run) -> None:
    write("helpers.py", TOYS)
    write("star.py", "from helpers import *\n\nMINE = Scenario(**{**vars(MAILBOX), 'name': 'mine'})\n")
    listed = sealrace("list", "star.py").output
    assert "star.py:mine" in listed
    assert "mailbox" not in listed.partition("\n")[0]
    assert "star.py:endless" not in listed


def test_help_says_how_a_file_is_named() -> None:
    assert "path/to/file.py:name" in run("explore", "--help").output
