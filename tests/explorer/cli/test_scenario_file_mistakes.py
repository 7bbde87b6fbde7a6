"""What can be wrong with a scenario file: one message with the place and what to write instead, exit status 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Run
from scenario_files import ONE, TOYS, write

from explorer.cli import scenario_file

LINES = len(ONE.splitlines())
HOW = "  name a Python file and a scenario in it: path/to/file.py:name\n"
DEFINE = "  define one at the top of the file: MINE = Scenario(name=...), see sealrace new\n"
RAISED = "  it was raised as the file was loaded: correct it\n"
NEXT = LINES + 1  # the line after the file as it is


@pytest.fixture
def sealrace(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command in an empty folder; no file that is wrong leaves a trace in this process."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(scenario_file, "_loaded", {})
    yield sealrace
    sys.modules.pop("one.py", None)


def changed(old: str, new: str) -> str:
    """The file with one scenario, something in it changed."""
    assert ONE.count(old) == 1, old
    return ONE.replace(old, new)


FILES = [
    ("", f"one.py: there is no scenario in it\n{DEFINE}"),
    ("RING = 'ring'\n", f"one.py: there is no scenario in it\n{DEFINE}"),
    ("from scenarios.classic.v4_scenario import V4\n", f"one.py: there is no scenario in it\n{DEFINE}"),
    ("x = (1\n", "one.py:1:5: '(' was never closed\n  this is no Python: correct the line\n"),
    (
        ONE.replace("async def store", "def store"),
        "one.py:9: store awaits (line 10), and is no async function\n  write async def store(...)\n",
    ),
    (
        ONE + "async def outer():\n    def inner():\n        if x:\n            await y\n",
        f"one.py:{NEXT + 1}: inner awaits (line {NEXT + 3}), and is no async function\n  write async def inner(...)\n",
    ),
    ("x = 1\nreturn x\n", "one.py:2:1: 'return' outside function\n  this is no Python: correct the line\n"),
    ("x = 1\ny = = 2\n", "one.py:2:5: invalid syntax\n  this is no Python: correct the line\n"),
    (ONE + "1 / 0\n", f"one.py:{NEXT}: ZeroDivisionError: division by zero\n{RAISED}"),
    (ONE + "def f():\n    raise KeyError('x')\nf()\n", f"one.py:{NEXT + 1}: KeyError: 'x'\n{RAISED}"),
    (ONE + "assert False\n", f"one.py:{NEXT}: AssertionError\n{RAISED}"),
    ("import nosuchmodule\n", f"one.py:1: ModuleNotFoundError: No module named 'nosuchmodule'\n{RAISED}"),
    (
        ONE + "raise SystemExit(0)\n",
        f"one.py:{NEXT}: ends the program as it is loaded\n"
        "  put what runs by itself below: if __name__ == '__main__':\n",
    ),
    (ONE + "raise BaseException('x')\n", f"one.py:{NEXT}: BaseException: x\n{RAISED}"),
    (
        ONE + "ThreadSpec('a', store)\nProgram((ThreadSpec('a', store), ThreadSpec('a', store)))\n",
        f"one.py:{NEXT + 1}: two threads are named a\n  give each its own name\n",
    ),
    (
        ONE + "from dataclasses import replace\nTWIN = replace(RING, title='x')\n",
        f"one.py:{NEXT + 1}: TWIN: its name is 'ring', as that of RING is\n  give it a name of its own\n",
    ),
]


@pytest.mark.parametrize(("text", "message"), FILES, ids=[message.partition("\n")[0][:60] for _, message in FILES])
def test_a_file_that_is_wrong_is_refused(sealrace: Run, text: str, message: str) -> None:
    write("one.py", text)
    path = [*sys.path]
    result = sealrace("explore", "one.py:ring")
    assert (result.exit_code, result.output) == (2, message)
    if "no scenario" not in message and "its name is" not in message:
        assert "one.py" not in sys.modules
        assert sys.path == path
    assert not Path("out").exists()


SCENARIOS = [
    ('name="ring"', 'name="my ring"', "its name is 'my ring'\n  a name has letters, digits, - and _"),
    ('name="ring"', "name=7", "its name is 7\n  a name has letters, digits, - and _"),
    ('title="one store"', "title=None", "title is None\n  write a line of text"),
    ('title="one store"', 'title="\\x1b[31m"', "title is '\\x1b[31m'\n  write a line of text"),
    (
        'fixes=("none", "fenced")',
        'fixes=("none")',
        "fixes is the text 'none'\n  write a tuple, with a comma: fixes=('none',)",
    ),
    ('fixes=("none", "fenced")', "fixes=()", "fixes is ()\n  write a tuple of one name or more"),
    (
        'fixes=("none", "fenced")',
        'fixes=("none", "all")',
        "fixes has 'all'\n  a name has letters, digits, -, _ and ., and 'all' stands for every one",
    ),
    (
        'fixes=("none", "fenced")',
        'fixes=("none", "a/b")',
        "fixes has 'a/b'\n  a name has letters, digits, -, _ and ., and 'all' stands for every one",
    ),
    ('protocols=("plain",)', 'protocols=("x", "x")', "protocols has 'x' twice\n  leave one of them out"),
    ('parameters={"stores": 1}', "parameters=1", "parameters is 1\n  write a dictionary: parameters={...}"),
    ('parameters={"stores": 1}', 'parameters={"stores": "1"}', "parameters['stores'] is '1'\n  a size is a number"),
    ('small={"stores": 1}', "small={}", "small has none, parameters has stores\n  give both the same sizes"),
    (
        'small={"stores": 1}',
        'small={"stores": 1}, ranges={"stores": range(2, 5)}',
        "parameters['stores'] is 1, which ranges does not allow\n  it can be 2 to 4",
    ),
    (
        'small={"stores": 1}',
        'small={"stores": 1}, switches={"stores": "x"}',
        "switches has 'stores'\n  the name of a switch has letters, digits, -, _ and ., and no size has it",
    ),
    (
        'small={"stores": 1}',
        'small={"stores": 1}, ranges={"stores": 5}',
        "ranges['stores'] is 5\n  write a range that has numbers: range(1, 5) is 1 to 4",
    ),
    ("build=build", "build=build('none', '', {})", None),
    (
        "build=build",
        "build=build, expected={('none', 'plain', 'sc'): frozenset()}",
        "expected has ('none', 'plain', 'sc'): there is no protocol 'none'\n  write (protocol, fix, model)",
    ),
    (
        "build=build",
        "build=build, expected={('plain', 'none+wmb', 'sc'): frozenset()}",
        "expected has ('plain', 'none+wmb', 'sc'): there is no fix 'none+wmb'\n  write (protocol, fix, model)",
    ),
    (
        "build=build",
        "build=build, expected={('plain', 'fenced+none', 'sc'): frozenset()}",
        "expected has ('plain', 'fenced+none', 'sc'): its fixes do not combine\n  say combine=True",
    ),
    (
        'fixes=("none", "fenced")',
        "fixes=('none', 'a', 'b'), combine=True, expected={('plain', 'b+a', 'sc'): frozenset()}",
        "expected has ('plain', 'b+a', 'sc'): fixes are named in their order\n  write 'a+b'",
    ),
    (
        "build=build",
        "build=build, expected={('plain', 'none', 'tsso'): frozenset()}",
        "expected has ('plain', 'none', 'tsso'): there is no model 'tsso'\n"
        "  there are sc, tso, pso, armv8, lkmm, or the path of a .cat file as --model has it",
    ),
    (
        "build=build",
        "build=build, expected_small={('plain', 'none', 'lkmm+compiler'): frozenset()}",
        "expected_small has ('plain', 'none', 'lkmm+compiler'): there is no model 'lkmm+compiler'\n"
        "  there are sc, tso, pso, armv8, lkmm, or the path of a .cat file as --model has it",
    ),
    (
        "build=build",
        "build=build, expected={'sc': frozenset()}",
        "expected has 'sc'\n  write (protocol, fix, model): a set of properties",
    ),
    (
        "build=build",
        "build=build, expected={('plain', 'none', 'sc'): 'late'}",
        "expected[('plain', 'none', 'sc')] is 'late'\n"
        "  write a set of properties: frozenset({'late'}), frozenset() for HOLDS",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), SCENARIOS, ids=[new for _, new, _ in SCENARIOS])
def test_a_scenario_that_is_wrong_is_refused(sealrace: Run, old: str, new: str, message: str | None) -> None:
    write("one.py", changed(old, new))
    line = LINES - 9
    result = sealrace("explore", "one.py")
    assert result.exit_code == 2
    if message is None:
        assert result.output.startswith(f"one.py:{line}: RING: build is Case(program=")
        assert result.output.endswith("\n  write the name of a function\n")
    else:
        assert result.output == f"one.py:{line}: RING: {message}\n"


NAMES = [
    ("two.py", f"two.py: there is no such file\n{HOW}"),
    ("folder.py", f"folder.py: is a folder\n{HOW}"),
    ("pipe.py", f"pipe.py: is no file\n{HOW}"),
    ("one.py:", f"'one.py:': no name follows the colon\n{HOW}"),
    ("one.py:a:b", f"'one.py:a:b': the name of a scenario has no colon\n{HOW}"),
    ("one.py:RING", "one.py: has no scenario named 'RING'\n  there are: one.py:ring\n"),
    ("toys.py", "toys.py: has 2 scenarios\n  name one of them: toys.py:mailbox, toys.py:endless\n"),
    ("latin.py", None),
    ("o\x1bne.py", "o\\x1bne.py: has a character that shows nothing\n  give the file another name\n"),
]


@pytest.mark.parametrize(("name", "message"), NAMES, ids=[name for name, _ in NAMES])
@pytest.mark.parametrize(
    "command", [("explore",), ("survey",), ("matrix", "--scenario"), ("list",), ("reproduce",), ("litmus", "--export")]
)
def test_a_name_that_names_nothing_is_refused(
    sealrace: Run, command: tuple[str, ...], name: str, message: str | None
) -> None:
    write("one.py")
    write("toys.py", TOYS)
    Path("folder.py").mkdir()
    os.mkfifo("pipe.py")
    Path("latin.py").write_bytes(b"x = '\xe9'\n")
    result = sealrace(*command, name)
    if command == ("list",) and name == "toys.py":
        assert result.exit_code == 0
        return
    assert result.exit_code == 2
    if message is None:
        assert result.output.startswith("latin.py: is no text in UTF-8: ")
        assert result.output.endswith("\n  save it as UTF-8\n")
    else:
        assert result.output == message


def test_what_is_no_text_is_refused(sealrace: Run) -> None:
    """Python's words for it differ between its versions."""
    write("one.py", "x = '\0'\n")
    result = sealrace("explore", "one.py")
    assert result.exit_code == 2
    assert result.output.startswith("one.py:")
    assert "null bytes" in result.output


