"""What is said of an edited file: word for word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import Run

REPORT = Path("out/mailbox-P2-none-pso-leak.json")
RUN = "out/mailbox-P2-none-pso.run.jsonl"


def edit(change: Callable[[dict[str, Any]], object]) -> None:
    report = json.loads(REPORT.read_text())
    change(report)
    REPORT.write_text(json.dumps(report))


CLAIMS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (
        lambda report: report["property"].update(sentence="Nothing happened."),
        "$.property.sentence: the file has 'Nothing happened.', the execution run again gives 'The flag was seen.'",
    ),
    # Late too: a report of that is another one.
    (
        lambda report: report["property"].update(name="late"),
        "$.property.marks[0].label: the file has 'leak', the execution run again gives 'late'",
    ),
    # The flag is raised (3) before the box is filled (2); between them the reader looks (4) and opens (5).
    (
        lambda report: report["witness"].update(order=[2, 3, 4, 5], reordered=[]),
        "$.witness.order[0]: the file has 2, the execution run again gives 3",
    ),
    (
        lambda report: report["relations"].update(ctrl=[[4, 5]]),
        "$.relations['ctrl'][0]: the file has (4, 5), the execution run again gives nothing",
    ),
    (
        lambda report: report["relations"].update({"\x1b": []}),
        "$.relations['\\x1b']: the file has (), the execution run again gives nothing",
    ),
    (
        lambda report: report["events"][4].update(reference="mm/shmem.c"),
        "$.events[4].reference: the file has 'mm/shmem.c', the execution run again gives 'look'",
    ),
    (
        lambda report: report["events"][4].update(waits=True),
        "$.events[4].waits: the file has True, the execution run again gives False",
    ),
    (
        lambda report: report["ends"][0].update(detail="in time"),
        "$.ends[0].detail: the file has 'in time', the execution run again gives ''",
    ),
    (
        lambda report: report["sources"][0].update(text="\x1b" * 100),
        "$.sources[0].text: the file has '" + r"\x1b" * 14 + r"\x1..., the execution run again gives "
        r"'    async def writer(t: Thread) -> None:\n        for _ in ...",
    ),
    (
        lambda report: report.update(program_hash="5a17"),
        "$.program_hash: the file has '5a17', the execution run again gives '",
    ),
]


@pytest.mark.parametrize(("change", "message"), CLAIMS)
def test_an_edited_claim_is_compared_with_the_execution(
    explored: Run, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    edit(change)
    result = explored("replay", str(REPORT))
    assert result.exit_code == 2
    assert result.output.startswith(f"{REPORT}: {message}")
    assert result.output.endswith(
        "\n  the file was changed by hand, the scenario's code has moved, or another sealrace wrote it: explore again\n"
    )


NAMES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda report: report["parameters"].update(unroll=0), "unroll=0 is out of range\n  it can be 1 to 100"),
    (
        lambda report: report["parameters"].update(unroll=10**9),
        "unroll=1000000000 is out of range\n  it can be 1 to 100",
    ),
    (lambda report: report["parameters"].update(stores=-1), "stores=-1 is out of range\n  it can be 1 to 3"),
    (
        lambda report: report["parameters"].update({"max-events": 0}),
        "max-events=0 is out of range\n  it can be 1 to 1000",
    ),
    (
        lambda report: report["parameters"].update({"max-events": 1}),
        "thread writer, event 2: the report has W[once] flag=1 in writer, step W3, "
        "the program an end (cut: limit of 1 events per thread)\n"
        "  the scenario or the file has changed: explore again",
    ),
    (
        lambda report: report["parameters"].update(stores="1"),
        "parameter stores must be a number, not '1'\n  explore again",
    ),
    (lambda report: report["parameters"].update(x=1), "unknown parameter 'x'\n  there are: stores"),
    (
        lambda report: report.update(fix="x"),
        "scenario mailbox has no fix 'x' with protocol 'P2'\n  explore again",
    ),
    (
        lambda report: report.update(scenario="x\x1b[2J"),
        "$.scenario: no name holds control characters: x\\x1b[2J\n  explore again",
    ),
    (
        lambda report: report.update(scenario="\0.litmus"),
        "$.scenario: no name holds control characters: \\x00.litmus\n  explore again",
    ),
    (
        lambda report: report.update(scenario="none.litmus"),
        "none.litmus: cannot be read: No such file or directory\n  the test has changed: run it again with --reports",
    ),
    (
        lambda report: report.update(scenario="x" * 300 + ".litmus"),
        f"{'x' * 300}.litmus: File name too long\n  explore again",
    ),
    (lambda report: report["model"].update(name="/dev/zero"), "/dev/zero: is no file\n  explore again"),
    (
        lambda report: report["model"].update(name="nosuch"),
        "no memory model 'nosuch'\n  a model is one of sc, tso, pso, armv8 (each also with +compiler), lkmm, "
        "or the path of a .cat file or of a kernel's tools/memory-model",
    ),
    (
        lambda report: report["threads"][0].update(name="\x1b[31m\nfine"),
        "the report has the threads \\x1b[31m\\x0afine, reader, the program writer, reader\n"
        "  the scenario or the file has changed: explore again",
    ),
    (
        lambda report: report["search"]["violating"].update({"\x1b": 0}),
        "$.search.violating: counts \\x1b, late, leak, the scenario has late, leak\n"
        "  the scenario or the file has changed: explore again",
    ),
    (
        lambda report: report["search"].update(interleavings="20"),
        "$.search.interleavings: they are counted under sc only\n  the scenario or the file has changed: explore again",
    ),
]


@pytest.mark.parametrize(("change", "message"), NAMES)
def test_what_a_report_names_must_exist(
    explored: Run, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    edit(change)
    result = explored("replay", str(REPORT))
    assert (result.exit_code, result.output) == (2, f"{REPORT}: {message}\n")


def edit_run(change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Edit the lines of the run file, the header first."""
    lines = [json.loads(line) for line in Path(RUN).read_text().splitlines()]
    change(lines)
    Path(RUN).write_text("".join(f"{json.dumps(line)}\n" for line in lines))


