"""One litmus test run: what a worker of ``sealrace litmus`` does with a file, and what it gives back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic

from explorer.cli.litmus_answer import difference, json_object, text_block, why_nothing
from explorer.cli.litmus_read import macros_of
from explorer.cli.named import read_model
from explorer.errors import InputError
from explorer.execution.execution import Execution
from explorer.litmus.comments import check_expected
from explorer.litmus.expand import Macros, expand
from explorer.litmus.judge import judge
from explorer.litmus.names import name_warnings
from explorer.litmus.parsed import parsed_test
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import Model
from explorer.program.errors import ScenarioError


@dataclass(frozen=True)
class LitmusTask:
    """A file to run under a model, named as on the command line.

    ``check``: the comment ``Result:`` is compared.  ``report`` is the path of its report, to which
    the model's name and the suffix are added; None for no report.  ``alone``: it is the only file,
    and what is parsed of it is kept on disk.
    """

    file: Path
    model: str
    check: bool
    report: Path | None
    alone: bool


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
        test = parsed_test(Source.read(path), keep=task.alone)
        warnings = tuple(map(str, name_warnings(test)))
        unfolding = LitmusUnfolding(expand(test, macros))
        if task.check and test.expected is not None:
            check_expected(test.expected)
        witnesses: list[Execution] = []
        answer = judge(unfolding, model, witnesses.append)
        seconds = monotonic() - started
        report = None
        if task.report is not None:
            # What draws reports takes longer to import than a small test to run.
            from explorer.cli.litmus_report import write_report

            report = write_report(path, macros, model, task.model, answer, witnesses, task.report)
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
