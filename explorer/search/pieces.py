"""Pieces of a search, named by plain data, so that other processes can explore them.

A search goes depth-first through a tree of partial executions.  Where a partial execution
branches, its branches are numbered in the order in which the search takes them; the numbers
on the way from the root are the *path* of a partial execution, and the depth-first order is
the lexicographic order of paths.  A piece is everything between two paths in that order.

A piece is searched up to a fixed number of partial executions; what is left of it then is
cut into further pieces.  So which pieces there are depends on the program and the model
alone, not on who explores them or when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.search.explore import Search
from explorer.search.leaf import Leaf
from explorer.search.state import State

FIRST = 256
"""Partial executions of the first piece; a piece that is left over may have twice as many as the one before."""

MOST = 4096
"""Partial executions that a piece has at most: enough that finding its start does not count, few enough to share."""

PARTS = 4
"""Pieces that one is cut into."""

Path = tuple[int, ...]
"""The numbers of the branches taken from the root."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a search looks at from ``start`` on and before ``end`` (None: to the end of the search).

    It is cut after ``size`` partial executions.
    """

    start: Path = ()
    end: Path | None = None
    size: int = FIRST


class PieceSearch:
    """The search of one piece: iterating gives its executions, and None for every other partial one.

    ``rest`` are the pieces that are left when that is over, in depth-first order.
    """

    def __init__(self, search: Search, piece: Piece) -> None:
        self.rest: tuple[Piece, ...] = ()
        self._search = search
        self._piece = piece

    def __iter__(self) -> Iterator[Leaf | None]:
        stack, paths = self._begin()
        left = self._piece.size
        while stack:
            if not left:
                self.rest = _cut(paths, self._piece)
                return
            left -= 1
            path = paths.pop()
            leaf = self._search.step(stack)
            _name(path, len(stack) - len(paths), paths)
            yield leaf

    def _begin(self) -> tuple[list[State], list[Path]]:
        """The partial executions that the piece begins with, the first one last, and their paths."""
        stack = [self._search.begin()]
        paths: list[Path] = [()]
        end = self._piece.end
        for branch in self._piece.start:
            path, state = paths.pop(), stack.pop()
            branches: list[State] = []
            self._search.follow(state, branches)
            names: list[Path] = []
            _name(path, len(branches), names)
            for name, other in zip(names, branches, strict=True):
                if name[-1] >= branch and (end is None or name < end):
                    paths.append(name)
                    stack.append(other)
        return stack, paths


def _name(path: Path, branches: int, paths: list[Path]) -> None:
    """Append the paths of the branches of a partial execution, as they lie on the stack: the first to be taken last."""
    for number in range(branches - 1, -1, -1):
        paths.append((*path, number))


def _cut(paths: list[Path], piece: Piece) -> tuple[Piece, ...]:
    """Pieces of what is left on a stack.

    The partial executions nearest to the root, which are the last, have most before them: each
    becomes a piece, and all others one together.
    """
    starts = [paths[-1], *reversed(paths[:-1][: PARTS - 1])]
    ends = [*starts[1:], piece.end]
    size = min(2 * piece.size, MOST)
    return tuple(Piece(start, end, size) for start, end in zip(starts, ends, strict=True))
