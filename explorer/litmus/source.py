"""Litmus and macro files as text: places in them, and the error that points at one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.errors import InputError


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file; ``file`` is the name that messages show."""

    file: str
    text: str

    @staticmethod
    def read(path: Path) -> Source:
        """The file at ``path``.

        Raises:
            LitmusError: there is none, or it is not text.
        """
        try:
            return Source(str(path), path.read_text(encoding="utf-8"))
        except OSError as error:
            raise LitmusError(f"{path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise LitmusError(f"{path}: is not UTF-8 text") from None


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
    def text(self) -> str:
        """What stands there."""
        return self.source.text[self.start : self.end]

    def __str__(self) -> str:
        return f"{self.source.file}:{self.line}:{self.column}"


# Where a tree that a program built, not the parser, has its nodes.
NOWHERE = Place(Source("", ""), 0, 0)


class LitmusError(InputError):
    """A mistake in a litmus test or macro file, or a part of C that is not read.

    ``place`` is None when no line is to blame (the file does not exist).
    """

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    @property
    def file(self) -> str:
        return self.place.source.file if self.place else ""

    @property
    def line(self) -> int:
        return self.place.line if self.place else 0

    @property
    def column(self) -> int:
        return self.place.column if self.place else 0

    @property
    def text(self) -> str:
        """The piece of the file that is wrong."""
        return self.place.text if self.place else ""

    def __str__(self) -> str:
        if self.place is None:
            return self.message
        text = self.place.source.text
        begin = text.rfind("\n", 0, self.place.start) + 1
        line = text[begin:].partition("\n")[0].rstrip("\r").replace("\t", " ")
        # A place that runs over several lines is underlined on its first.
        width = max(1, min(self.place.end, begin + len(line)) - self.place.start)
        return "\n".join(
            [
                f"{self.place}: {self.message}",
                f"{self.place.line:5} | {line}",
                f"      | {' ' * (self.place.column - 1)}{'^' * width}",
            ]
        )
