"""Help and version: of every command, and without loading what they do not need."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import FunctionType

import pytest
from command_line import run

from explorer.cli.main import main
from explorer.cli.setting import EVENT_LIMITS, SIZES, UNROLLS
from explorer.execution import packed
from explorer.version import VERSION, described

COMMANDS = [(name,) for name in main.commands] + [("models", "show"), ()]
HEAVY = (
    "networkx",
    "trio",
    "lark",
    "rich",
    "jinja2",
    "msgspec",
    "hypothesis",
    "scenarios",
    "reports",
    "explorer.program",
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {' '.join(command)}".rstrip())


def test_help_states_the_ranges_that_settings_have() -> None:
    text = run("explore", "--help").output
    assert f"{UNROLLS[0]}<=x<={UNROLLS[-1]}]" in text
    assert f"[{EVENT_LIMITS[0]}<=x<={EVENT_LIMITS[-1]}]" in text
    assert f"{SIZES[0]} to {SIZES[-1]} where" in " ".join(text.split())


@pytest.mark.parametrize("command", [("explore",), ("litmus",)], ids=" ".join)
def test_help_says_what_a_model_can_be(command: tuple[str, ...]) -> None:
    text = " ".join(run(*command, "--help").output.split())
    assert "A model's name (see 'sealrace models'), a .cat file, or a folder with one .cfg file" in text


def test_commands_are_those_of_the_readme() -> None:
    assert sorted(main.commands) == [
        "conformance",
        "crosscheck",
        "diff",
        "explain",
        "explore",
        "graph",
        "list",
        "litmus",
        "matrix",
        "models",
        "mutate",
        "new",
        "repair",
        "replay",
        "reproduce",
        "run",
        "serve",
        "survey",
        "why-not",
    ]


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_start_up_loads_nothing_heavy(option: str) -> None:
    program = f"""
import atexit, sys
from explorer.cli.main import main
atexit.register(lambda: print([name for name in {HEAVY} if name in sys.modules]))
main(["{option}"])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stdout.startswith("sealrace 0." if option == "--version" else "Usage: ")


def test_version_is_told_before_anything_is_loaded() -> None:
    program = """
import sys
before = set(sys.modules)
from explorer.cli.entry import main
sys.argv = ["sealrace", "--version"]
main()
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said, loaded = done.stdout.splitlines()
    assert said == described() == run("--version").output.rstrip()
    assert loaded == str(["explorer", "explorer.cli", "explorer.cli.entry", "explorer.version", "gc"])


def test_version_is_that_of_the_package() -> None:
    assert metadata.version("sealrace") == VERSION


def test_version_says_whether_the_hot_modules_are_compiled() -> None:
    """A compiled function is no Python function."""
    compiled = not isinstance(packed.union, FunctionType)
    assert described() == f"sealrace {VERSION}, {'compiled' if compiled else 'uncompiled (slower)'}"


def test_the_entry_runs_every_other_command() -> None:
    program = "import sys; from explorer.cli.entry import main; sys.argv = ['sealrace', '--nonsense']; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No such option" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_version_that_cannot_be_written_fails() -> None:
    program = "import sys; from explorer.cli.entry import main; sys.argv = ['sealrace', '--version']; main()"
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode != 0
    assert "No space left on device" in done.stderr


def test_a_litmus_test_loads_nothing_that_it_does_not_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One small test is run from a shell, or a script, again and again."""
    monkeypatch.setenv("SEALRACE_CACHE", str(tmp_path / "cache"))
    test = tmp_path / "one.litmus"
    test.write_text("C one\n{}\nP0(int *x)\n{\n\tWRITE_ONCE(*x, 1);\n}\nexists (x=1)\n", encoding="utf-8")
    unused = {"networkx", "trio", "rich", "jinja2", "msgspec", "scenarios", "reports", "concurrent", "multiprocessing"}
    unused |= {"explorer.program.flow", "explorer.program.tree", "explorer.schedule", "explorer.search.run"}
    program = f"""
import atexit, sys
from explorer.cli.main import main
atexit.register(lambda: print([name for name in {sorted({*unused, "lark"})} if name in sys.modules]))
main(["litmus", "--json", {str(test)!r}])
"""
    # lark is needed for what has never been read before.
    for loaded in ("['lark']", "[]"):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == loaded
