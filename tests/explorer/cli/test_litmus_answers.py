"""What ``sealrace litmus`` says of one test: the counts of witnesses, and how the answer compares with the comment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run

# P1 reads x before P0's write, after it, or not yet with the value 1: two executions, r0 = 1 in one of them.
READS = """C reads
{comment}{{}}
P0(int *x) {{ WRITE_ONCE(*x, 1); }}
P1(int *x) {{ int r0; r0 = READ_ONCE(*x); }}
{final}
"""


def write(path: Path, final: str, comment: str = "") -> str:
    path.write_text(READS.format(final=final, comment=comment), encoding="utf-8")
    return str(path)


def counts(output: str) -> tuple[str, str]:
    """The line below ``Witnesses``, and the line ``Observation``."""
    lines = output.splitlines()
    return lines[lines.index("Witnesses") + 1], next(line for line in lines if line.startswith("Observation"))


def test_witnesses_are_those_of_the_quantified_condition(tmp_path: Path) -> None:
    path = tmp_path / "reads.litmus"
    for final, positive in (("exists (1:r0=2)", 0), ("forall (1:r0=2)", 0), ("~exists (1:r0=2)", 2)):
        output = run("litmus", write(path, final)).output
        witnesses = f"Positive: {positive} Negative: {2 - positive}"
        assert counts(output) == (witnesses, "Observation reads Never 0 2")
    both = run("litmus", write(path, "~exists (1:r0=1 \\/ 1:r0=0)")).output
    assert counts(both) == ("Positive: 0 Negative: 2", "Observation reads Always 2 0")


def test_json_counts_for_the_proposition(tmp_path: Path) -> None:
    path = write(tmp_path / "reads.litmus", "~exists (1:r0=2)")
    answer = json.loads(run("litmus", "--json", path).output)
    assert (answer["positive"], answer["negative"], answer["verdict"]) == (0, 2, "Ok")


@pytest.mark.parametrize(
    ("stated", "final", "message"),
    [
        ("Never", "exists (1:r0=2)", ""),
        ("Never", "exists (1:r0=1)", "the comment says Result: Never, found Sometimes"),
        ("Maybe", "exists (1:r0=1)", ""),
        ("Maybe", "exists (1:r0=2)", ""),
        ("DATARACE", "exists (1:r0=1)", "the comment says Result: DATARACE, found Sometimes"),
        ("Sometimes DATARACE", "exists (1:r0=1)", "the comment says Result: Sometimes DATARACE, found Sometimes"),
        ("DEADLOCK", "exists (1:r0=1)", "the comment says Result: DEADLOCK, found Sometimes"),
    ],
)
def test_a_difference_quotes_the_comment(tmp_path: Path, stated: str, final: str, message: str) -> None:
    path = write(tmp_path / "t.litmus", final, f"(* Result: {stated} *)\n")
    result = run("litmus", "--check", path)
    told = f"{path}: {message}\n0 of 1 as stated\n" if message else "1 of 1 as stated\n"
    assert (result.exit_code, result.stderr) == (1 if message else 0, told)


def test_a_race_that_the_comment_does_not_state_is_a_difference(tmp_path: Path) -> None:
    path = tmp_path / "race.litmus"
    path.write_text(
        "C race\n(* Result: Never *)\n{}\nP0(int *x) { *x = 1; }\nP1(int *x) { *x = 1; }\nexists (x=2)\n",
        encoding="utf-8",
    )
    result = run("litmus", "--check", str(path))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == f"{path}: the comment says Result: Never, found Never DATARACE"
    path.write_text(path.read_text(encoding="utf-8").replace("Result: Never", "Result: DATARACE"), encoding="utf-8")
    assert run("litmus", "--check", str(path)).exit_code == 0


def test_a_comment_that_states_no_result_is_an_error_where_it_is_compared(tmp_path: Path) -> None:
    path = write(tmp_path / "t.litmus", "exists (1:r0=2)", "(*\n * Result: Nver\n *)\n")
    result = run("litmus", "--check", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        f"{path}:3:12: 'Nver' is no result: a comment can say Never, Sometimes, Always, Maybe, DEADLOCK or DATARACE\n"
        "    3 |  * Result: Nver\n"
        "      |            ^^^^\n"
    )
    assert run("litmus", path).exit_code == 0


def test_names_that_nothing_stands_behind_are_told_on_stderr(tmp_path: Path) -> None:
    path = write(tmp_path / "t.litmus", "exists (1:r7=0)")
    warning = f"{path}:5:9: warning: P1 has no variable r7 (it has r0): it is 0\n"
    for arguments in ((), ("--json",)):
        result = run("litmus", *arguments, path)
        assert (result.exit_code, result.stderr) == (0, warning)
    Path(path).write_text(Path(path).read_text(encoding="utf-8").replace("READ_ONCE", "READ"), encoding="utf-8")
    result = run("litmus", path)
    assert result.exit_code == 2
    assert result.stderr.startswith(warning)
    assert "the operation READ is not known" in result.stderr


LOCKED = """C locked
{{}}
P0(spinlock_t *a, spinlock_t *b, int *x) {{ spin_lock(a); spin_lock({first}); WRITE_ONCE(*x, 1); }}
P1(int *x, spinlock_t *b) {{ int r0; r0 = READ_ONCE(*x); {second} }}
{final}
"""


@pytest.mark.parametrize(
    ("first", "second", "final", "reason"),
    [
        ("a", "", "exists (x=1)", "no execution ends: P0 waits for lock a"),
        (
            "a",
            "spin_lock(b); spin_lock(b);",
            "exists (x=1)",
            "no execution ends: P0 waits for lock a, P1 waits for lock b",
        ),
        ("b", "", "filter (1:r0=2) exists (x=1)", "no execution passes the filter"),
        # Where P1 sees x, P0 has taken b and keeps it.
        (
            "b",
            "if (r0) spin_lock(b);",
            "filter (1:r0=2) exists (x=1)",
            "no execution passes the filter; others do not end: P1 waits for lock b",
        ),
        ("b", "", "exists (x=1)", ""),
    ],
)
def test_why_no_execution_counts(tmp_path: Path, first: str, second: str, final: str, reason: str) -> None:
    path = tmp_path / "locked.litmus"
    path.write_text(LOCKED.format(first=first, second=second, final=final), encoding="utf-8")
    for arguments in ((), ("--json",)):
        result = run("litmus", *arguments, str(path))
        assert result.exit_code == 0
        assert result.stderr == (f"{path}: {reason}\n" if reason else "")


def test_a_model_that_forbids_everything_is_named(tmp_path: Path) -> None:
    (tmp_path / "none.cat").write_text("empty po\n", encoding="utf-8")
    path = tmp_path / "t.litmus"
    path.write_text("C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2); }\nexists (x=1)\n", encoding="utf-8")
    result = run("litmus", "--model", str(tmp_path / "none.cat"), str(path))
    assert "Observation t Never 0 0" in result.stdout
    assert result.stderr == f"{path}: the model {tmp_path / 'none.cat'} forbids every execution\n"
