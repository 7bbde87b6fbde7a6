"""``sealrace graph``: draw a report."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.output import text_width
from explorer.cli.stored import load
from reports.render import render


def draw(name: str, form: str, output: Path | None) -> None:
    """Print a report in one form, or write it to a file, the folder of which is made where it is missing."""
    picture = render(load(name), form, name, text_width() if output is None else None)
    if output is None:
        click.echo(picture, nl=not picture.endswith("\n"))
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"{output}: cannot write there: {error.strerror}\n  name another file with -o") from error
    click.echo(f"wrote {output}", err=True)
