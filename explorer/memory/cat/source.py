"""Model files as text: places in them, and the error that points at one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.errors import InputError
from explorer.visible import visible

EXCERPT = 100
"""Columns of a line that a message shows; of a longer one those around the place."""

QUOTED = 60
"""Characters of an expression that a message repeats."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one model file.

    ``file`` is the name that messages show; ``directory`` is where its includes are
    looked up first (None for the models that come with the package).
    """

    file: str
    text: str
    directory: Path | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a source, as offsets: ``start`` inclusive, ``end`` exclusive."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line number, from 1."""
        return self.source.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """Column in characters, from 1."""
        return self.start - self.source.text.rfind("\n", 0, self.start)

    @property
    def line_text(self) -> str:
        """The line on which the place starts."""
        begin = self.source.text.rfind("\n", 0, self.start) + 1
        return self.source.text[begin:].partition("\n")[0].rstrip("\r")

    @property
    def text(self) -> str:
        """What stands there, on one line."""
        return " ".join(self.source.text[self.start : self.end].split())

    @property
    def quoted(self) -> str:
        """What stands there, cut to what a message can repeat."""
        text = self.text
        return text if len(text) <= QUOTED else f"{text[: QUOTED - 3]}..."

    def excerpt(self) -> tuple[str, str]:
        """The line on which the place starts, and under it the marks that underline the place."""
        line, start = self.line_text.replace("\t", " "), self.column - 1
        # A place that runs over several lines is underlined on its first.
        end = min(len(line), max(start + 1, start + self.end - self.start))
        first = 0 if len(line) <= EXCERPT else max(0, min(start - EXCERPT // 2, len(line) - EXCERPT))
        last = min(len(line), first + EXCERPT)
        before, marked, after = (
            visible(line[first:start]),
            visible(line[start : min(end, last)]),
            visible(line[end:last]),
        )
        head, tail = "..." if first else "", "..." if last < len(line) else ""
        marks = " " * len(head + before) + "^" * max(1, len(marked))
        return f"{head}{before}{marked}{after}{tail}", marks

    def __str__(self) -> str:
        return f"{self.source.file}:{self.line}:{self.column}"


class CatError(InputError):
    """A mistake in a model file, or a model that cannot be read.

    ``place`` is None when no line is to blame (the file does not exist).  ``notes``
    are further lines under the message: what would be right, where a function was called.
    """

    def __init__(self, message: str, place: Place | None = None, *notes: str) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.notes = list(notes)

    @property
    def file(self) -> str:
        return self.place.source.file if self.place else ""

    @property
    def line(self) -> int:
        return self.place.line if self.place else 0

    @property
    def column(self) -> int:
        return self.place.column if self.place else 0

    def __str__(self) -> str:
        notes = [f"  {visible(note)}" for note in self.notes]
        if self.place is None:
            return "\n".join([visible(self.message), *notes])
        line, marks = self.place.excerpt()
        head = visible(f"{self.place}: {self.message}")
        return "\n".join([head, f"{self.place.line:5} | {line}", f"      | {marks}", *notes])


class NotSupported(CatError):
    """A part of cat that Sealrace does not have; no ``try`` gets around it."""

    def __init__(self, what: str, place: Place) -> None:
        super().__init__(f"{what} is part of cat, but not supported yet", place)


class BeyondLimit(CatError):
    """More than Sealrace reads or computes (see ``limits``); no ``try`` gets around it."""