CODE = [
    (
        "    return Case(",
        "    sizes['slots']\n    return Case(",
        "one.py:14: the scenario one.py:ring, built with fix none and protocol plain, raised KeyError: 'slots'\n"
        "  correct what it does there\n",
    ),
    (
        "    return Case(",
        "    Case(",
        "the scenario one.py:ring, built with fix none and protocol plain, gives NoneType, no case\n"
        "  end build with: return Case(program, properties, goals)\n",
    ),
    (
        'await t.write(box, 1, ONCE, at="W1 fill")',
        "1 / 0",
        "one.py:10: thread writer raised ZeroDivisionError: division by zero\n  correct what it does there\n",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), CODE, ids=["key", "none", "thread"])
def test_what_the_code_raises_is_told_with_its_line(sealrace: Run, old: str, new: str, message: str) -> None:
    write("one.py", changed(old, new))
    for jobs in "12":
        result = sealrace("explore", "one.py", "--model", "sc", "--jobs", jobs)
        assert (result.exit_code, result.output) == (2, message)


PROPERTY = """
class Broken:
    name = "broken"

    def find(self, execution, before):
        return execution.nosuch


"""


def test_what_a_property_or_a_goal_raises_is_told_with_its_line(sealrace: Run) -> None:
    place = ONE.index("def build")
    text = ONE[:place] + PROPERTY.lstrip() + ONE[place:]
    write("one.py", text.replace("),)))", "),)), (Broken(),))"))
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (
        2,
        "one.py:17: the property broken raised AttributeError: 'Execution' object has no attribute 'nosuch'\n"
        "  correct what it does there\n",
    )
    text = ONE.replace("Case, Scenario", "Case, Goal, Scenario")
    write("one.py", text.replace("),)))", '),)), (), (Goal("done", "it is done", lambda e: e[0]),))'))
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (
        2,
        "one.py:14: the goal done raised TypeError: 'Execution' object is not subscriptable\n"
        "  correct what it does there\n",
    )


