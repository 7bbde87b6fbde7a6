"""Content that came out of a file, in the words of outcomes: ``pread = 4096: what the guest wrote``."""

from __future__ import annotations

from itertools import groupby

from explorer.execution.event import Event
from explorer.program.told import Returned, result_words, returned_words
from scenarios.shmem.guest import SECRET
from scenarios.shmem.objects import OLD, UNCLEARED

COPIES = ("copy_page_to_iter", "pipe_read", "user_load")
"""The functions that give content to user space."""

_CONTENT = {
    0: "zeros",
    OLD: "what the file held",
    UNCLEARED: "an uncleared page",
    SECRET: "what the guest wrote",
}
"""Content by its token; another one is what a program of user space wrote."""


def read_words(call: Returned) -> str:
    """What a read gave: its result, and the content of the pages that it copied, in order."""
    if call.result is not None and call.result <= 0:
        return returned_words(call)
    # For a hole the zero page is copied, which is no page of the file.
    given = _copied(call.events) or ("a hole" if call.result else "nothing")
    return f"{call.name}: {given}" if call.result is None else f"{call.name} = {call.result}: {given}"


def load_words(call: Returned) -> str:
    """What a load from a mapping gave: content, or a signal."""
    return f"{call.name}: {_copied(call.events)}" if call.result == 0 else f"{call.name} = {result_words(call.result)}"


def _copied(events: tuple[Event, ...]) -> str:
    return ", ".join(words for words, _ in groupby(_content(event) for event in events if _is_copied(event)))


def _is_copied(event: Event) -> bool:
    """Whether an event reads a word of a page for user space."""
    copies = event.source is not None and event.source.function in COPIES
    return copies and event.reads and event.location is not None and ".data[" in event.location.name


def _content(event: Event) -> str:
    assert isinstance(event.value, int), "content is a number"
    return _CONTENT.get(event.value, f"written {event.value}")
