"""``sealrace run``: what it prints and writes, that it can be made again, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest
from command_line import Run, process, run
from run_accounts import account, driven, entry
from scenario_files import ONE, write
from test_interrupted_search import TOYS, interrupt, start
from variants_scenario import VARIANTS

from explorer.cli.options import STRATEGIES
from explorer.cli.setting import Options, make_setting

FOLDER = Path("out/mailbox-P2-none-pso-run-pct")

COMMAND = "sealrace run mailbox --fix none --protocol P2 --model sc"

# The writer fills the box and raises the flag, the reader looks and opens: two steps each.
BOUNDED = f"""\
mailbox, fix none, protocol P2, model sc: found late
 strategy    preemption-bounded, bound 2
 runs        4: 3 distinct executions
 schedules   0 preemptions: 2 runs, 2 new executions
             1 preemption: 2 runs, 1 new execution
 complete    nothing takes more than 1 preemption
             every execution was run: sealrace explore gives the verdict
 found       late in 1 run (25.00%), 1 execution, first in run 1
 reached     looked
 again       {COMMAND} --strategy preemption-bounded --bound 2 --run 1
 page        out/mailbox-P2-none-sc-run-preemption-bounded/late.html
"""

KEPT_NAME = """    def __init__(self, name):
        self.name = name
"""

RAISING = '),)), (), (Goal("done", "it is done", lambda e: e[0]),))'

MISNAMED = (
    ONE.replace(
        "def build",
        """class Mine:
    name = "mine"

    def find(self, execution, before):
        return Violation("other", (), (), "It is named otherwise.")


