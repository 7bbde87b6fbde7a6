"""What a test of the pytest plugin asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """The words of ``@pytest.mark.sealrace(...)``, which ``explore`` of the fixture ``sealrace`` has too.

    ``scenario`` is as of ``explorer.testing.subject.Runnable``, ``expect`` as of ``Expected`` in ``explored``;
    ``max_time`` is in seconds.
    """

    scenario: Any
    models: Sequence[str] = ("sc",)
    fix: str | None = None
    protocol: str | None = None
    parameters: Mapping[str, int] | None = None
    small: bool = False
    expect: Any = "HOLDS"
    max_time: float | None = None
    max_executions: int | None = None


def problem_of(asked: Asked) -> str:
    """What of these words is nothing that can be asked for, and what can; empty if all is."""
    models: Any = (asked.models,) if isinstance(asked.models, str) else asked.models
    parameters: Any = asked.parameters
    if asked.scenario is None:
        return "scenario is None: name one, or give a program"
    if not isinstance(models, Collection) or not all(isinstance(model, str) for model in models):
        return f"models is {asked.models!r}: give names of models"
    if not models:
        return "models is empty: nothing would be explored"
    if parameters is not None and not isinstance(parameters, Mapping):
        return f"parameters is {parameters!r}: give a dict of sizes by name"
    if asked.max_time is not None and not _is_positive(asked.max_time, int | float):
        return f"max_time is {asked.max_time!r}: give seconds, more than 0"
    if asked.max_executions is not None and not _is_positive(asked.max_executions, int):
        return f"max_executions is {asked.max_executions!r}: give a number from 1 on"
    expect = asked.expect
    names = isinstance(expect, Collection) and all(isinstance(name, str) for name in expect)
    if expect is not None and not names:
        return f"expect is {expect!r}: give 'HOLDS', 'VIOLATED', the set of the properties violated, or None"
    return ""


def _is_positive(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and value > 0


class Replayed(BaseException):
    """Ends a test whose execution was replayed, and is as expected: its own code is for what is explored."""
