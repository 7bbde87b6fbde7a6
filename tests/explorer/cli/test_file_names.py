"""Names of files: another form of a cell (sizes, switches, bounds) keeps the files of the first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Run
from mailbox_scenario import MAILBOX

SIZED = replace(
    MAILBOX,
    parameters={"stores": 2, "spare": 1},
    small={"stores": 1, "spare": 1},
    switches={"v6.9": "later", "old": "earlier"},
)


def stem(sealrace: Run, *arguments: str) -> str:
    """The one run file that was written, without what all have in common."""
    before = set(Path().glob("out/*.run.jsonl"))
    assert sealrace("explore", "mailbox", "--model", "pso", *arguments).exit_code == 1
    (new,) = set(Path().glob("out/*.run.jsonl")) - before
    return new.name.removeprefix("mailbox-P2-none-").removesuffix(".run.jsonl")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "pso"),
        (("--small",), "small-pso"),
        # The small sizes, given one by one, are the same program.
        (("--param", "stores=1"), "small-pso"),
        (("--param", "stores=3"), "stores=3-pso"),
        (("--small", "--param", "spare=2"), "stores=1,spare=2-pso"),
        (("--switch", "old", "--switch", "v6.9"), "v6.9,old-pso"),
        (("--param", "stores=3", "--switch", "old", "--unroll", "5"), "stores=3,old,unroll=5-pso"),
        (("--max-events", "20"), "max-events=20-pso"),
        # Neither limits nor reductions make another program.
        (("--max-executions", "99", "--no-symmetry", "--unroll", "3"), "pso"),
    ],
)
def test_what_differs_from_the_scenario_is_part_of_the_name(
    sealrace: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], expected: str
) -> None:
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (SIZED,))
    assert stem(sealrace, *arguments) == expected


def test_each_form_keeps_its_files_in_one_folder(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (SIZED,))
    stem(sealrace)
    first = {path: path.read_bytes() for path in Path("out").iterdir()}
    assert len(first) == 5, "a run file, two reports and their pages"
    stem(sealrace, "--small")
    stem(sealrace, "--switch", "old")
    assert len(list(Path("out").iterdir())) == 3 * len(first)
    assert {path: path.read_bytes() for path in first} == first
    # The same form again replaces its own.
    Path("out/mailbox-P2-none-small-pso-leak-9.json").touch()
    sealrace("explore", "mailbox", "--model", "pso", "--small")
    assert len(list(Path("out").iterdir())) == 3 * len(first)
