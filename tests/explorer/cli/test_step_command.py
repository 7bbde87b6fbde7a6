"""``sealrace replay --step``: screens, keys, branches, and tokens to come back by."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from command_line import Run
from mailbox_scenario import MAILBOX
from scenario_files import ONE, write

from explorer.cli.main import main
from explorer.cli.setting import Options, make_setting
from explorer.cli.step_command import _act, _Screens
from explorer.cli.stepping import Stepping
from explorer.cli.tokens import token_of_steps
from explorer.memory.model import load_model
from explorer.schedule.steps import Step
from explorer.token import read_token
from reports.report import load_report

LEAK = Path("out/mailbox-P2-none-pso-leak.json")
KEYS = "j on, k back, n p reason, number: take it, u leave it, t token, ? keys, q quit"
RULE = " here ".center(100, "─")


def step(keys: str, name: str = str(LEAK), columns: int = 100, lines: int = 40) -> Result:
    result = CliRunner(env={"COLUMNS": str(columns), "LINES": str(lines)}).invoke(
        main, ["replay", "--step", name], input=keys
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def screen(keys: str, name: str = str(LEAK), columns: int = 100, lines: int = 40) -> list[str]:
    """The last screen, without the line that says how to come back."""
    result = step(keys, name, columns, lines)
    assert result.exit_code == 0
    return result.output.splitlines()[:-1]


def token(*threads: int, older: int = 0, over: bool = False) -> str:
    """A token of mailbox under pso, after these threads' steps, the last one that much older."""
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    steps = [*map(Step, threads[:-1]), Step(threads[-1], older)]
    return str(token_of_steps(setting, "pso", load_model("pso").rules_hash, steps, over=over))


def test_the_first_screen(explored: Run) -> None:
    """The witness of the leak: the flag is raised before the box is filled, so the reader's load is of an old value.

    The scheduler takes both stores in program order; what the reader sees of the box is older.
    """
    assert screen("") == [
        f"mailbox, fix none, protocol P2, model pso{'step 0 of 4':>{100 - 41}}",
        "",
        "  step  writer  reader",
        RULE,
        "     1  W1              box 0 -> 1      writer: fill",
        ">    2  W3              flag 0 -> 1     writer: raise",
        ">    3          R1      reads flag = 1  reader: look  <- leak",
        "     4          R2      reads box = 0   reader: open",
        "",
        "may come now:",
        ">   1  writer  W1  box 0 -> 1      writer: fill",
        "    2  reader  R1  reads flag = 0  reader: look",
        "memory: box = 0, flag = 0",
        KEYS,
    ]


def test_what_else_could_have_happened(explored: Run) -> None:
    assert screen("jjj")[3:] == [
        "     1  W1              box 0 -> 1      writer: fill",
        ">    2  W3              flag 0 -> 1     writer: raise",
        ">    3          R1      reads flag = 1  reader: look  <- leak",
        RULE,
        "     4          R2      reads box = 0   reader: open",
        "",
        "may come now:",
        ">   1  reader  R2  reads box = 0  reader: open",
        "       ^ an old value: W1 (step 1) has written 1",
        "    2  reader  R2  reads box = 1  reader: open",
        "writer has ended",
        "memory: box = 1, flag = 1",
        KEYS,
    ]


def test_a_branch_leaves_the_line_and_can_be_left(explored: Run) -> None:
    """Taking the new value instead breaks late alone; u goes back to where the branch was taken."""
    branch = screen("jjj2")
    assert branch[0].endswith("step 4 of 4")
    assert branch[-2] == "over: late: The flag was seen."
    assert screen("jjj2u") == screen("jjj")
    assert screen("jjj2uj")[-2] == "over: leak: The flag was seen."


def test_the_lines_own_option_is_no_branch(explored: Run) -> None:
    assert screen("1") == screen("j")
    assert screen("1u") == [*screen("j"), "no branch was taken that could be left"]


