"""What docs/testing.md shows is what happens: its tests are run, and its tokens and commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from explorer.cli.main import main
from explorer.testing import replayed
from explorer.testing.explored import Explored
from explorer.testing.machine import ConcurrentMachine

PAGE = (Path(__file__).parent.parent / "docs" / "testing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([a-z]*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CODE = [text for language, text in BLOCKS if language == "python"]
PRINTED = [text for language, text in BLOCKS if not language]
TOKEN = re.compile(r"sr1_[\w-]+")

PRELOADED = (Explored, ConcurrentMachine)
"""What pytester runs in this process finds what is imported here, and does not import it each time anew."""

SCHEDULES, EXAMPLE, COUNTER, PROGRAMS, CALLS, MACHINE, MARKS = range(7)


@pytest.fixture(autouse=True)
def strict(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")


def ran(pytester: pytest.Pytester, block: int, *arguments: str) -> pytest.RunResult:
    """A block of the page as a test file, run by pytest."""
    pytester.makepyfile(test_races=CODE[block])
    return pytester.runpytest("-p", "no:randomly", *arguments)


def without_tokens(text: str) -> str:
    return TOKEN.sub("TOKEN", text)


def test_every_block_is_run() -> None:
    assert len(CODE) == 7
    assert len(PRINTED) == 4
    assert len(BLOCKS) == 11


def test_schedules_find_the_leak_and_print_it(pytester: pytest.Pytester) -> None:
    result = ran(pytester, SCHEDULES, "--hypothesis-seed=1")
    result.assert_outcomes(failed=1)
    # Which of the leaks it is depends on Hypothesis: that it is one does not.
    text = re.sub(r"^E? *", "", result.stdout.str(), flags=re.MULTILINE)
    shown = re.sub(r"^ *", "", PRINTED[0], flags=re.MULTILINE)
    assert without_tokens(shown) in without_tokens(text)
    found = re.search(r"run=replayed\('(sr1_[\w-]+)'\)", text)
    assert found is not None
    assert replayed(found[1]).violations[0] == "leak"


def test_the_tokens_of_the_page_are_leaks(pytester: pytest.Pytester) -> None:
    (token,) = set(TOKEN.findall(PAGE))
    assert CliRunner().invoke(main, ["replay", token]).exit_code == 0
    assert replayed(token).violations == ("leak", "late")
    ran(pytester, EXAMPLE).assert_outcomes(failed=1)


def test_the_lost_update_is_printed_as_steps(pytester: pytest.Pytester) -> None:
    result = ran(pytester, COUNTER, "--hypothesis-seed=1")
    result.assert_outcomes(failed=1)
    text = re.sub(r"^E? *", "", result.stdout.str(), flags=re.MULTILINE)
    assert re.sub(r"^ *", "", PRINTED[1], flags=re.MULTILINE) in text
    again = PRINTED[1].split("run=")[1].rpartition(",")[0]
    head = "from explorer.testing import run_of\n"
    check = f"\n\ndef test_again():\n    assert 'returned 2' not in {again}.outcome\n"
    pytester.makepyfile(test_races=head + CODE[COUNTER] + check)
    pytester.runpytest("-k", "again").assert_outcomes(passed=1, deselected=1)


def test_the_mark_of_the_readme_holds(pytester: pytest.Pytester) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    (block,) = [text for text in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "@pytest" in text]
    pytester.makepyfile(test_races=block)
    pytester.runpytest().assert_outcomes(passed=2)


@pytest.mark.parametrize("block", [PROGRAMS, CALLS])
def test_what_holds_passes(pytester: pytest.Pytester, block: int) -> None:
    ran(pytester, block).assert_outcomes(passed=1)


def test_the_box_fails_under_pso_alone(pytester: pytest.Pytester) -> None:
    result = ran(pytester, MACHINE, "--hypothesis-seed=1")
    result.assert_outcomes(failed=1)
    text = re.sub(r"^E? {0,3}", "", result.stdout.str(), flags=re.MULTILINE)
    for line in PRINTED[2].splitlines():
        assert line.strip() in text
    pytester.makepyfile(test_races=CODE[MACHINE].replace('["tso", "pso"]', '["tso"]'))
    pytester.runpytest().assert_outcomes(passed=1)


def test_marks_explore_and_their_failure_is_printed(pytester: pytest.Pytester) -> None:
    result = ran(pytester, MARKS)
    result.assert_outcomes(passed=4, failed=1)
    text = result.stdout.str()
    assert PRINTED[3] in text
    replay, again, report, page = (line[12:] for line in PRINTED[3].splitlines() if line)
    assert shlex.split(replay)[0] == "sealrace"
    assert shlex.split(again)[0] == "pytest"
    assert CliRunner().invoke(main, shlex.split(replay)[1:]).exit_code == 0
    assert Path(report).exists()
    assert Path(page).exists()
    pytester.runpytest(*shlex.split(again)[1:]).assert_outcomes(failed=1)
