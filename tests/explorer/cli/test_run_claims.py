"""What ``sealrace run`` claims of a program, and where it claims nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run
from run_accounts import driven, entry
from scenario_files import LAST, ONE, write

from explorer.cli.options import STRATEGIES

NO_THREADS = ONE.replace('(ThreadSpec("writer", store, (Location("box"),)),)', "()")

GRACE = ONE.replace("    await t.write", "    await t.synchronize_rcu()\n    await t.write")

BUFFERING = (
    """
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE
from explorer.property import Violation
from explorer.scenario import Case, Scenario


class Both:
    name = "both"

    def find(self, execution, before):
        read = [event.value for event in execution.events if event.kind.value == "R"]
        return Violation("both", (), (), "Both read what the other stores later.") if read == [1, 1] else None


async def pass_on(t, mine, other):
    await t.read(mine, ONCE)
    await t.write(other, 1, ONCE)


def build(fix, protocol, sizes):
    x, y = Location("x"), Location("y")
    return Case(Program((ThreadSpec("a", pass_on, (x, y)), ThreadSpec("b", pass_on, (y, x)))), (Both(),))

"""
    + LAST
)

ASSUMING = (
    """
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE
from explorer.property import Edge, Violation
from explorer.scenario import Case, Scenario


class Seen:
    name = "seen"

    def find(self, execution, before):
        (read,) = execution.thread_events(1)
        return Violation("seen", (Edge(execution.source_of[read], read, "rf"),), (), "The store was seen.")


async def store(t, box):
    await t.write(box, 1, ONCE)


async def see(t, box):
    await t.assume(await t.read(box, ONCE) == 1)


def build(fix, protocol, sizes):
    box = Location("box")
    return Case(Program((ThreadSpec("writer", store, (box,)), ThreadSpec("reader", see, (box,)))), (Seen(),))

"""
    + LAST
)


@pytest.fixture(autouse=True)
def to_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def test_not_found_claims_nothing(sealrace: Run) -> None:
    """The fence keeps the leak away, and 'late' needs a flag that is seen: not in a run where the reader is first."""
    result = sealrace("run", "mailbox", "--strategy", "round-robin", "--quantum", "9", "--run", "2")
    assert result.exit_code == 3
    assert result.output == (
        "mailbox, fix none, protocol P2, model sc: not found\n"
        " strategy    round-robin, seed 1, quantum 9\n"
        " runs        1: 1 distinct execution\n"
        " reached     looked\n"
        " but         nothing is claimed of executions that were not run\n"
    )
    assert not list(Path("out").rglob("*.json"))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("arguments", [("mailbox",), ("mailbox", "--fix", "fenced"), ("endless", "--fix", "holds")])
def test_nothing_holds(sealrace: Run, strategy: str, arguments: tuple[str, ...]) -> None:
    result = sealrace("run", *arguments, "--strategy", strategy, "--small", "--runs", "20")
    assert result.exit_code in (1, 3)
    assert "HOLDS" not in result.output
    assert ("found late" in result.output) == (result.exit_code == 1)


def test_what_is_cut_is_told(sealrace: Run) -> None:
    result = sealrace("run", "mailbox", "--max-events", "1", "--runs", "5")
    assert result.exit_code == 3
    assert entry(result.output, "runs") == "5: 1 distinct execution (1 cut)"
    assert "\n             cut: a bound ended a path\n" in result.output
    assert entry(result.output, "but") == "limit of 1 events per thread reached: raise --max-events"


def test_what_is_dropped_is_no_complete_execution(sealrace: Run) -> None:
    """The reader assumes that it sees the store: of two executions one is dropped, and no report counts it."""
    write("seen.py", ASSUMING)
    output = sealrace("run", "seen.py", "--strategy", "depth-first").output
    assert "\n1 executions explored, all up to unroll = 3; 1 seen\n" in output
    assert (
        " runs        2: 2 distinct executions (1 complete, 1 dropped)\n"
        "             dropped: a t.assume() did not hold; the heading of the ladder counts the complete ones\n"
        " complete    every execution was run: sealrace explore gives the verdict\n"
    ) in output


def test_nothing_is_claimed_beyond_the_bound(sealrace: Run) -> None:
    """Where nothing was found, the account says of what nothing is known; of one read and one write, twice."""
    write("buffering.py", BUFFERING)
    everything = "             every execution was run: sealrace explore gives the verdict\n"
    for bound, end in (
        (
            "0",
            " complete    every schedule of at most 0 preemptions was run\n"
            " but         nothing is claimed of executions that take more than 0 preemptions\n",
        ),
        ("1", f" complete    nothing takes more than 1 preemption\n{everything}"),
    ):
        output = sealrace("run", "buffering.py", "--strategy", "preemption-bounded", "--bound", bound).output
        assert output.endswith(end)
    output = sealrace("run", "buffering.py", "--model", "lkmm", "--strategy", "depth-first").output
    assert output.endswith(" but         nothing is claimed of executions that have a cycle of po and rf\n")
    # One run alone was looked at, whatever was run before it.
    output = sealrace("run", "buffering.py", "--strategy", "depth-first", "--run", "2").output
    assert "every execution" not in output
    assert output.endswith(" but         nothing is claimed of executions that were not run\n")


def test_everything_up_to_a_bound_is_told_as_that(sealrace: Run) -> None:
    output = sealrace("run", "mailbox", "--strategy", "depth-first", "--max-events", "1").output
    assert entry(output, "complete") == "every execution up to the bounds was run: sealrace explore gives the verdict"


def test_a_report_says_that_all_executions_are_known_where_they_are(sealrace: Run) -> None:
    bounded = ("--strategy", "preemption-bounded")
    for arguments, complete in (
        (("--strategy", "depth-first"), True),
        (bounded, True),
        ((*bounded, "--run", "1"), False),
        (("--strategy", "random", "--seed", "30"), False),
    ):
        found = driven(sealrace, "mailbox", *arguments, status=1)
        report = json.loads(Path(found["violating"][0]["report"]).read_text(encoding="utf-8"))
        assert report["search"]["complete"] == complete


def test_the_bound_of_pct_is_that_of_its_paper(sealrace: Run) -> None:
    """Two threads, four steps, depth 2: 1 in 2 * 4. That eight runs all miss has a probability of (7/8)^8 = 0.3436."""
    output = sealrace("run", "mailbox", "--strategy", "pct", "--depth", "2", "--runs", "8").output
    assert entry(output, "bound") == (
        "a run finds a bug of depth 2 that shows within 4 steps (fences are none) with a probability of at least 1/8, "
        "one of 8 with at least 65.63%"
    )
    # 1 - (31/32)^1000 is less than one, and is not rounded up to it.
    assert entry(sealrace("run", "mailbox").output, "bound").endswith("1/32, one of 1,000 with at least 99.99%")
    # Nor is 1 - (1/2)^1000, which differs from one only in its 302nd digit.
    certain = sealrace("run", "mailbox", "--depth", "1").output
    assert entry(certain, "bound").endswith("1/2, one of 1,000 with at least 99.99%")


def test_no_bound_is_claimed_under_a_weak_model(sealrace: Run) -> None:
    output = sealrace("run", "mailbox", "--model", "pso").output
    assert entry(output, "bound") == "none is known under pso, where a thread's next step is not always one"
    weak = sealrace("run", "mailbox", "--model", "pso", "--strategy", "preemption-bounded", "--bound", "0").output
    assert entry(weak, "complete").endswith("was run, counted in the order in which steps are released")


def test_no_bound_is_claimed_where_runs_can_be_abandoned(sealrace: Run) -> None:
    """A grace period, or an axiom of one's own that refuses what sc allows; the same threads without them have one."""
    write("grace.py", GRACE)
    assert entry(sealrace("run", "grace.py", "--runs", "2").output, "bound") == (
        "none is known with grace periods: a run can come to a point where it must be abandoned"
    )
    assert driven(sealrace, "grace.py", "--runs", "2", status=3)["told"]["pct"]["probability"] is None
    write("own.cat", '"own"\nacyclic po | rf | co | fr as sc\nempty R as silent\n')
    refused = sealrace("run", "mailbox", "--model", "own.cat", "--runs", "2").output
    assert (
        entry(refused, "runs")
        == "2: 0 distinct executions; 2 runs abandoned, at what an earlier run had seen or with no way on"
    )
    assert entry(refused, "bound") == (
        "none is known with what own forbids beside (silent): a run can come to a point where it must be abandoned"
    )
    write("grace.py", GRACE.replace("await t.synchronize_rcu()", "await t.read(box, ONCE)"))
    # One thread, two steps, depth 3: 1 in 1 * 2 * 2.
    assert driven(sealrace, "grace.py", "--runs", "2", status=3)["told"]["pct"]["probability"] == "1/4"


