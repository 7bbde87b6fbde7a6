"""The report of a litmus test's witness."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from explorer.cli.litmus_setting import litmus_setting
from explorer.cli.writing import Writer
from explorer.execution.execution import Execution
from explorer.litmus.expand import Macros
from explorer.litmus.judge import Answer
from explorer.memory.model import Model, flag_title
from reports.structure import Search


def write_report(
    file: Path,
    macros: Macros,
    model: Model,
    model_name: str,
    answer: Answer,
    witnesses: Sequence[Execution],
    report: Path,
) -> str | None:
    """Write the report of the first witness of a file's test, and beside it its page; gives its path.

    ``report`` is the path to which the model's name and the suffix are added.  Where there is no
    witness, no report is left from an earlier run.
    """
    path = report.with_name(f"{report.name}-{model.name}.json")
    if not witnesses:
        for old in (path, path.with_suffix(".html")):
            old.unlink(missing_ok=True)
        return None
    setting = litmus_setting(file, macros)
    violation = setting.case.properties[0].find(witnesses[0], None)
    assert violation is not None
    writer = Writer(setting, model, model_name)
    search = Search(
        executions=answer.positive + answer.negative,
        violating={violation.property: answer.shown},
        interleavings=None,
        complete=True,
        remarks={flag_title(flag): count for flag, count in answer.flagged.items()},
        switches=(),
        left_out=(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.save(writer.report(witnesses[0], violation, None, search), path)
    return str(path)
