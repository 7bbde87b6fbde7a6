"""A run as text: one line per figure, as they come."""

from __future__ import annotations

from bench.figures import Figure
from bench.startup import PYTHON
from bench.startup import SERIES as START

MOST = 2.0
"""The factor by which executions per second may fall from one size to the next."""

WIDTH = 36

HEADER = (
    f"{'program':{WIDTH}}{'model':7}{'executions':>11}{'partial':>9}{'seconds':>10}{'per second':>12}{'memory':>9}"
    "  fall"
)


def fall(before: Figure | None, figure: Figure) -> float | None:
    """By what factor executions per second fell since the size before; None for the first of a series.

    Of processor time where it is known: a search has one thread, and other work on the
    machine would pass for growth.
    """
    if before is None or (before.series, before.model) != (figure.series, figure.model):
        return None
    then, now = _rate(before), _rate(figure)
    return None if then is None or not now else then / now


def _rate(figure: Figure) -> float | None:
    seconds = figure.seconds if figure.cpu_seconds is None else figure.cpu_seconds
    return None if figure.executions is None or not seconds else figure.executions / seconds


class Table:
    """Turns figures into lines; a figure is compared with those before it."""

    def __init__(self, growing: frozenset[str]) -> None:
        """``growing`` are the series whose figures are sizes of one program."""
        self._growing = growing
        self._before: Figure | None = None
        self._python: float | None = None

    def line(self, figure: Figure) -> str:
        """The line of the next figure."""
        executions = "" if figure.executions is None else f"{figure.executions:,}"
        states = "" if figure.states is None else f"{figure.states:,}"
        rate = "" if figure.rate is None else f"{figure.rate:,.0f}"
        memory = "" if figure.peak_bytes is None else f"{figure.peak_bytes / 2**20:,.0f} MB"
        return (
            f"{figure.program:{WIDTH}}{figure.model:7}{executions:>11}{states:>9}{figure.seconds:>10.4f}"
            f"{rate:>12}{memory:>9}  {self._remark(figure)}"
        ).rstrip()

    def _remark(self, figure: Figure) -> str:
        before, self._before = self._before, figure
        if figure.series in self._growing:
            factor = fall(before, figure)
            if factor is None:
                return ""
            return f"{factor:.2f}" + (f" WORSE than {MOST:g}" if factor > MOST else "")
        if figure.series == START:
            if figure.program == PYTHON:
                self._python = figure.seconds
            return f"{figure.seconds / self._python:.1f} times python" if self._python else ""
        counted = "" if figure.files is None else f"files per second, of {figure.files}; "
        return "" if figure.cpu_seconds is None else f"{counted}{figure.cpu_seconds:.1f} s of CPU"