def test_past_the_end_of_a_branch_the_same_thread_goes_on(explored: Run) -> None:
    """Thread reader moves first and then again; the writer when the reader has ended."""
    lines = screen("2jjj")
    assert [line[:22].rstrip() for line in lines[3:7]] == [
        "     1          R1",
        "     2          R2",
        "     3  W1",
        "     4  W3",
    ]
    assert lines[-2] == "over: breaks no property"


@pytest.mark.parametrize(
    ("keys", "taken"),
    [("j", 1), ("jj", 2), ("jjjjjj", 4), ("jjk", 1), ("k", 0), (">", 4), ("><", 0), ("n", 2), ("nn", 3), ("nnn", 3),
     (">p", 3), (">pp", 2), (">ppp", 2), (" ", 4)],
)  # fmt: skip
def test_keys_move_as_on_the_page(explored: Run, keys: str, taken: int) -> None:
    assert screen(keys)[0].endswith(f"step {taken} of 4")


def test_a_token_of_where_one_stands(explored: Run) -> None:
    told = step("jjj2t").output.splitlines()
    expected = token(0, 0, 1, 1, over=True)
    assert told[-2:] == [expected, f"to come back here: sealrace replay --step {expected}"]
    assert explored("replay", expected).output.startswith("reproduced: 4 events of 2 threads, late (mailbox")


def test_a_token_that_is_not_over_is_stood_at_its_end(explored: Run) -> None:
    there = step("j").output.splitlines()[-1].split()[-1]
    assert there == token(0)
    lines = screen("", there)
    assert lines[0].endswith("step 1 of 1")
    assert screen("k", there)[0].endswith("step 0 of 1")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("5", "there is no step 5 to take here: 1 to 2"),
        ("0", "there is no step 0 to take here: 1 to 2"),
        (">1", "there is no step 1 to take here: it is over"),
        ("jjjj5", "there is no step 5 to take here: it is over"),
        ("2jj5", "there is no step 5 to take here: only 1"),
        ("u", "no branch was taken that could be left"),
        ("jjj2uu", "no branch was taken that could be left"),
        ("x", "no key does this: 'x'"),
    ],
)
def test_a_key_that_does_nothing_is_told(explored: Run, keys: str, said: str) -> None:
    assert screen(keys)[-1] == said


def test_a_report_without_a_token_is_refused(explored: Run) -> None:
    report = load_report(str(LEAK))
    LEAK.write_text(LEAK.read_text().replace(report.token, ""))
    result = step("")
    assert (result.exit_code, result.output) == (
        2,
        f"{LEAK}: the report is from before there were tokens\n  explore again\n",
    )


def test_load_buffering_cannot_be_stepped_through(sealrace: Run) -> None:
    Path("LB.litmus").write_text(
        "C LB\n\n{}\n\n"
        "P0(int *x, int *y)\n{\n\tint r0 = READ_ONCE(*x);\n\tWRITE_ONCE(*y, 1);\n}\n\n"
        "P1(int *x, int *y)\n{\n\tint r0 = READ_ONCE(*y);\n\tWRITE_ONCE(*x, 1);\n}\n\n"
        "exists (0:r0=1 /\\ 1:r0=1)\n"
    )
    sealrace("litmus", "LB.litmus", "--reports", "r")
    (file,) = map(str, Path("r").glob("*.json"))
    result = step("", file)
    assert result.exit_code == 2
    assert result.output == (
        "token of LB.litmus, model lkmm: reads from stores that come later in a circle (load buffering): "
        f"no steps lead there\n  look at it: sealrace graph {file}\n"
    )


def test_a_waiting_thread_says_for_what(sealrace: Run) -> None:
    sealrace("explore", "mailbox", "--fix", "waits", "--model", "sc")
    lines = screen(">", "out/mailbox-P2-waits-sc-deadlock.json")
    assert lines[-5:-1] == [
        "writer has ended",
        "reader waits: R[once] flag",
        "memory: box = 1, flag = 1",
        "over: deadlock: reader waits for flag, last written by writer.",
    ]
    assert "reader waits: R[once] flag" in screen("", "out/mailbox-P2-waits-sc-deadlock.json")


