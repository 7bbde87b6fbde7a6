"""Run files: every violating execution of one run, one line of JSON each.

The first line says what was run and what came out: the verdict and the kinds of violation.  Each
later line holds what each read read and the coherence orders, which is all there is to an execution of a
known program; from it a full report is made or the execution replayed.  A cell that HOLDS has a run file
with the first line alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from explorer.search.record import Record
from explorer.search.result import Verdict
from explorer.visible import visible
from reports.check import Fault, search_faults
from reports.duplicates import duplicate_key
from reports.kinds import ViolationKind
from reports.report import ReportError
from reports.structure import Model, Natural, Part, Search

VERSION = 2
"""Of run files.  Those of version 1 said neither verdict nor kinds."""

_EXPLORE_AGAIN = "Name a run file that sealrace explore has written, or write it again."
_Line = TypeVar("_Line", bound=msgspec.Struct)


class RunHeader(Part, frozen=True):
    """What was explored, and what came out.

    ``limits`` are what kept the answer from being final.  ``kinds`` are the kinds of violation, those of one
    property side by side.  ``unrecorded`` counts violating executions beyond the cap on records.
    """

    format: Literal["sealrace-run"]
    version: Literal[2]
    tool: str
    scenario: str
    protocol: str
    fix: str
    parameters: dict[str, int | str]
    program_hash: str
    model: Model
    search: Search
    verdict: Verdict
    limits: tuple[str, ...]
    kinds: tuple[ViolationKind, ...]
    unrecorded: Natural


class _Form(msgspec.Struct):
    """What tells which form the first line has."""

    format: Literal["sealrace-run"]
    version: int


class RunLine(Part, frozen=True):
    """One execution, or all that it stands for; see ``explorer.search.record.Record``."""

    properties: tuple[str, ...]
    reads: tuple[tuple[tuple[int | str, str], ...], ...]
    coherence: dict[str, tuple[str, ...]]
    ends: tuple[str, ...]
    orbit: Annotated[int, msgspec.Meta(ge=1)] = 1


class _Violating(msgspec.Struct):
    """What of a line is looked at when all are counted."""

    properties: tuple[str, ...]
    orbit: Annotated[int, msgspec.Meta(ge=1)] = 1


def save_run(path: Path, header: RunHeader, records: Sequence[Record]) -> None:
    """Write a run file."""
    with path.open("wb") as file:
        file.write(msgspec.json.encode(header) + b"\n")
        for record in records:
            file.write(record.to_line().encode() + b"\n")


def load_run(path: Path, number: int) -> tuple[RunHeader, Record]:
    """The header and the execution number ``number`` (from 1) of a run file.

    Raises ReportError where the file or the line is not what it should be, or the header's
    counts are not those of the lines.
    """
    lines = _lines(path)
    header = _header(lines, path)
    count = len(lines) - 1
    if not 1 <= number <= count:
        advice = f"The file records {count}." if count else f"The verdict is {header.verdict.value}: it records none."
        raise ReportError(str(path), "", f"there is no execution {number}", advice)
    line = _decode_whole(lines[number], path, number + 1, RunLine)
    _check(header, lines, path)
    return header, Record(line.properties, line.reads, tuple(line.coherence.items()), line.ends, line.orbit)


def load_header(path: Path) -> RunHeader:
    """What a run file says was explored and found; ReportError as of ``load_run``."""
    lines = _lines(path)
    header = _header(lines, path)
    _check(header, lines, path)
    return header


def _lines(path: Path) -> list[bytes]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ReportError(str(path), "", error.strerror or "cannot be read", _EXPLORE_AGAIN) from error
    if not lines:
        raise ReportError(str(path), "line 1", "the file is empty", _EXPLORE_AGAIN)
    return lines


def _header(lines: Sequence[bytes], path: Path) -> RunHeader:
    if lines[0].strip() == b"{":
        raise ReportError(str(path), "line 1", "this is a report, which is one execution", "Name it without a number.")
    version = _decode(lines[0], path, 1, _Form).version
    if version != VERSION:
        cause = f"the file has version {version}, this sealrace reads version {VERSION}"
        raise ReportError(str(path), "line 1: $.version", cause, _EXPLORE_AGAIN)
    return _decode_whole(lines[0], path, 1, RunHeader)


def _check(header: RunHeader, lines: Sequence[bytes], path: Path) -> None:
    recorded = [_decode(line, path, number, _Violating) for number, line in enumerate(lines[1:], 2)]
    faults = (*_count_faults(header, recorded), *_verdict_faults(header), *_kind_faults(header, recorded))
    if faults:
        raise ReportError(str(path), f"line 1: {faults[0].path}", visible(faults[0].cause), _EXPLORE_AGAIN)


def _count_faults(header: RunHeader, lines: Sequence[_Violating]) -> Iterator[Fault]:
    """An execution is a line or among the ``unrecorded``; each of those breaks a property too."""
    recorded: Counter[str] = Counter()
    for line in lines:
        for name in line.properties:
            recorded[name] += line.orbit
    violating = header.search.violating
    for name in {**violating, **recorded}:
        count, told = violating.get(name, 0), recorded[name]
        if not told <= count <= told + header.unrecorded:
            cause = f"{count} executions, but {told} are recorded and {header.unrecorded} are not"
            yield Fault(f"$.search.violating[{name!r}]", cause)
    if header.unrecorded > sum(violating.values()) - recorded.total():
        yield Fault("$.unrecorded", f"{header.unrecorded} executions that $.search.violating does not count")
    yield from search_faults(header.search)


def _verdict_faults(header: RunHeader) -> Iterator[Fault]:
    violated = any(header.search.violating.values())
    if violated is not (header.verdict is Verdict.VIOLATED):
        words = "an execution breaks a property" if violated else "no execution breaks a property"
        yield Fault("$.verdict", f"{header.verdict.value}, but {words}")
    if header.verdict is Verdict.HOLDS and (header.limits or not header.search.complete):
        yield Fault("$.verdict", "HOLDS, but the search was kept from a final answer")


def _kind_faults(header: RunHeader, lines: Sequence[_Violating]) -> Iterator[Fault]:
    """The kinds of a property share out the executions that break it, each kind once."""
    counted: Counter[str] = Counter()
    keys = set()
    for i, kind in enumerate(header.kinds):
        counted[kind.breaks] += kind.executions
        if kind.key in keys:
            yield Fault(f"$.kinds[{i}]", "is the same kind as one before it")
        keys.add(kind.key)
        if kind.line is None:
            if not header.unrecorded:
                yield Fault(f"$.kinds[{i}].line", "is missing, although every execution is recorded")
        elif kind.line > len(lines) or kind.breaks not in lines[kind.line - 1].properties:
            yield Fault(f"$.kinds[{i}].line", f"no execution {kind.line} that breaks {kind.breaks!r} is recorded")
    for name in {**header.search.violating, **counted}:
        count = header.search.violating.get(name, 0)
        if counted[name] != count:
            cause = f"{counted[name]} executions break {name!r}, but $.search.violating counts {count}"
            yield Fault("$.kinds", cause)


def _decode_whole(content: bytes, path: Path, line: int, kind: type[_Line]) -> _Line:
    """A line of which every part counts."""
    decoded = _decode(content, path, line, kind)
    twice = duplicate_key(content)
    if twice is not None:
        raise ReportError(str(path), f"line {line}: {twice}", "stands twice in one object", _EXPLORE_AGAIN)
    return decoded


def _decode(content: bytes, path: Path, line: int, kind: type[_Line]) -> _Line:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportError(str(path), f"line {line}", visible(str(error)), _EXPLORE_AGAIN) from error
