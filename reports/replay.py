"""From a report back to what the engine can replay."""

from __future__ import annotations

from explorer.schedule.recording import RecordedEnd, RecordedEvent, Recording
from reports.structure import Report


def recording_of(report: Report) -> Recording:
    """The execution that the report holds, by names and plain values."""
    places = {coherence.location: coherence.writes for coherence in report.coherence}
    return Recording(
        threads=tuple(thread.name for thread in report.threads),
        events=tuple(
            RecordedEvent(
                event.thread,
                event.kind,
                event.tag,
                event.location,
                event.value,
                event.stack[-1].function if event.stack else "",
                event.step,
            )
            for event in report.events
        ),
        source_of=report.source_of,
        # In the order of the initial writes, as an execution has them.
        coherence=tuple(sorted(places.values())),
        ends=tuple(RecordedEnd(end.ending, end.detail) for end in report.ends),
    )
