"""What a test of the pytest plugin asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
