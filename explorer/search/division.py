"""A search divided into pieces: which is explored next, and what they come to together.

Whoever explores a piece, and in whatever order, what they come to is what one search would
have counted: answers are put together in depth-first order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.program.unfolded import KnownPath
from explorer.scenario import Case
from explorer.search.counted import Counted
from explorer.search.explore import Search
from explorer.search.interleavings import counts_interleavings
from explorer.search.pieces import Piece, PieceSearch
from explorer.search.result import Limits, execution_limit
from explorer.search.tally import Tally

EVERY = 64
"""Partial executions between two looks at whether to stop."""


@dataclass(frozen=True, slots=True)
class Task:
    """A piece to explore, up to ``most`` complete executions (None: all of them)."""

    piece: Piece
    most: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was counted in a piece, after ``states`` partial executions, and the pieces that are left of it.

    ``paths`` are those unfolded so far, where interleavings are counted on them in the end.
    """

    counted: Counted
    rest: tuple[Piece, ...]
    states: int
    paths: frozenset[KnownPath]


def explore_piece(case: Case, search: Search, task: Task, most_records: int | None, stop: Callable[[], bool]) -> Answer:
    """Explore a piece.

    Args:
        search: of the case; it may have been used for other pieces.
        task: which piece, and how much of it.
        most_records: the cap on records.
        stop: asked now and then whether to give what has been counted, although something is left.
    """
    tally = Tally(case, search.model, Limits(records=most_records), search.symmetry, reduced=search.reduced)
    before = search.states
    pieces = PieceSearch(search, task.piece)
    for leaf in pieces:
        if leaf is not None:
            tally.count(leaf)
            if task.most is not None and tally.executions >= task.most:
                break
        if not search.states % EVERY and stop():
            break
    paths = search.unfolding.known_paths() if counts_interleavings(search.model) else frozenset()
    return Answer(Counted.of(tally), pieces.rest, search.states - before, paths)


@dataclass(eq=False, slots=True)
class _Slot:
    """A piece in its place among the others."""

    task: Task
    taken: bool = False
    answer: Answer | None = None


class Division:
    """The pieces of one search.

    Attributes:
        counted: what the pieces up to the first one without an answer have come to; None if there is none.
        executions, violating, states: the same of all that have an answer, for a display of progress.
        paths: those that were unfolded for these.
        limits: where the search stops; ``seconds`` are for the caller to look at.
        limit: the limit on executions if it has been reached, in words, else empty.
    """

    def __init__(self, limits: Limits, whole: Piece | None = None) -> None:
        """``whole``: the piece that is all there is to explore, for tests of how it is cut."""
        self.counted: Counted | None = None
        self.executions = 0
        self.violating = 0
        self.states = 0
        self.paths: frozenset[KnownPath] = frozenset()
        self.limit = ""
        self.limits = limits
        # In depth-first order; those whose answers have been added are taken away.
        self._slots = [_Slot(Task(whole or Piece(), limits.executions))]

    @property
    def over(self) -> bool:
        """Whether nothing is left to explore."""
        return not self._slots

    def take(self) -> Task | None:
        """The next piece that nobody explores; None if there is none now."""
        for slot in self._slots:
            if not slot.taken:
                slot.taken = True
                return slot.task
        return None

    def answer(self, task: Task, answer: Answer) -> None:
        """Take in the answer for a piece that had been taken."""
        place = next(i for i, slot in enumerate(self._slots) if slot.task is task)
        self._slots[place].answer = answer
        self._slots[place + 1 : place + 1] = [_Slot(Task(piece, self._left())) for piece in answer.rest]
        self.executions += answer.counted.executions
        self.violating += sum(answer.counted.violating.values())
        self.states += answer.states
        self.paths |= answer.paths
        while self._slots and (found := self._slots[0].answer) is not None:
            left = self._left()
            if self.limits.executions is not None and left is not None and found.counted.executions >= left:
                if self._slots[0].task.most != left:
                    # Of this piece too much was explored: only the first so many executions count.
                    self._slots[0] = _Slot(Task(self._slots[0].task.piece, left))
                    return
                self.limit = execution_limit(self.limits.executions)
                self._slots[1:] = []
            self._add(found)
            del self._slots[0]

    def stop(self) -> None:
        """End the search: what has been answered behind a piece without an answer counts, too."""
        for slot in self._slots:
            left = self._left()
            if slot.answer is not None and (left is None or slot.answer.counted.executions < left):
                self._add(slot.answer)
        self._slots = []

    def _left(self) -> int | None:
        """How many executions the limit leaves, before the first piece without an answer."""
        if self.limits.executions is None:
            return None
        return self.limits.executions - (self.counted.executions if self.counted else 0)

    def _add(self, answer: Answer) -> None:
        if self.counted is None:
            self.counted = answer.counted
        else:
            self.counted.add(answer.counted, self.limits.records)
