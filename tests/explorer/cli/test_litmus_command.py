"""``sealrace litmus``: what herd would print, JSON, the stated results, reports that replay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run

MP = """C MP{fences}
(* Message passing, as in the kernel's documentation.
 * Result: {result}
 *)
{{}}

P0(int *buf, int *flag)
{{
	WRITE_ONCE(*buf, 1);
	{release}
}}

P1(int *buf, int *flag)
{{
	int r0;
	int r1;

	{acquire}
	r1 = READ_ONCE(*buf);
}}

exists (1:r0=1 /\\ 1:r1=0)
"""
RELAXED = ("WRITE_ONCE(*flag, 1);", "r0 = READ_ONCE(*flag);")
ORDERED = ("smp_store_release(flag, 1);", "r0 = smp_load_acquire(flag);")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "relaxed.litmus", "", "Sometimes", RELAXED)
    write(tmp_path / "deep" / "ordered.litmus", "+rel+acq", "Never", ORDERED)
    return tmp_path


def write(path: Path, fences: str, result: str, code: tuple[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(MP.format(fences=fences, result=result, release=code[0], acquire=code[1]), encoding="utf-8")


def without_time(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("Time ")]


def test_the_block_that_herd_prints(folder: Path) -> None:
    result = run("litmus", str(folder / "relaxed.litmus"))
    assert result.exit_code == 0
    assert without_time(result.output) == [
        "Test MP Allowed",
        "States 4",
        "1:r0=0; 1:r1=0;",
        "1:r0=0; 1:r1=1;",
        "1:r0=1; 1:r1=0;",
        "1:r0=1; 1:r1=1;",
        "Ok",
        "Witnesses",
        "Positive: 1 Negative: 3",
        "Condition exists (1:r0=1 /\\ 1:r1=0)",
        "Observation MP Sometimes 1 3",
        "",
    ]


def test_a_folder_is_run_in_order_with_json(folder: Path) -> None:
    result = run("litmus", "--json", "--jobs", "2", str(folder))
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert [answer.pop("seconds") >= 0 for answer in answers] == [True, True]
    assert answers[0] == {
        "test": "MP+rel+acq",
        "file": str(folder / "deep" / "ordered.litmus"),
        "model": "lkmm",
        "observation": "Never",
        "positive": 0,
        "negative": 3,
        "states": [{"1:r0": 0, "1:r1": 0}, {"1:r0": 0, "1:r1": 1}, {"1:r0": 1, "1:r1": 1}],
        "flags": [],
        "verdict": "No",
        "report": None,
    }
    assert (answers[1]["test"], answers[1]["observation"]) == ("MP", "Sometimes")


def test_check_compares_with_the_comment(folder: Path) -> None:
    good = run("litmus", "--check", "--jobs", "1", str(folder))
    assert (good.exit_code, good.stderr) == (0, "2 of 2 as stated\n")
    # Under sc the relaxed form is forbidden too.
    bad = run("litmus", "--check", "--jobs", "1", "--model", "sc", str(folder))
    path = folder / "relaxed.litmus"
    assert bad.exit_code == 1
    assert bad.stderr == f"{path}: the comment says Result: Sometimes, found Never\n1 of 2 as stated\n"


def test_a_data_race_is_part_of_the_result(folder: Path) -> None:
    path = folder / "racy.litmus"
    write(path, "", "Sometimes DATARACE", ("*flag = 1;", "r0 = *flag;"))
    result = run("litmus", "--check", str(path))
    assert result.exit_code == 0, result.output
    assert "Flag data-race" in result.output.splitlines()


def test_a_deadlock_is_a_result(tmp_path: Path) -> None:
    path = tmp_path / "twice.litmus"
    path.write_text(
        "C twice\n(* Result: DEADLOCK *)\n{}\nP0(spinlock_t *s) { spin_lock(s); spin_lock(s); }\nexists (true)\n",
        encoding="utf-8",
    )
    result = run("litmus", "--check", str(path))
    assert result.exit_code == 0, result.output
    assert "States 0" in result.output.splitlines()


def test_a_witness_is_a_report_that_replays(folder: Path) -> None:
    out = folder / "reports"
    result = run("litmus", "--jobs", "1", "--reports", str(out), str(folder / "relaxed.litmus"))
    assert f"Report {out}/relaxed-lkmm.json" in result.output.splitlines()
    assert (out / "relaxed-lkmm.html").exists()
    replayed = run("replay", str(out / "relaxed-lkmm.json"))
    assert replayed.exit_code == 0, replayed.output
    text = (folder / "relaxed.litmus").read_text(encoding="utf-8")
    (folder / "relaxed.litmus").write_text(text.replace("WRITE_ONCE(*buf, 1);", "WRITE_ONCE(*buf, 2);"))
    assert run("replay", str(out / "relaxed-lkmm.json")).exit_code == 2


def test_mistakes_are_named_and_the_other_files_run(folder: Path) -> None:
    (folder / "broken.litmus").write_text("C broken\n{}\nP0(int *x) { smp_bm(); }\nexists (x=1)\n", encoding="utf-8")
    result = run("litmus", "--jobs", "1", str(folder))
    assert result.exit_code == 2
    path = folder / "broken.litmus"
    assert result.stderr.splitlines()[0].startswith(
        f"{path}:3:14: the operation smp_bm is not known; close to it: smp_"
    )
    assert result.stdout.count("Observation") == 2
    (folder / "empty").mkdir()
    alone = run("litmus", str(folder / "empty"))
    assert (alone.exit_code, alone.stderr) == (2, f"{folder / 'empty'}: there is no .litmus file in this folder\n")


def test_a_bad_path_is_told_and_the_rest_runs(folder: Path) -> None:
    good, missing, empty = folder / "relaxed.litmus", folder / "missing.litmus", folder / "empty"
    broken = folder / "broken.litmus"
    broken.write_text("C broken\n{}\nP0() { goto a; }\nexists (true)\n", encoding="utf-8")
    empty.mkdir()
    paths = list(map(str, (missing, good, empty, broken)))
    cannot = f"{empty}: there is no .litmus file in this folder\n{missing}: cannot be read: No such file or directory\n"
    for arguments, closing in (
        ((), "3 of 4 files could not be run\n"),
        (("--check",), "1 of 1 as stated, 3 could not be run\n"),
    ):
        result = run("litmus", "--jobs", "1", *arguments, *paths)
        assert result.exit_code == 2
        assert result.stdout.count("Observation") == 1
        assert result.stderr.startswith(f"{cannot}{broken}:3:8: 'goto' cannot be used")
        assert result.stderr.endswith(f"^^^^\n{closing}")


def test_check_tells_what_states_no_result(tmp_path: Path) -> None:
    path = tmp_path / "silent.litmus"
    path.write_text("C silent\n{}\nP0(int *x)\n{\n\tWRITE_ONCE(*x, 1);\n}\nexists (x=1)\n")
    result = run("litmus", "--check", str(path))
    assert (result.exit_code, result.stderr) == (0, "0 of 0 as stated, 1 without a comment Result\n")


def test_values_that_no_word_holds_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.litmus"
    for shift, message in (
        ("1 << 20000", f"{path}:5:6: a thread shifts by 20000\n"),
        ("3 << 127", f"{path}:5:6: a thread computes a value of more than 128 bits\n"),
        ("1 << (READ_ONCE(*x) - 1)", f"{path}: a thread shifts by -1\n"),
    ):
        path.write_text(f"C wide\n{{}}\nP0(int *x)\n{{\n\tint r0 = {shift};\n\tWRITE_ONCE(*x, r0);\n}}\nexists (x=1)\n")
        result = run("litmus", str(path))
        assert result.exit_code == 2
        assert result.stderr.startswith(message)
