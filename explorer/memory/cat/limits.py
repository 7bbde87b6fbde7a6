"""How large a model may be, so that a file made by accident or by a program ends in an error.

Without limits a few lines can ask for anything: functions that call each other twice,
relations put together of themselves, all orders of a set.  The kernel's model, the largest
there is in practice, stays far below every limit (a test holds this).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from explorer.memory.cat.source import BeyondLimit, Place

MAX_TEXT = 1 << 18
"""Characters of all files of a model."""

MAX_FILES = 100
"""Files that are read for a model; one that is included twice counts twice."""

MAX_STATEMENTS = 2000

MAX_CHOICES = 50
"""Statements ``with``."""

MAX_RECURSIVE = 100
"""Names of one ``let rec``."""

MAX_DEPTH = 100
"""Levels of an expression in one statement."""

MAX_CALLS = 120
"""Levels with the functions that are called in place."""

MAX_EXPRESSIONS = 100_000
"""Expressions that get a meaning, one in a function every time that it is called."""

MAX_TERMS = 100_000
"""Terms and their operands."""

MAX_MEMBERS = 50_000
"""Members of one collection of relations, and candidates of one execution."""

MAX_STEPS = 1_000_000
"""Steps of one recursion or ``map``, with those inside it."""


class Effort:
    """How deep and how long the meaning of expressions has been looked for."""

    def __init__(self) -> None:
        self._depth = 0
        self._expressions = 0

    @contextmanager
    def within(self, place: Place) -> Iterator[None]:
        """Around the work for one expression; BeyondLimit where it is one too many."""
        if self._depth == MAX_CALLS:
            raise BeyondLimit(f"nested too deeply: more than {MAX_CALLS} levels", place)
        if self._expressions == MAX_EXPRESSIONS:
            raise BeyondLimit(f"too large: more than {MAX_EXPRESSIONS} expressions, functions written out", place)
        self._depth += 1
        self._expressions += 1
        try:
            yield
        finally:
            self._depth -= 1
