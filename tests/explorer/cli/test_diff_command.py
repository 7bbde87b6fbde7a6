"""``sealrace diff``: two cells, and two folders of them, by what is known of the mailbox.

Under pso the mailbox without a fence has four executions, two late and one of them a leak as well; with it three, one
of them late.  Both properties are told by the same path: the flag was read from the store that raised it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import Run, run

NONE, FENCED = "out/mailbox-P2-none-pso.run.jsonl", "out/mailbox-P2-fenced-pso.run.jsonl"
CHANGES = """\
A  mailbox, fix none, protocol P2, model pso  (out/mailbox-P2-none-pso.run.jsonl)
B  mailbox, fix fenced, protocol P2, model pso  (out/mailbox-P2-fenced-pso.run.jsonl)
   sizes    stores=1, unroll=3

   verdict      VIOLATED -> VIOLATED
   executions          4 ->        3
   late                2 ->        1
   leak                1 ->        0

   gone  leak, 1 execution
         writer(flag), reader(flag)
         The flag was seen.
         sealrace graph out/mailbox-P2-none-pso.run.jsonl:<leak>

   kept  late, 2 -> 1 execution
         writer(flag), reader(flag)
         The flag was seen.
         sealrace graph out/mailbox-P2-none-pso.run.jsonl:<late>
         sealrace graph out/mailbox-P2-fenced-pso.run.jsonl:1

Of 2 kinds of violation 1 is gone, 1 stays.
"""


@pytest.fixture
def both(sealrace: Run) -> Run:
    """The command line, after the mailbox was explored under pso, with and without the fence."""
    assert sealrace("explore", "mailbox", "--fix", "none", "--fix", "fenced", "--model", "pso").exit_code == 1
    return sealrace


def example(file: str, name: str) -> int:
    """The line that the header names for the one kind of a property; that execution breaks it."""
    header, *lines = map(json.loads, Path(file).read_text().splitlines())
    (line,) = (kind["line"] for kind in header["kinds"] if kind["breaks"] == name)
    assert name in lines[line - 1]["properties"]
    found: int = line
    return found


def edited(file: str, **fields: Any) -> None:
    """Change fields of a run file's first line."""
    header, *lines = Path(file).read_text().splitlines()
    Path(file).write_text("\n".join([json.dumps({**json.loads(header), **fields}), *lines]) + "\n")


def test_what_a_fix_has_changed(both: Run) -> None:
    result = both("diff", NONE, FENCED)
    expected = CHANGES.replace("<leak>", str(example(NONE, "leak"))).replace("<late>", str(example(NONE, "late")))
    assert (result.exit_code, result.output) == (1, expected)


def test_the_executions_named_are_there_to_look_at(both: Run) -> None:
    commands = [line.split()[1:] for line in both("diff", NONE, FENCED).output.splitlines() if "graph" in line]
    assert len(commands) == 3
    for command in commands:
        drawn = both(*command)
        assert drawn.exit_code == 0
        assert "VIOLATED: " in drawn.output


def test_the_other_way_round_what_was_gone_is_new(both: Run) -> None:
    result = both("diff", FENCED, NONE)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line.strip() for line in lines if line.startswith(("   gone", "   kept", "   new"))] == [
        "kept  late, 1 -> 2 executions",
        "new   leak, 1 execution",
    ]
    assert lines[-1] == "The only kind of violation stays; 1 is new."


def test_a_cell_is_the_same_as_itself(both: Run) -> None:
    result = both("diff", NONE, NONE)
    assert result.exit_code == 0
    assert result.output.endswith("\n\nNothing differs.\n")


def test_a_fix_that_holds_has_a_run_file_to_compare_with(sealrace: Run) -> None:
    """The reader of a box with two writers may see the first one (leak); with fix holds nothing is asked of it."""
    sealrace("explore", "endless", "--small", "--fix", "none", "--fix", "holds", "--model", "sc")
    none, holds = (f"out/endless-P2-{fix}-small-sc.run.jsonl" for fix in ("none", "holds"))
    assert len(Path(holds).read_text().splitlines()) == 1
    result = sealrace("diff", none, holds)
    assert result.exit_code == 1
    assert "   verdict      VIOLATED -> HOLDS\n" in result.output
    assert result.output.endswith("\nThe only kind of violation is gone; the verdict is HOLDS.\n")
    assert sealrace("diff", holds, holds).output.endswith("\n\nNothing differs.\n")


