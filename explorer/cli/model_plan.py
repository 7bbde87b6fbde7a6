"""``sealrace models show NAME --plan``."""

from __future__ import annotations

from collections.abc import Iterable

import click

from explorer.cli.named import read_model
from explorer.memory.plan import Entry, make_plan


def show_model_plan(name: str) -> None:
    """Print when each relation and check of a model is computed."""
    plan = make_plan(read_model(name))
    parts = [("relations", plan.relations), ("axioms", plan.axioms), ("flags", plan.flags)]
    width = max((len(entry.name) for _, entries in parts for entry in entries), default=0)
    click.echo("\n\n".join("\n".join([title, *_lines(entries, width)]) for title, entries in parts if entries))


def _lines(entries: Iterable[Entry], width: int) -> Iterable[str]:
    for entry in entries:
        reason = f": '{entry.obstacle}' is not monotone" if entry.obstacle else ""
        where = f" ({entry.place})" if entry.place else ""
        yield f"  {entry.name:{width}}  {entry.when}{reason}{where}"
