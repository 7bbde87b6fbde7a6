"""Run files: what is saved is loaded, and bad files say what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from explorer.errors import InputError
from explorer.search.record import Record
from explorer.search.result import Verdict
from reports.kinds import ViolationKind
from reports.report import ReportError
from reports.runs import RunHeader, load_header, load_run, save_run
from reports.structure import Model, Search

HEADER = RunHeader(
    format="sealrace-run",
    version=2,
    tool="0.1.0",
    scenario="inflight",
    protocol="P2",
    fix="none",
    parameters={"pages": 2},
    program_hash="5a17",
    model=Model(name="sc", rules_hash="c0de"),
    search=Search(
        executions=347,
        violating={"leak": 3, "late": 5},
        interleavings="14608504579756357396",
        complete=True,
        remarks={},
        switches=(),
        left_out=(),
    ),
    verdict=Verdict.VIOLATED,
    limits=(),
    kinds=(
        ViolationKind(
            breaks="leak",
            path=(("read_iter", "inode.seals"), ("add_seals", "inode.seals")),
            executions=3,
            sentence="A read copies what the guest stored.",
            line=1,
        ),
        ViolationKind(breaks="late", path=(("read_iter", "page A.data"),), executions=4, sentence="Late.", line=1),
        ViolationKind(breaks="late", path=(("", ""),), executions=1, sentence="Late.", line=None),
    ),
    unrecorded=3,
)
RECORDS = [
    Record(
        ("leak", "late"),
        (((0, "=inode.seals"), ("page A", "=page cache[0]")), ()),
        (("inode.i_size", ("0.3", "1.0")),),
        ("returned", "blocked"),
    ),
    Record(("late",), ((), ()), (), ("returned", "returned")),
]
AGAIN = "\n  Name a run file that sealrace explore has written, or write it again."


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "a.run.jsonl"
    save_run(path, HEADER, RECORDS)
    return path


def error_of(path: Path, number: int = 1) -> str:
    with pytest.raises(ReportError, match=r"a\.run\.jsonl: ") as caught:
        load_run(path, number)
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_saved_run_loads_as_it_was(run: Path) -> None:
    assert [load_run(run, number) for number in (1, 2)] == [(HEADER, record) for record in RECORDS]


def test_a_run_file_has_a_line_for_the_header_and_one_per_execution(run: Path) -> None:
    lines = run.read_text().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith('{"format":"sealrace-run","version":2,')
    assert lines[2] == '{"properties":["late"],"reads":[[],[]],"coherence":{},"ends":["returned","returned"]}'


def test_equal_runs_are_equal_bytes(run: Path, tmp_path: Path) -> None:
    save_run(tmp_path / "again", HEADER, RECORDS)
    assert (tmp_path / "again").read_bytes() == run.read_bytes()


def test_a_line_that_stands_for_several_executions_says_how_many_and_counts_as_many(tmp_path: Path) -> None:
    path = tmp_path / "a.run.jsonl"
    records = [RECORDS[0], replace(RECORDS[1], orbit=3)]
    save_run(path, HEADER, records)
    assert path.read_text().splitlines()[2].endswith('"ends":["returned","returned"],"orbit":3}')
    # Of the five that are late four are recorded, three of them on one line.
    assert load_run(path, 2) == (HEADER, records[1])
    path.write_text(path.read_text().replace('"orbit":3', '"orbit":9'))
    assert error_of(path).startswith(
        "line 1: $.search.violating['late']: 5 executions, but 10 are recorded and 3 are not"
    )
    path.write_text(path.read_text().replace('"orbit":9', '"orbit":0'))
    assert error_of(path).startswith("line 3: Expected `int` >= 1 - at `$.orbit`")


@pytest.mark.parametrize("number", [0, 3])
def test_an_execution_that_is_not_there(run: Path, number: int) -> None:
    assert error_of(run, number) == f"there is no execution {number}\n  The file records 2."


def test_an_empty_file(run: Path) -> None:
    run.write_bytes(b"")
    assert error_of(run) == f"line 1: the file is empty{AGAIN}"


def test_a_missing_file(tmp_path: Path) -> None:
    assert error_of(tmp_path / "a.run.jsonl") == f"No such file or directory{AGAIN}"


def test_a_line_cut_short_is_named(run: Path) -> None:
    run.write_bytes(run.read_bytes()[:-20])
    for number in (1, 2):
        assert error_of(run, number) == f"line 3: Input data was truncated{AGAIN}"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (b'"version":2', b'"version":1', "line 1: $.version: the file has version 1, this sealrace reads version 2"),
        (b'"sealrace-run"', b'"sealrace-report"', "line 1: Invalid enum value 'sealrace-report' - at `$.format`"),
        (b'"ends":["returned","blocked"]', b'"ends":1', "line 2: Expected `array`, got `int` - at `$.ends`"),
        (b'"properties":["leak"', b'"properties":["\xff"', "line 2: "),
    ],
)
def test_a_wrong_field_is_named(run: Path, before: bytes, after: bytes, message: str) -> None:
    content = run.read_bytes()
    assert content.count(before) == 1
    run.write_bytes(content.replace(before, after))
    error = error_of(run)
    assert error.startswith(message)
    assert error.endswith(AGAIN)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (b'"fix":"none"', b'"fix":"none","fix":"none"', "line 1: $.fix"),
        (b'{"leak":3,', b'{"leak":3,"leak":3,', "line 1: $.search.violating.leak"),
        (b'{"inode.i_size":', b'{"inode.i_size":[],"inode.i_size":', "line 2: $.coherence['inode.i_size']"),
    ],
)
def test_a_key_that_stands_twice(run: Path, before: bytes, after: bytes, message: str) -> None:
    run.write_bytes(run.read_bytes().replace(before, after))
    assert error_of(run) == f"{message}: stands twice in one object{AGAIN}"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        # Recorded are one leak and two that are late; three more break one or both.
        (b'"leak":3', b'"leak":0', "$.search.violating['leak']: 0 executions, but 1 are recorded and 3 are not"),
        (b'"leak":3', b'"leak":5', "$.search.violating['leak']: 5 executions, but 1 are recorded and 3 are not"),
        (b'"late":5', b'"x":5', "$.search.violating['x']: 5 executions, but 0 are recorded and 3 are not"),
        (
            b'["late"]',
            b'["late","\\u001b"]',
            "$.search.violating['\\x1b']: 0 executions, but 1 are recorded and 3 are not",
        ),
        (b'"unrecorded":3', b'"unrecorded":6', "$.unrecorded: 6 executions that $.search.violating does not count"),
        (b'"executions":347', b'"executions":4', "$.search.violating['late']: 5 of 4 executions"),
    ],
)
def test_counts_of_the_header_that_the_lines_contradict(run: Path, before: bytes, after: bytes, message: str) -> None:
    content = run.read_bytes()
    assert content.count(before) == 1
    run.write_bytes(content.replace(before, after))
    assert error_of(run) == f"line 1: {message}{AGAIN}"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (b'"VIOLATED"', b'"HOLDS"', "$.verdict: HOLDS, but an execution breaks a property"),
        (b'"VIOLATED"', b'"INCOMPLETE"', "$.verdict: INCOMPLETE, but an execution breaks a property"),
        (
            b'"executions":4,',
            b'"executions":9,',
            "$.kinds: 10 executions break 'late', but $.search.violating counts 5",
        ),
        (b'[["",""]]', b'[["read_iter","page A.data"]]', "$.kinds[2]: is the same kind as one before it"),
        (
            b'"Late.","line":1',
            b'"Late.","line":3',
            "$.kinds[1].line: no execution 3 that breaks 'late' is recorded",
        ),
        (
            b'stored.","line":1',
            b'stored.","line":2',
            "$.kinds[0].line: no execution 2 that breaks 'leak' is recorded",
        ),
    ],
)
def test_a_verdict_and_kinds_that_the_counts_contradict(run: Path, before: bytes, after: bytes, message: str) -> None:
    content = run.read_bytes()
    assert content.count(before) == 1
    run.write_bytes(content.replace(before, after))
    assert error_of(run) == f"line 1: {message}{AGAIN}"


def test_where_every_execution_is_recorded_every_kind_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.run.jsonl"
    search = structs.replace(HEADER.search, violating={"leak": 1, "late": 2})
    kinds = tuple(
        structs.replace(kind, executions=1, line=line) for kind, line in zip(HEADER.kinds, (1, 1, None), strict=True)
    )
    save_run(path, structs.replace(HEADER, search=search, kinds=kinds, unrecorded=0), RECORDS)
    assert error_of(path) == f"line 1: $.kinds[2].line: is missing, although every execution is recorded{AGAIN}"


def test_a_run_without_a_violating_execution_has_a_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.run.jsonl"
    search = structs.replace(HEADER.search, violating={"leak": 0})
    holds = structs.replace(HEADER, search=search, verdict=Verdict.HOLDS, kinds=(), unrecorded=0)
    save_run(path, holds, [])
    assert load_header(path) == holds
    assert error_of(path) == "there is no execution 1\n  The verdict is HOLDS: it records none."
    for unfinished in (
        structs.replace(holds, limits=("interrupted",)),
        structs.replace(holds, search=structs.replace(search, complete=False, interleavings=None)),
    ):
        save_run(path, unfinished, [])
        with pytest.raises(ReportError, match=r"verdict: HOLDS, but the search was kept from a final answer"):
            load_header(path)
    save_run(path, structs.replace(holds, verdict=Verdict.VIOLATED), [])
    with pytest.raises(ReportError, match=r"verdict: VIOLATED, but no execution breaks a property"):
        load_header(path)


def test_the_command_line_takes_these_errors_for_bad_input() -> None:
    assert issubclass(ReportError, InputError)
