"""``sealrace litmus``: run litmus tests, and compare them with the results that they state."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

import click

from explorer.cli.failures import BAD_INPUT, UsageProblem, shown
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_answer import difference, json_object, text_block
from explorer.cli.litmus_setting import SUFFIX, litmus_setting, macros_of, read_test
from explorer.cli.named import read_model
from explorer.cli.output import progress_bar
from explorer.cli.setting import Setting
from explorer.cli.writing import Writer, make_folder
from explorer.errors import InputError
from explorer.execution.execution import Execution
from explorer.litmus.expand import Macros
from explorer.litmus.judge import Answer, judge
from explorer.litmus.violation import NAME
from explorer.memory.model import Model, flag_title
from explorer.program.errors import ScenarioError
from reports.structure import Search


@dataclass(frozen=True)
class LitmusResult:
    """What is kept of one file: plain data, for it comes from a worker. ``error`` stands for all else."""

    file: str
    text: str = ""
    json: str = ""
    stated: bool = False
    wrong: str = ""
    error: str = ""


def run_litmus(
    paths: Sequence[Path], model_name: str, *, as_json: bool, check: bool, reports: Path | None, jobs: int | None
) -> int:
    """Run the tests of files and folders under a model; gives the exit status.

    0: all ran (with ``check``: all as stated); 1: a result is not the one stated; 2: a file could not be run.
    """
    files = _files(paths)
    read_model(model_name)
    if reports is not None:
        make_folder(reports)
    wrong: list[LitmusResult] = []
    failed = stated = 0
    with (
        Interrupts() as interrupts,
        progress_bar("Running", len(files)) as advance,
        closing(_results(files, model_name, reports, jobs or os.cpu_count() or 1)) as results,
    ):
        for done, result in enumerate(results, 1):
            if result.error:
                failed += 1
                click.echo(shown(result.error), err=True)
            else:
                click.echo(result.json if as_json else result.text)
                stated += result.stated
                wrong += [result] if result.wrong else []
            advance(done, result.file)
            interrupts.check()
    if check:
        for result in wrong:
            click.echo(f"{result.file}: {result.wrong}", err=True)
        silent = len(files) - failed - stated
        more = f", {silent} without a comment Result" if silent else ""
        click.echo(f"{stated - len(wrong)} of {stated} as stated{more}", err=True)
    if failed:
        return BAD_INPUT
    return 1 if check and wrong else 0


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and those below the folders named, in order."""
    files: dict[Path, None] = {}
    for path in paths:
        found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not found:
            raise UsageProblem(f"{path}: there is no {SUFFIX} file in this folder")
        files |= dict.fromkeys(found)
    return list(files)


def _results(files: Sequence[Path], model: str, reports: Path | None, jobs: int) -> Generator[LitmusResult, None, None]:
    """The results in the order of the files, whichever is ready first."""
    if jobs == 1 or len(files) == 1:
        yield from (_run_file(path, model, reports) for path in files)
        return
    pool = ProcessPoolExecutor(min(jobs, len(files)), get_context("spawn"))
    try:
        yield from pool.map(_run_file, files, [model] * len(files), [reports] * len(files), chunksize=4)
    except BrokenProcessPool as error:
        raise UsageProblem("a worker process was killed, perhaps for want of memory\n  try --jobs 1") from error
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def _rules(model_name: str) -> tuple[Model, Macros]:
    """The model and its operations: a worker runs many files."""
    model = read_model(model_name)
    return model, macros_of(model)


def _run_file(path: Path, model_name: str, reports: Path | None) -> LitmusResult:
    try:
        model, macros = _rules(model_name)
        started = monotonic()
        test, unfolding = read_test(path, macros)
        witnesses: list[Execution] = []
        answer = judge(unfolding, model, witnesses.append)
        seconds = monotonic() - started
        report = ""
        if reports is not None and witnesses:
            report = _write_report(litmus_setting(path, macros), model, model_name, witnesses[0], answer, reports)
    except InputError as error:
        # What goes wrong with values has no place in the text. Errors with more than a message do not travel.
        placed = not isinstance(error, ScenarioError) or error.place
        return LitmusResult(str(path), error=str(error) if placed else f"{path}: {error}")
    return LitmusResult(
        str(path),
        text_block(test, answer, seconds, report),
        json.dumps(json_object(test, path, model_name, answer, seconds)),
        test.expected is not None,
        difference(test.expected, answer),
    )


def _write_report(
    setting: Setting, model: Model, model_name: str, execution: Execution, answer: Answer, folder: Path
) -> str:
    violation = setting.case.properties[0].find(execution, None)
    assert violation is not None
    writer = Writer(setting, model, model_name)
    search = Search(
        executions=answer.positive + answer.negative,
        violating={NAME: answer.positive},
        interleavings=None,
        complete=True,
        remarks={flag_title(flag): count for flag, count in answer.flagged.items()},
    )
    path = folder / f"{Path(setting.scenario.name).stem}-{model.name}.json"
    writer.save(writer.report(execution, violation, None, search), path)
    return str(path)
