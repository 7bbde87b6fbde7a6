"""One litmus test run: what a worker of ``sealrace litmus`` does with a file, and what it gives back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic

from explorer.cli.litmus_answer import difference, json_object, text_block, why_nothing
from explorer.cli.litmus_setting import litmus_setting, macros_of
from explorer.cli.named import read_model
from explorer.cli.writing import Writer
from explorer.errors import InputError
from explorer.execution.execution import Execution
from explorer.litmus.comments import check_expected
from explorer.litmus.expand import Macros, expand
from explorer.litmus.judge import Answer, judge
from explorer.litmus.names import name_warnings
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import Model, flag_title
from explorer.program.errors import ScenarioError
from reports.structure import Search


@dataclass(frozen=True)
class LitmusTask:
    """A file to run under a model, named as on the command line.

    ``check``: the comment ``Result:`` is compared.  ``report`` is the path of its report, to which
    the model's name and the suffix are added; None for no report.
    """

    file: Path
    model: str
    check: bool
    report: Path | None


@dataclass(frozen=True)
class LitmusResult:
    """What is kept of one file: plain data, for it comes from a worker. ``error`` stands for the answer."""

    file: str
    text: str = ""
    json: str = ""
    stated: bool = False
    wrong: str = ""
    nothing: str = ""
    error: str = ""
    warnings: tuple[str, ...] = ()


def run_file(task: LitmusTask) -> LitmusResult:
    """Run the test of a file; what the user can mend is in the result."""
    path = task.file
    warnings: tuple[str, ...] = ()
    try:
        model, macros = _rules(task.model)
        started = monotonic()
        test = parse(Source.read(path))
        warnings = tuple(map(str, name_warnings(test)))
        unfolding = LitmusUnfolding(expand(test, macros))
        if task.check and test.expected is not None:
            check_expected(test.expected)
        witnesses: list[Execution] = []
        answer = judge(unfolding, model, witnesses.append)
        seconds = monotonic() - started
        report = None
        if task.report is not None:
            report = _write_report(task, model, macros, witnesses, answer)
    except InputError as error:
        # What goes wrong with values has no place in the text. Errors with more than a message do not travel.
        placed = not isinstance(error, ScenarioError) or error.place
        return LitmusResult(str(path), error=str(error) if placed else f"{path}: {error}", warnings=warnings)
    return LitmusResult(
        str(path),
        text_block(test, answer, seconds, report),
        json.dumps(json_object(test, path, task.model, answer, seconds, report)),
        test.expected is not None,
        difference(test.expected, answer),
        why_nothing(answer, task.model),
        warnings=warnings,
    )


@cache
def _rules(model_name: str) -> tuple[Model, Macros]:
    """The model and its operations: a worker runs many files."""
    model = read_model(model_name)
    return model, macros_of(model)


def _write_report(
    task: LitmusTask, model: Model, macros: Macros, witnesses: list[Execution], answer: Answer
) -> str | None:
    """Write the report of the first witness; gives its path. Without one, none is left from an earlier run."""
    assert task.report is not None
    path = task.report.with_name(f"{task.report.name}-{model.name}.json")
    if not witnesses:
        for old in (path, path.with_suffix(".html")):
            old.unlink(missing_ok=True)
        return None
    setting = litmus_setting(task.file, macros)
    violation = setting.case.properties[0].find(witnesses[0], None)
    assert violation is not None
    writer = Writer(setting, model, task.model)
    search = Search(
        executions=answer.positive + answer.negative,
        violating={violation.property: answer.shown},
        interleavings=None,
        complete=True,
        remarks={flag_title(flag): count for flag, count in answer.flagged.items()},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.save(writer.report(witnesses[0], violation, None, search), path)
    return str(path)
