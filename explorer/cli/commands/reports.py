"""The commands that take what was written of an execution or a cell."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.options import FILE, SCENARIO_FILE, PathName

_FORMS = (
    *("text", "mail", "svg", "html", "png", "dot", "mermaid"),
    *("shiviz", "trace", "graphml", "json", "junit", "sarif"),
)


@click.command()
@click.argument("report", type=PathName())
@click.option("--step", is_flag=True, help="Step through it with the keys of the page, and off it.")
@SCENARIO_FILE
def replay(report: str, step: bool, own: Path | None) -> None:
    """Run the execution of REPORT again, access by access, and check all that it claims.

    REPORT is a report file, FILE.run.jsonl:N for the Nth execution of a run file, or a token (sr1_...). Exits 0
    when the report is reproduced, 2 when it is refused. With --step it shows at each point what else could have
    happened; a number goes there.
    """
    if step:
        from explorer.cli.step_command import step_through

        step_through(report, own)
        return
    from explorer.cli.replay import replay_report

    replay_report(report, own)


@click.command()
@click.argument("report", type=PathName())
@click.option(
    "-f",
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(_FORMS),
    help="What to draw.",
)
@click.option("-o", "--output", type=FILE, help="Write to a file.")
@SCENARIO_FILE
def graph(report: str, form: str, output: Path | None, own: Path | None) -> None:
    """Draw REPORT: a report file, FILE.run.jsonl:N for the Nth execution of a run file, or a token (sr1_...)."""
    from explorer.cli.graph import draw

    draw(report, form, output, own)
