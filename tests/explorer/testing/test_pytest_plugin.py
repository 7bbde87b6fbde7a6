"""The pytest plugin, in projects of its users."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from explorer.cli.main import main
from explorer.testing.explored import Explored
from reports.report import load_report

PRELOADED = Explored
"""What pytester runs in this process finds what is imported here, and does not import it each time anew."""

MARKED = """
import pytest

@pytest.mark.sealrace("lingering-page", small=True)
def test_lingering():
    raise AssertionError("its own code runs only where the verdict is as expected")

@pytest.mark.sealrace("fresh", small=True, models=["sc", "tso"])
def test_fresh(explored):
    assert (explored.verdict, explored.executions) == ("HOLDS", 3)
    assert explored.report is None
"""

NAMELESS = """
import pytest
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE

def crossed():
    async def waits(t, mine, other):
        await t.wait_until(other, lambda value: value == 1)
        await t.write(mine, 1, ONCE)

    x, y = Location("x"), Location("y")
    return Program((ThreadSpec("a", waits, (x, y)), ThreadSpec("b", waits, (y, x))))

@pytest.mark.sealrace(scenario=crossed)
def test_crossed():
    pass
"""


def outcomes(result: pytest.RunResult) -> dict[str, int]:
    return {name: count for name, count in result.parseoutcomes().items() if name != "warnings"}


def failure(result: pytest.RunResult, name: str) -> str:
    """What is told of a test that failed."""
    text = result.stdout.str()
    found = re.search(rf"^_+ {re.escape(name)} _+\n(.*?)\n(?:_+ test|=+ )", text, re.MULTILINE | re.DOTALL)
    assert found is not None, text
    return found[1]


@pytest.fixture(autouse=True)
def in_a_project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the settings that a strict project has."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error\n")


def test_a_mark_alone_is_a_test_and_its_failure_tells_all(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_marked=MARKED)
    result = pytester.runpytest("-k", "lingering or tso")
    assert outcomes(result) == {"failed": 1, "passed": 1, "deselected": 1}
    told = failure(result, "test_lingering[sc]")
    assert "Traceback" not in told
    assert ".py:" not in told.replace("test_marked.py::", "").replace(".py--", "")
    first, headline = told.splitlines()[:3:2]
    assert first == "lingering-page, fix none, protocol P2, model sc: VIOLATED: late, expected HOLDS"
    assert re.fullmatch(r"lingering-page, fix none, protocol P2, model sc +VIOLATED: late", headline)
    assert "\n  step  " in told
    files = dict(re.findall(r"^ (report|page) +(\S+)$", told, re.MULTILINE))
    report = load_report(files["report"])
    assert Path(files["page"]).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert report.property.name == "late"
    # The two commands do what they say.
    replay = re.search(r"^ replay +sealrace (.*)$", told, re.MULTILINE)
    assert replay is not None
    assert replay[1] == f"replay {report.token}"
    assert CliRunner().invoke(main, shlex.split(replay[1])).exit_code == 0
    again = re.search(r"^ in pytest +pytest (.*)$", told, re.MULTILINE)
    assert again is not None
    words = shlex.split(again[1])
    assert words == ["--sealrace-replay", report.token, "test_marked.py::test_lingering[sc]"]
    result = pytester.runpytest(*words)
    assert (outcomes(result), result.ret) == ({"failed": 1}, 1)
    told = failure(result, "test_lingering[sc]")
    assert told.startswith(
        "lingering-page, fix none, protocol P2, model sc: this execution breaks late, expected HOLDS"
    )
    assert again[0] in told
    assert " report " not in told


def test_a_replay_runs_the_tests_that_the_token_is_of(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        MARKED
        + """
@pytest.mark.sealrace("lingering-page", small=True, expect={"late"}, models="sc")
def test_expected():
    raise AssertionError("speaks of the whole exploration")

@pytest.mark.sealrace("lingering-page", small=True, models=["pso"])
def test_other_model():
    pass

@pytest.mark.sealrace("lingering-page", small=True, fix="rwsem")
def test_other_program():
    pass

