"""How long a run of the matrix is still going to take, by what its cells cost when they were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.cli.cells import CellName


class Estimate:
    """The time left.

    It is the recorded cost of the cells to come, times how much more or less than recorded the
    cells so far have taken, over the number of processes.  Cells of which no cost is recorded
    are counted, not guessed.  What else the machine has to do is not foreseen.
    """

    def __init__(self, cells: Sequence[CellName], costs: Mapping[CellName, float], processes: int) -> None:
        self._costs = costs
        self._processes = processes
        self._left = dict.fromkeys(cells)
        self._spent = 0.0
        self._recorded = 0.0

    def note(self, cell: CellName, cpu_seconds: float) -> None:
        """A cell is done."""
        del self._left[cell]
        if cell in self._costs:
            self._spent += cpu_seconds
            self._recorded += self._costs[cell]

    @property
    def seconds(self) -> float:
        """Seconds until the cells of known cost are done."""
        ratio = self._spent / self._recorded if self._recorded else 1.0
        return sum(self._costs.get(cell, 0.0) for cell in self._left) * ratio / self._processes

    @property
    def unknown(self) -> int:
        """Cells to come of which no cost is recorded."""
        return sum(cell not in self._costs for cell in self._left)

    @property
    def words(self) -> str:
        """``about 12 min``, with what is not known; empty where nothing is to come."""
        if not self._left:
            return ""
        known = about(self.seconds) if len(self._left) > self.unknown else ""
        unknown = f"{self.unknown:,} cell{'' if self.unknown == 1 else 's'} of unknown cost" if self.unknown else ""
        return " and ".join(part for part in (known, unknown) if part)


def about(seconds: float) -> str:
    """A time in words, no more exact than it is known."""
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes < 90 else f"about {minutes // 60} h {minutes % 60:02} min"
