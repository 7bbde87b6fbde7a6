"""``sealrace litmus``: run litmus tests, and compare them with the results that they state."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import click

from explorer.cli.failures import BAD_INPUT, shown
from explorer.cli.folder import make_files, make_folder
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_files import find_tests
from explorer.cli.litmus_run import LitmusResult, LitmusTask, run_file
from explorer.cli.named import read_model
from explorer.cli.output import progress_bar

ALONE_SECONDS = 0.5
"""How long files are run in this process before others are started."""


def run_litmus(
    paths: Sequence[Path],
    model_name: str,
    *,
    as_json: bool,
    check: bool,
    reports: Path | None,
    junit: Path | None,
    jobs: int | None,
) -> int:
    """Run the tests of files and folders under a model; gives the exit status.

    0: all ran (with ``check``: all as stated); 1: a result is not the one stated; 2: a file could not be run.
    """
    files, problems = find_tests(paths)
    read_model(model_name)
    if reports is not None:
        make_folder(reports, "--reports")
    make_files(junit)
    for problem in problems:
        click.echo(shown(problem), err=True)
    alone = len(files) == 1
    tasks = [LitmusTask(file, model_name, check, reports and reports / name, alone) for file, name in files.items()]
    wrong: list[LitmusResult] = []
    results: list[LitmusResult] = []
    failed = len(problems)
    stated = silent = done = 0
    with Interrupts() as interrupts, progress_bar("Running", len(files)) as advance:

        def show(result: LitmusResult) -> None:
            nonlocal failed, stated, silent, done
            for warning in result.warnings:
                click.echo(shown(warning), err=True)
            if result.error:
                failed += 1
                click.echo(shown(result.error), err=True)
            else:
                click.echo(result.json if as_json else result.text)
                if result.nothing:
                    click.echo(shown(f"{result.file}: {result.nothing}"), err=True)
                stated += result.stated
                silent += not result.stated
                wrong.extend([result] if result.wrong else [])
            results.append(result)
            done += 1
            advance(done, result.file)
            interrupts.check()

        _run(tasks, jobs or os.cpu_count() or 1, show, interrupts)
    if junit is not None:
        from explorer.cli.litmus_junit import write_junit

        write_junit(junit, model_name, list(map(str, files)), results, problems, check=check)
    if check:
        for result in wrong:
            click.echo(f"{result.file}: {result.wrong}", err=True)
        more = f", {silent} without a comment Result" if silent else ""
        more += f", {failed} could not be run" if failed else ""
        click.echo(f"{stated - len(wrong)} of {stated} as stated{more}", err=True)
    elif failed and len(files) + len(problems) > 1:
        click.echo(f"{failed} of {len(files) + len(problems)} files could not be run", err=True)
    if failed:
        return BAD_INPUT
    return 1 if check and wrong else 0


def _run(tasks: Sequence[LitmusTask], jobs: int, show: Callable[[LitmusResult], None], interrupts: Interrupts) -> None:
    """Give ``show`` the results in the order of the tasks."""
    until = monotonic() + ALONE_SECONDS
    left = deque(tasks)
    while left and (jobs == 1 or len(left) == 1 or monotonic() < until):
        show(run_file(left.popleft()))
    if left:
        # Importing what drives processes takes longer than many a test.
        from explorer.cli.litmus_work import LitmusDesk
        from explorer.cli.processes import serve

        serve(LitmusDesk(tuple(left), show, interrupts), min(jobs, len(left)), interrupts)