@contextmanager
def terminal(*arguments: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The command on a terminal of its own: our end of that, and the process."""
    program = Path(__file__).parent / "toy_program.py"
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    with subprocess.Popen(
        [sys.executable, str(program), *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, process_group=0,
    ) as process:  # fmt: skip
        try:
            yield ours, process
        finally:
            process.kill()
            os.close(theirs)
            os.close(ours)


def test_arrows_on_a_terminal(explored: Run) -> None:
    """A real terminal: keys act as they are pressed, also before the screen is there; q ends it with the way back."""
    with terminal("replay", "--step", token(0, 0)) as (ours, process):
        _until(ours, KEYS)
        os.write(ours, b"\x1b[D\x1bOD")
        _until(ours, "step 1 of 2")
        assert "\x1b[2J" in _until(ours, "step 0 of 2")
        os.write(ours, b"\x1b[Cq")
        assert f"to come back here: sealrace replay --step {token(0)}" in _until(ours, token(0))
        assert process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(explored: Run, number: signal.Signals) -> None:
    with terminal("replay", "--step", token(0)) as (ours, process):
        before = termios.tcgetattr(ours)
        _until(ours, KEYS)
        os.write(ours, b"kj")  # both are read with the keys at once, so the terminal is another by then
        _until(ours, "step 0 of 1")
        _until(ours, "step 1 of 1")
        assert termios.tcgetattr(ours) != before
        process.send_signal(number)
        assert process.wait(30) == -number
        assert termios.tcgetattr(ours) == before


def test_ctrl_z_leaves_the_terminal_as_it_was_until_it_goes_on(explored: Run) -> None:
    with terminal("replay", "--step", token(0)) as (ours, process):
        before = termios.tcgetattr(ours)
        _until(ours, KEYS)
        os.write(ours, b"k")
        _until(ours, "step 0 of 1")
        process.send_signal(signal.SIGTSTP)
        assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
        assert termios.tcgetattr(ours) == before
        process.send_signal(signal.SIGCONT)
        os.write(ours, b"j")
        _until(ours, "step 1 of 1")
        assert termios.tcgetattr(ours) != before


def _until(terminal: int, text: str) -> str:
    """What a terminal shows up to some text, read letter by letter: what follows is left."""
    shown = ""
    while not shown.endswith(text):
        assert select.select([terminal], [], [], 60)[0], shown
        shown += os.read(terminal, 1).decode(errors="ignore")
    return shown


def test_an_end_that_the_model_forbids_is_no_verdict(explored: Run) -> None:
    """The model wants a load of what the writer stored: at the start there is none, so that is asked at the end."""
    axiom = "~empty ((W \\ IW) * R) & rf as must-talk"
    Path("must.cat").write_text(f'"must"\nacyclic po-loc | rf | co | fr as sc\n{axiom}\n')
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    model = load_model("must.cat")
    # The reader looks and opens, and reads 0 twice; then the writer stores twice.
    name = str(token_of_steps(setting, "must.cat", model.rules_hash, [*map(Step, (1, 1, 0, 0))], over=False))
    result = step("t", name)
    assert "the model does not allow this end: it violates must-talk" in result.output
    assert "over: breaks" not in result.output
    assert not read_token(result.output.split("--step ")[1].strip()).over


def test_a_number_that_is_none_to_python_is_told(explored: Run) -> None:
    """More digits than int() takes."""
    assert _act(Stepping.of(str(LEAK)), "7" * 5000, _Screens(Stepping.of(str(LEAK)))) == (
        f"there is no step {'7' * 20}... to take here: 1 to 2"
    )


def test_where_the_model_forbids_every_way_on(explored: Run) -> None:
    """No load may read anything: once the writer has ended nobody can go on, and the reader has not ended."""
    Path("mute.cat").write_text('"mute"\nacyclic po-loc | rf | co | fr as sc\nempty rf as mute\n')
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    rules = load_model("mute.cat").rules_hash
    name = str(token_of_steps(setting, "mute.cat", rules, [*map(Step, (0, 0))], over=False))
    lines = screen("", name)
    assert lines[5:] == [
        RULE,
        "",
        "writer has ended",
        "reader waits: R[once] flag at R1 look",
        "memory: box = 1, flag = 1",
        "no step is allowed from here: the model forbids every way on",
        KEYS,
    ]
    assert screen("1", name)[-1] == "there is no step 1 to take here: the model forbids every way on"
    assert screen("j", name)[5:] == lines[5:], "and there is none to take by itself"


@pytest.mark.parametrize("key", ["?", "h"])
def test_the_keys_are_told(explored: Run, key: str) -> None:
    """In place of the screen, on few enough lines for a low terminal."""
    told = screen(f"j{key}", lines=16)
    assert (told[0], told[-1], len(told)) == ("j  right arrow   a step on", "q  Esc           quit", 10)
    assert max(map(len, told)) <= 80
    assert screen(f"j{key}k") == screen(""), "and the next key does what it does"


def test_a_terminal_of_80_columns_has_the_keys_on_one_line(explored: Run) -> None:
    assert screen("", columns=80)[-1] == KEYS
    assert screen("", columns=77)[-1] == "j on, k back, number: take it, ? keys, q quit"
    assert len(KEYS) == 78


def test_the_seal_is_a_double_line_as_in_the_other_forms(sealrace: Run) -> None:
    """It stands behind the store that sets it, the ninth step, and before the rule where one stands right there."""
    sealrace("explore", "v4", "--model", "sc")
    file = "out/v4-P2-none-sc-leak.json"
    seal = " sealed ".center(100, "═")
    store = ">    9  A3               seals 0 -> 32 (0x20)  owner: seal  <- sealed"
    after = "    10  A4               unlock ilock 1 -> 0   owner: unlock"
    assert [line for line in screen("", file) if "═" in line or line in (store, after)] == [store, seal, after]
    lines = screen("j" * 9, file)
    assert lines[lines.index(store) : lines.index(after) + 1] == [store, seal, RULE, after]
    lines = screen("j" * 8, file)
    assert lines[lines.index(store) - 1 : lines.index(after) + 1] == [RULE, store, seal, after]


MANY = """
async def store(t: Thread, boxes: tuple[Location, ...]) -> None:
    for box in boxes:
        await t.write(box, 1, ONCE, at="W1 fill")


def build(fix, protocol, sizes):
    boxes = tuple(Location(f"a box with a long name, number {i}") for i in range(12))
    goal = Goal("done", "it is done", lambda execution: True)
    return Case(Program((ThreadSpec("writer", store, (boxes,)),)), (), (goal,))
"""


def test_a_low_terminal_cuts_memory_before_choices(sealrace: Run) -> None:
    """Sixteen lines of 80 columns: the last is where the terminal stands after what was printed."""
    head, _, tail = ONE.partition("async def store")
    imports = head.replace("Case, Scenario", "Case, Goal, Scenario")
    write("many.py", imports + MANY.lstrip() + tail[tail.index("\n\nRING") :])
    sealrace("explore", "many.py", "--model", "sc")
    file = "out/many.py-ring-plain-none-sc-done.json"
    high, low = (screen("jj", file, 80, count) for count in (40, 16))
    # Head, heading, twelve steps and the rule, what may come, a line of memory for each box, and the keys.
    assert (len(high), len(low)) == (2 + 1 + 12 + 1 + 3 + 12 + 1, 15)
    assert low[3:8] == [
        "     1  W1      a box with a long name, number 0 0 -> 1   store: fill",
        "     2  W1      a box with a long name, number 1 0 -> 1   store: fill",
        " here ".center(80, "─"),
        "     3  W1      a box with a long name, number 2 0 -> 1   store: fill",
        "",
    ]
    assert low[8:10] == high[high.index("may come now:") :][:2]
    assert low[10].startswith("memory: a box with a long name, number 0 = 1,")
    assert (low[-2][-2:], low[-1]) == (" …", KEYS)
