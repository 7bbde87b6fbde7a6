"""Tests of one's own: schedules, programs and calls for Hypothesis, lock-free structures checked against a model.

Each name is imported from its module when it is asked for; pytest loads this package in every run (``plugin.py``).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.testing.calls import call_sequences as call_sequences
    from explorer.testing.machine import ConcurrentMachine as ConcurrentMachine
    from explorer.testing.machine import operation as operation
    from explorer.testing.random_programs import programs as programs
    from explorer.testing.run import Run as Run
    from explorer.testing.runs import replayed as replayed
    from explorer.testing.runs import run_of as run_of
    from explorer.testing.runs import schedules as schedules

_MODULES = {
    "schedules": "runs",
    "replayed": "runs",
    "run_of": "runs",
    "Run": "run",
    "programs": "random_programs",
    "call_sequences": "calls",
    "ConcurrentMachine": "machine",
    "operation": "machine",
}
"""By public name the module that it is in."""

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
