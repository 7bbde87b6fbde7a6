"""A file in which a single field says something else is refused, whichever field it is.

Fields that the execution does not determine are listed, each with its reason: that the lists
are exact is part of the tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from buffered_scenario import BUFFERED
from command_line import run
from mailbox_scenario import MAILBOX
from racing_scenario import RACING

from explorer.cli.replay import replay_report
from explorer.cli.stored import load
from explorer.errors import InputError
from explorer.execution.execution import Ending
from explorer.execution.kinds import Kind, Tag

# What is accepted in every cell.
NOT_DETERMINED = {
    "$.tool": "which sealrace wrote the file; an execution is the same whoever found it",
    "$.search.executions": "one execution does not tell how many there are",
    "$.parameters.unroll": "without a loop every bound gives the same program",
}

# What else is accepted in each: a weak execution with everything, a deadlock, and an interleaving.
CELLS = [
    (
        ("buffered", "none", "tso", "stale"),
        {
            "$.search.complete": "one execution does not tell whether all were looked at",
            "$.search.violating.stale": "nor how many others break the property",
        },
    ),
    (
        ("mailbox", "waits", "pso", "deadlock"),
        {
            "$.search.complete": "as above; counts of other properties cannot exceed the 0 complete executions",
            "$.search.violating.deadlock": "nor how many others are deadlocks",
        },
    ),
    (
        ("mailbox", "none", "sc", "late"),
        {
            "$.search.violating.late": "as above; interleavings are counted by complete searches only",
            "$.search.violating.leak": "as above",
            "$.search.interleavings": "nor how many orders of steps all executions stand for",
        },
    ),
    (
        ("racing", "none", "lkmm", "flag-data-race"),
        {
            "$.search.complete": "as above; the race is in both of two executions, so its count cannot be higher",
            "$.search.violating.seen": "as above",
        },
    ),
]

Place = tuple[str | int, ...]


@pytest.fixture(params=CELLS, ids=lambda cell: "-".join(cell[0]))
def explored(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Path, set[str]]:
    """A report and a run file of one explored cell, and the fields that are not determined."""
    (scenario, fix, model, kind), more = request.param
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (MAILBOX, BUFFERED, RACING))
    monkeypatch.chdir(tmp_path)
    assert run("explore", scenario, "--fix", fix, "--model", model).exit_code == 1
    stem = f"out/{scenario}-P2-{fix}-{model}"
    return Path(f"{stem}-{kind}.json"), Path(f"{stem}.run.jsonl"), NOT_DETERMINED.keys() | more.keys()


def leaves(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where the numbers, texts and words of a JSON value stand."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*place, key))
    else:
        yield place


def containers(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where the objects and lists of a JSON value stand."""
    if isinstance(value, dict | list):
        yield place
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from containers(part, (*place, key))


def at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value


def path_of(place: Place) -> str:
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)


ENUMERATIONS = {"kind": Kind, "tag": Tag, "ending": Ending}
OF_NOTHING = {"tag": "once", "location": "x", "value": 1, "interleavings": "1000"}


def other(name: str | int, value: Any) -> Any:
    """Another value of the same type, one that the field can have."""
    if value is None:
        return OF_NOTHING[str(name)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if name in ENUMERATIONS:
        words = [word.value for word in ENUMERATIONS[str(name)]]
        return words[(words.index(value) + 1) % len(words)]
    return f"1{value}" if value.isdecimal() else f"{value}x"


def edits(original: Any) -> Iterator[tuple[str, Any]]:
    """Every leaf changed, lists cut and reversed, keys renamed and missing."""
    for place in leaves(original):
        edited = deepcopy(original)
        at(edited, place[:-1])[place[-1]] = other(place[-1], at(original, place))
        yield path_of(place), edited
    for place in containers(original):
        part = at(original, place)
        if isinstance(part, list):
            if part:
                edited = deepcopy(original)
                at(edited, place).pop()
                yield f"{path_of(place)} cut", edited
            if part[::-1] != part:
                edited = deepcopy(original)
                at(edited, place).reverse()
                yield f"{path_of(place)} reversed", edited
            continue
        for key in part:
            edited = deepcopy(original)
            del at(edited, place)[key]
            yield f"{path_of((*place, key))} gone", edited
            edited = deepcopy(original)
            at(edited, place)[f"{key}x"] = at(edited, place).pop(key)
            yield f"{path_of((*place, key))} renamed", edited


def refusal(check: Callable[[str], object], name: str) -> str | None:
    try:
        check(name)
    except InputError as error:
        return str(error)
    return None


def accepted(check: Callable[[str], object], name: str, write: Callable[[Any], object], original: Any) -> set[str]:
    """The edits that a command does not refuse; a refusal names the file, and nothing else is ever raised."""
    found = set()
    for what, edited in edits(original):
        write(edited)
        message = refusal(check, name)
        if message is None:
            found.add(what)
        else:
            assert message.startswith(name.partition(":")[0]), what
            assert "\n  " in message, what
    write(original)
    assert refusal(check, name) is None
    return found


def test_every_field_of_a_report_is_checked(explored: tuple[Path, Path, set[str]]) -> None:
    report, _run_file, not_determined = explored
    original = json.loads(report.read_text())
    write = lambda edited: report.write_text(json.dumps(edited))  # noqa: E731
    assert accepted(replay_report, str(report), write, original) == not_determined


def test_every_field_of_a_run_file_is_checked(explored: tuple[Path, Path, set[str]]) -> None:
    _report, file, not_determined = explored
    header, *lines = map(json.loads, file.read_text().splitlines())

    def write(header: Any, line: Any) -> None:
        file.write_text("".join(f"{json.dumps(part)}\n" for part in (header, line, *lines[1:])))

    # The lines are all there, so the header's counts of broken properties are determined.
    expected = {field for field in not_determined if "violating" not in field}
    assert accepted(load, f"{file}:1", lambda edited: write(edited, lines[0]), header) == expected
    assert accepted(load, f"{file}:1", lambda edited: write(header, edited), lines[0]) == set()
