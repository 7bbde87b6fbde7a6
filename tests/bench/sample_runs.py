"""Runs made up for tests."""

from __future__ import annotations

from bench.figures import Figure, Run
from bench.machine import Machine

MACHINE = Machine("CPython 3.11.2", "a processor", 2, False, "2026-11-30", "0123456789ab")


def figure(program: str, seconds: float, executions: int | None = 9, model: str = "sc", series: str = "v4") -> Figure:
    return Figure(series=series, program=program, model=model, seconds=seconds, executions=executions)


def run(*figures: Figure) -> Run:
    return Run(MACHINE, figures)
