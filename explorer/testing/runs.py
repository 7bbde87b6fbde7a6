"""Schedules for Hypothesis, and runs from the examples that it prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hypothesis import reject
from hypothesis import strategies as st

from explorer.cli.failures import UsageProblem
from explorer.cli.scenario_name import is_in_file, split
from explorer.cli.setting import UNROLL
from explorer.cli.stored import naming
from explorer.cli.token_report import execution_of, setting_and_model, threads_of, title_of, walked
from explorer.execution.execution import Status
from explorer.schedule.steps import Step
from explorer.testing.plan import Place, Plan, Planned
from explorer.testing.run import Run
from explorer.testing.subject import Runnable, Subject
from explorer.token import read_token

SELDOM_MORE = 3
"""How many writes a step that takes something old passes over at the most in about every other example."""

LONGEST = 50
"""How many stretches a schedule is drawn with at the most, and how many steps that take something old."""

_WORD = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?(?:x([0-9]{1,4}))?")


def schedules(
    scenario: Runnable,
    *,
    model: str = "sc",
    fix: str | None = None,
    protocol: str | None = None,
    parameters: Mapping[str, int] | None = None,
    small: bool = False,
    unroll: int = UNROLL,
) -> st.SearchStrategy[Run]:
    """Runs of a scenario, for ``@given``; ``scenario`` as of ``Runnable``, the rest as on the command line.

    A failing run shrinks to few stretches of few threads, in which all steps take effect at once where they can.
    Executions with load buffering are not drawn, for no schedule leads to them: ``explore`` finds them.
    Runs in which an assumption fails, or a read finds no write that it may read from, are rejected.
    What is wrong with the arguments is told, as an InputError, when the test begins.
    """

    def made() -> st.SearchStrategy[Run]:
        subject = Subject.of(scenario, model, fix, protocol, parameters, small=small, unroll=unroll)
        # Hypothesis asks for what is deferred before the first example, and does not count it as slow drawing.
        lengths, writes = subject.likely.lengths, subject.likely.writes
        # Under a sequential model the steps that take effect at once lead to every execution.
        oldest = 0 if subject.model.is_sequential else LONGEST

        # The subject is no argument: Hypothesis would write it out in messages.
        @st.composite
        def runs(draw: st.DrawFn) -> Run:
            stretches = draw(st.lists(_stretches(lengths), max_size=LONGEST))
            older = draw(st.lists(_older(lengths, writes), max_size=oldest))
            return _made(subject, Plan(in_order(stretches), dict(older)))

        return runs()

    return st.deferred(made)


def replayed(token: str) -> Run:
    """The run that a token stands for.

    InputError as of ``sealrace replay``: where the token is damaged or not of a whole execution, and where scenario or
    model have changed since.  Unlike there it may be of an execution that was cut.
    """
    read = read_token(token)
    name = title_of(read)
    if not read.over:
        raise UsageProblem(f"{name}: after these {len(read.steps)} steps the execution is not over")
    # Who writes the token into a test of their own has named its file by that.
    own = Path(split(read.scenario)[0]) if is_in_file(read.scenario) else None
    setting, model = setting_and_model(read, own)
    with naming(name):
        unfolding, others = threads_of(read, setting, model)
        execution = execution_of(read, unfolding, model)
    return Run(Subject(setting, model, read.model, "", True), execution, read.steps, others)


def run_of(
    scenario: Runnable,
    *,
    steps: str,
    model: str = "sc",
    fix: str | None = None,
    protocol: str | None = None,
    parameters: Mapping[str, int] | None = None,
    small: bool = False,
    unroll: int = UNROLL,
) -> Run:
    """The run of a scenario, or of what has no name, with these steps: what an example shows that no token can name.

    ``steps`` has the threads by number in the order of their steps: ``0x3 1 0-2`` is three steps of thread 0, one of
    thread 1, and one of thread 0 at the last write but two.  InputError where the program has no such run.
    """
    subject = Subject.of(scenario, model, fix, protocol, parameters, small=small, unroll=unroll)
    made = _steps(steps)
    return Run(subject, walked(subject.setting.unfolding, subject.model, made), made)


def _steps(text: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    for word in text.split():
        match = _WORD.fullmatch(word)
        if match is None:
            raise UsageProblem(f"'{word}' is no step\n  write a thread's number, -N for an older write, xN for several")
        thread, older, count = match.groups()
        steps += [Step(int(thread), int(older or 0))] * int(count or 1)
    return tuple(steps)


def _made(subject: Subject, plan: Plan) -> Run:
    """The run of a plan; it is rejected where there is none."""
    planned = Planned(plan)
    subject.scheduler.run(planned)
    if planned.execution is None or planned.execution.status is Status.DROPPED:
        reject()
    return Run(subject, planned.execution, planned.steps)


@st.composite
def _stretches(draw: st.DrawFn, lengths: tuple[int, ...]) -> Place:
    """A thread and how far it goes: simplest to its end."""
    thread = draw(st.integers(0, len(lengths) - 1))
    return thread, lengths[thread] - draw(st.integers(0, lengths[thread] - 1))


@st.composite
def _older(draw: st.DrawFn, lengths: tuple[int, ...], writes: int) -> tuple[Place, int]:
    """A place, and how many of the writes there its step passes over; what is more than there are counts as all."""
    thread = draw(st.integers(0, len(lengths) - 1))
    place = thread, draw(st.integers(0, lengths[thread] - 1))
    return place, draw(st.integers(1, min(writes, SELDOM_MORE)) | st.integers(1, writes))


def in_order(stretches: list[Place]) -> tuple[Place, ...]:
    """The stretches with the ends of each thread in ascending order.

    Random ends seldom are, and a stretch that ends where its thread has been is none.
    """
    ends: dict[int, list[int]] = {}
    for thread, end in stretches:
        ends.setdefault(thread, []).append(end)
    for each in ends.values():
        each.sort(reverse=True)
    return tuple((thread, ends[thread].pop()) for thread, _end in stretches)
