"""Runs that Hypothesis draws: what there is to ask of one, and that printed examples give it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from falsified import falsified
from hypothesis import example, given, reproduce_failure, settings
from hypothesis.database import InMemoryExampleDatabase
from padded_leak import padded

from explorer.cli.main import main
from explorer.errors import InputError
from explorer.execution.execution import Execution, Status
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.property import Violation
from explorer.scenario import Case
from explorer.testing import Run, replayed, run_of, schedules
from scenarios.registry import scenarios


def message(seen: tuple[int, int]) -> Case:
    """Message passing; broken where the reader sees this of flag and box.

    By hand: (1, 0) takes the two stores out of order, which pso allows, and sc and tso do not; the three others
    are interleavings.
    """
    box, flag = Location("box"), Location("flag")

    class Sees:
        name = "sees"

        def find(self, execution: Execution, _before: object) -> Violation | None:
            values = tuple(execution.events[i].value for i in execution.thread_events(1))
            return Violation("sees", (), (), "It was seen.") if values == seen else None

    async def writer(t: Thread) -> None:
        await t.write(box, 1, ONCE)
        await t.write(flag, 1, ONCE)

    async def reader(t: Thread) -> None:
        await t.read(flag, ONCE)
        await t.read(box, ONCE)

    return Case(Program((ThreadSpec("writer", writer), ThreadSpec("reader", reader))), (Sees(),))


def reordered() -> Case:
    return message((1, 0))


def five_times() -> Case:
    """A box is filled five times before the flag is raised; broken where the reader sees the flag and an empty box."""
    box, flag = Location("box"), Location("flag")

    class Missed:
        name = "missed"

        def find(self, execution: Execution, _before: object) -> Violation | None:
            values = [execution.events[i].value for i in execution.thread_events(1)]
            return Violation("missed", (), (), "It passed over five stores.") if values == [1, 0] else None

    async def writer(t: Thread) -> None:
        for number in range(1, 6):
            await t.write(box, number, ONCE)
        await t.write(flag, 1, ONCE)

    async def reader(t: Thread) -> None:
        await t.read(flag, ONCE)
        await t.read(box, ONCE)

    return Case(Program((ThreadSpec("writer", writer), ThreadSpec("reader", reader))), (Missed(),))


def test_a_read_passes_over_as_many_stores_as_there_are() -> None:
    found = falsified(schedules(five_times, model="lkmm"), lambda run: not run.violations, examples=5000)
    assert found is not None
    assert found.run.violations == ("missed",)


@pytest.mark.parametrize(("seen", "switches"), [((0, 0), 1), ((0, 1), 2), ((1, 1), 1)])
def test_every_interleaving_is_found_with_its_fewest_switches(seen: tuple[int, int], switches: int) -> None:
    """(0, 1) has both stores between the reads, or a part of them; the others are one thread after the other."""
    found = falsified(schedules(message(seen)), lambda run: not run.violations, examples=200)
    assert found is not None
    assert found.run.switches == switches
    assert found.run.violations == ("sees",)
    assert found.run.status is Status.COMPLETE
    assert found.run.outcome == "reader: flag = {}, box = {}".format(*seen)


@pytest.mark.parametrize(("model", "allowed"), [("sc", False), ("tso", False), ("pso", True), ("lkmm", True)])
def test_what_takes_reordering_is_found_where_the_model_allows_it(model: str, allowed: bool) -> None:
    found = falsified(schedules(reordered, model=model), lambda run: not run.violations, examples=300)
    assert (found is not None) == allowed
    if found is not None:
        assert found.printed.startswith(f"run_of(reordered, model={model!r}, steps='")
        assert found.again(reordered=reordered) == found.run


def test_a_deadlock_is_a_violation() -> None:
    async def waits(t: Thread, mine: Location, other: Location) -> None:
        await t.wait_until(other, lambda value: value == 1)
        await t.write(mine, 1, ONCE)

    x, y = Location("x"), Location("y")
    case = Case(Program((ThreadSpec("a", waits, (x, y)), ThreadSpec("b", waits, (y, x)))))
    run = run_of(case, steps="")
    assert (run.status, run.violations) == (Status.BLOCKED, ("deadlock",))
    found = falsified(schedules(case), lambda run: not run.violations, examples=5)
    assert found is not None
    assert found.printed == "run_of(case, steps='')"
    assert "deadlock" in run.ladder()


def test_a_run_that_was_cut_claims_nothing_and_runs_again() -> None:
    flag = Location("flag")

    async def spins(t: Thread) -> None:
        while await t.read(flag, ONCE) != 1:
            pass

    async def raises(t: Thread) -> None:
        await t.write(flag, 1, ONCE)

    case = Case(Program((ThreadSpec("spins", spins), ThreadSpec("raises", raises))))
    found = falsified(schedules(case, unroll=2), lambda run: run.status is not Status.CUT, examples=20)
    assert found is not None
    # Two rounds are what the bound lets it make: the third read begins one more. The store comes after it.
    assert found.printed == "run_of(case, unroll=2, steps='0x3 1')"
    assert (found.run.violations, found.run.outcome) == ((), "")
    assert found.again(case=case) == found.run
    assert "cut" in found.run.ladder()


def test_a_failed_assumption_is_no_run() -> None:
    x = Location("x")

    async def reads(t: Thread) -> None:
        value = await t.read(x, ONCE)
        await t.assume(value == 1)

    async def writes(t: Thread) -> None:
        await t.write(x, 1, ONCE)

    case = Case(Program((ThreadSpec("reads", reads), ThreadSpec("writes", writes))))
    seen: set[Status] = set()

    @settings(max_examples=50, database=None)
    @given(run=schedules(case))
    def test(run: Run) -> None:
        seen.add(run.status)

    test()
    assert seen == {Status.COMPLETE}


def test_an_example_of_a_scenario_is_a_token() -> None:
    found = falsified(schedules("inflight", small=True), lambda run: "leak" not in run.violations)
    assert found is not None
    token = found.run.token
    assert found.printed == f"replayed({token!r})"
    again = replayed(token)
    assert again == found.run
    assert again.execution.key == found.run.execution.key
    assert again.violations == found.run.violations
    ladder = found.run.ladder()
    assert ladder == again.ladder()
    commands = re.findall(r"sealrace (replay .*)", ladder)
    assert commands == [f"replay {token}"]
    result = CliRunner().invoke(main, commands[0].split())
    assert result.exit_code == 0, result.output
    assert result.output.startswith("reproduced: ")
    # One letter of it changed.
    with pytest.raises(InputError, match="the token is damaged"):
        replayed(token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:])


MINE = """
from explorer.scenario import Scenario
from padded_leak import padded

