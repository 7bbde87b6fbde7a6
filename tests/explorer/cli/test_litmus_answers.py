"""What ``sealrace litmus`` says of one test: the counts of witnesses, and how the answer compares with the comment."""

from __future__ import annotations

import json
from pathlib import Path

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