def build""",
    )
    .replace("),)))", "),)), (Mine(),))")
    .replace("\n\n\nasync", "\nfrom explorer.property import Violation\n\n\nasync")
)

SWAPPING = MISNAMED.replace("    await t.write", "    await t.exchange(box, 2)\n    await t.write").replace(
    'Violation("other", (), (), "It is named otherwise.")', 'Violation("mine", (), (), "It is so.")'
)


@pytest.fixture(autouse=True)
def to_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def test_the_account_of_all_schedules_within_a_bound(sealrace: Run) -> None:
    """By hand: the writer first (late), the reader first, and the reader stopped between its reads is the rest."""
    result = sealrace("run", "mailbox", "--strategy", "preemption-bounded")
    assert result.exit_code == 1
    assert account(result.output) == BOUNDED


def test_the_ladder_is_that_of_the_report(sealrace: Run) -> None:
    output = sealrace("run", "mailbox", "--strategy", "preemption-bounded").output
    report = "out/mailbox-P2-none-sc-run-preemption-bounded/late.json"
    assert output == sealrace("graph", report).output + "\n" + BOUNDED
    assert f" replay     sealrace replay {report}\n" in output
    assert sealrace("replay", report).output == (
        "reproduced: 4 events of 2 threads, late (mailbox, fix none, protocol P2, model sc)\n"
    )
    assert "3 executions explored, all up to unroll = 3; 1 late" in output


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_report_replays_and_the_run_can_be_made_again(sealrace: Run, strategy: str) -> None:
    """The command that is printed looks at the same run alone, and finds the same execution."""
    seed = ("--seed", "30") if "seed" in STRATEGIES[strategy] else ()
    first = sealrace("run", "mailbox", "--model", "pso", "--strategy", strategy, *seed)
    assert first.exit_code == 1
    folder = Path(f"out/mailbox-P2-none-pso-run-{strategy}")
    reports = sorted(folder.glob("*.json"))
    assert reports
    for report in reports:
        assert sealrace("replay", str(report)).exit_code == 0
    worst = folder / ("leak.json" if (folder / "leak.json").exists() else "late.json")
    before = json.loads(worst.read_text(encoding="utf-8"))
    again = shlex.split(entry(first.output, "again"))
    assert sealrace(*again[1:]).exit_code == 1
    after = json.loads(worst.read_text(encoding="utf-8"))
    assert {name: before[name] for name in ("events", "source_of", "coherence")} == {
        name: after[name] for name in ("events", "source_of", "coherence")
    }
    number = int(again[-1])
    assert driven(sealrace, *again[2:], status=1)["violating"][0]["first"] == number


def test_a_deadlock_is_found(sealrace: Run) -> None:
    result = sealrace("run", "mailbox", "--fix", "waits", "--runs", "3")
    assert result.exit_code == 1
    assert entry(result.output, "runs") == "3: 1 distinct execution (1 blocked)"
    assert "\n             blocked: a thread waits for ever\n" in result.output
    assert entry(result.output, "found") == "deadlock in 3 runs (100.00%), 1 execution, first in run 1"


def test_the_command_for_a_run_leaves_out_what_is_usual(sealrace: Run) -> None:
    """Sizes and bounds stand there where they differ, the small sizes as a word."""
    for given in (("--param", "stores=2"), ("--unroll", "5"), ("--max-events", "9"), ()):
        output = sealrace("run", "mailbox", *given, "--seed", "30").output
        words = " ".join([COMMAND, *given, "--strategy pct --seed 30 --depth 3 --run "])
        assert entry(output, "again").startswith(words)
    assert " --model sc --small --strategy pct " in sealrace("run", "endless", "--small").output


def test_the_command_for_a_run_names_switches() -> None:
    setting = make_setting(VARIANTS, "none", "raised", Options(Path(), {"v6.9": 1, "stores": 3}))
    assert setting.words == ["--param", "stores=3", "--switch", "v6.9"]


@pytest.mark.parametrize("command", ["run", "survey"])
@pytest.mark.parametrize(("kind", "names"), [("fix", "none, fenced, waits"), ("protocol", "P2")])
def test_all_is_no_case(sealrace: Run, command: str, kind: str, names: str) -> None:
    result = sealrace(command, "mailbox", f"--{kind}", "all")
    assert (result.exit_code, result.output) == (
        2,
        f"--{kind} all: this command takes one case\n  name one {kind}: {names}\n"
        f"  or take all: sealrace explore mailbox --{kind} all\n",
    )
    assert not Path("out").exists()


def test_a_long_ladder_is_folded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed is the ladder of the report, in fewer lines; what is folded and what is shown is every step."""
    monkeypatch.chdir(tmp_path)
    output = run("run", "inflight", "--small", "--runs", "20").output
    report = re.findall(r"^ replay     sealrace replay (\S+)$", output, re.MULTILINE)[0]
    assert f" all steps  sealrace graph {report}\n" in output
    whole = run("graph", report).output
    assert " folded " not in whole
    folded = re.findall(r"^ +(\d+)-(\d+) .*\((?:holds [^,]+, )?(\d+) steps[,:)]", output, re.MULTILINE)
    assert folded
    assert all(int(last) - int(first) + 1 == int(steps) for first, last, steps in folded)
    assert f" folded     {sum(int(steps) for *_, steps in folded)} steps off the path\n" in output
    steps = re.findall(r"^>? +(\d+)  ", whole, re.MULTILINE)
    shown = re.findall(r"^>? +(\d+)  ", output, re.MULTILINE)
    assert len(shown) + sum(int(steps) for *_, steps in folded) == len(steps)


def test_replay_tells_steps_where_events_are_more(sealrace: Run) -> None:
    """An exchange is a read and a write between two fences, and one step of the ladder; the store is another."""
    write("one.py", SWAPPING)
    output = sealrace("run", "one.py", "--runs", "1").output
    report = re.findall(r"^ replay     sealrace replay (\S+)$", output, re.MULTILINE)[0]
    assert sealrace("replay", report).output == (
        "reproduced: 5 events of 1 threads (2 steps: an update's read, write and fences are one), "
        "mine (one.py:ring, fix none, protocol plain, model sc)\n"
    )


def test_a_portfolio_says_who_found_it(sealrace: Run) -> None:
    found = driven(sealrace, "mailbox", "--strategy", "portfolio", "--runs", "30", status=1)
    shares = found["told"]["portfolio"]["runs"]
    assert sum(shares.values()) == found["runs"] == 30
    (late,) = found["violating"]
    assert min(each["first"] for each in late["by"].values()) == late["first"]
    assert sum(each["runs"] for each in late["by"].values()) == late["runs"]
    # Turns go round: the first seven runs are those of the strategies in their order, and so are the next.
    firsts = {name: each["first"] for name, each in late["by"].items() if each["first"] <= 14}
    assert firsts
    assert all(list(shares)[(first - 1) % 7] == name for name, first in firsts.items())


