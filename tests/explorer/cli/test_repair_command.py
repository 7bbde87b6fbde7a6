"""``sealrace repair``: what it prints, what it refuses, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run

MP = """C mp

{}

P0(int *x, int *y)
{
	WRITE_ONCE(*x, 1);
	smp_wmb();
	WRITE_ONCE(*y, 1);
}

P1(int *x, int *y)
{
	int r0;
	int r1;

	r0 = READ_ONCE(*y); /* the flag */
	r1 = READ_ONCE(*x);
}

exists (1:r0=1 /\\ 1:r1=0)
"""
"""A message whose reader has no barrier: acquire on the flag, or smp_rmb() behind it."""


@pytest.fixture
def message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("mp.litmus").write_text(MP, encoding="utf-8")
    return "mp.litmus"


def test_a_test_is_told_with_the_difference_of_its_file(message: str) -> None:
    """x86 and SPARC keep the loads in order anyway."""
    result = run("repair", message)
    assert result.exit_code == 0
    assert (
        result.output
        == """\
mp.litmus, model lkmm: 2 minimal sets of orderings and barriers
 violated   1 execution is what its condition looks for
 as it is   HOLDS under sc, tso and pso; VIOLATED under armv8 and lkmm
 costs      of generic kernel code, the cheapest first (docs/repair.md)

 1. cost 3
    P1, line 17
        READ_ONCE(*y)  ->  smp_load_acquire(y)
    HOLDS under sc, tso, pso, armv8 and lkmm
      --- mp.litmus
      +++ mp.litmus (repaired)
      @@ -15,5 +15,5 @@
       \tint r1;

      -\tr0 = READ_ONCE(*y); /* the flag */
      +\tr0 = smp_load_acquire(y); /* the flag */
       \tr1 = READ_ONCE(*x);
       }

 2. cost 4
    P1, line 18
        smp_rmb() before READ_ONCE(*x), behind READ_ONCE(*y)
    HOLDS under sc, tso, pso, armv8 and lkmm
      --- mp.litmus
      +++ mp.litmus (repaired)
      @@ -16,4 +16,5 @@

       \tr0 = READ_ONCE(*y); /* the flag */
      +\tsmp_rmb();
       \tr1 = READ_ONCE(*x);
       }
"""
    )


def test_json_has_the_same(message: str) -> None:
    result = run("repair", message, "--json")
    assert result.exit_code == 0
    found = json.loads(result.output)
    assert (found["test"], found["model"], found["property"]) == (message, "lkmm", r"exists (1:r0=1 /\ 1:r1=0)")
    assert (found["barriers_help"], found["holds_as_it_is"], found["complete"]) == (True, False, True)
    first, second = found["repairs"]
    assert [edit["after"] for edit in first["edits"]] == ["smp_load_acquire(y)"]
    assert [(edit["before"], edit["behind"]) for edit in second["edits"]] == [(None, ["READ_ONCE(*y)"])]
    assert first["verdicts"] == dict.fromkeys(("sc", "tso", "pso", "armv8", "lkmm"), "HOLDS")
    assert "+\tr0 = smp_load_acquire(y); /* the flag */" in first["litmus_difference"]


def test_what_holds_is_told(message: str) -> None:
    result = run("repair", message, "--model", "tso")
    assert result.exit_code == 0
    assert result.output.startswith("mp.litmus, model tso: HOLDS as it is, nothing to repair\n")


def test_where_no_barrier_helps_no_set_is_proposed_and_the_fixes_are_told() -> None:
    """The leak of a file in use happens under sc. Of the fixes those hold that the scenario declares without a leak."""
    result = run("repair", "inflight", "--fix", "none", "--small", "--model", "sc", "--property", "leak", "--json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert (found["barriers_help"], found["repairs"], found["dearer"], found["complete"]) == (False, [], [], True)
    assert found["violating"] == 23
    holding = [each["fix"] for each in found["fixes"] if each["verdicts"].get("sc") == "HOLDS"]
    closed = ["recheck", "recheck-locked", "rwsem", "srcu", "invalidate-lock"]
    assert holding == [*closed, "recheck-late", "new-inode", "reader-count"]
    inapplicable = [each["fix"] for each in found["fixes"] if each["not_applicable"]]
    assert inapplicable == ["create-time"]
    breaks = {each["fix"]: each["breaks"] for each in found["fixes"] if each["fix"] in holding}
    assert [fix for fix in holding if not breaks[fix]] == ["recheck-locked", "rwsem", "invalidate-lock", "new-inode"]


def test_an_edit_of_modelled_code_names_the_kernel_function_and_the_code() -> None:
    result = run("repair", "fresh-window", "--model", "lkmm", "--property", "stale", "--json")
    assert result.exit_code == 0
    found = json.loads(result.output)
    first = found["repairs"][0]
    assert [(edit["place"], edit["before"], edit["after"]) for edit in first["edits"]] == [
        (
            "mm/shmem.c shmem_file_read_iter() R1 first i_size_read",
            "inode->i_size",
            "smp_load_acquire(&inode->i_size)",
        ),
        (
            "mm/shmem.c shmem_fallocate() F5 i_size_write",
            "inode->i_size = ...",
            "smp_store_release(&inode->i_size, ...)",
        ),
    ]
    assert all(edit["code"].startswith("scenarios/shmem/reduced.py:") for edit in first["edits"])
    # The seal is still read and written without a mark.
    (race,) = first["data_races"]
    assert race == "owner's plain write of inode.seals at A9 and reader's plain read of inode.seals at R3"
    assert "smp_mb" not in json.dumps(found["repairs"])


@pytest.mark.usefixtures("message")
@pytest.mark.parametrize("name", ["mp.litmus", "fresh-window"])
def test_a_limit_of_time_leaves_it_unsettled(name: str) -> None:
    result = run("repair", name, "--max-time", "0.000001")
    assert result.exit_code == 3
    assert "limit of 1e-06 seconds reached: what is not listed is not settled" in result.output
    assert "no repair by ordering was found yet" in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fresh-window", "--property", "leek"), "unknown property 'leek'\n  there are: leak, late, stale"),
        (("fresh-window", "--fix", "all"), "--fix all: this command takes one case"),
        (("gone.litmus",), "gone.litmus: cannot be read"),
        (("mp.litmus", "--property", "leak"), "--property: a litmus test has none\n  leave it out"),
        (("mp.litmus", "--small"), "--small: a litmus test has none"),
        (("nothing",), "unknown scenario 'nothing'"),
    ],
)
@pytest.mark.usefixtures("message")
def test_what_does_not_fit_is_refused(arguments: tuple[str, ...], told: str) -> None:
    result = run("repair", *arguments)
    assert result.exit_code == 2
    assert told in result.output