def test_with_the_fixture(sealrace):
    sealrace.explore("lingering-page", small=True)

def test_with_the_fixture_of_another(sealrace):
    sealrace.explore("fresh", small=True)
"""
    )
    result = pytester.runpytest("-k", "test_lingering")
    token = re.findall(r"sealrace replay (\S+)", result.stdout.str())[0]
    result = pytester.runpytest("--sealrace-replay", token, "-rs")
    assert outcomes(result) == {"failed": 2, "passed": 1, "skipped": 1, "deselected": 4}
    result.stdout.fnmatch_lines(["SKIPPED *: --sealrace-replay is of another scenario"])
    result = pytester.runpytest("--sealrace-replay", token, "-k", "fresh")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["ERROR: --sealrace-replay: no test collected explores what the token is of"])
    result = pytester.runpytest("--sealrace-replay", token, "-k", "of_another")
    assert (outcomes(result)["skipped"], result.ret) == (1, pytest.ExitCode.USAGE_ERROR)
    damaged = token[:-1] + ("A" if token[-1] != "A" else "Q")
    result = pytester.runpytest("--sealrace-replay", damaged)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --sealrace-replay: the token *"])


FRESH = "fresh, fix none, protocol P2, model sc: "
LINGERING = "lingering-page, fix none, protocol P2, model sc: "


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("'fresh', small=True, expect='VIOLATED'", f"{FRESH}HOLDS in 3 executions, expected VIOLATED"),
        ("'fresh', small=True, expect=set()", ""),
        ("'lingering-page', small=True, expect='VIOLATED'", ""),
        ("'lingering-page', small=True, expect={'late'}", ""),
        ("'lingering-page', small=True, expect={'late', 'leak'}", f"{LINGERING}VIOLATED: late, expected late, leak"),
        ("'lingering-page', small=True, expect='leak'", f"{LINGERING}VIOLATED: late, expected leak"),
        ("'lingering-page', small=True, expect=None", ""),
        (
            "'fresh', small=True, max_executions=1",
            f"{FRESH}INCOMPLETE, which is no answer\n  limit of 1 executions reached\n",
        ),
        (
            "'fresh', small=True, expect=None, max_executions=1",
            f"{FRESH}INCOMPLETE, which is no answer\n  limit of 1 executions reached\n",
        ),
        (
            "'fresh', small=True, max_time=1e-9",
            f"{FRESH}INCOMPLETE, which is no answer: no execution was explored\n  limit of 1e-09 seconds reached\n"
            "  the program was not unfolded by then: nothing of it was explored\n",
        ),
        ("'nowhere'", "unknown scenario 'nowhere'\n  there are: "),
        ("'fresh', fix='x'", "unknown fix 'x'\n  there are: "),
        ("'fresh', models=['armv9']", "no memory model 'armv9'\n  a model is one of "),
    ],
)
def test_a_verdict_is_as_expected_or_told(pytester: pytest.Pytester, arguments: str, told: str) -> None:
    pytester.makepyfile(f"import pytest\n\n@pytest.mark.sealrace({arguments})\ndef test_it():\n    pass\n")
    result = pytester.runpytest()
    assert outcomes(result) == ({"failed": 1} if told else {"passed": 1})
    if told:
        text = result.stdout.str()
        assert told in text
        assert "Traceback" not in text


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("sealrace", "@pytest.mark.sealrace: *missing 1 required positional argument: 'scenario'"),
        ("sealrace('fresh', model='sc')", "@pytest.mark.sealrace: *unexpected keyword argument 'model'"),
        ("sealrace('fresh', models=[])", "@pytest.mark.sealrace: models is empty: nothing would be explored"),
    ],
)
def test_a_wrong_mark_is_told_as_tests_are_collected(pytester: pytest.Pytester, mark: str, told: str) -> None:
    pytester.makepyfile(f"import pytest\n\n@pytest.mark.{mark}\ndef test_it():\n    pass\n")
    result = pytester.runpytest()
    assert outcomes(result) == {"errors": 1}
    result.stdout.fnmatch_lines([told])


def test_a_test_that_explored_nothing_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_unused(sealrace):
            pass

        def test_used(sealrace):
            found = sealrace.explore("fresh", small=True)
            assert found.violations == {}

        def test_no_mark(explored):
            pass
        """
    )
    result = pytester.runpytest()
    assert outcomes(result) == {"failed": 1, "passed": 1, "errors": 1}
    assert failure(result, "test_unused") == "this test explored nothing\n  call sealrace.explore(...) in it"
    result.stdout.fnmatch_lines(["the fixture 'explored' is for tests with @pytest.mark.sealrace(...)"])