def test_as_json(both: Run) -> None:
    result = both("diff", NONE, FENCED, "--json")
    assert result.exit_code == 1
    (found,) = map(json.loads, result.output.splitlines())
    side = {
        "scenario": "mailbox",
        "protocol": "P2",
        "model": "pso",
        "parameters": {"stores": 1, "unroll": 3},
        "verdict": "VIOLATED",
        "complete": True,
        "limits": [],
    }
    path = [[place[0].rpartition(".")[2], place[1]] for place in found["gone"][0].pop("path")]
    assert path == [["writer", "flag"], ["reader", "flag"]]
    for kind in found["kept"][0].values():
        del kind["path"]
    sentence = "The flag was seen."
    assert found == {
        "before": {**side, "file": NONE, "fix": "none"},
        "after": {**side, "file": FENCED, "fix": "fenced"},
        "compared": ["fix"],
        "warnings": [],
        "differs": True,
        "counts": [
            {"name": "executions", "before": 4, "after": 3},
            {"name": "late", "before": 2, "after": 1},
            {"name": "leak", "before": 1, "after": 0},
        ],
        "gone": [
            {
                "property": "leak",
                "executions": 1,
                "sentence": sentence,
                "execution": f"{NONE}:{example(NONE, 'leak')}",
            }
        ],
        "kept": [
            {
                "before": {
                    "property": "late",
                    "executions": 2,
                    "sentence": sentence,
                    "execution": f"{NONE}:{example(NONE, 'late')}",
                },
                "after": {"property": "late", "executions": 1, "sentence": sentence, "execution": f"{FENCED}:1"},
            }
        ],
        "new": [],
        "sentence": "Of 2 kinds of violation 1 is gone, 1 stays.",
    }


def warned(result: Any) -> list[str]:
    text = result.output.replace("\n     ", " ")
    return [line.removeprefix("   warning: ") for line in text.splitlines() if line.startswith("   warning: ")]


def test_it_warns_where_more_than_one_thing_differs(both: Run) -> None:
    assert warned(both("diff", NONE, FENCED)) == []
    both("explore", "mailbox", "--fix", "fenced", "--model", "sc", "--param", "stores=2")
    other = "out/mailbox-P2-fenced-stores=2-sc.run.jsonl"
    result = both("diff", NONE, other)
    assert warned(result) == [
        "fix, model and sizes differ: what changes cannot be put down to one of them",
        "the sizes differ: kinds of violation can be compared, numbers of executions cannot",
    ]
    assert "   sizes A  stores=1, unroll=3\n   sizes B  stores=2, unroll=3\n" in result.output


def test_what_a_stopped_search_has_not_is_not_gone(both: Run) -> None:
    shutil.copytree("out", "whole")
    assert both("explore", "mailbox", "--model", "pso", "--max-executions", "1").exit_code in (1, 3)
    result = both("diff", f"whole/{Path(NONE).name}", NONE)
    assert result.exit_code == 1
    assert warned(result) == ["the second search was stopped: what it has not may only not have been met"]
    assert "gone" not in result.output.splitlines()[-1].replace("not met again", "")
    assert "not met again, by a search that is not final" in result.output.splitlines()[-1]


def test_it_says_where_the_same_names_stand_for_other_code_or_rules(both: Run) -> None:
    shutil.copy(NONE, "older.run.jsonl")
    edited("older.run.jsonl", program_hash="0", model={"name": "pso", "rules_hash": "0"})
    result = both("diff", "older.run.jsonl", NONE, "--json")
    assert json.loads(result.output)["compared"] == ["the model's rules", "the modelled code"]
    assert result.exit_code == 0, "the answers are the same"


def test_folders_are_compared_cell_by_cell(both: Run) -> None:
    shutil.copytree("out", "before")
    same = both("diff", "before", "out")
    assert (same.exit_code, same.output) == (0, "2 cells are in both, none differs.\n")
    both("explore", "mailbox", "--fix", "waits", "--model", "sc")
    header, *lines = Path(NONE).read_text().splitlines()
    fenced = {**json.loads(header), "fix": "fenced"}
    Path(FENCED).write_text("\n".join([json.dumps(fenced), *lines]) + "\n")
    result = both("diff", "before", "out")
    assert result.exit_code == 1
    assert result.output.startswith("A  mailbox, fix fenced, protocol P2, model pso  (before/mailbox-P2-fenced-pso")
    assert result.output.splitlines()[-2:] == [
        "only in B (out)  mailbox, fix waits, protocol P2, model sc, stores=1, unroll=3",
        "2 cells are in both, 1 of them differs; 1 only in B.",
    ]
    assert result.output.count("\nB  ") == 1, "the cell that is the same is told"
    objects = [json.loads(line) for line in both("diff", "out", "before", "--json").output.splitlines()]
    assert [(found["differs"], found["after"] is None) for found in objects] == [
        (True, False),
        (False, False),
        (True, True),
    ]


