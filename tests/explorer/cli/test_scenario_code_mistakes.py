"""What the functions of a scenario can give or raise that is no answer: told with their line, exit status 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Run, process
from scenario_files import ONE, write

from explorer.cli import scenario_file

PROPERTY = """
class Broken:
    name = "broken"

    def find(self, execution, before):
        return Violation("broken", {path}, {marks}, {sentence})


"""
DECLARED = "    build=build,\n"


@pytest.fixture
def sealrace(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder; what it loads is forgotten after the test."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(scenario_file, "_loaded", {})
    return sealrace


def with_case(more: str, before: str = "") -> str:
    """The file with more in its case, and with code before ``build``: that begins on line 15."""
    text = ONE.replace("),)))", f"),)), {more})").replace("Case, Scenario", "Case, Goal, Scenario")
    place = text.index("def build")
    return text[:place] + "from explorer.property import Edge, Mark, Violation\n" + before + text[place:]


def broken(path: str = "()", marks: str = "()", sentence: str = "'x'") -> str:
    """The file with a property that finds this in every execution: of event 0, the box's first value, and the store."""
    return with_case("(Broken(),)", PROPERTY.format(path=path, marks=marks, sentence=sentence).lstrip())


VIOLATIONS = [
    (
        broken("(Edge(0, 1, 'pp'),)"),
        "one.py:17: the property broken names the edge 'pp' from event 0 to event 1, and there is no such relation\n"
        "  these two are related by: co\n",
    ),
    (
        broken("(Edge(1, 0, 'rfe'),)"),
        "one.py:17: the property broken names the edge 'rfe' from event 1 to event 0, which it does not relate\n"
        "  these two are related by: nothing\n",
    ),
    (
        broken("(Edge(0, 1, 5),)"),
        "one.py:17: the property broken gives 5 where a word is wanted\n"
        "  write Edge(source, target, 'rf') and Mark(event, 'word')\n",
    ),
    (
        broken(marks="(Mark(1, None),)"),
        "one.py:17: the property broken gives None where a word is wanted\n"
        "  write Edge(source, target, 'rf') and Mark(event, 'word')\n",
    ),
    (
        broken(sentence="7"),
        "one.py:17: the property broken gives the sentence 7, no text\n  say in a line why it is a violation\n",
    ),
]