PADDED = Scenario(
    name="padded", title="", text="", fixes=("none",), protocols=("any",), parameters={"pads": 6}, small={"pads": 0},
    build=lambda fix, protocol, sizes: padded(sizes["pads"]),
)
"""


def test_a_scenario_in_a_file_has_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE, encoding="utf-8")
    found = falsified(schedules("mine.py:padded", small=True), lambda run: not run.violations)
    assert found is not None
    assert found.printed == f"replayed({found.run.token!r})"
    assert found.again() == found.run
    result = CliRunner().invoke(main, ["replay", found.run.token])
    assert (result.exit_code, result.output.splitlines()[0].partition(",")[2]) == (
        0,
        " leak (mine.py:padded, fix none, protocol any, model sc)",
    )
    Path("mine.py").write_text(MINE.replace('sizes["pads"]', "12"), encoding="utf-8")
    with pytest.raises(InputError, match="the scenario has changed since the token was made"):
        replayed(found.run.token)


def test_examples_come_back_from_the_database_from_blobs_and_as_tokens() -> None:
    database = InMemoryExampleDatabase()
    failed: list[Run] = []

    def body(run: Run) -> None:
        if run.violations:
            failed.append(run)
        assert not run.violations

    # Far more than it takes: it ends with the first leak, and which one that is is chance.
    @settings(max_examples=20_000, database=database, print_blob=True)
    @given(run=schedules(padded(0)))
    def test(run: Run) -> None:
        body(run)

    with pytest.raises(AssertionError, match="leak") as first:
        test()
    shrunk = failed[-1]
    failed.clear()
    with pytest.raises(AssertionError, match="leak"):
        test()
    assert failed[0] == shrunk
    version, blob = re.findall(r"@reproduce_failure\('([^']*)', (b'[^']*')\)", "\n".join(first.value.__notes__))[0]
    failed.clear()
    with pytest.raises(AssertionError, match="leak"):
        reproduce_failure(version, eval(blob))(test)()
    assert failed[0] == shrunk

    @settings(max_examples=1, database=None)
    @given(run=schedules(padded(0)))
    @example(run=shrunk)
    def given_by_hand(run: Run) -> None:
        body(run)

    failed.clear()
    with pytest.raises(AssertionError, match="leak"):
        given_by_hand()
    assert failed[0] is shrunk


@pytest.mark.parametrize("name", [each.name for each in scenarios()])
def test_no_health_check_fails_on_a_scenario(name: str) -> None:
    """Hypothesis looks at the first ten examples."""
    runs: list[Run] = []

    @settings(max_examples=15, database=None, derandomize=True)
    @given(run=schedules(name, small=True))
    def test(run: Run) -> None:
        runs.append(run)

    test()
    assert runs
    first = len(runs)
    test()
    assert [run.execution.key for run in runs[:first]] == [run.execution.key for run in runs[first:]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scenario": "nowhere"}, "unknown scenario 'nowhere'\n  there are: "),
        ({"scenario": "inflight", "fix": "x"}, "unknown fix 'x'\n  there are: "),
        ({"scenario": "inflight", "protocol": "P9"}, "unknown protocol 'P9'\n  there are: "),
        ({"scenario": "inflight", "parameters": {"pages": 2000}}, "pages=2000 is out of range"),
        ({"scenario": 3}, "int is int, which cannot be run\n  give a scenario"),
    ],
)
def test_what_cannot_be_drawn_is_told_as_the_test_begins(arguments: dict[str, object], message: str) -> None:
    runs = schedules(**arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=re.escape(message)):
        falsified(runs, lambda _run: True)


@pytest.mark.parametrize(
    ("steps", "message"),
    [("0x", "'0x' is no step"), ("0 2", "step 2 is one of thread 2"), ("0x3", "step 3 is not possible: thread writer")],
)
def test_steps_that_are_none_are_refused(steps: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        run_of(reordered, steps=steps)


def test_a_run_that_is_not_over_is_refused() -> None:
    with pytest.raises(InputError, match="after these 1 steps the execution is not over"):
        run_of(reordered, steps="0")
