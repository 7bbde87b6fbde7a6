"""What a user can get wrong: one message with the cause and what to do, exit status 2, no traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from command_line import Run, process, run

MISTAKES = [
    (("explore", "nosuch"), "unknown scenario 'nosuch'\n  there are: mailbox, endless, v4\n"),
    (("explore", "mailbox", "--fix", "x"), "unknown fix 'x'\n  there are: none, fenced, waits\n"),
    (("explore", "mailbox", "--protocol", "P9"), "unknown protocol 'P9'\n  there are: P2\n"),
    (
        ("explore", "mailbox", "--model", "x"),
        "no memory model 'x'\n  a model is one of sc, tso, pso, armv8 (each also with +compiler), lkmm, "
        "or the path of a .cat file or of a kernel's tools/memory-model\n",
    ),
    (("explore", "mailbox", "--param", "x=1"), "unknown parameter 'x'\n  there are: stores\n"),
    (
        ("explore", "mailbox", "--param", "stores"),
        "--param stores: write NAME=N with a number N, for example pages=2\n",
    ),
    (
        ("explore", "mailbox", "--param", "stores=²"),
        "--param stores=²: write NAME=N with a number N, for example pages=2\n",
    ),
    (
        ("explore", "mailbox", "--param", "stores=-1"),
        "--param stores=-1: write NAME=N with a number N, for example pages=2\n",
    ),
    (("explore", "mailbox", "--param", "stores=0"), "stores=0 is out of range\n  it can be 1 to 3\n"),
    (("explore", "mailbox", "--param", "stores=4"), "stores=4 is out of range\n  it can be 1 to 3\n"),
    (("explore", "endless", "--param", "writers=1001"), "writers=1001 is out of range\n  it can be 0 to 1000\n"),
    (
        ("explore", "endless", "--param", "writers=1" + "0" * 500),
        f"writers=1{'0' * 500} is out of range\n  it can be 0 to 1000\n",
    ),
    (
        ("explore", "endless", "--param", "writers=1" + "0" * 5000),
        f"--param writers=1{'0' * 5000}: write NAME=N with a number N, for example pages=2\n",
    ),
    (
        ("explore", "mailbox", "--out", "/proc/x"),
        "/proc/x: cannot write there: No such file or directory\n  name another folder with --out\n",
    ),
    (
        ("matrix", "--out", "/proc/x"),
        "/proc/x: cannot write there: No such file or directory\n  name another folder with --out\n",
    ),
    (("replay", "x.json"), "x.json: No such file or directory\n  Name a report that sealrace explore has written.\n"),
    (("graph", "x.json"), "x.json: No such file or directory\n  Name a report that sealrace explore has written.\n"),
    (
        ("models", "show", "x"),
        "no memory model 'x'\n  a model is one of sc, tso, pso, armv8 (each also with +compiler), lkmm, "
        "or the path of a .cat file or of a kernel's tools/memory-model\n",
    ),
    (
        ("explore", "mailbox", "--model", "lkmm+compiler"),
        "no memory model 'lkmm+compiler': lkmm says itself what a compiler may do with plain accesses\n"
        "  models with a suffix: sc+compiler, tso+compiler, pso+compiler, armv8+compiler\n",
    ),
    (
        ("models", "show", "tso+linker"),
        "no memory model 'tso+linker': there is no +linker\n"
        "  models with a suffix: sc+compiler, tso+compiler, pso+compiler, armv8+compiler\n",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=[" ".join(a)[:60] for a, _ in MISTAKES])
def test_a_mistake_is_named(sealrace: Run, arguments: tuple[str, ...], message: str) -> None:
    result = sealrace(*arguments)
    assert (result.exit_code, result.output) == (2, message)
    assert not Path("out").exists(), "a folder made for nothing goes again"


@pytest.mark.parametrize(
    "arguments",
    [("explore",), ("nosuch",), ("explore", "mailbox", "--nosuch"), ("graph", "x.json", "-f", "x"),
     ("explore", "--max-time", "0", "mailbox"), ("matrix", "--jobs", "0"), ("replay",), ("matrix", "mailbox")],
)  # fmt: skip
def test_wrong_usage_shows_the_usage(sealrace: Run, arguments: tuple[str, ...]) -> None:
    result = sealrace(*arguments)
    assert result.exit_code == 2
    assert result.output.startswith("Usage: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("explore", "mailbox", "--unroll", "0"), "'--unroll': 0 is not in the range 1<=x<=100."),
        (("explore", "mailbox", "--unroll", "1000000000"), "'--unroll': 1000000000 is not in the range 1<=x<=100."),
        (("explore", "mailbox", "--max-events", "-1"), "'--max-events': -1 is not in the range 1<=x<=1000."),
        (("explore", "mailbox", "--max-events", "1001"), "'--max-events': 1001 is not in the range 1<=x<=1000."),
        (("matrix", "--jobs", "1000000"), "'--jobs': 1000000 is not in the range 1<=x<=256."),
        (("explore", "mailbox", "--max-time", "nan"), "'--max-time': nan is no number of seconds"),
        (("matrix", "--max-time", "inf"), "'--max-time': inf is no number of seconds"),
        (("explore", "mailbox", "--max-time", "-1"), "'--max-time': -1.0 is not in the range x>0."),
        (("explore", "mailbox", "--out", ""), "'--out': it is empty: name a file or folder"),
        (("explore", "mailbox", "--model", ""), "'--model': it is empty: name a file or folder"),
        (("replay", ""), "'REPORT': it is empty: name a file or folder"),
        (("graph", ""), "'REPORT': it is empty: name a file or folder"),
        (("models", "show", ""), "'NAME': it is empty: name a file or folder"),
    ],
)
def test_a_number_or_name_that_cannot_be_is_refused(sealrace: Run, arguments: tuple[str, ...], message: str) -> None:
    result = sealrace(*arguments)
    assert (result.exit_code, result.output.splitlines()[-1]) == (2, f"Error: Invalid value for {message}")
    assert not list(Path().iterdir())


def test_a_picture_goes_to_a_folder_that_is_not_there_yet(sealrace: Run) -> None:
    sealrace("explore", "mailbox", "--model", "pso")
    result = sealrace("graph", "out/mailbox-P2-none-pso-leak.json", "-f", "dot", "-o", "new/folder/leak.dot")
    assert (result.exit_code, result.output) == (0, "wrote new/folder/leak.dot\n")
    assert Path("new/folder/leak.dot").read_text().startswith("digraph")
    result = sealrace("graph", "out/mailbox-P2-none-pso-leak.json", "-o", "new/folder/leak.dot/x")
    assert (result.exit_code, result.output) == (
        2,
        "new/folder/leak.dot/x: cannot write there: File exists\n  name another file with -o\n",
    )


def test_an_order_of_effect_with_a_cycle_is_refused(sealrace: Run) -> None:
    Path("my.cat").write_text('"mine"\nacyclic po | rf | co | fr as sc\nlet before = (po | rf)*\n')
    result = sealrace("explore", "mailbox", "--model", "my.cat")
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        "my.cat:3:5: 'before' has a cycle in an execution that the model allows: IW box=0 -> IW box=0",
        "    3 | let before = (po | rf)*",
        "      |     ^^^^^^",
        "  it is the order in which accesses take effect: without cycles in every execution that is allowed",
        "  add 'acyclic before' to forbid such executions, or define it without the cycle (r+ for r*, r for r?)",
    ]


def test_an_order_of_effect_against_the_reads_is_refused(sealrace: Run) -> None:
    # The reader sees the flag, so the box too, and is put before the writer; of two cycles the first counts.
    Path("my.cat").write_text('"mine"\nacyclic po | rf | co | fr as sc\nlet before = po | rfe^-1\n')
    result = sealrace("explore", "mailbox", "--model", "my.cat")
    assert result.exit_code == 2
    first, *others = result.output.splitlines()
    assert first == (
        "before | rfe has a cycle in an execution that the model allows: "
        "writer: W[once] box=1 -> reader: R[once] box=1 -> writer: W[once] box=1"
    )
    assert others[-1].startswith("  add 'acyclic before | rfe' to the model")


def test_no_control_character_of_a_file_gets_to_the_terminal(sealrace: Run) -> None:
    Path("my.cat").write_text('"mine"\n(* \x1b[2J *) acyclic nothing\n')
    result = sealrace("explore", "mailbox", "--model", "my.cat")
    assert result.exit_code == 2
    assert result.output.splitlines()[1] == "    2 | (* \\x1b[2J *) acyclic nothing"


def test_a_mistake_in_a_model_file_has_file_line_and_column(sealrace: Run) -> None:
    Path("my.cat").write_text('"mine"\nlet before = po | rf\n\nacyclic porf | co as order\n')
    for arguments in (("explore", "mailbox", "--model", "my.cat"), ("models", "show", "my.cat")):
        result = sealrace(*arguments)
        assert result.exit_code == 2
        assert result.output.splitlines()[:3] == [
            "my.cat:4:9: unknown relation 'porf'",
            "    4 | acyclic porf | co as order",
            "      |         ^^^^",
        ]


def test_a_file_says_itself_what_its_program_order_is(sealrace: Run) -> None:
    Path("my.cat").write_text('"mine"\nacyclic po | rf as order\n')
    for command in (("explore", "mailbox", "--model"), ("models", "show")):
        result = sealrace(*command, "my.cat+compiler")
        assert (result.exit_code, result.output) == (
            2,
            "no memory model 'my.cat+compiler': a file says itself what program order its rules see\n"
            '  to make them see what a compiler leaves of it, put include "compiler.cat" before them\n',
        )


def test_models_that_would_share_files_are_refused(sealrace: Run) -> None:
    Path("sc.cat").write_text('"mine"\nacyclic po | rf as order\n')
    result = sealrace("explore", "mailbox", "--model", "sc", "--model", "sc.cat")
    assert result.exit_code == 2
    assert result.output.startswith("the models 'sc' and 'sc.cat' would write the same files\n")


def test_nothing_is_explored_before_all_names_are_known(sealrace: Run) -> None:
    sealrace("explore", "mailbox", "--model", "sc", "--model", "nosuch")
    assert not Path("out").exists()


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(process("list"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141


def test_a_full_disk_is_named() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(process("list"), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "sealrace: No space left on device\n")


def test_an_internal_error_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_options: object) -> None:
        raise AssertionError("out of order")

    monkeypatch.setattr("explorer.cli.listing.show_scenarios", fails)
    result = run("list")
    assert result.exit_code == 70
    assert "this is an error of sealrace itself" in result.stderr


def test_no_control_character_of_a_litmus_file_gets_to_the_terminal(sealrace: Run) -> None:
    Path("x.litmus").write_text("C x\n{}\nP0(int *x) { WRITE_ONCE(*x, 1) /* \x1b[2J */ oops; }\n")
    result = sealrace("litmus", "x.litmus")
    assert result.exit_code == 2
    assert result.output.splitlines()[1] == r"    3 | P0(int *x) { WRITE_ONCE(*x, 1) /* \x1b[2J */ oops; }"


def test_an_order_of_effect_with_a_cycle_is_refused_for_litmus_tests_too(sealrace: Run) -> None:
    Path("my.cat").write_text('"mine"\nacyclic po | rf | co | fr as sc\nlet before = po | po^-1\n')
    Path("x.litmus").write_text("C x\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2); }\nexists (x=2)\n")
    result = sealrace("litmus", "x.litmus", "--model", "my.cat", "--reports", "reports")
    assert result.exit_code == 2
    assert result.output.splitlines()[0] == (
        "my.cat:3:5: 'before' has a cycle in an execution that the model allows: "
        "P0: W[once] x=1 -> P0: W[once] x=2 -> P0: W[once] x=1"
    )


@pytest.mark.parametrize(("stored", "operator"), [("(r0 & 1) + 1", "&"), ("r0 < 3", "<")])
def test_an_address_is_no_number(sealrace: Run, stored: str, operator: str) -> None:
    """``x`` is declared to hold a number and begins with an address: found only where the value is used."""
    body = f"int r0; r0 = READ_ONCE(*x); WRITE_ONCE(*y, {stored});"
    Path("x.litmus").write_text(f"C x\n{{ x=y; }}\nP0(int *x, int *y) {{ {body} }}\nexists (y=0)\n")
    result = sealrace("litmus", "x.litmus")
    assert result.exit_code == 2
    assert result.output == (
        f"x.litmus: the address of y is an operand of '{operator}'\n"
        "  only a number can be: look at what is stored where the value is read\n"
    )
