"""Time the exhaustive search on the v4 core with one to four readers.

``python -m bench.v4`` prints one line per model and size; ``--json FILE`` also writes the
figures, so that two runs can be compared.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from scenarios.classic.v4 import v4

READERS = (1, 2, 3, 4)
MODELS = ("sc", "tso", "pso")


def measure(readers: int, model_name: str) -> dict[str, float | int | str]:
    """One search: its executions, the partial executions looked at, and how long it took.

    ``unfold_seconds`` is the time to explore the threads' places, ``seconds`` that of the
    search, the unfolding of its paths included.
    """
    model = load_model(model_name)
    started = time.perf_counter()
    unfolding = Unfolding(v4(readers), 3)
    unfolded = time.perf_counter()
    search = Search(unfolding, model)
    executions = sum(1 for leaf in search if leaf is not None)
    seconds = time.perf_counter() - unfolded
    return {
        "program": f"v4-r{readers}",
        "model": model_name,
        "executions": executions,
        "states": search.states,
        "unfold_seconds": unfolded - started,
        "seconds": seconds,
        "executions_per_second": executions / seconds,
    }


@click.command()
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to a file.")
def main(file: Path | None) -> None:
    """Measure every size under every model."""
    click.echo(f"Python {sys.version.split()[0]}, uncompiled")
    click.echo(
        f"{'program':10}{'model':7}{'executions':>11}{'states':>9}{'unfold s':>10}{'search s':>10}{'exec/s':>10}"
    )
    results = []
    for model in MODELS:
        for readers in READERS:
            result = measure(readers, model)
            results.append(result)
            click.echo(
                f"{result['program']:10}{model:7}{result['executions']:>11,}{result['states']:>9,}"
                f"{result['unfold_seconds']:>10.3f}{result['seconds']:>10.3f}{result['executions_per_second']:>10,.0f}"
            )
    if file is not None:
        file.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
