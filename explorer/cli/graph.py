"""``sealrace graph``: draw a report."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.named_report import load
from explorer.cli.output import text_width
from explorer.token import word
from reports.render import IMAGES, render, render_file


def is_terminal() -> bool:
    """Whether what is printed goes to a screen."""
    return sys.stdout.isatty()


def draw(name: str, form: str, output: Path | None, own: Path | None) -> None:
    """Print a report in one form, or write it to a file, the folder of which is made where it is missing.

    ``own`` is the file of a run file's scenario, where it is named (see ``stored_setting``).
    """
    if output is None and form in IMAGES and is_terminal():
        command = shlex.join(["sealrace", "graph", name, "-f", form, "-o", f"FILE.{form}"])
        raise UsageProblem(f"{form.upper()} is no text for a terminal\n  name a file: {command}")
    report = load(name, own)
    name = report.token if word(name) == report.token else name
    if output is None and form in IMAGES:
        click.echo(render_file(report, form, name), nl=False)
        return
    if output is None:
        picture = render(report, form, name, text_width())
        click.echo(picture, nl=not picture.endswith("\n"))
        return
    content = render_file(report, form, name)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(content)
    except OSError as error:
        raise UsageProblem(f"{output}: cannot write there: {error.strerror}\n  name another file with -o") from error
    click.echo(f"wrote {output}", err=True)