def test_forms_of_a_cell_are_paired_by_their_sizes(sealrace: Run) -> None:
    for folder, sizes in (("one", (1, 2)), ("two", (2, 3)), ("three", (1, 2, 3))):
        for stores in sizes:
            sealrace("explore", "mailbox", "--model", "sc", "--param", f"stores={stores}", "--out", folder)
    # Those of two stores, and the one of each that is left.
    first = [json.loads(line) for line in sealrace("diff", "one", "two", "--json").output.splitlines()]
    pairs = [(found["before"]["parameters"]["stores"], found["after"]["parameters"]["stores"]) for found in first]
    assert pairs == [(2, 2), (1, 3)]
    assert sealrace("diff", "one", "three").output == (
        "only in B (three)  mailbox, fix none, protocol P2, model sc, stores=3, unroll=3\n"
        "2 cells are in both, none differs; 1 only in B.\n"
    )


AGAIN = "  Name a run file that sealrace explore has written, or write it again.\n"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((NONE, "out"), f"{NONE} and out: a folder and a file\n  name two run files, or two folders of them\n"),
        ((NONE, f"{FENCED}:1"), f"{FENCED}:1: this is one execution\n  name the run file: {FENCED}\n"),
        (
            (NONE, "out/mailbox-P2-none-pso-leak.json"),
            "out/mailbox-P2-none-pso-leak.json: no run file\n"
            "  name a file *.run.jsonl that sealrace explore has written\n",
        ),
        ((NONE, "x.run.jsonl"), f"x.run.jsonl: No such file or directory\n{AGAIN}"),
        ((NONE, "empty.run.jsonl"), f"empty.run.jsonl: line 1: the file is empty\n{AGAIN}"),
        (
            ("out", "void"),
            "void: no run file in it\n  name a folder that sealrace explore --out has written to\n",
        ),
        (
            ("out", "twice"),
            "twice/b.run.jsonl: is of the same cell as twice/a.run.jsonl\n  leave one of them in the folder\n",
        ),
        (
            (NONE, "old.run.jsonl"),
            f"old.run.jsonl: line 1: $.version: the file has version 1, this sealrace reads version 2\n{AGAIN}",
        ),
    ],
)
def test_bad_input(both: Run, names: tuple[str, str], message: str) -> None:
    Path("empty.run.jsonl").touch()
    Path("void").mkdir()
    Path("twice").mkdir()
    for name in ("twice/a.run.jsonl", "twice/b.run.jsonl", "old.run.jsonl"):
        shutil.copy(NONE, name)
    edited("old.run.jsonl", version=1)
    result = both("diff", *names)
    assert (result.exit_code, result.output) == (2, message)


def test_text_of_files_is_shown_as_what_it_is(both: Run) -> None:
    shutil.copy(NONE, "hostile.run.jsonl")
    header = json.loads(Path(NONE).read_text().splitlines()[0])
    for kind in header["kinds"]:
        kind["sentence"] = "\x1b[2Jgone\u202e"
        kind["path"][0][1] = "a\nb"
    edited("hostile.run.jsonl", fix="\x1b[31m", kinds=header["kinds"])
    output = both("diff", "hostile.run.jsonl", NONE).output
    assert all(line.isprintable() for line in output.splitlines())
    assert "mailbox, fix \\x1b[31m, protocol P2, model pso  (hostile.run.jsonl)" in output
    assert "\\x1b[2Jgone\\u202e" in output
    assert "writer(a\\nb)" not in output
    assert "writer(a\\x0ab), reader(flag)" in output


def test_a_second_check_takes_the_leaks_of_inflight_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the README: 23 leaks as posted, two late reads with a second check; rwsem holds in 4 executions."""
    monkeypatch.chdir(tmp_path)
    fixes = [word for fix in ("none", "recheck", "rwsem") for word in ("--fix", fix)]
    assert run("explore", "inflight", "--small", "--model", "sc", *fixes).exit_code == 1
    none, recheck, rwsem = (f"out/inflight-P2-{fix}-small-sc.run.jsonl" for fix in ("none", "recheck", "rwsem"))
    found = json.loads(run("diff", none, recheck, "--json").output)
    counts = {count["name"]: (count["before"], count["after"]) for count in found["counts"]}
    assert counts["leak"] == (23, 0)
    assert counts["late"][1] == 2
    assert [kind["property"] for kind in found["gone"]] == ["leak", "late"]
    assert [(kind["before"]["property"], kind["after"]["executions"]) for kind in found["kept"]] == [("late", 2)]
    assert found["new"] == []
    holds = run("diff", none, rwsem)
    assert holds.exit_code == 1
    assert holds.output.endswith("All 3 kinds of violation are gone; the verdict is HOLDS.\n")
    executions = next(line.split() for line in holds.output.splitlines() if line.startswith("   executions"))
    assert executions[-1] == "4"