@pytest.mark.parametrize(
    ("landmark", "message"),
    [
        (
            "lambda e: e[0]",
            "one.py:14: a landmark raised TypeError: 'Execution' object is not subscriptable\n"
            "  correct what it does there\n",
        ),
        (
            "lambda e: 7",
            "a landmark gives 7, no mark of an event\n"
            "  give Mark(event, 'word'), an event being its place in execution.events, or None\n",
        ),
    ],
)
def test_a_landmark_that_raises_or_marks_nothing_is_told(sealrace: Run, landmark: str, message: str) -> None:
    write("one.py", changed("),)))", f"),)), (), (), ({landmark},))"))
    result = sealrace("survey", "one.py:ring")
    assert (result.exit_code, result.output) == (2, message)


BUILT = "the scenario one.py:ring, built with fix none and protocol plain,"
LEAVE = "  leave out what ends the program\n"

EXITS = [
    (
        'await t.write(box, 1, ONCE, at="W1 fill")',
        "raise SystemExit(0)",
        f"one.py:10: thread writer raised SystemExit: 0\n{LEAVE}",
    ),
    ("    return Case(", "    raise SystemExit\n    return Case(", f"one.py:14: {BUILT} raised SystemExit\n{LEAVE}"),
    ("),)))", "),)), (Ends(),))", f"one.py:17: the property ends raised SystemExit: 0\n{LEAVE}"),
    (
        "),)))",
        "),)), (), (Goal('done', 'it is done', lambda e: exit(0)),))",
        f"one.py:21: the goal done raised SystemExit: 0\n{LEAVE}",
    ),
    (
        "build=build",
        "build=build, not_applicable=lambda *_: exit(0)",
        "one.py:25: the scenario one.py:ring: not_applicable of fix none and protocol plain "
        f"raised SystemExit: 0\n{LEAVE}",
    ),
]
ENDS = """
class Ends:
    name = "ends"

    def find(self, execution, before):
        raise SystemExit(0)


"""