def test_json_holds_all_of_it(sealrace: Run) -> None:
    found = driven(sealrace, "mailbox", "--strategy", "preemption-bounded", status=1)
    assert found == {
        "scenario": "mailbox", "protocol": "P2", "fix": "none", "model": "sc",
        "parameters": {"stores": 1, "unroll": 3},
        "strategy": "preemption-bounded", "bound": 2, "found": True,
        "runs": 4, "abandoned": 0, "executions": 3, "blocked": 0, "cut": 0, "dropped": 0,
        "violating": [
            {
                "property": "late", "runs": 1, "executions": 1, "first": 1, "by": {},
                "report": "out/mailbox-P2-none-sc-run-preemption-bounded/late.json",
            }
        ],
        "goals": {"looked": True}, "flags": {}, "limits": [],
        "told": {
            "preemption-bounded": {
                "levels": [{"cost": 0, "runs": 2, "executions": 2}, {"cost": 1, "runs": 2, "executions": 1}],
                "complete": 1, "exhausted": True, "all_executions": True,
            }
        },
    }  # fmt: skip


def test_properties_whose_names_differ_in_one_sign_have_their_own_reports(sealrace: Run) -> None:
    """Named as no file can be, or at length: each has a report, in the folder, which replays."""
    names = ["a b", "a/b", "../../x", "e" * 300]
    write("one.py", MISNAMED.replace("(Mine(),)", f"tuple(map(Mine, {names}))").replace("'", '"'))
    text = Path("one.py").read_text(encoding="utf-8").replace('    name = "mine"\n', KEPT_NAME)
    write("one.py", text.replace('Violation("other"', "Violation(self.name"))
    for command in (("run", "one.py", "--runs", "1"), ("explore", "one.py", "--model", "sc", "--all-reports")):
        folder = "o" + command[0]
        assert sealrace(*command, "--out", folder).exit_code == 1
        reports = sorted(path for path in Path(folder).rglob("*.json") if path.parent.name.endswith(("pct", folder)))
        assert len(reports) == len(names)
        assert all(sealrace("replay", str(report)).exit_code == 0 for report in reports)
    assert len(list(Path("oexplore").glob("*-all/*.json"))) == len(names)
    assert not list(Path().glob("*.json"))


def test_runs_that_find_nothing_leave_no_folder(sealrace: Run) -> None:
    """Neither in a new folder nor in one that is there, which stays."""
    quiet = ("--strategy", "round-robin", "--quantum", "9", "--run", "2")
    assert sealrace("run", "mailbox", *quiet, "--out", "new/below").exit_code == 3
    assert not Path("new").exists()
    Path("mine").mkdir()
    assert sealrace("run", "mailbox", *quiet, "--out", "mine").exit_code == 3
    assert not list(Path("mine").iterdir())


def test_what_is_refused_leaves_no_folder(sealrace: Run) -> None:
    """A name that nothing has, a scenario that raises when it is run, a folder that cannot be made."""
    write("one.py", ONE.replace("Case, Scenario", "Case, Goal, Scenario").replace("),)))", RAISING))
    for name in ("one.py", "nowhere"):
        assert sealrace("run", name).exit_code == 2
        assert not Path("out").exists()
    result = sealrace("run", "mailbox", "--out", "one.py/out")
    assert (result.exit_code, result.output) == (
        2,
        "one.py/out/mailbox-P2-none-sc-run-pct: cannot write there: Not a directory\n"
        "  name another folder with --out\n",
    )


def test_a_second_command_leaves_nothing_of_the_first(sealrace: Run) -> None:
    sealrace("run", "mailbox", "--model", "pso", "--runs", "200")
    assert {path.name for path in FOLDER.iterdir()} == {"leak.html", "leak.json", "late.html", "late.json"}
    assert sealrace("run", "mailbox", "--model", "pso", "--run", "1").exit_code == 3
    assert not FOLDER.exists()


