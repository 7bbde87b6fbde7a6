"""``sealrace crosscheck``: agreements, differences with both sides, and what is not compared.

Tools that are not there, or that answer wrongly, are small scripts of the tests.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import process, run

Install = Callable[[str, str], None]
"""Puts a shell script in the place of a tool."""

SPIN = shutil.which("spin")
needs_spin = pytest.mark.skipif(
    SPIN is None or shutil.which("cc") is None, reason="needs spin and cc (apt install spin gcc)"
)

MESSAGE_PASSING = """C MP

{}

P0(int *data, int *flag)
{
	WRITE_ONCE(*data, 1);
	WRITE_ONCE(*flag, 1);
}

P1(int *data, int *flag)
{
	int r0;
	int r1;

	r0 = READ_ONCE(*flag);
	r1 = READ_ONCE(*data);
}

exists (1:r0=1 /\\ 1:r1=0)
"""

PROGRAM = '''"""Two threads; with a grace period that the other's section can hold up for ever."""

from explorer.execution.location import Location
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE
from explorer.scenario import Case, Scenario


async def updater(t, lock, x):
    await lock.acquire(t)
    await t.write(x, 1, ONCE)
    await t.synchronize_rcu()
    await lock.release(t)


async def reader(t, lock, x):
    await t.rcu_read_lock()
    await lock.acquire(t)
    await t.read(x, ONCE)
    await lock.release(t)
    await t.rcu_read_unlock()


async def writer(t, data, flag):
    await t.write(data, 1, ONCE)
    await t.write(flag, 1, ONCE)


async def looker(t, data, flag):
    await t.read(flag, ONCE)
    await t.read(data, ONCE)


async def doubler(t, x):
    await t.write(x, (await t.read(x, ONCE)) << 29, ONCE)


def build(fix, protocol, sizes):
    x, y, lock = Location("x"), Location("y"), SpinLock("lock")
    return {
        "message": Case(Program((ThreadSpec("writer", writer, (x, y)), ThreadSpec("looker", looker, (x, y))))),
        "stuck": Case(Program((ThreadSpec("updater", updater, (lock, x)), ThreadSpec("reader", reader, (lock, x))))),
        "large": Case(Program((ThreadSpec("one", writer, (x, y)), *(ThreadSpec(n, doubler, (x,)) for n in "ab")))),
    }[fix]