@pytest.mark.parametrize(("old", "new", "message"), EXITS, ids=["thread", "build", "property", "goal", "rule"])
def test_code_that_ends_the_program_is_no_verdict(sealrace: Run, old: str, new: str, message: str) -> None:
    text = changed(old, new.replace("exit(0)", "__import__('sys').exit(0)"))
    text = text.replace("Case, Scenario", "Case, Goal, Scenario")
    if ("ends" in message and "property" in message) or "goal" in message:
        place = text.index("def build")
        text = text[:place] + ENDS.lstrip() + text[place:]
    write("one.py", text)
    for command in (
        ("explore", "one.py", "--model", "sc", "--jobs", "1"),
        ("explore", "one.py", "--model", "sc", "--jobs", "2"),
        ("matrix", "--scenario", "one.py", "--fix", "none", "--model", "sc", "--jobs", "2"),
        ("run", "one.py", "--runs", "2"),
    ):
        result = sealrace(*command)
        assert result.exit_code == 2, command
        assert result.output.endswith(message), command


def test_an_exit_that_nothing_expects_is_no_verdict(sealrace: Run) -> None:
    """Whether a property treats threads alike is asked without a word of its own."""
    asked = ENDS.replace('"ends"\n', '"ends"\n    alike = property(lambda self: __import__("sys").exit(0))\n')
    one = 'ThreadSpec("writer", store, (Location("box"),))'
    two = "*(ThreadSpec(name, store, (BOX,)) for name in 'ab')"
    text = changed("),)))", "),)), (Ends(),))").replace(one, two)
    write("one.py", text.replace("def build", f"BOX = Location('box')\n\n\n{asked.lstrip()}def build"))
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output.splitlines()[-2:]) == (
        2,
        ["one.py:18: the code of a scenario raised SystemExit: 0", LEAVE.rstrip("\n")],
    )


