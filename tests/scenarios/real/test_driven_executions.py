"""Executions of the model made on the kernel in front of us: every one that can be driven gives what the model says."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from explorer.execution.execution import Execution
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.program.tree import Unfolding
from explorer.schedule.calls import system_calls
from explorer.search.explore import Search
from scenarios.real import drive as driving
from scenarios.real import userspace
from scenarios.real.drive import drive
from scenarios.real.kernel import NotOnThisKernel
from scenarios.real.outcome import after_the_seal, came_of, differences, written
from scenarios.real.plan import CannotDrive, Plan, make_plan
from scenarios.shmem import syscalls
from scenarios.shmem.constants import F_SEAL_GROW, F_SEAL_INACCESSIBLE, F_SEAL_SHRINK, PAGE_SIZE
from scenarios.shmem.kernel import Kernel
from scenarios.shmem.objects import File, Inode
from scenarios.shmem.splice import Pipe, pipe_read

pytestmark = pytest.mark.usefixtures("userfaultfd")

Call = Callable[[Thread, File], Coroutine[Any, Any, Any]]


def truncate(size: int) -> Call:
    return lambda t, file: syscalls.ftruncate(t, file, size)


def allocate(length: int) -> Call:
    return lambda t, file: syscalls.fallocate(t, file, 0, 0, length)


def seal(seals: int) -> Call:
    return lambda t, file: syscalls.add_seals(t, file, seals)


def read(pos: int, count: int) -> Call:
    return lambda t, file: syscalls.pread(t, file, pos, count)


def write(pos: int, count: int, token: int) -> Call:
    return lambda t, file: syscalls.pwrite(t, file, pos, count, token)


def splice_and_drain(count: int) -> tuple[Call, Call]:
    pipe = Pipe(2)
    return (
        lambda t, file: syscalls.splice(t, file, 0, count, pipe),
        lambda t, file: pipe_read(t, file.inode, pipe),
    )


async def one_after_another(t: Thread, file: File, calls: tuple[Call, ...]) -> None:
    for call in calls:
        await call(t, file)


def executions(
    *threads: tuple[Call, ...], capacity: int = 2, pages: int = 2, cuts: tuple[int, ...] = ()
) -> list[tuple[Execution, Plan | str]]:
    """Every execution under sc of threads that make these calls, with its plan or why there is none."""
    file = File(Inode(Kernel(), capacity, pages, passes=1, cuts=cuts))
    specs = [ThreadSpec(f"thread {i}", one_after_another, (file, calls)) for i, calls in enumerate(threads)]
    unfolding = Unfolding(Program(tuple(specs)), 3)
    found: list[tuple[Execution, Plan | str]] = []
    for leaf in Search(unfolding, load_model("sc")):
        if leaf is not None:
            calls = system_calls(unfolding, leaf.execution)
            try:
                found.append((leaf.execution, make_plan(leaf.execution, calls, range(len(leaf.execution)))))
            except CannotDrive as obstacles:
                found.append((leaf.execution, str(obstacles)))
    return found


def told(steps: tuple[driving.Step, ...]) -> list[tuple[int, str, str]]:
    return [(step.call.thread, written(step), came_of(step)) for step in steps]


@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        ((truncate(0),), (read(0, 2 * PAGE_SIZE),)),
        ((truncate(PAGE_SIZE),), (read(0, 2 * PAGE_SIZE),)),
        ((truncate(0), truncate(2 * PAGE_SIZE)), (read(100, PAGE_SIZE + 1000),)),
        ((truncate(0), allocate(2 * PAGE_SIZE)), (read(0, PAGE_SIZE), read(PAGE_SIZE, PAGE_SIZE))),
        ((truncate(0), seal(F_SEAL_SHRINK), seal(F_SEAL_GROW)), (read(0, PAGE_SIZE), read(0, 1))),
    ],
)
def test_every_execution_that_can_be_driven_gives_what_the_model_says(
    writer: tuple[Call, ...], reader: tuple[Call, ...]
) -> None:
    found = executions(writer, reader)
    driven = [(execution, plan) for execution, plan in found if isinstance(plan, Plan)]
    for execution, plan in driven:
        assert differences(plan, execution, drive(plan)) == []
        planned = sorted(event for part in plan.parts for event in part.events)
        assert planned == list(range(execution.initial_writes, len(execution)))
    stalls = {plan.stalls(call) for _, plan in driven for call in plan.calls}
    assert stalls > {()}, "no read was stopped in its copy"
    assert len(driven) < len(found), "every stop was reachable"


def test_a_read_is_stopped_at_several_pages() -> None:
    """The file grows twice under a read that sees each of its three sizes at another page."""
    found = executions(
        (truncate(4 * PAGE_SIZE), truncate(5 * PAGE_SIZE)), (read(0, 3 * PAGE_SIZE),), capacity=5, pages=3
    )
    stops = {}
    for execution, plan in found:
        if isinstance(plan, Plan):
            steps = drive(plan)
            assert differences(plan, execution, steps) == []
            (reading,) = (call for call in plan.calls if call.name == "pread")
            stops[plan.stalls(reading)] = told(steps)
    assert stops[0, 1] == [
        (1, "pread(12288 bytes at 0)", "stops at R10, its copy of page 0"),
        (0, "ftruncate(16384)", "= 0"),
        (1, "pread goes on", "stops at R10, its copy of page 1"),
        (0, "ftruncate(20480)", "= 0"),
        (1, "pread goes on", "= 12288 bytes: 12288 x 'A'"),
    ]
    # Nothing that the read does after its last copy shows a size: no execution needs a stop there.
    assert set(stops) == {(), (0,), (1,), (0, 1)}


def test_calls_that_nothing_overlaps_are_made_one_after_the_other() -> None:
    ((execution, plan),) = executions((truncate(PAGE_SIZE), read(0, 5000), seal(F_SEAL_GROW), truncate(2 * PAGE_SIZE)))
    assert isinstance(plan, Plan)
    steps = drive(plan)
    assert told(steps) == [
        (0, "ftruncate(4096)", "= 0"),
        (0, "pread(5000 bytes at 0)", "= 4096 bytes: 4096 x 'A'"),
        (0, "fcntl(F_ADD_SEALS, F_SEAL_GROW)", "= 0"),
        (0, "ftruncate(8192)", "= -EPERM"),
    ]
    assert differences(plan, execution, steps) == []
    assert after_the_seal(execution, steps) == []


def test_holes_read_as_zeros_and_beyond_the_end_nothing_is_read() -> None:
    ((execution, plan),) = executions((truncate(0), allocate(PAGE_SIZE), read(0, 10), read(PAGE_SIZE, 10)))
    assert isinstance(plan, Plan)
    steps = drive(plan)
    assert [came_of(step) for step in steps[2:]] == ["= 10 bytes: 10 x 0x00", "= 0 bytes"]
    assert differences(plan, execution, steps) == []


def test_a_call_without_any_access_keeps_its_place() -> None:
    ((execution, plan),) = executions((truncate(0), seal(0x40), seal(F_SEAL_SHRINK), seal(0x80)))
    assert isinstance(plan, Plan)
    steps = drive(plan)
    assert [came_of(step) for step in steps] == ["= 0", "= -EINVAL", "= 0", "= -EINVAL"]
    assert differences(plan, execution, steps) == []


def test_a_read_that_meets_the_seal_is_refused() -> None:
    ((_execution, refusal),) = executions((truncate(0), seal(F_SEAL_INACCESSIBLE), read(0, 1)))
    assert isinstance(refusal, str)
    first, *_others = refusal.splitlines()
    place = "mm/shmem.c shmem_file_read_iter: seal check"
    assert first == f"thread 0: R3 ({place}) meets F_SEAL_INACCESSIBLE, for which no kernel looks"


def test_a_splice_is_one_call_and_its_copy_another() -> None:
    splice, drain = splice_and_drain(PAGE_SIZE)
    calls = (splice, write(0, PAGE_SIZE, 90), seal(F_SEAL_SHRINK), drain, drain, syscalls.get_seals)
    ((execution, plan),) = executions(calls)
    assert isinstance(plan, Plan)
    steps = drive(plan)
    assert told(steps) == [
        (0, "splice(4096 bytes at 0)", "= 4096"),
        (0, "pwrite(4096 x 'Z' at 0)", "= 4096"),
        (0, "fcntl(F_ADD_SEALS, F_SEAL_SHRINK)", "= 0"),
        (0, "read(pipe)", "= 4096 bytes: 4096 x 'Z'"),
        (0, "read(pipe)", "= 0 bytes"),
        (0, "fcntl(F_GET_SEALS)", f"= {F_SEAL_SHRINK}"),
    ]
    assert differences(plan, execution, steps) == []
    assert after_the_seal(execution, steps) == [
        "after the seal thread 0's read(pipe) returned 4096 bytes: 4096 x 'Z'",
        "after the seal thread 0's read(pipe) returned 0 bytes",
    ]


def test_between_a_splice_and_its_copy_everything_can_happen() -> None:
    splice, drain = splice_and_drain(PAGE_SIZE)
    found = executions((splice, drain), (truncate(0), seal(F_SEAL_SHRINK)), capacity=1, pages=1)
    driven = [(execution, plan) for execution, plan in found if isinstance(plan, Plan)]
    for execution, plan in driven:
        assert differences(plan, execution, drive(plan)) == []
    assert [0, 1, 1, 0] in [[part.call.thread for part in plan.parts] for _, plan in driven]


def test_a_pipe_whose_bytes_the_model_does_not_keep_is_refused() -> None:
    splice, drain = splice_and_drain(10)
    ((_execution, refusal),) = executions((splice, drain))
    assert isinstance(refusal, str)
    assert refusal.splitlines()[0] == (
        "thread 0: splice links 10 bytes as 1 pages of 4096: the model does not keep which they are"
    )


def test_pages_of_several_words_and_reads_that_end_within_them() -> None:
    calls = (write(0, 1000, 90), write(PAGE_SIZE + 1000, 100, 89), read(900, PAGE_SIZE))
    ((execution, plan),) = executions(calls, cuts=(1000, 1100))
    assert isinstance(plan, Plan)
    steps = drive(plan)
    assert came_of(steps[2]) == "= 4096 bytes: 100 x 'Z', 3996 x 'A'"
    assert differences(plan, execution, steps) == []


def stopped_read() -> tuple[Execution, Plan]:
    """A read of one page that stops while the file is emptied."""
    found = executions((truncate(0),), (read(0, PAGE_SIZE),), capacity=1, pages=1)
    return next(
        (execution, plan)
        for execution, plan in found
        if isinstance(plan, Plan) and any(plan.stalls(call) for call in plan.calls)
    )


def test_another_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userspace, "ftruncate", lambda _fd, _length: "EPERM")
    execution, plan = stopped_read()
    assert differences(plan, execution, drive(plan)) == [
        "thread 0's ftruncate(0): the report has 0, the kernel gave -EPERM"
    ]


def test_a_read_that_returns_instead_of_stopping_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "preadv", lambda _fd, _views, _pos: 0)
    execution, plan = stopped_read()
    assert differences(plan, execution, drive(plan)) == [
        "thread 1's pread(4096 bytes at 0): it did not come to R10, its copy of page 0, where the report has it stop",
        "thread 1's pread(4096 bytes at 0): the report has 4096 bytes: 4096 x 'A', the kernel gave 0 bytes",
    ]


def test_a_call_that_does_not_return_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "DEADLINE", 0.1)
    monkeypatch.setattr(userspace, "ftruncate", lambda _fd, _length: time.sleep(0.5))
    execution, plan = stopped_read()
    assert differences(plan, execution, drive(plan)) == [
        "thread 1's pread(4096 bytes at 0): it was not let go on",
        "thread 0's ftruncate(0): 0.1 s were not enough for it to return",
    ]


def test_other_pages_than_the_models_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _execution, plan = stopped_read()
    monkeypatch.setattr(driving, "PAGESIZE", 65536)
    with pytest.raises(NotOnThisKernel, match="this kernel has pages of 65536 bytes, the modelled one of 4096"):
        drive(plan)
