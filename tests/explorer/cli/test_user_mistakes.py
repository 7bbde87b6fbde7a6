"""What a user can get wrong: one message with the cause and what to do, exit status 2, no traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from command_line import Run, process, run

MISTAKES = [
    (("explore", "nosuch"), "unknown scenario 'nosuch'\n  there are: mailbox, endless\n"),
    (("explore", "mailbox", "--fix", "x"), "unknown fix 'x'\n  there are: none, fenced, waits\n"),
    (("explore", "mailbox", "--protocol", "P9"), "unknown protocol 'P9'\n  there are: P2\n"),
    (
        ("explore", "mailbox", "--model", "x"),
        "no memory model 'x'\n  a model is one of sc, tso, pso, armv8, lkmm, or the path of a .cat file "
        "or of a kernel's tools/memory-model\n",
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
        "no memory model 'x'\n  a model is one of sc, tso, pso, armv8, lkmm, or the path of a .cat file "
        "or of a kernel's tools/memory-model\n",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=[" ".join(a) for a, _ in MISTAKES])
def test_a_mistake_is_named(sealrace: Run, arguments: tuple[str, ...], message: str) -> None:
    result = sealrace(*arguments)
    assert (result.exit_code, result.output) == (2, message)


@pytest.mark.parametrize(
    "arguments",
    [("explore",), ("nosuch",), ("explore", "mailbox", "--nosuch"), ("graph", "x.json", "-f", "x"),
     ("explore", "--max-time", "0", "mailbox"), ("matrix", "--jobs", "0"), ("replay",), ("matrix", "mailbox")],
)  # fmt: skip
def test_wrong_usage_shows_the_usage(sealrace: Run, arguments: tuple[str, ...]) -> None:
    result = sealrace(*arguments)
    assert result.exit_code == 2
    assert result.output.startswith("Usage: ")


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
