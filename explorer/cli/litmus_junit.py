"""What came of litmus tests as a JUnit file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from explorer.cli.litmus_run import LitmusResult
from reports.forms.junit import Case, Outcome, junit_file


def write_junit(
    file: Path,
    model: str,
    tests: Sequence[str],
    results: Sequence[LitmusResult],
    problems: Sequence[str],
    *,
    check: bool,
) -> None:
    """Write a case per test, in order; those that did not run, and paths that could not be, are errors.

    With ``check`` a result that is not the one stated is a failure, and a test that states none is skipped.
    """
    cases = [*_cases(model, tests, results, check=check), *(_problem(model, problem) for problem in problems)]
    file.write_text(junit_file(cases), encoding="utf-8")


def _cases(model: str, tests: Sequence[str], results: Sequence[LitmusResult], *, check: bool) -> Iterator[Case]:
    by_file = {result.file: result for result in results}
    for test in tests:
        again = f"again: {shlex.join(['sealrace', 'litmus', '--model', model, *(['--check'] if check else []), test])}"
        result = by_file.get(test)
        if result is None:
            yield Case(_suite(model), test, Outcome.ERROR, "not run", again)
        elif result.error:
            yield Case(_suite(model), test, Outcome.ERROR, "could not be run", f"{result.error}\n{again}")
        else:
            answer = json.loads(result.json)
            found = f"{answer['observation']} {answer['positive']} {answer['negative']}"
            outcome = Outcome.PASSED
            if check:
                outcome = Outcome.FAILED if result.wrong else Outcome.PASSED if result.stated else Outcome.SKIPPED
                found = result.wrong or (found if result.stated else f"{found}; there is no comment Result")
            yield Case(_suite(model), test, outcome, found, again)


def _suite(model: str) -> str:
    return f"litmus tests under {model}"


def _problem(model: str, problem: str) -> Case:
    return Case(_suite(model), problem.partition(":")[0], Outcome.ERROR, "could not be run", problem)