CHANGED = "the scenario or the file has changed: explore again"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda lines: lines[0].update(program_hash="5a17"),
            f"{RUN}:1: line 1: $.program_hash: is not that of the program\n  {CHANGED}",
        ),
        (
            lambda lines: lines[0]["parameters"].pop("unroll"),
            f"{RUN}:1: line 1: $.parameters: is not that of the program\n  {CHANGED}",
        ),
        (
            lambda lines: lines[0]["model"].update(rules_hash="c0de"),
            f"{RUN}:1: the rules of model pso have changed\n  explore again",
        ),
        # The reader saw the flag in both; an empty box makes it a leak too.
        (
            lambda lines: lines[2].update(properties=["late", "late"]),
            f"{RUN}: line 1: $.search.violating['late']: 2 executions, but 3 are recorded and 0 are not\n"
            "  Name a run file that sealrace explore has written, or write it again.",
        ),
        (
            lambda lines: lines[1].update(reads=[[], [[0, "=flag"], [0, "=box"]]]),
            f"{RUN}:1: $.properties: the file has PROPERTIES, the execution breaks no property\n  {CHANGED}",
        ),
        (
            lambda lines: lines[1].update(coherence={"\x1b": []}),
            f"{RUN}:1: this execution is none of the program: "
            f"the program has no location '\\x1b', or it is listed twice\n  {CHANGED}",
        ),
    ],
)
def test_an_edited_run_file(explored: Run, change: Callable[[list[dict[str, Any]]], object], message: str) -> None:
    properties = ", ".join(json.loads(Path(RUN).read_text().splitlines()[1])["properties"])
    edit_run(change)
    for command in ("replay", "graph"):
        result = explored(command, f"{RUN}:1")
        assert (result.exit_code, result.output) == (2, message.replace("PROPERTIES", properties) + "\n")


def test_lines_of_a_run_file_that_name_each_others_properties(explored: Run) -> None:
    def swap(lines: list[dict[str, Any]]) -> None:
        lines[1]["properties"], lines[2]["properties"] = lines[2]["properties"], lines[1]["properties"]
        for kind in lines[0]["kinds"]:
            kind["line"] = next(n for n in (1, 2) if kind["breaks"] in lines[n]["properties"])

    edit_run(swap)
    messages = sorted(explored("replay", f"{RUN}:{number}").output.split(": ", 1)[1] for number in (1, 2))
    assert messages == [
        f"$.properties: the file has late, leak, the execution breaks late\n  {CHANGED}\n",
        f"$.properties: the file has late, the execution breaks late, leak\n  {CHANGED}\n",
    ]


def test_a_line_with_an_execution_that_the_model_forbids(explored: Run) -> None:
    """The leak of pso, in the run file of sc: its one line is that of the late read."""
    leak = next(line for line in Path(RUN).read_text().splitlines() if '"leak"]' in line)
    explored("explore", "mailbox", "--model", "sc")
    file = Path("out/mailbox-P2-none-sc.run.jsonl")
    header, _late = file.read_text().splitlines()
    file.write_text("\n".join([header, leak.replace(',"leak"', "")]))
    result = explored("replay", f"{file}:1")
    assert (result.exit_code, result.output) == (
        2,
        f"{file}:1: the model sc does not allow the execution of the report: it violates sequential-consistency\n"
        f"  {CHANGED}\n",
    )
