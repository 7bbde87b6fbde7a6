"""``sealrace graph``: draw a report."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.output import text_width
from explorer.cli.stored import load
from reports.render import render


def draw(name: str, form: str, output: Path | None) -> None:
    """Print a report in one form, or write it to a file."""
    picture = render(load(name), form, name, text_width() if output is None else None)
    if output is None:
        click.echo(picture, nl=not picture.endswith("\n"))
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(picture, encoding="utf-8")
    click.echo(f"wrote {output}", err=True)
