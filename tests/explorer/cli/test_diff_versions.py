"""``sealrace diff`` of fixes and of versions of a scenario: what is gone and new, its tokens, and where they part.

Under pso the mailbox has the outcomes (0, 0), (0, 1), (1, 1) and, without the fence, (1, 0), which is a leak and late.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from command_line import Run
from variants_scenario import variants

MP = """C MP
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1);%s WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0; int r1; r0 = READ_ONCE(*y); smp_rmb(); r1 = READ_ONCE(*x); }
exists (1:r0=1 /\\ 1:r1=0)
"""


@pytest.fixture(autouse=True)
def to_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def compared(sealrace: Run, *arguments: str, status: int = 1) -> dict[str, Any]:
    result = sealrace("diff", *arguments, "--json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def got(outcomes: list[dict[str, Any]]) -> list[tuple[str, tuple[str, ...]]]:
    """What outcomes say and break."""
    return [("; ".join(f["got"] for f in each["facts"]), tuple(each["breaks"])) for each in outcomes]


FIXES = ("mailbox", "--fix", "none", "--fix", "fenced", "--model", "pso")


def test_two_fixes(sealrace: Run) -> None:
    """B makes the stores in program order, with the fence between: so it is the read of the old box that it has not."""
    result = sealrace("diff", *FIXES)
    assert result.exit_code == 1
    text = re.sub(r"sr1_[\w-]+", "TOKEN", result.output)
    assert (
        text
        == """\
A  mailbox, fix none, protocol P2, model pso
B  mailbox, fix fenced, protocol P2, model pso
   sizes    stores=1, unroll=3

   verdict      VIOLATED -> VIOLATED
   executions          4 ->        3
   late                2 ->        1
   leak                1 ->        0
   outcomes            4 ->        3

   gone  leak, 1 execution
         writer(flag), reader(flag)
         The flag was seen.
         sealrace replay TOKEN

   kept  late, 2 -> 1 execution
         writer(flag), reader(flag)
         The flag was seen.
         sealrace replay TOKEN
         sealrace replay TOKEN

   gone  outcome, 1 execution, leak, late
         reader: flag = 1, box = 0
         sealrace replay TOKEN

   kept  3 outcomes

The first execution where they differ is one of A, with 2 switches between threads: reader: flag = 1, box = 0

  step  writer  reader
>    1  W3              flag 0 -> 1     writer: raise
>    2          R1      reads flag = 1  reader: look  <- leak
     3          R2      reads box = 0   reader: open
      ^ B parts here: its model does not allow this step
        there: reader reads box at R2 open
        before, in B alone: writer fence wmb at W2
     4  W1              box 0 -> 1      writer: fill

Of 4 outcomes 1 is gone, 3 stay. Of 2 kinds of violation 1 is gone, 1 stays.
"""
    )


def test_every_token_replays(sealrace: Run) -> None:
    tokens = re.findall(r"sealrace replay (\S+)", sealrace("diff", *FIXES).output)
    assert len(tokens) == 4
    for token in tokens:
        replayed = sealrace("replay", token)
        assert replayed.exit_code == 0, replayed.output


def test_the_other_way_round_it_is_new(sealrace: Run) -> None:
    found = compared(sealrace, "mailbox", "--fix", "fenced", "--fix", "none", "--model", "pso")
    assert got(found["outcomes"]["new"]) == [("flag = 1, box = 0", ("late", "leak"))]
    assert found["outcomes"]["gone"] == []
    assert len(found["outcomes"]["kept"]) == 3
    assert [kind["property"] for kind in found["new"]] == ["leak"]
    assert found["first"]["of"] == "after"
    assert found["sentence"] == "Of 3 outcomes 3 stay; 1 is new. The only kind of violation stays; 1 is new."


def test_what_is_the_same_differs_in_nothing(sealrace: Run) -> None:
    """Under sc the fence forbids nothing, and every execution is kept."""
    found = compared(sealrace, "mailbox", "--fix", "none", "--fix", "fenced", status=0)
    assert (found["differs"], found["first"], found["sentence"]) == (False, None, "Nothing differs.")
    assert (len(found["outcomes"]["kept"]), found["outcomes"]["gone"], found["outcomes"]["new"]) == (3, [], [])


def test_two_models(sealrace: Run) -> None:
    found = compared(sealrace, "mailbox", "--model", "sc", "--model", "pso")
    assert found["compared"] == ["model"]
    assert got(found["outcomes"]["new"]) == [("flag = 1, box = 0", ("late", "leak"))]


def test_a_switch(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Release and acquire order both sides, so the empty box is gone under armv8 as well."""
    monkeypatch.setattr("scenarios.registry.scenarios", variants)
    found = compared(sealrace, "variants", "--against-switch", "v6.9", "--model", "armv8")
    assert found["compared"] == ["switches"]
    assert found["warnings"] == []
    assert got(found["outcomes"]["gone"]) == [("flag = 1, box = 0", ("torn", "empty"))]
    assert [act["tag"] for act in found["first"]["parting"]["reordered"]] in (["acquire"], ["release", "acquire"])
    # Given to both, it is no difference.
    assert sealrace("diff", "variants", "--switch", "v6.9", "--against-switch", "v6.9").exit_code == 2
    held = compared(sealrace, "variants", "--switch", "twice", "--against-switch", "v6.9", "--model", "armv8")
    assert held["before"]["parameters"]["twice"] == held["after"]["parameters"]["twice"] == 1


