"""``sealrace explain``: why a recorded execution can happen, in sentences."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.named_report import load
from explorer.cli.output import print_json, text_width
from explorer.cli.replay import run_again
from explorer.explain.explanation import explain
from reports.explain.as_json import explanation_json
from reports.explain.explanation import explanation_text
from reports.words import is_litmus

_WIDTH = 100


def explain_report(name: str, own: Path | None, *, as_json: bool) -> None:
    """Print the explanation of the execution that ``name`` stands for (see ``named_report.load``).

    ``own`` is the file of its scenario, where it is named (see ``stored_setting``).
    """
    report = load(name, own)
    again = run_again(report, name, own)
    found = explain(
        again.execution, again.violation, again.model, again.setting.case, has_windows=not is_litmus(report)
    )
    if as_json:
        print_json(explanation_json(report, found))
        return
    click.echo(explanation_text(report, found, text_width() or _WIDTH), nl=False)