@pytest.mark.parametrize(("text", "message"), VIOLATIONS, ids=["no relation", "other", "edge", "mark", "sentence"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_violation_that_is_none_is_told(sealrace: Run, text: str, message: str, jobs: str) -> None:
    write("one.py", text)
    result = sealrace("explore", "one.py", "--model", "sc", "--jobs", jobs)
    assert (result.exit_code, result.output) == (2, message)


def test_edges_that_relate_their_events_are_drawn(sealrace: Run) -> None:
    write("one.py", broken("(Edge(0, 1, 'coe'), Edge(0, 1, 'co'))"))
    assert sealrace("explore", "one.py", "--model", "sc").exit_code == 1


@pytest.mark.parametrize("value", ["None", "0", "'yes'"])
def test_a_goal_is_reached_or_not(sealrace: Run, value: str) -> None:
    """An event as a number would be reached or not by its place."""
    write("one.py", with_case(f"(), (Goal('done', 'it is done', lambda e: {value}),)"))
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (
        2,
        f"one.py:15: the goal done gives {value}, neither True nor False\n"
        "  end it with a comparison, as in: ... is not None\n",
    )


def test_a_landmark_that_is_no_function_is_told(sealrace: Run) -> None:
    write("one.py", with_case("(), (), (3,)"))
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (
        2,
        "the scenario one.py:ring, built with fix none and protocol plain, gives int among its landmarks\n"
        "  a landmark is a function of the execution that gives Mark(event, 'word') or None\n",
    )


RAISED = "one.py:10: thread writer: its predicate, condition or update raised"

STEPS = [
    ("wait_until(box, lambda v: 1 // 0)", f"{RAISED} ZeroDivisionError: "),
    ("wait_until(box, 7)", f"{RAISED} TypeError: 'int' object is not callable\n  correct what it does there\n"),
    ("wait_until(box, lambda v: exit(0))", f"{RAISED} SystemExit: 0\n  leave out what ends the program\n"),
    ("wait_until(box, lambda v: 'x')", "one.py:10: 'x' is no value that memory can hold\n"),
    ("fetch_add(box, None)", "one.py:10: "),
]


@pytest.mark.parametrize(("step", "message"), STEPS, ids=[step for step, _ in STEPS])
@pytest.mark.parametrize("command", ["explore", "run", "survey"])
def test_a_predicate_that_raises_is_told(sealrace: Run, command: str, step: str, message: str) -> None:
    step = step.replace("exit(0)", "__import__('sys').exit(0)")
    write("one.py", ONE.replace('write(box, 1, ONCE, at="W1 fill")', step))
    result = sealrace(command, "one.py")
    assert result.exit_code == 2
    assert result.output.startswith(message)


def test_words_that_are_no_text_are_told(sealrace: Run) -> None:
    text = ONE.replace("async def store", "@told('store', lambda call: 7)\nasync def store")
    write("one.py", "from explorer.program.told import told\n" + text)
    result = sealrace("survey", "one.py")
    assert (result.exit_code, result.output) == (
        2,
        "one.py:10: the words for store are 7, no text\n  end what @told is given with text\n",
    )


def test_a_thread_that_is_no_async_function_is_told_with_its_line(sealrace: Run) -> None:
    text = ONE.replace("async def store", "def store").replace("await t.write", "t.write")
    write("one.py", text)
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (
        2,
        "one.py:9: thread writer: store is no async function\n  define it with async def, and await each operation\n",
    )


def test_a_declared_property_that_there_is_not_is_told(sealrace: Run) -> None:
    """It could never be violated, so no verdict would ever be as declared."""
    declared = "    build=build,\n    expected={('plain', 'none', 'sc'): frozenset({'brokn'})},\n"
    write("one.py", broken().replace(DECLARED, declared))
    for command in (("explore", "one.py"), ("matrix", "--scenario", "one.py", "--jobs", "2")):
        result = sealrace(*command)
        assert result.exit_code == 2
        assert result.output.endswith(
            "the scenario one.py:ring: expected for ('plain', 'none', 'sc') is 'brokn', and no property is named so\n"
            "  there are: broken, deadlock\n"
        )


def test_a_declared_model_may_be_a_file_or_come_through_a_compiler(sealrace: Run) -> None:
    models = ("my.cat", "tools/memory-model", "tso+compiler")
    expected = ", ".join(f"('plain', 'none', {model!r}): frozenset()" for model in models)
    write("one.py", ONE.replace(DECLARED, f"{DECLARED}    expected={{{expected}}},\n"))
    assert sealrace("list", "one.py").exit_code == 0


def test_expect_says_what_is_declared_where_it_differs(sealrace: Run) -> None:
    """The property is broken in the one execution; HOLDS is declared under sc, and two properties under tso."""
    expected = "('plain', 'none', 'sc'): frozenset(), ('plain', 'none', 'tso'): frozenset({'deadlock', 'broken'})"
    write("one.py", broken().replace(DECLARED, f"{DECLARED}    expected={{{expected}}},\n"))
    result = sealrace("matrix", "--scenario", "one.py", "--fix", "none", "--model", "sc", "--model", "tso", "--expect")
    assert result.exit_code == 1
    assert result.stderr == (
        "one.py:ring/plain/none/sc: declared is HOLDS, found is broken\n"
        "one.py:ring/plain/none/tso: declared is deadlock, broken, found is broken\n"
    )
    assert "   none   broken ! 1   broken ! 1" in result.stdout.splitlines()
    assert " !: not the verdict that the scenario declares; --expect says which that is." in result.stdout.splitlines()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_a_scenario_prints_stays_out_of_the_answer(sealrace: Run, jobs: str) -> None:
    """In a process of its own: what worker processes print comes past this one."""
    find = "    def find(self, execution, before):\n"
    text = broken().replace(find, find + "        print('a property', end='!\\n')\n")
    write("one.py", text.replace("    await t.write", "    print('a', 'thread')\n    await t.write"))
    command = process("matrix", "--scenario", "one.py", "--model", "sc", "--json", "--jobs", jobs)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["VIOLATED", "VIOLATED"]
    assert set(done.stderr.splitlines()) == {"a thread", "a property!"}


def test_print_is_as_it_was_after_a_command(sealrace: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("one.py").write_text(ONE)
    sealrace("explore", "one.py", "--model", "sc")
    print("here")
    assert capsys.readouterr().out == "here\n"
