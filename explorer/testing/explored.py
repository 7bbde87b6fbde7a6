"""What a test of the pytest plugin has explored, whether it is what was expected, and how it is told where not."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from explorer.cli.cell import write_cell
from explorer.cli.failures import shown
from explorer.cli.folder import folder_for
from explorer.cli.setting import Options
from explorer.cli.writing import told
from explorer.errors import InputError
from explorer.search.reductions import Reductions
from explorer.search.result import Limits, Result, Verdict
from explorer.search.run import explore
from explorer.search.violations import DEADLOCK
from explorer.testing.asked import Asked, Replayed, problem_of
from explorer.testing.run import Run
from explorer.testing.runs import replayed
from explorer.testing.subject import Runnable, Subject
from explorer.token import read_token, start_of_hash
from reports.render import render
from reports.report import load_report

Expected = str | Collection[str] | None
"""``HOLDS``, ``VIOLATED``, the properties that are violated, or None for whatever comes."""

_VERDICTS = tuple(verdict.value for verdict in Verdict)


@dataclass(frozen=True)
class Explored:
    """What was found under one model.

    Attributes:
        what: what was explored, in words.
        verdict: ``HOLDS``, ``VIOLATED`` or ``INCOMPLETE``.
        violations: how many executions break each property that is violated, ``deadlock`` among them.
        executions: the complete executions.
        limits: why the search says less than all, in words; empty if it does not.
        ladder: the most severe violation step by step, with the command that replays it; empty if there is none.
        token: the word for it, empty if there is none or nothing can look it up.
        report: its report, None likewise.
        page: its page.
        lines: where all that is, as a failure tells it.
        one: whether one execution alone was run.
    """

    what: str
    verdict: str
    violations: Mapping[str, int]
    executions: int
    limits: tuple[str, ...]
    ladder: str = field(repr=False)
    token: str
    report: Path | None
    page: Path | None
    lines: tuple[str, ...] = field(repr=False)
    one: bool = False

    def check(self, expect: Expected) -> None:
        """Fail the test where it is not as expected, or not known to be."""
        reason = self._difference(expect)
        if reason:
            told_limits = [f"  {limit}" for limit in self.limits]
            blocks = ["\n".join([f"{self.what}: {reason}", *told_limits]), self.ladder.rstrip(), "\n".join(self.lines)]
            pytest.fail(shown("\n\n".join(filter(None, blocks))), pytrace=False)

    def _difference(self, expect: Expected) -> str:
        found = ", ".join(self.violations)
        if self.one:
            what = f"this execution breaks {found}" if found else "this execution breaks nothing"
            if expect is None:
                return ""
            if expect == Verdict.HOLDS.value or not _names(expect):
                fits = not found
            else:
                fits = bool(found and (expect == Verdict.VIOLATED.value or set(_names(expect)) & set(self.violations)))
            return "" if fits else f"{what}, expected {_words(expect)}"
        if self.verdict == Verdict.INCOMPLETE.value:
            return "INCOMPLETE, which is no answer" + ("" if self.executions else ": no execution was explored")
        if expect is None or expect == self.verdict:
            return ""
        what = f"{self.verdict}: {found}" if found else f"{self.verdict} in {self.executions:,} executions"
        if expect in _VERDICTS:
            return f"{what}, expected {expect}"
        if self.limits and set(self.violations) <= set(_names(expect)):
            return f"{what}, and the search did not come to its end: {_words(expect)} cannot be known to be all"
        return "" if set(_names(expect)) == set(self.violations) else f"{what}, expected {_words(expect)}"


class Explorer:
    """The fixture ``sealrace``."""

    def __init__(self, item: pytest.Item, out: Path) -> None:
        self.explored: list[Explored] = []
        self._item = item
        self._out = out

    def explore(
        self,
        scenario: Runnable,
        *,
        model: str = "sc",
        fix: str | None = None,
        protocol: str | None = None,
        parameters: Mapping[str, int] | None = None,
        small: bool = False,
        expect: Expected = "HOLDS",
        max_time: float | None = None,
        max_executions: int | None = None,
    ) -> Explored:
        """Explore under one model, and fail the test where what is found is not as expected.

        With ``--sealrace-replay`` what the token is of is not explored: its execution is run, and ends the test.
        """
        asked = Asked(scenario, (model,), fix, protocol, parameters, small, expect, max_time, max_executions)
        problem = problem_of(asked)
        if problem:
            pytest.fail(f"sealrace.explore: {problem}", pytrace=False)
        token = self._item.config.getoption("--sealrace-replay")
        if token is not None and not is_of(asked, model, token):
            token = None  # the test's own code may need it on the way to the one that is
        found = explored_for(self._item, asked, model, self._out, token)
        self.explored.append(found)
        found.check(expect)
        if token is not None:
            raise Replayed
        return found


def is_of(asked: Asked, model: str, token: str) -> bool:
    """Whether a token is of what a test explores under a model."""
    read = read_token(token)
    if read.model != model or (isinstance(asked.scenario, str) and asked.scenario != read.scenario):
        return False
    subject = _subject(asked, model)
    program = start_of_hash(subject.setting.program_hash)
    return subject.named and (subject.setting.scenario.name, program) == (read.scenario, read.program)


def explored_for(item: pytest.Item, asked: Asked, model: str, out: Path, token: str | None) -> Explored:
    """Explore for a test, or run the one execution of a token that is of it."""
    # One execution is run whatever time there is for all of them.
    subject = _subject(asked, model, asked.max_time if token is None else None)
    _check_names(asked.expect, subject)
    try:
        if token is not None:
            item.user_properties.append(("sealrace_replayed", token))
            return _of_run(item, subject, replayed(token))
        # Of threads that were left out an example without a name could not say that they were.
        reductions = Reductions(projection=subject.named)
        setting = subject.setting
        limits = Limits(asked.max_executions, asked.max_time, 1000, setting.seconds)
        result = explore(setting.case, subject.model, setting.unfolding, limits, reductions=reductions)
        return _of_search(item, subject, result, out, asked)
    except InputError as error:
        pytest.fail(shown(str(error)), pytrace=False)


def _check_names(expect: Expected, subject: Subject) -> None:
    """Fail where what is expected is no verdict and no property: it would never come."""
    known = [*(prop.name for prop in subject.setting.case.properties), DEADLOCK]
    unknown = [name for name in _names(expect) if name not in (*known, *_VERDICTS)]
    if unknown:
        pytest.fail(
            f"{_what(subject)}: expect names '{unknown[0]}', which is no property of it\n"
            f"  it has {', '.join(known)}; or say 'HOLDS' or 'VIOLATED'",
            pytrace=False,
        )


def _subject(asked: Asked, model: str, max_time: float | None = None) -> Subject:
    names = asked.scenario, model, asked.fix, asked.protocol, asked.parameters
    try:
        return Subject.of(*names, small=asked.small, max_time=max_time)
    except InputError as error:
        pytest.fail(shown(str(error)), pytrace=False)


def _of_search(item: pytest.Item, subject: Subject, result: Result, out: Path, asked: Asked) -> Explored:
    violations = {name: count for name, count in result.violating.items() if count}
    violations |= {DEADLOCK: result.blocked} if result.blocked else {}
    findings = told(result)
    ladder, token = "", ""
    report: Path | None = None
    lines: tuple[str, ...] = ()
    if findings and subject.named:
        options = Options(out, small=asked.small, max_executions=asked.max_executions, max_time=asked.max_time)
        with folder_for(out, option="--sealrace-out"):
            cell = write_cell(subject.setting, subject.model, subject.model_name, options, result)
        report = Path(cell.reports[0][1])
        loaded = load_report(str(report))
        token = loaded.token
        ladder, lines = render(loaded, "text", token), _where(item, token, report)
    elif findings:
        run = Run(subject, findings[0].execution, ())
        ladder, lines = run.ladder(), (f" again      {run!r}",)
    return Explored(
        what=_what(subject),
        verdict=result.verdict.value,
        violations=violations,
        executions=result.executions,
        limits=result.limits,
        ladder=ladder,
        token=token,
        report=report,
        page=report.with_suffix(".html") if report else None,
        lines=lines,
    )


def _of_run(item: pytest.Item, subject: Subject, run: Run) -> Explored:
    return Explored(
        what=_what(subject),
        verdict=Verdict.VIOLATED.value if run.violations else Verdict.INCOMPLETE.value,
        violations=dict.fromkeys(run.violations, 1),
        executions=1,
        limits=("one execution was run, and no other",),
        ladder=run.ladder(),
        token=run.token,
        report=None,
        page=None,
        lines=_where(item, run.token, None),
        one=True,
    )


def _where(item: pytest.Item, token: str, report: Path | None) -> tuple[str, ...]:
    """The lines below a ladder: how pytest runs it again, and its files."""
    path, colons, name = item.nodeid.partition("::")
    test = os.path.relpath(item.config.rootpath / path, item.config.invocation_params.dir) + colons + name
    again = shlex.join(["pytest", "--sealrace-replay", token, test])
    files = (
        ()
        if report is None
        else (f" report     {_short(report)}", f" page       {_short(report.with_suffix('.html'))}")
    )
    return (f" in pytest  {again}", *files)


def _short(path: Path) -> str:
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)


def _what(subject: Subject) -> str:
    setting = subject.setting
    if not subject.named:
        return f"{subject.words.partition(',')[0]}, model {subject.model_name}"
    return f"{setting.scenario.name}, fix {setting.fix}, protocol {setting.protocol}, model {subject.model_name}"


def _names(expect: Expected) -> Collection[str]:
    return (expect,) if isinstance(expect, str) else expect or ()


def _words(expect: Expected) -> str:
    return ", ".join(sorted(_names(expect))) or "nothing"
