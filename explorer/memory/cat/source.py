"""Model files as text: places in them, and the error that points at one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.errors import InputError


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
        notes = [f"  {note}" for note in self.notes]
        if self.place is None:
            return "\n".join([self.message, *notes])
        text = self.place.line_text.replace("\t", " ")
        # A place that runs over several lines is underlined on its first.
        width = max(1, min(self.place.end - self.place.start, len(text) - self.place.column + 1))
        return "\n".join(
            [
                f"{self.place}: {self.message}",
                f"{self.place.line:5} | {text}",
                f"      | {' ' * (self.place.column - 1)}{'^' * width}",
                *notes,
            ]
        )


class NotSupported(CatError):
    """A part of cat that Sealrace does not have; no ``try`` gets around it."""

    def __init__(self, what: str, place: Place) -> None:
        super().__init__(f"{what} is part of cat, but not supported yet", place)
