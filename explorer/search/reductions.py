"""What a search may leave undone because something it has done stands for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Switch: TypeAlias = Literal["--no-symmetry", "--no-projection"]


@dataclass(frozen=True, slots=True)
class Reductions:
    """Which reductions are used where they can be.

    Attributes:
        symmetry: executions that differ in the names of identical threads are explored once
            (``explorer.search.symmetry``).
        projection: threads that never write are left out beside one like them
            (``explorer.search.projection``).
    """

    symmetry: bool = True
    projection: bool = True

    @property
    def switches(self) -> tuple[Switch, ...]:
        """The options of the command line that ask for these."""
        named: tuple[tuple[Switch, bool], ...] = (
            ("--no-symmetry", self.symmetry),
            ("--no-projection", self.projection),
        )
        return tuple(switch for switch, used in named if not used)


ALL = Reductions()
NONE = Reductions(symmetry=False, projection=False)