def test_what_a_goal_raises_is_told_as_explore_tells_it(sealrace: Run) -> None:
    text = ONE.replace("Case, Scenario", "Case, Goal, Scenario")
    write("one.py", text.replace("),)))", '),)), (), (Goal("done", "it is done", lambda e: e[0]),))'))
    result = sealrace("run", "one.py")
    assert (result.exit_code, result.output) == (
        2,
        "one.py:14: the goal done raised TypeError: 'Execution' object is not subscriptable\n"
        "  correct what it does there\n",
    )
    assert sealrace("explore", "one.py").output == result.output


@pytest.mark.parametrize("command", ["run", "explore"])
def test_a_violation_has_the_name_of_its_property(sealrace: Run, command: str) -> None:
    write("one.py", MISNAMED)
    result = sealrace(command, "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (
        2,
        "one.py:17: the property mine gives a violation named other\n"
        "  a violation has the name of its property: Violation(self.name, ...)\n",
    )


def test_a_time_limit(sealrace: Run) -> None:
    found = driven(sealrace, "endless", "--fix", "holds", "--runs", "1000000", "--max-time", "0.5", status=3)
    assert found["limits"] == ["limit of 0.5 seconds reached"]
    assert found["runs"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--strategy", "random", "--depth", "2"),
            "--depth: the strategy random has none\n  it is for pct, portfolio\n",
        ),
        (
            ("--bound", "1"),
            "--bound: the strategy pct has none\n  it is for preemption-bounded, delay-bounded, portfolio\n",
        ),
        (("--strategy", "depth-first", "--seed", "1"), "--seed: the strategy depth-first has none\n"),
        (("--quantum", "1"), "--quantum: the strategy pct has none\n  it is for round-robin, portfolio\n"),
        (
            ("--run", "1", "--runs", "2"),
            "--run makes one run again, --runs says how many to make\n  give one of them\n",
        ),
        (
            ("--strategy", "depth-first", "--run", "99"),
            "--run 99: the strategy depth-first has fewer runs here\n  name an earlier one\n",
        ),
        (("--strategy", "best"), "'best' is not one of 'random', 'pct', "),
        (("--fix", "glue"), "unknown fix 'glue'\n  there are: none, fenced, waits\n"),
        (("--protocol", "P9"), "unknown protocol 'P9'\n  there are: P2\n"),
        (("--switch", "v7"), "unknown switch 'v7'\n  mailbox has no switches\n"),
        (("--param", "stores=9"), "stores=9 is out of range\n"),
        (("--model", "no.cat"), "no.cat"),
        (("--depth", "0"), "0 is not in the range 1<=x<=100"),
    ],
)
def test_what_does_not_fit_is_refused(sealrace: Run, arguments: tuple[str, ...], message: str) -> None:
    result = sealrace("run", "mailbox", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert not list(Path().rglob("*.json"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_was_found(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "out" / "endless-P2-none-sc-run-random"
    arguments = ("run", "endless", "--strategy", "random", "--runs", "100000000", "--json")
    with start(process(*arguments, before=TOYS), tmp_path) as child:
        printed, _remarks = interrupt(child, folder, number)
    found = json.loads(printed)
    assert found["limits"] == ["interrupted"]
    assert found["runs"] > 0
    # Whether the leak was found by then depends on the machine; what is said of it does not.
    assert child.returncode == (1 if found["found"] else 3)
    assert (folder / "leak.json").exists() == found["found"]


def test_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    """A seed makes the same runs, text and files: of every strategy, a portfolio has nearly all."""
    written = []
    for seed in ("1", "77"):
        folder = tmp_path / seed
        folder.mkdir()
        printed = b""
        for arguments in (
            ("inflight", "--small", "--strategy", "portfolio", "--runs", "120", "--seed", "5"),
            ("masked-eperm", "--small", "--strategy", "coverage", "--runs", "60", "--model", "tso"),
            ("lingering-page", "--small", "--strategy", "pct", "--runs", "100", "--model", "lkmm"),
            ("seal-swap", "--small", "--strategy", "depth-first", "--runs", "30"),
        ):
            environment = {**os.environ, "PYTHONHASHSEED": seed}
            command = process("run", *arguments)
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
            assert done.returncode in (1, 3), done.stderr
            printed += done.stdout
        files = {path.name: path.read_bytes() for path in sorted((folder / "out").rglob("*")) if path.is_file()}
        written.append((printed, files))
    assert written[0] == written[1]
    assert len(written[0][1]) >= 4