BOTH = Scenario(
    name="both",
    title="t",
    text="t",
    fixes=("message", "stuck", "large"),
    protocols=("plain",),
    parameters={},
    small={},
    build=build,
)
'''

STATES = """Test both Allowed
States {count}
{lines}Ok
Witnesses
Positive: {positive} Negative: 0
Condition exists (true)
Observation both Always {positive} 0
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A folder of tools that goes before all others; the test runs in another one."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("PATH", f"{tools}:/usr/local/bin:/usr/bin:/bin")

    def put(tool: str, script: str) -> None:
        file = tools / tool
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)

    Path("both.py").write_text(PROGRAM, encoding="utf-8")
    Path("mp.litmus").write_text(MESSAGE_PASSING, encoding="utf-8")
    return put


def herd(*states: tuple[int, int], positive: int) -> str:
    """A herd7 that answers so for ``both``, with fix ``message``: y and x as they are read, in registers r0 and r1."""
    lines = "".join(f"1:r0={y}; 1:r1={x}; [x]=1; [y]=1;\n" for y, x in states)
    answer = STATES.format(count=len(states), lines=lines, positive=positive)
    return f"cat <<'END'\n{answer}END"


def verifier(*lines: str, status: int = 0) -> str:
    """A cc that makes a verifier which prints these lines."""
    said = "; ".join(f"echo '{line}'" for line in lines)
    return f"cat > pan <<'END'\n#!/bin/sh\n{said}\nexit {status}\nEND\nchmod +x pan"


RIGHT = ((0, 0), (0, 1), (1, 1))


# ---- what agrees


@needs_spin
def test_a_scenario_agrees_with_spin(install: Install) -> None:
    """Message passing has three outcomes under sc: not the flag without the data."""
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "spin")
    assert result.exit_code == 0
    assert result.output == (
        "both.py:both, fix message, protocol plain, model sc\n"
        "\n"
        " SPIN    agrees: 3 final states\n"
        "         asked about out/both.py-both-plain-message-sc-crosscheck/both.py-both-plain-message.pml\n"
    )


@needs_spin
def test_a_litmus_test_agrees_with_spin(install: Install) -> None:
    result = run("crosscheck", "mp.litmus", "--tool", "spin", "--json")
    assert result.exit_code == 0
    (tool,) = json.loads(result.output)["tools"]
    side = {"final_states": 3, "executions": None, "incomplete": ""}
    assert (tool["answer"], tool["here"], tool["there"]) == ("agrees", side, side)
    assert Path(tool["file"]).read_text(encoding="utf-8").startswith("/* mp.litmus under sc */\n")


def test_a_scenario_agrees_with_herd(install: Install) -> None:
    """States and counts: each outcome of message passing is one execution."""
    install("herd7", herd(*RIGHT, positive=3))
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "herd7")
    assert result.exit_code == 0, result.output
    assert " herd7   agrees: 3 final states and 3 executions\n" in result.output
    text = Path("out/both.py-both-plain-message-sc-crosscheck/both.py-both-plain-message.litmus").read_text("utf-8")
    assert text.endswith("locations [1:r0; 1:r1; x; y;]\nexists (true)\n")


def test_a_scenario_agrees_with_genmc(install: Install) -> None:
    install("genmc", "echo 'No errors were detected.'; echo 'Number of complete executions explored: 3'")
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "genmc")
    assert result.exit_code == 0
    assert " GenMC   agrees: 3 executions\n" in result.output


# ---- what differs


@needs_spin
def test_a_model_that_was_changed_differs_from_sealrace(install: Install) -> None:
    """In the Promela the flag is set to 2: none of Sealrace's three states is there, and three others are."""
    install("spin", f'for f in *.pml; do sed -i "s/v_y = 1/v_y = 2/" "$f"; done\nexec {SPIN} "$@"')
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "spin")
    assert result.exit_code == 1
    folder = "out/both.py-both-plain-message-sc-crosscheck"
    lines = result.output.splitlines()
    assert lines[2] == " SPIN    differs: 3 final states here, 3 final states there"
    assert lines[4:10] == [
        "   only here: 3 final states",
        "    1.",
        "     writer: nothing",
        "     looker: y = 0, x = 0",
        "     at the end: x = 1, y = 1",
        f"     see: sealrace graph {folder}/only-here-spin-1.json",
    ]
    there = lines.index("   only SPIN: 3 final states")
    assert lines[there + 11 : there + 15] == [
        "    3.",
        "     writer: nothing",
        "     looker: y = 2, x = 1",
        "     at the end: x = 1, y = 2",
    ]
    shown = run("graph", f"{folder}/only-here-spin-1.json")
    assert shown.exit_code == 0
    assert "looker: y = 0, x = 0" in shown.output
    command = lines[there + 15].partition("see: ")[2]
    assert command.startswith(f"cd {folder} && spin ")
    steps = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
    assert "text of failed assertion" in steps
    assert "r1_0 = 2" in steps


@needs_spin
def test_a_grace_period_that_never_ends_is_seen_by_spin_alone(install: Install) -> None:
    """A known limit: a section that stays open for ever does not hold up a grace period here."""
    result = run("crosscheck", "both.py:both", "--fix", "stuck", "--tool", "spin")
    assert result.exit_code == 1
    assert "   only SPIN: 1 final state\n" in result.output
    assert "     updater: lock = 0, waits for the end of a grace period\n     reader: waits for lock\n" in result.output
    assert "     note: Sealrace does not see that a grace period never ends: docs/crosscheck.md\n" in result.output
    assert "only here" not in result.output


def test_a_verifier_that_finds_less_differs(install: Install) -> None:
    """A spin and a cc that make a verifier with an answer of its own."""
    install("spin", ":")
    install(
        "cc", verifier("sealrace: 2 2 0 0 1 1", "sealrace: 2 2 1 1 1 1", "Full statespace search for:", "errors: 0")
    )
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "spin", "--json")
    assert result.exit_code == 1
    (tool,) = json.loads(result.output)["tools"]
    assert (tool["answer"], tool["there"]["final_states"], tool["only_there"]) == ("differs", 2, [])
    assert [each["facts"][1] for each in tool["only_here"]] == [{"of": "looker", "got": "y = 0, x = 1"}]


def test_herd_with_another_state_differs(install: Install) -> None:
    install("herd7", herd(*RIGHT, (1, 0), positive=4))
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "herd7")
    assert result.exit_code == 1
    assert (
        " herd7   differs: 3 final states and 3 executions here, 4 final states and 4 executions there\n"
        in result.output
    )
    assert (
        "   only herd7: 1 final state\n    1.\n     P1: r0 = 1, r1 = 0\n     at the end: x = 1, y = 1\n"
        in result.output
    )
    assert "     see: herd7 -model sc.cat -macros " in result.output


def test_another_number_of_executions_differs(install: Install) -> None:
    install("herd7", herd(*RIGHT, positive=4))
    install("genmc", "echo 'No errors were detected.'; echo 'Number of complete executions explored: 2'")
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "herd7", "--tool", "genmc")
    assert result.exit_code == 1
    assert (
        " herd7   differs: 3 final states and 3 executions here, 3 final states and 4 executions there\n"
        in result.output
    )
    assert " GenMC   differs: 3 executions here, 2 executions there\n" in result.output
    assert "     see: genmc --sc -- out/" in result.output


def test_an_error_that_genmc_finds_differs(install: Install) -> None:
    install("genmc", "echo 'Error: Safety violation!'; exit 42")
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "genmc")
    assert result.exit_code == 1
    assert " GenMC   differs (GenMC finds an error: Safety violation!): " in result.output


# ---- what is not compared


def test_nothing_compared_is_incomplete(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    result = run("crosscheck", "both.py:both", "--fix", "message")
    assert result.exit_code == 3
    assert result.output == (
        "both.py:both, fix message, protocol plain, model sc\n"
        "\n"
        " SPIN    not compared: spin is not installed (Debian: apt install spin)\n"
        " herd7   not compared: herd7 is not installed (opam install herdtools7)\n"
        " GenMC   not compared: genmc is not installed (https://plv.mpi-sws.org/genmc)\n"
    )
    assert not Path("out").exists()


def test_one_tool_that_agrees_is_enough(install: Install) -> None:
    """GenMC is not asked about a program that waits; that is told, and is no agreement."""
    install("genmc", "echo 'No errors were detected.'; echo 'Number of complete executions explored: 0'")
    install("herd7", "cat /dev/null")
    result = run("crosscheck", "both.py:both", "--fix", "stuck", "--tool", "herd7", "--tool", "genmc")
    assert result.exit_code == 3
    assert " herd7   not compared: herd7 gave no answer: it says nothing\n" in result.output
    assert " GenMC   not compared: a thread waits, and a loop that waits has executions of its own\n" in result.output


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        ("spin", "SPIN is asked under sequential consistency alone: --model sc"),
        ("herd7", "herd7 is asked under sc or the model of a kernel tree: --model tools/memory-model"),
        ("genmc", "GenMC is asked under sequential consistency alone: --model sc"),
    ],
)
def test_other_models_are_not_compared(install: Install, tool: str, reason: str) -> None:
    result = run("crosscheck", "both.py:both", "--model", "tso", "--tool", tool, "--json")
    assert result.exit_code == 3
    (found,) = json.loads(result.output)["tools"]
    assert (found["answer"], found["why"], found["here"]) == ("not compared", reason, None)


def test_herd_is_asked_under_the_model_of_a_kernel_tree(install: Install, kernel_memory_model: Path) -> None:
    """Under it the flag can come without the data: four states, of which a herd7 that lacks one is told."""
    install("herd7", f'echo "$@" > {Path.cwd()}/asked\n{herd(*RIGHT, positive=3)}')
    arguments = ["--fix", "message", "--tool", "herd7", "--model", str(kernel_memory_model)]
    result = run("crosscheck", "both.py:both", *arguments)
    assert result.exit_code == 1, result.output
    assert "   only here: 1 final state\n    1.\n     P1: r0 = 1, r1 = 0\n" in result.output
    asked = Path("asked").read_text(encoding="utf-8").split()
    assert asked[:3] == ["-I", str(kernel_memory_model), "-conf"]
    assert asked[3] == str(kernel_memory_model / "linux-kernel.cfg")


@needs_spin
def test_a_value_that_is_too_large_is_not_compared(install: Install) -> None:
    """1 << 29 << 29 has more than 30 bits, and no int of SPIN's holds it."""
    result = run("crosscheck", "both.py:both", "--fix", "large", "--tool", "spin")
    assert result.exit_code == 3
    assert f" SPIN    not compared: the value {1 << 58} has more than 30 bits\n" in result.output


def test_a_tool_that_fails_is_not_compared(install: Install) -> None:
    install("spin", "echo 'no such thing' >&2; exit 1")
    install("cc", ":")
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "spin")
    assert result.exit_code == 3
    assert " SPIN    not compared: spin ended with status 1: no such thing\n" in result.output


def test_a_verifier_without_a_summary_is_not_believed(install: Install) -> None:
    install("spin", ":")
    install("cc", verifier("sealrace: 2 2 0 0 1 1"))
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "spin")
    assert result.exit_code == 3
    assert " SPIN    not compared: pan printed no summary of a full search\n" in result.output


# ---- sides that do not end


@pytest.mark.parametrize(
    "says", ["error: max search depth too small", "pan: reached -DMEMLIM bound", "Warning: Search not completed"]
)
def test_a_verifier_that_gave_up_is_incomplete(install: Install, says: str) -> None:
    install("spin", ":")
    install(
        "cc", f"cat > pan <<'END'\n#!/bin/sh\necho 'sealrace: 2 2 0 0 1 1'; echo '{says}'\nexit 1\nEND\nchmod +x pan"
    )
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "spin")
    assert result.exit_code == 3
    assert " SPIN    INCOMPLETE (pan says: " in result.output
    assert "): 3 final states here, 1 final state there\n" in result.output


def test_a_tool_that_takes_too_long_is_ended(install: Install) -> None:
    install("herd7", "sleep 600")
    began = time.monotonic()
    result = run("crosscheck", "both.py:both", "--fix", "message", "--tool", "herd7", "--max-time", "0.5")
    assert result.exit_code == 3
    assert time.monotonic() - began < 300
    assert " herd7   INCOMPLETE (limit of 0.5 seconds reached): " in result.output


def test_ctrl_c_ends_the_tool_and_tells_what_there_is(install: Install) -> None:
    install("herd7", "touch $PWD/started; sleep 600 & echo $! > " + str(Path.cwd() / "sleeping") + "; wait")
    arguments = ["crosscheck", "both.py:both", "--fix", "message", "--tool", "herd7"]
    running = subprocess.Popen(process(*arguments), stdout=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 300
        while not Path("sleeping").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        running.send_signal(2)
        output, _errors = running.communicate(timeout=300)
    finally:
        running.kill()
    assert running.returncode == 3
    assert " herd7   INCOMPLETE (interrupted): " in output
    # What the tool has started has gone with it.
    number = int(Path("sleeping").read_text(encoding="utf-8"))
    state = Path(f"/proc/{number}/stat")
    assert not state.exists() or state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"


# ---- bad input


def test_variants_of_a_litmus_test_are_refused(install: Install) -> None:
    result = run("crosscheck", "mp.litmus", "--fix", "none")
    assert (result.exit_code, result.output) == (2, "--fix: a litmus test has none\n  leave it out\n")


def test_an_unknown_tool_is_refused(install: Install) -> None:
    assert run("crosscheck", "both.py:both", "--tool", "tlc").exit_code == 2
