"""Symmetry and projection on the command line: many readers, the switches, and what is told and stored of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from command_line import Run
from mailbox_scenario import MAILBOX, toys

from explorer.cli.matrix_part import Choice, part_of
from explorer.cli.setting import Options
from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.property import Mark, Violation
from explorer.scenario import Case, Parameters, Scenario

REPORT = Path("out/v4-P2-none-readers=100-lkmm-leak.json")
RUN = Path("out/v4-P2-none-readers=100-lkmm.run.jsonl")
OTHERS = "reader 2 to reader 100 (99 threads like reader 1)"
CHANGED = "\n  the scenario or the file has changed: explore again\n"


@pytest.fixture
def many(sealrace: Run) -> Run:
    """The command line, after a hundred readers were explored under lkmm."""
    assert sealrace("explore", "v4", "--readers", "100", "--model", "lkmm").exit_code == 1
    return sealrace


def cell(sealrace: Run, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sealrace("explore", "v4", "--json", *arguments).output)
    return found


def test_a_hundred_readers_leak_and_the_witness_replays(many: Run) -> None:
    result = many("replay", str(REPORT))
    assert result.exit_code == 0
    assert result.output == (
        "reproduced: 19 events of 2 threads (16 steps: an update's read, write and fences are one), "
        "leak (v4, fix none, protocol P2, model lkmm)\n"
        f"run after them to the end: {OTHERS}\n"
    )
    for number in range(1, 5):
        assert many("replay", f"{RUN}:{number}").exit_code == 0


def test_what_is_printed_names_the_threads_that_are_left_out_and_counts_them_in(sealrace: Run) -> None:
    lines = sealrace("explore", "v4", "--readers", "100", "--model", "lkmm").output.splitlines()
    at = lines.index(f" threads    without {OTHERS}")
    # 15 ** 100, and all but 11 ** 100 of them: the ways of one reader to the power of readers.
    assert lines[at + 1] == "            with these 4.0 * 10^117 executions, 4.0 * 10^117 leak"
    assert any(line.startswith(" explored   15 executions, 4 leak; ") for line in lines)
    assert f"note {OTHERS}: each runs to its end after the last step and reads" in " ".join(" ".join(lines).split())


def test_json_gives_the_counts_of_all_threads_and_what_was_explored(sealrace: Run) -> None:
    found = cell(sealrace, "--readers", "100", "--model", "sc")
    assert (found["verdict"], found["executions"]) == ("VIOLATED", 9**100)
    assert found["violating"] == {"leak": 9**100 - 8**100}
    assert (found["blocked"], found["cut"], found["dropped"], found["interleavings"]) == (0, 0, 0, None)
    assert found["projection"] == {
        "left_out": [{"like": "reader 1", "first": "reader 2", "last": "reader 100", "count": 99}],
        "explored": 9,
        "violating": {"leak": 1},
        "note": "",
    }
    assert (found["switches"], found["not_projected"]) == ([], None)


def test_a_count_that_is_not_known_is_null_with_a_note(sealrace: Run) -> None:
    found = cell(sealrace, "--readers", "5000", "--model", "sc")
    assert (found["executions"], found["violating"]) == (None, {"leak": None})
    assert found["projection"]["note"] == "their number has more than 4,000 digits"
    assert (found["verdict"], found["limits"]) == ("VIOLATED", [])


@pytest.mark.parametrize("switches", [("--no-projection",), ("--no-symmetry",), ("--no-symmetry", "--no-projection")])
def test_switches_change_no_count_and_no_verdict_and_are_stored(sealrace: Run, switches: tuple[str, ...]) -> None:
    with_all = cell(sealrace, "--readers", "2", "--model", "pso")
    without = cell(sealrace, "--readers", "2", "--model", "pso", *switches)
    same = ("verdict", "complete", "executions", "blocked", "cut", "violating", "goals", "limits", "reports")
    assert {name: with_all[name] for name in same} == {name: without[name] for name in same}
    assert without["switches"] == list(switches)
    (report,) = without["reports"]
    search = json.loads(Path(report).read_text())["search"]
    assert search["switches"] == list(switches)
    assert bool(search["left_out"]) is ("--no-projection" not in switches)
    assert sealrace("replay", report).exit_code == 0
    command = "sealrace explore v4 --fix none --protocol P2 --model pso --param readers=2 --unroll 3"
    assert f"{command} {' '.join(switches)}" in Path(report).with_suffix(".html").read_text()


def test_symmetry_leaves_the_witness_as_it_is(sealrace: Run) -> None:
    pages = []
    for switches in ((), ("--no-symmetry",)):
        (report,) = cell(sealrace, "--readers", "3", "--model", "armv8", "--no-projection", *switches)["reports"]
        content = json.loads(Path(report).read_text())
        assert content["search"].pop("switches") == [*switches, "--no-projection"]
        pages.append(content)
    assert pages[0] == pages[1]


def test_a_run_file_line_stands_for_its_orbit(sealrace: Run) -> None:
    found = cell(sealrace, "--readers", "2", "--model", "sc", "--no-projection")
    header, *lines = map(json.loads, Path(found["run_file"]).read_text().splitlines())
    # Of 9 ways of a reader one leaks: both leak (1 execution), or one of the two does with 8 others (2 each).
    assert sorted(line.get("orbit", 1) for line in lines) == [1, *[2] * 8]
    assert header["search"]["violating"] == {"leak": 17}
    file = Path(found["run_file"])
    assert all(sealrace("replay", f"{file}:{number}").exit_code == 0 for number in range(1, 10))
    # Without symmetry each has a line of its own.
    found = cell(sealrace, "--readers", "2", "--model", "sc", "--no-projection", "--no-symmetry")
    assert len(Path(found["run_file"]).read_text().splitlines()) == 18


def test_a_line_with_another_orbit_is_refused(sealrace: Run) -> None:
    file = Path(cell(sealrace, "--readers", "2", "--model", "sc", "--no-projection")["run_file"])
    lines = file.read_text().splitlines()
    number = next(i for i, line in enumerate(lines) if '"orbit":2' in line)
    changed = [line.replace(',"orbit":2', "") if i == number else line for i, line in enumerate(lines)]
    header = json.loads(changed[0])
    header["search"]["violating"]["leak"] -= 1
    header["kinds"][0]["executions"] -= 1
    file.write_text("\n".join([json.dumps(header), *changed[1:]]) + "\n")
    result = sealrace("replay", f"{file}:{number}")
    assert (result.exit_code, result.output) == (
        2,
        f"{file}:{number}: $.orbit: the file has 1, the execution stands for 2{CHANGED}",
    )


def edit(change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(REPORT.read_text())
    change(content)
    REPORT.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s["left_out"][0].update(count=98), "$.search.left_out[0]: is not that of the program"),
        (lambda s: s["left_out"][0].update(last="reader 99"), "$.search.left_out[0]: is not that of the program"),
        (lambda s: s["left_out"].append(s["left_out"][0]), "$.search.left_out[1]: is not that of the program"),
        (
            lambda s: s.update(left_out=[]),
            "the report has the threads owner, reader 1, the program owner, reader 1, reader 2, ",
        ),
        (
            lambda s: s.update(switches=["--no-projection"]),
            "$.search.left_out: names threads, although $.search.switches has --no-projection",
        ),
        (
            lambda s: s.update(interleavings="5"),
            "$.search.interleavings: are not counted where threads are left out",
        ),
    ],
)
def test_threads_left_out_that_are_not_those_of_the_program_are_refused(
    many: Run, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    edit(lambda report: change(report["search"]))
    result = many("replay", str(REPORT))
    assert result.exit_code == 2
    assert message in result.output


def test_threads_left_out_are_others_than_those_shown(many: Run) -> None:
    edit(lambda report: report["search"]["left_out"][0].update(first="owner"))
    result = many("replay", str(REPORT))
    assert result.exit_code == 2
    assert "$.search.left_out[0]: does not name threads that are left out and one that is not" in result.output


@dataclass(frozen=True)
class FindsNothing:
    """A reader finds the flag down."""

    flag: Location
    name: str = "leak"
    alike: bool = True
    of_one_thread: bool = True

    def find(self, execution: Execution, _before: object) -> Violation | None:
        for i, event in enumerate(execution.events):
            if event.reads and event.location is self.flag and event.value == 0:
                return Violation(self.name, (), (Mark(i, "down"),), "The flag was down.")
        return None


def watched(*, stuck: bool) -> Scenario:
    """Readers of a flag that is raised; those that are ``stuck`` when they see it wait for more."""

    def build(_fix: str, _protocol: str, _sizes: Parameters) -> Case:
        flag = Location("flag")

        async def raises(t: Thread) -> None:
            await t.write(flag, 1, ONCE)

        async def reader(t: Thread) -> None:
            if await t.read(flag, ONCE) == 1 and stuck:
                await t.wait_until(flag, lambda value: value == 2)

        readers = [ThreadSpec(f"reader {i}", reader) for i in range(1, 4)]
        return Case(Program((ThreadSpec("raises", raises), *readers)), (FindsNothing(flag),))

    return replace(MAILBOX, name="watched", parameters={}, small={}, build=build, expected={}, ranges={})


def test_a_report_is_refused_once_the_others_no_longer_run_to_their_end(
    sealrace: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (watched(stuck=False),))
    sealrace("explore", "watched", "--model", "sc")
    report = "out/watched-P2-none-sc-leak.json"
    assert sealrace("replay", report).exit_code == 0
    # The reader shown does what it did: it finds the flag down. Those after it find it up.
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (watched(stuck=True),))
    result = sealrace("replay", report)
    assert (result.exit_code, result.output) == (
        2,
        f"{report}: $.search.left_out: reader 2 to reader 3 would not end after all others: waits for flag{CHANGED}",
    )
    # Explored anew nobody is left out, and it says why.
    result = sealrace("explore", "watched", "--model", "sc")
    assert (
        " threads    all explored: reader 2 to reader 3 would not end after all others: waits for flag" in result.output
    )


def test_reports_do_not_grow_with_the_readers(sealrace: Run) -> None:
    sizes = []
    for readers in ("100", "1000"):
        sealrace("explore", "v4", "--readers", readers, "--model", "sc")
        sizes.append(Path(f"out/v4-P2-none-readers={readers}-sc-leak.json").stat().st_size)
    # The numbers of readers, of threads left out and the last one's name have a digit more; the number of readers in
    # the token has two bytes more, which are two or three letters.
    assert 0 < sizes[1] - sizes[0] <= 6


def test_all_reports_of_a_projected_search_replay(sealrace: Run) -> None:
    sealrace("explore", "v4", "--readers", "3", "--model", "armv8", "--all-reports")
    reports = sorted(Path("out/v4-P2-none-readers=3-armv8-all").glob("*.json"))
    assert len(reports) == 4
    assert all(sealrace("replay", str(report)).exit_code == 0 for report in reports)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("mailbox", "--readers", "3"), "unknown parameter 'readers'\n  there are: stores\n"),
        (("v4", "--readers", "0"), "readers=0 is out of range\n  it can be 1 to 100000\n"),
        (("v4", "--readers", "-1"), "'--readers': -1 is not in the range x>=0."),
        (("v4", "--readers", "3", "--param", "readers=4"), "readers is given as 4 and as 3\n  give it once\n"),
    ],
)
def test_readers_is_a_size_like_any_other(sealrace: Run, arguments: tuple[str, ...], message: str) -> None:
    result = sealrace("explore", *arguments)
    assert result.exit_code == 2
    assert message in result.output


def crowd() -> Scenario:
    """The mailbox with a second reader, and its property about the first one."""

    def build(fix: str, protocol: str, sizes: Parameters) -> Case:
        case = MAILBOX.build(fix, protocol, sizes)
        reader = case.program.threads[1]
        return Case(Program((*case.program.threads, replace(reader, name="another"))), case.properties[1:])

    return replace(MAILBOX, name="crowd", build=build, expected={})


def test_why_identical_threads_are_all_explored_is_told_and_nothing_where_there_are_none(
    sealrace: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (*toys(), crowd()))
    result = sealrace("explore", "crowd", "--model", "sc")
    assert " threads    all explored: the property leak does not say that it speaks of one thread" in result.output
    found = json.loads(sealrace("explore", "crowd", "--model", "sc", "--json").output)
    assert found["not_projected"] == "the property leak does not say that it speaks of one thread"
    assert " threads    " not in sealrace("explore", "mailbox", "--model", "sc").output
    assert json.loads(sealrace("explore", "mailbox", "--model", "sc", "--json").output)["not_projected"] is None


def test_the_switches_are_among_the_options_of_a_command() -> None:
    options = Options(Path(), unroll=2, symmetry=False, projection=False)
    assert options.command == " --unroll 2 --no-symmetry --no-projection"
    assert Options(Path()).command == ""


def test_the_classic_scenario_is_listed_and_stands_in_no_table(sealrace: Run) -> None:
    names = [json.loads(line)["scenario"] for line in sealrace("list", "--json").output.splitlines()]
    assert names == ["mailbox", "endless", "v4"]
    assert "v4" in sealrace("list").output
    assert {cell.scenario for cell in part_of(Choice(everything=True), {}).cells} == {"mailbox", "endless"}