CASES = [
    (
        "None",
        f"{BUILT} gives goals that are NoneType, no tuple\n"
        "  write a tuple, with a comma, or () for none: goals=(...,)\n",
    ),
    ("('x',)", f"{BUILT} gives str among its goals\n  write Goal(name, text, reached)\n"),
    (
        "(Goal('done', 'it is done', 7),)",
        f"{BUILT} gives Goal('done', 'it is done', int)\n  a goal has a name, a text and a function of the execution\n",
    ),
    (
        "(Goal('', 'it is done', min),)",
        f"{BUILT} gives Goal('', 'it is done', builtin_function_or_method)\n"
        "  a goal has a name, a text and a function of the execution\n",
    ),
]


@pytest.mark.parametrize(("goals", "message"), CASES, ids=["none", "text", "number", "no name"])
def test_a_case_of_other_parts_is_refused(sealrace: Run, goals: str, message: str) -> None:
    text = changed("),)))", f"),)), (), {goals})")
    write("one.py", text.replace("Case, Scenario", "Case, Goal, Scenario"))
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (2, message)


def test_a_property_that_is_none_is_refused(sealrace: Run) -> None:
    write("one.py", changed("),)))", "),)), (1,))"))
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (
        2,
        f"{BUILT} gives int among its properties\n  a property has a name and a method find(execution, before)\n",
    )


def test_a_violation_of_no_event_is_refused(sealrace: Run) -> None:
    """The execution has the first value of the box and the store."""
    place = ONE.index("def build")
    found = PROPERTY.replace("execution.nosuch", "Violation('broken', (Edge(0, 2, 'co'),), (), 'x')").lstrip()
    text = ONE[:place] + "from explorer.property import Edge, Violation\n" + found + ONE[place:]
    write("one.py", text.replace("),)))", "),)), (Broken(),))"))
    result = sealrace("explore", "one.py", "--model", "sc")
    assert (result.exit_code, result.output) == (
        2,
        "one.py:17: the property broken names event 2, the execution has 0 to 1\n"
        "  an event is its place in execution.events\n",
    )


def test_code_that_depends_on_chance_is_told(sealrace: Run) -> None:
    """It stores another value whenever it runs: once when it is unfolded, once when it is run."""
    text = changed("async def store", "STORED = []\n\n\nasync def store")
    text = text.replace("    await t.write(box, 1,", "    STORED.append(1)\n    await t.write(box, len(STORED),")
    write("one.py", text)
    result = sealrace("run", "one.py", "--runs", "1")
    assert result.exit_code == 2
    assert result.output.startswith("one.py:14: unfolding and running disagree in thread writer at event 0: ")
    assert result.output.endswith(
        "\n  modelled code must depend on nothing but the values it reads: leave out chance and time\n"
    )