def test_a_program_of_the_tests_own_is_told_by_its_steps(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_crossed=NAMELESS)
    result = pytester.runpytest()
    told = failure(result, "test_crossed[sc]")
    assert told.startswith("crossed, model sc: VIOLATED: deadlock, expected HOLDS\n")
    # No thread can make a step, and no token can name the program.
    assert told.endswith("\n again      run_of(crossed, steps='')")
    assert "sr1_" not in told
    assert "sealrace replay" not in told


def test_reports_go_where_they_are_told_to(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_marked=MARKED)
    result = pytester.runpytest("--sealrace-out", "found", "-p", "no:cacheprovider", "-k", "lingering")
    files = sorted(path.name for path in Path("found/test_marked.py-test_lingering-sc-ec2092a1").iterdir())
    assert [name for name in files if name.endswith(("late.json", "late.html", ".run.jsonl"))] == [
        "lingering-page-P2-none-small-sc-late.html",
        "lingering-page-P2-none-small-sc-late.json",
        "lingering-page-P2-none-small-sc.run.jsonl",
    ]
    report = "found/test_marked.py-test_lingering-sc-ec2092a1/lingering-page-P2-none-small-sc-late.json"
    result.stdout.fnmatch_lines([f" report     {report}"])


def test_a_folder_that_cannot_be_made_is_told_with_the_option_that_names_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_marked=MARKED)
    Path("found").write_text("a file", encoding="utf-8")
    result = pytester.runpytest("--sealrace-out", "found", "-p", "no:cacheprovider", "-k", "lingering")
    result.stdout.fnmatch_lines(["*cannot write there: Not a directory", "*name another folder with --sealrace-out"])