def test_a_scenario_in_two_files(sealrace: Run) -> None:
    """The second file has the same with release and acquire where the first has none: its ``none`` is ``release``."""
    assert sealrace("new", "old.py").exit_code == 0
    text = Path("old.py").read_text(encoding="utf-8")
    changed = text.replace('== "release"', '!= "release"')
    assert changed.count('!= "release"') == 2
    Path("new.py").write_text(changed, encoding="utf-8")
    found = compared(sealrace, "old.py", "new.py:old", "--model", "lkmm")
    assert [found[side]["scenario"] for side in ("before", "after")] == ["old.py:old", "new.py:old"]
    assert [kind["property"] for kind in found["gone"]] == ["empty"]
    assert got(found["outcomes"]["gone"]) == [("flag = 1, box = 0", ("empty",))]
    assert found["before"]["verdict"] == "VIOLATED"
    assert found["after"]["verdict"] == "HOLDS"
    token = found["outcomes"]["gone"][0]["token"]
    assert sealrace("replay", token).exit_code == 0
    # The same fix of both, which now orders the other file's.
    back = compared(sealrace, "old.py", "new.py", "--fix", "release", "--model", "lkmm")
    assert [kind["property"] for kind in back["new"]] == ["empty"]


def test_kinds_of_violation_are_those_of_the_other_file(sealrace: Run) -> None:
    assert sealrace("new", "old.py").exit_code == 0
    Path("new.py").write_text(Path("old.py").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found = compared(sealrace, "old.py", "new.py", "--model", "lkmm", status=0)
    assert [kind["before"]["property"] for kind in found["kept"]] == ["empty"]


def test_two_litmus_tests(sealrace: Run) -> None:
    """Under lkmm smp_wmb() takes the fourth of four final states away."""
    Path("a.litmus").write_text(MP % "", encoding="utf-8")
    Path("b.litmus").write_text(MP % " smp_wmb();", encoding="utf-8")
    result = sealrace("diff", "a.litmus", "b.litmus")
    assert result.exit_code == 1
    assert "   executions   4 -> 3\n   exists       1 -> 0\n   outcomes     4 -> 3\n" in result.output
    assert "verdict" not in result.output
    assert "before, in B alone: P0 fence wmb" in result.output
    assert result.output.endswith("\nOf 4 outcomes 1 is gone, 3 stay.\n")
    (token,) = set(re.findall(r"sr1_[\w-]+", result.output))
    assert sealrace("replay", token).exit_code == 0


def test_what_a_stopped_search_has_not_is_not_gone(sealrace: Run) -> None:
    """One execution of each is looked at: nothing is known to be missing anywhere, whatever comes first."""
    result = sealrace("diff", *FIXES, "--max-executions", "1")
    assert result.exit_code == 3
    assert " gone  outcome" not in result.output
    assert "new   outcome" not in result.output
    assert result.output.endswith("\nNothing is known to differ: not all was explored.\n")
    assert "the first search was stopped" in result.output


def test_what_a_whole_search_has_not_is_gone_wherever_the_other_was_stopped(sealrace: Run) -> None:
    """Four executions are all that there are without the fence, but the limit ends that search; with it there are 3."""
    result = sealrace("diff", *FIXES, "--max-executions", "4")
    assert result.exit_code == 1
    assert "the first search was stopped" in result.output
    assert "   gone  outcome, 1 execution, leak, late\n" in result.output
    found = compared(sealrace, *FIXES, "--max-executions", "4")
    assert (found["before"]["complete"], found["after"]["complete"]) == (False, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("mailbox",),
            "mailbox: both sides are the same\n"
            "  name two of something: --fix A --fix B, --against-switch NAME, or two scenarios\n",
        ),
        (
            ("mailbox", "--fix", "none", "--fix", "fenced", "--fix", "waits"),
            "--fix: given 3 times, and there are two sides\n  give it once, or twice\n",
        ),
        (("mailbox", "a.litmus"), "mailbox and a.litmus: a litmus test and a scenario\n  name two of one sort\n"),
        (("mailbox", "mailboxes"), "unknown scenario 'mailboxes'\n  there are: mailbox, endless, "),
        (("mailbox", "--fix", "none", "--fix", "wrong"), "unknown fix 'wrong'\n  there are: none, fenced, waits\n"),
        (("mailbox", "--against-switch", "v1"), "unknown switch 'v1'\n  mailbox has no switches\n"),
        (
            ("out/x.run.jsonl",),
            "out/x.run.jsonl: there is nothing to compare it with\n  name another run file or folder\n",
        ),
        (("a.litmus", "b.litmus", "--fix", "none"), "--fix: a litmus test has none\n  leave it out\n"),
    ],
)
def test_bad_input(sealrace: Run, arguments: tuple[str, ...], message: str) -> None:
    for name in ("a.litmus", "b.litmus"):
        Path(name).write_text(MP % "", encoding="utf-8")
    result = sealrace("diff", *arguments)
    assert result.exit_code == 2
    assert result.output.startswith(message)


def test_run_files_take_no_options_of_scenarios(sealrace: Run) -> None:
    result = sealrace("diff", "a.run.jsonl", "b.run.jsonl", "--fix", "none")
    assert result.exit_code == 2
    assert "--fix is for scenarios, not for run files" in result.output


def test_a_deadlock_is_an_outcome_and_the_end_is_where_they_part(sealrace: Run) -> None:
    """With fix waits the reader waits for a flag of 2 for ever: its first step, which is none, blocks all of it."""
    found = compared(sealrace, "mailbox", "--fix", "none", "--fix", "waits")
    assert [outcome["breaks"] for outcome in found["outcomes"]["new"]] == [["deadlock"]]
    assert len(found["outcomes"]["gone"]) == 3
    assert "deadlock" in [kind["property"] for kind in found["new"]]
