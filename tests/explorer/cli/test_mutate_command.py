"""``sealrace mutate``: what is needed, what is guarded twice, what cannot go, and what is left open.

The scenario of ``sealrace new`` passes a box by a flag; with fix release that is stored with release and loaded with
acquire.  Under pso only the stores need that, under armv8 and lkmm both sides do.  Guarded twice is a scenario of the
tests: under pso by the fence of fix wmb, and by the release of the switch v6.9.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Run
from variants_scenario import variants

PRINTED = """\
ring.py:ring, fix release, protocol plain, model pso, lkmm: 5 elements

 needed
   release -> once of flag at W2 (raise the flag): by empty under pso, lkmm
   acquire -> once of flag at R1 (look at the flag): by empty under lkmm

 nothing here needs
   once -> plain of box at W1 (fill the box)
   check of flag at R1 (look at the flag), taken for 0 (not reached any more: opened)
   once -> plain of box at R2 (open the box)

 properties
   empty: needs 2 elements
"""

STUCK = """
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE
from explorer.scenario import Case, Goal, Scenario


class Lost:
    name = "lost"

    def find(self, execution, _before):
        return None


async def closes(t, closed, start):
    await t.write(closed, 1, ONCE, at="C1 close")
    await t.write(start, 1, ONCE, at="C2 start")


async def takes(t, closed, start, flag):
    await t.wait_until(start, lambda value: value == 1, at="T1 wait for the start")
    if await t.read(closed, ONCE, at="T2 closed?") == 0:
        await t.wait_until(flag, lambda value: value == 1, at="T3 wait for what nobody gives")


def build(_fix, _protocol, _sizes):
    closed, start, flag = Location("closed"), Location("start"), Location("flag")
    threads = ThreadSpec("closes", closes, (closed, start)), ThreadSpec("takes", takes, (closed, start, flag))
    return Case(Program(threads), (Lost(),), (Goal("ended", "an execution ended", lambda _execution: True),))


STUCK = Scenario(
    name="stuck",
    title="",
    text="",
    fixes=("none",),
    protocols=("plain",),
    parameters={},
    small={},
    build=build,
)
"""


@pytest.fixture(autouse=True)
def to_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def mutated(sealrace: Run, *arguments: str, status: int = 0) -> dict[str, Any]:
    result = sealrace("mutate", *arguments, "--json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_what_is_needed_and_by_what(sealrace: Run) -> None:
    assert sealrace("new", "ring").exit_code == 0
    result = sealrace("mutate", "ring.py", "--fix", "release", "--model", "pso", "--model", "lkmm")
    assert result.output == PRINTED
    assert result.exit_code == 0


def test_as_json(sealrace: Run) -> None:
    assert sealrace("new", "ring").exit_code == 0
    found = mutated(sealrace, "ring.py", "--fix", "release", "--model", "pso", "--model", "lkmm")
    assert found["holds"] == {"pso": ["empty"], "lkmm": ["empty"]}
    assert (found["incomplete"], found["interrupted"]) == ({}, False)
    assert [(each["kind"], each["before"], each["after"], each["needed"]) for each in found["elements"]] == [
        ("ordering", "once", "plain", {}),
        ("ordering", "release", "once", {"empty": ["pso", "lkmm"]}),
        ("check", None, None, {}),
        ("ordering", "acquire", "once", {"empty": ["lkmm"]}),
        ("ordering", "once", "plain", {}),
    ]
    check = found["elements"][2]
    assert (check["taken_for"], check["not_reached"]) == ("0", {"opened": ["pso", "lkmm"]})
    assert found["properties"] == [{"property": "empty", "needs": [1, 3], "together": None}]
    # Only lkmm tells once from plain, pso does not even tell acquire.
    assert [each["models"] for each in found["elements"]] == [
        ["lkmm"],
        ["pso", "lkmm"],
        ["pso", "lkmm"],
        ["lkmm"],
        ["lkmm"],
    ]


def test_what_is_guarded_twice_is_told_as_a_pair(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.registry.scenarios", variants)
    arguments = ("variants", "--fix", "wmb", "--switch", "v6.9", "--model", "pso")
    result = sealrace("mutate", *arguments)
    assert result.exit_code == 1
    pair = "under pso these guard it together: fence wmb at W2 (order); release -> once of flag at W3 (raise)"
    text = " ".join(result.output.split())
    for name in ("torn", "empty"):
        assert f"{name}: no element is needed by itself; {pair}" in text
    found = mutated(sealrace, *arguments, status=1)
    assert [each["together"]["elements"] for each in found["properties"]] == [[1, 2], [1, 2]]
    # Singly, nobody asks what they do together.
    alone = mutated(sealrace, *arguments, "--singly", status=1)
    assert [each["together"] for each in alone["properties"]] == [None, None]


DOUBLE = """
from dataclasses import dataclass

from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.property import Violation
from explorer.scenario import Case, Scenario


@dataclass(frozen=True)
class Entered:
    name: str = "entered"

    def find(self, execution, _before):
        made = any(event.thread >= 0 and event.writes for event in execution.events)
        return Violation(self.name, (), (), "Somebody came in.") if made else None


async def enters(t, door, room):
    locked = 0
    for at in ("D1 look", "D2 look again")[:DOORS]:
        locked = locked + await t.read(door, at=at)
    if locked:
        return
    await t.write(room, 1, at="D3 enter")