def test_it_needs_no_import_and_works_in_several_processes(pytester: pytest.Pytester) -> None:
    """As it is installed: by its entry point, in processes of its own."""
    pytester.makepyfile(test_marked=MARKED, test_crossed=NAMELESS)
    pytest_itself = (sys.executable, "-W", "error", "-m", "pytest", "-n", "2")
    result = pytester.run(*pytest_itself, "--sealrace-out", "found")
    assert outcomes(result) == {"failed": 2, "passed": 2}
    token = re.findall(r"sealrace replay (\S+)", result.stdout.str())[0]
    result = pytester.run(*pytest_itself, "--sealrace-replay", token)
    assert (outcomes(result), result.ret) == ({"failed": 1}, 1)
    result = pytester.run(*pytest_itself, "--sealrace-replay", token, "test_crossed.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["ERROR: --sealrace-replay: no test collected explores what the token is of"])


def test_where_it_is_not_used_nothing_of_ours_is_imported(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            ours = [name for name in sys.modules if name.partition(".")[0] in ("explorer", "reports", "scenarios")]
            assert sorted(ours) == ["explorer", "explorer.testing", "explorer.testing.asked", "explorer.testing.plugin"]
        """
    )
    result = pytester.run(sys.executable, "-m", "pytest")
    assert outcomes(result) == {"passed": 1}


def test_help_tells_of_it(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest("--markers").stdout.str()
    assert "@pytest.mark.sealrace(scenario, models=['sc'], fix=None" in text
    text = pytester.runpytest("--help").stdout.str()
    assert "--sealrace-replay=TOKEN" in text
    assert "--sealrace-out=DIR" in text


def test_a_mark_where_nothing_would_be_explored_fails(pytester: pytest.Pytester) -> None:
    """What runs the methods of a unittest.TestCase asks nobody, and a mark may come late."""
    pytester.makepyfile(
        """
        import unittest
        import pytest

        class Test(unittest.TestCase):
            @pytest.mark.sealrace("inflight", small=True)
            def test_in_a_case(self):
                pass

        def test_late():
            pass
        """
    )
    pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                if item.name == "test_late":
                    item.add_marker(pytest.mark.sealrace("inflight"))
        """
    )
    result = pytester.runpytest()
    assert outcomes(result) == {"errors": 2}
    result.stdout.fnmatch_lines(
        [
            "@pytest.mark.sealrace is for test functions, * here nothing would be explored",
            "@pytest.mark.sealrace came after collection: put it on the test itself",
        ]
    )
    run = CliRunner().invoke(main, ["explore", "inflight", "--small", "--model", "sc", "--out", "found"])
    assert run.exit_code == 1
    token = load_report("found/inflight-P2-none-small-sc-leak.json").token
    result = pytester.runpytest("--sealrace-replay", token)
    assert (outcomes(result), result.ret) == ({"deselected": 2}, pytest.ExitCode.USAGE_ERROR)


def test_two_marks_are_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.sealrace("inflight", small=True)
        class TestBoth:
            @pytest.mark.sealrace("fresh", small=True)
            def test_method(self):
                pass
        """
    )
    result = pytester.runpytest()
    assert outcomes(result) == {"errors": 1}
    result.stdout.fnmatch_lines(["@pytest.mark.sealrace: 2 of them, and a test explores one scenario"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("'fresh', smal=True", "got an unexpected keyword argument 'smal'"),
        ("None", "scenario is None: name one, or give a program"),
        ("'fresh', models=[3]", "models is [[]3[]]: give names of models"),
        ("'fresh', models=[]", "models is empty: nothing would be explored"),
        ("'fresh', parameters=3", "parameters is 3: give a dict of sizes by name"),
        ("'fresh', max_time='3'", "max_time is '3': give seconds, more than 0"),
        ("'fresh', max_time=-1", "max_time is -1: give seconds, more than 0"),
        ("'fresh', max_executions=0", "max_executions is 0: give a number from 1 on"),
        (
            "'fresh', expect=True",
            "expect is True: give 'HOLDS', 'VIOLATED', the set of the properties violated, or None",
        ),
    ],
)
def test_words_that_ask_for_nothing_are_told(pytester: pytest.Pytester, words: str, message: str) -> None:
    pytester.makepyfile(f"import pytest\n\n@pytest.mark.sealrace({words})\ndef test_it():\n    pass\n")
    result = pytester.runpytest()
    assert outcomes(result) == {"errors": 1}
    result.stdout.fnmatch_lines([f"@pytest.mark.sealrace: {message}"])


def test_what_is_expected_is_a_verdict_or_a_property(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.sealrace("fresh", small=True, expect="holds")
        def test_it():
            pass
        """
    )
    result = pytester.runpytest()
    assert outcomes(result) == {"failed": 1}
    result.stdout.fnmatch_lines(
        [
            "fresh, fix none, protocol P2, model sc: expect names 'holds', which is no property of it",
            "  it has leak, late, stale, *deadlock; or say 'HOLDS' or 'VIOLATED'",
        ]
    )


def test_a_replay_goes_on_to_what_the_token_is_of_and_ends_there(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_both(sealrace):
            assert sealrace.explore("fresh", small=True).executions == 3
            sealrace.explore("lingering-page", small=True, expect="VIOLATED")
            raise AssertionError("speaks of the whole exploration")
        """
    )
    arguments = ["explore", "lingering-page", "--small", "--model", "sc", "--out", "found"]
    assert CliRunner().invoke(main, arguments).exit_code == 1
    token = load_report("found/lingering-page-P2-none-small-sc-late.json").token
    result = pytester.runpytest("--sealrace-replay", token)
    assert outcomes(result) == {"passed": 1}


def test_reports_of_tests_with_alike_names_have_their_own_folders(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("name", ["a b", "a-b", "a/b"])
        def test_it(sealrace, name):
            sealrace.explore("lingering-page", small=True)
        """
    )
    pytester.runpytest("--sealrace-out", "found")
    assert len(list(Path("found").iterdir())) == 3
