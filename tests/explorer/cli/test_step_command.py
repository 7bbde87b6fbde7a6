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
KEYS = "j on, k back, Home End, n p along the reason, number: take it, u leave the branch, t token, q quit"
RULE = " here ".center(100, "─")


def step(keys: str, name: str = str(LEAK)) -> Result:
    result = CliRunner(env={"COLUMNS": "100", "LINES": "40"}).invoke(main, ["replay", "--step", name], input=keys)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def screen(keys: str, name: str = str(LEAK)) -> list[str]:
    """The last screen, without the line that says how to come back."""
    result = step(keys, name)
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
    assert screen("1u") == screen("j")


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