def build(_fix, _protocol, _sizes):
    door, room = Location("door", initial=1), Location("room")
    return Case(Program((ThreadSpec("guest", enters, (door, room)),)), (Entered(),))


DOUBLE = Scenario(
    name="double", title="", text="", fixes=("none",), protocols=("plain",), parameters={}, small={}, build=build
)
"""


def test_a_check_of_what_was_there_from_the_beginning_is_passed(sealrace: Run) -> None:
    """The door is locked from the beginning, and nobody opens it: taken for 0 it is no door."""
    Path("double.py").write_text(DOUBLE.replace("DOORS]", "1]"), encoding="utf-8")
    found = mutated(sealrace, "double.py")
    assert [(each["taken_for"], list(each["needed"])) for each in found["elements"]] == [("1", []), ("0", ["entered"])]


def test_two_checks_that_guard_one_property_are_told_as_a_pair(sealrace: Run) -> None:
    """The door is looked at twice before: with one of the looks gone the other keeps everybody out.

    Had the second look stood behind the first, no path of the program as it is would have come to it.
    """
    Path("double.py").write_text(DOUBLE.replace("DOORS]", "2]"), encoding="utf-8")
    found = mutated(sealrace, "double.py", status=1)
    assert [(each["sites"][0]["step"], each["taken_for"], each["needed"]) for each in found["elements"]] == [
        ("D1", "1", {}),
        ("D1", "0", {}),
        ("D2", "1", {}),
        ("D2", "0", {}),
    ]
    assert found["properties"][0]["together"] == {"model": "sc", "elements": [1, 3], "open": None}


def test_a_property_that_nothing_can_break_is_told(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under sc no ordering means anything, and there is no lock and no check."""
    monkeypatch.setattr("scenarios.registry.scenarios", variants)
    result = sealrace("mutate", "variants", "--property", "torn")
    assert result.exit_code == 1
    assert (
        "   torn: no element is needed by itself, nor are all together whose removal was explored to the end\n"
        in result.output
    )
    assert "no rule of the models asks for it" in result.output
    assert "empty:" not in result.output


def test_what_a_thread_cannot_end_without_is_not_needed_by_a_property(sealrace: Run) -> None:
    """Without the check the taker goes on as if nothing was closed, and waits for ever."""
    Path("stuck.py").write_text(STUCK, encoding="utf-8")
    found = mutated(sealrace, "stuck.py", status=1)
    (check,) = [each for each in found["elements"] if each["kind"] == "check"]
    assert check["sites"][0]["step"] == "T2"
    assert (check["cannot_go"], check["needed"]) == ("a thread waits for ever under sc", {})
    told = sealrace("mutate", "stuck.py").output
    assert " cannot go\n   check of closed at T2 (closed?), taken for 0: a thread waits for ever under sc" in told


def test_what_only_keeps_data_races_away_is_told_apart(sealrace: Run) -> None:
    """Nothing orders the two threads of this one: each access of what both touch races once it is plain, under lkmm."""
    Path("stuck.py").write_text(STUCK, encoding="utf-8")
    found = mutated(sealrace, "stuck.py", "--model", "lkmm", status=1)
    raced = {each["sites"][0]["step"] for each in found["elements"] if each["flags"]}
    assert raced == {"C1", "C2", "T1", "T2"}
    assert all(each["flags"] in ({}, {"flag data-race": ["lkmm"]}) for each in found["elements"])
    assert " keeps only flags of the model away\n" in sealrace("mutate", "stuck.py", "--model", "lkmm").output


def test_a_limit_leaves_it_open(sealrace: Run) -> None:
    assert sealrace("new", "ring").exit_code == 0
    result = sealrace("mutate", "ring.py", "--fix", "release", "--model", "pso", "--max-executions", "1")
    assert result.exit_code == 3
    assert " INCOMPLETE under pso: limit of 1 executions reached\n" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("ring.py", "--model", "pso"),
            "ring.py:ring, fix none, protocol plain, model pso: none of empty holds, so nothing can be needed for it\n"
            "  pso: violates empty\n  name a fix that holds: sealrace explore ring.py:ring --fix all\n",
        ),
        (("ring.py", "--property", "full"), "unknown property 'full'\n  there are: empty\n"),
        (
            ("mp.litmus",),
            "mp.litmus: a litmus test is not mutated\n  name a scenario, or ask sealrace repair what it lacks\n",
        ),
        (("ring.py", "--fix", "wrong"), "unknown fix 'wrong'\n  there are: none, release\n"),
    ],
)
def test_bad_input(sealrace: Run, arguments: tuple[str, ...], message: str) -> None:
    assert sealrace("new", "ring").exit_code == 0
    result = sealrace("mutate", *arguments)
    assert (result.exit_code, result.output) == (2, message)


def test_the_read_under_rwsem_needs_its_lock_and_its_seal_check(sealrace: Run) -> None:
    """The read holds i_rwsem from the check to the copy: without either it copies what was stored after the seal.

    inflight-window is inflight reduced to one field; its reader locks at R0 and looks at the seals at R3.
    """
    found = mutated(sealrace, "inflight-window", "--fix", "rwsem", "--property", "leak")
    needed = {(each["kind"], each["sites"][0]["step"]) for each in found["elements"] if "leak" in each["needed"]}
    assert ("lock", "R0") in needed
    assert ("check", "R3") in needed
