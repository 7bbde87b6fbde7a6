"""Run files: every violating execution of one run, one line of JSON each.

The first line says what was run.  Each later line holds what each read read and the
coherence orders, which is all there is to an execution of a known program; from it a full
report is made or the execution replayed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from explorer.search.record import Record
from explorer.visible import visible
from reports.check import Fault, search_faults
from reports.duplicates import duplicate_key
from reports.report import ReportError
from reports.structure import Model, Natural, Part, Search

_EXPLORE_AGAIN = "Name a run file that sealrace explore has written, or write it again."
_Line = TypeVar("_Line", bound=msgspec.Struct)


class RunHeader(Part, frozen=True):
    """What was explored. ``unrecorded`` counts violating executions beyond the cap on records."""

    format: Literal["sealrace-run"]
    version: Literal[1]
    tool: str
    scenario: str
    protocol: str
    fix: str
    parameters: dict[str, int | str]
    program_hash: str
    model: Model
    search: Search
    unrecorded: Natural


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
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ReportError(str(path), "", error.strerror or "cannot be read", _EXPLORE_AGAIN) from error
    if not lines:
        raise ReportError(str(path), "line 1", "the file is empty", _EXPLORE_AGAIN)
    header = _decode_whole(lines[0], path, 1, RunHeader)
    count = len(lines) - 1
    if not 1 <= number <= count:
        raise ReportError(str(path), "", f"there is no execution {number}", f"The file records {count}.")
    line = _decode_whole(lines[number], path, number + 1, RunLine)
    fault = next(_count_faults(header, _recorded(lines, path)), None)
    if fault is not None:
        raise ReportError(str(path), f"line 1: {fault.path}", visible(fault.cause), _EXPLORE_AGAIN)
    return header, Record(line.properties, line.reads, tuple(line.coherence.items()), line.ends, line.orbit)


def _recorded(lines: Sequence[bytes], path: Path) -> Counter[str]:
    """How many of the recorded executions break each property, those that a line stands for included."""
    recorded: Counter[str] = Counter()
    for i, line in enumerate(lines[1:], 2):
        violating = _decode(line, path, i, _Violating)
        for name in violating.properties:
            recorded[name] += violating.orbit
    return recorded


def _count_faults(header: RunHeader, recorded: Counter[str]) -> Iterator[Fault]:
    """An execution is a line or among the ``unrecorded``; each of those breaks a property too."""
    violating = header.search.violating
    for name in {**violating, **recorded}:
        count, lines = violating.get(name, 0), recorded[name]
        if not lines <= count <= lines + header.unrecorded:
            cause = f"{count} executions, but {lines} are recorded and {header.unrecorded} are not"
            yield Fault(f"$.search.violating[{name!r}]", cause)
    if header.unrecorded > sum(violating.values()) - recorded.total():
        yield Fault("$.unrecorded", f"{header.unrecorded} executions that $.search.violating does not count")
    yield from search_faults(header.search)


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