def test_load_buffering_is_not_among_everything_that_was_run(sealrace: Run) -> None:
    """Two threads that each read one location and then write the other: both may read 1 under lkmm, in no schedule."""
    write("buffering.py", BUFFERING)
    assert sealrace("explore", "buffering.py", "--model", "lkmm").exit_code == 1
    for strategy, label, weak, strong in (
        (
            "depth-first",
            "complete",
            "every execution without a cycle of po and rf was run: sealrace explore takes the others too",
            "every execution was run: sealrace explore gives the verdict",
        ),
        (
            "preemption-bounded",
            "complete",
            "nothing without a cycle of po and rf takes more than 1 preemption, "
            "counted in the order in which steps are released",
            "nothing takes more than 1 preemption, counted in the order in which steps are released",
        ),
    ):
        for model, text in (("lkmm", weak), ("armv8", weak), ("tso", strong), ("pso", strong)):
            arguments = "buffering.py", "--model", model, "--strategy", strategy
            assert entry(sealrace("run", *arguments).output, label) == text
            told = driven(sealrace, *arguments, status=3)["told"][strategy]
            assert (told["exhausted"], told["all_executions"]) == (True, text == strong)


def test_a_portfolio_promises_what_pct_does_of_its_share(sealrace: Run) -> None:
    """Two threads, four steps, depth 1: one in two. Of 14 runs pct makes the first and the eighth."""
    output = sealrace("run", "mailbox", "--strategy", "portfolio", "--depth", "1", "--runs", "14").output
    assert entry(output, "bound") == (
        "a run of pct finds a bug of depth 1 that shows within 4 steps (fences are none) with a probability "
        "of at least 1/2, one of 2 with at least 75.00%"
    )


def test_a_program_without_threads_has_one_empty_run(sealrace: Run) -> None:
    """What explore says of it is said of every strategy's runs: nothing is found, nothing claimed."""
    write("none.py", NO_THREADS)
    for strategy in STRATEGIES:
        found = driven(sealrace, "none.py", "--strategy", strategy, "--runs", "3", status=3)
        assert found["executions"] == 1
        assert found["limits"] == []


def test_help_says_that_nothing_is_claimed(sealrace: Run) -> None:
    text = " ".join(sealrace("run", "--help").output.split())
    assert "Where explore comes to its end, explore is the answer, and run adds nothing. Where it does not" in text
    assert "Who chooses the steps: preemption-bounded where that comes to its end, else pct" in text
    assert "Stop a case after this many seconds, unfolding it included." in text
    assert "Exit status: 1 found, 2 bad input, 3 not found, which claims nothing of what was not run" in text
    assert "of run: found" in " ".join(sealrace("--help").output.split())
