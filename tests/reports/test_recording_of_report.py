"""A report holds all that replay needs of an execution."""

from __future__ import annotations

from dataclasses import replace

from toy_reports import leak_execution, odd_execution

from explorer.execution.location import Object
from explorer.schedule.recording import Recording
from reports.replay import recording_of
from reports.report import decode_report, encode_report
from reports.structure import Report


def test_the_recording_of_a_report_is_that_of_its_execution(leak: Report, odd: Report) -> None:
    assert recording_of(leak) == Recording.of(leak_execution())
    assert recording_of(odd) == Recording.of(odd_execution())


def test_another_execution_has_another_recording(leak: Report) -> None:
    execution = leak_execution()
    assert recording_of(leak) != Recording.of(replace(execution, coherence=((0, 6, 4), *execution.coherence[1:])))


def test_a_report_file_keeps_the_recording(odd: Report) -> None:
    assert recording_of(decode_report(encode_report(odd), "r.json")) == Recording.of(odd_execution())


def test_an_object_is_recorded_by_its_name(hostile: Report) -> None:
    (first, *_) = recording_of(hostile).events
    assert isinstance(first.value, str)
    assert not isinstance(first.value, Object)
