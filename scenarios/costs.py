"""What the cells of the matrix cost: CPU seconds that were measured once, on one machine, at the default sizes.

``python -m bench.costs RUN.jsonl`` writes them, from what ``sealrace matrix --all --json`` has printed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).with_name("costs.json")


def cost_name(scenario: str, protocol: str, fix: str, model: str) -> str:
    """What a cell goes by in the file."""
    return "/".join((scenario, protocol, fix, model))


def recorded_costs() -> Mapping[str, float]:
    """CPU seconds by the names of cells."""
    found: dict[str, float] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
