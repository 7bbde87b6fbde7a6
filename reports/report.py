"""Report files: versioned JSON, written so that equal reports are equal bytes, validated on load."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec

import reports.notebook  # noqa: F401  (puts the views of reports into their place)
from explorer.errors import InputError
from explorer.visible import visible
from reports.check import first_fault
from reports.duplicates import duplicate_key
from reports.structure import FORMAT, VERSION, Report
from reports.words import write_again_command

__all__ = ["Report", "ReportError", "decode_report", "encode_report", "json_schema", "load_report", "save_report"]

_EXPLORE_AGAIN = "Write it again: sealrace explore SCENARIO --out DIR."
_NEWLINE = b"\n"
_Structure = TypeVar("_Structure")


class ReportError(InputError):
    """A report file that cannot be used.

    ``where`` is a line of the file or the JSON path of a field (empty where neither
    applies), ``cause`` what is wrong there, ``advice`` what to do next.
    """

    def __init__(self, file: str, where: str, cause: str, advice: str) -> None:
        super().__init__(": ".join(part for part in (file, where, cause) if part) + f"\n  {advice}")
        self.file = file
        self.where = where
        self.cause = cause
        self.advice = advice


class _Header(msgspec.Struct):
    """The fields that say whether the rest can be understood."""

    format: str
    version: int


def load_report(path: Path | str) -> Report:
    """The report in this file.

    Raises:
        ReportError: the file cannot be read, is not JSON, is cut short, is no report, has
            another version, a key twice, or its fields have wrong types or contradict each other.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise ReportError(str(path), "", cause, "Name a report that sealrace explore has written.") from error
    return decode_report(content, str(path))


def decode_report(content: bytes, file: str) -> Report:
    """The report with this content; ``file`` is its name in errors (see ``load_report``)."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise ReportError(file, "", "not JSON: the text is not UTF-8", _EXPLORE_AGAIN) from error
    header = _decode(content, file, _Header)
    if header.format != FORMAT:
        cause = f"expected {FORMAT!r}, got {visible(header.format)!r}"
        raise ReportError(file, "$.format", cause, "This is no report; name one that sealrace explore has written.")
    if header.version != VERSION:
        cause = f"this sealrace reads version {VERSION}, the file has version {header.version}"
        raise ReportError(file, "$.version", cause, "Use the sealrace that wrote it, or explore again.")
    report = _decode(content, file, Report)
    twice = duplicate_key(content)
    if twice is not None:
        raise ReportError(file, twice, "stands twice in one object", f"The file was changed by hand. {_EXPLORE_AGAIN}")
    fault = first_fault(report)
    if fault is not None:
        advice = f"The file was changed by hand or damaged. Write it again: {write_again_command(report)}"
        raise ReportError(file, fault.path, visible(fault.cause), advice)
    return report


def save_report(report: Report, path: Path | str) -> None:
    """Write the report; equal reports give equal bytes.  Raises ``OSError``."""
    Path(path).write_bytes(encode_report(report))


def encode_report(report: Report) -> bytes:
    """The report as JSON: one line per event, relation or other entry, so that files compare line by line."""
    lines = [_json(name) + b": " + _spread(getattr(report, name)) for name in report.__struct_fields__]
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def json_schema() -> bytes:
    """The JSON Schema of report files, published as ``schema/report-v1.schema.json``."""
    schema = _on_one_line(msgspec.json.schema(Report))
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=1) + b"\n"


def _on_one_line(schema: Any) -> Any:
    """The schema with its descriptions free of line breaks, whose indentation differs between versions of msgspec."""
    if isinstance(schema, dict):
        return {
            name: " ".join(part.split()) if name == "description" and isinstance(part, str) else _on_one_line(part)
            for name, part in schema.items()
        }
    return [_on_one_line(part) for part in schema] if isinstance(schema, list) else schema


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def _spread(value: object) -> bytes:
    """Parts and relations one to a line; anything else on one line."""
    if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        return b"[\n " + b",\n ".join(_json(part) for part in value) + b"\n]"
    if isinstance(value, dict) and value:
        return b"{\n " + b",\n ".join(_json(name) + b": " + _json(value[name]) for name in sorted(value)) + b"\n}"
    return _json(value)


def _decode(content: bytes, file: str, kind: type[_Structure]) -> _Structure:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        cause, _, path = str(error).partition(" - at `")
        advice = f"The file does not follow reports/schema/report-v{VERSION}.schema.json. {_EXPLORE_AGAIN}"
        raise ReportError(file, visible(path.rstrip("`")) or "$", visible(cause), advice) from error
    except msgspec.DecodeError as error:
        if "truncated" in str(error):
            cause = "the file ends in the middle of the JSON text"
            raise ReportError(file, _line(content), cause, f"It was cut short. {_EXPLORE_AGAIN}") from error
        # msgspec names the byte, people look for the line.
        byte = re.search(r"\(byte (\d+)\)", str(error))
        cause = str(error).removeprefix("JSON is malformed: ").partition(" (byte")[0]
        where = _line(content[: int(byte[1])]) if byte else ""
        raise ReportError(file, where, f"not JSON: {visible(cause)}", _EXPLORE_AGAIN) from error
    except RecursionError as error:
        raise ReportError(file, "", "not JSON: nested too deeply", _EXPLORE_AGAIN) from error


def _line(before: bytes) -> str:
    """The line on which the text after ``before`` stands."""
    return f"line {before.count(_NEWLINE) + 1}"
