"""The commands that say why."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.options import SCENARIO_FILE, PathName


@click.command()
@click.argument("report", type=PathName())
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@SCENARIO_FILE
def explain(report: str, own: Path | None, as_json: bool) -> None:
    """Say why the execution of REPORT can happen.

    What was checked, what other threads did in between, and what was relied on then; or the cycle that sequential
    consistency forbids, and which orders in it the model does not keep. REPORT is a report file, FILE.run.jsonl:N for
    the Nth execution of a run file, or a token (sr1_...). It is run again and checked first, as replay does. Exits 0
    when it is explained, 2 when it is refused.
    """
    from explorer.cli.explain import explain_report

    explain_report(report, own, as_json=as_json)
