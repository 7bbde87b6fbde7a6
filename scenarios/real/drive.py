"""Making the calls of a plan on a real memfd: one thread for each modelled one, in the plan's order.

Nothing waits for ever: every wait ends after ``DEADLINE``, and then every stopped call is
let go.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from mmap import PAGESIZE

from explorer.schedule.calls import SystemCall
from scenarios.real.files import Files, initial, new_files
from scenarios.real.kernel import NotOnThisKernel, require_linux
from scenarios.real.memfd import preadv
from scenarios.real.plan import Plan
from scenarios.real.stalled import StallingBuffer
from scenarios.real.userspace import KINDS, Answer, chunks, on_this_kernel
from scenarios.real.worker import Worker
from scenarios.shmem.constants import PAGE_SIZE

DEADLINE = 5.0
"""Seconds that one call may take to return or to reach the place where it is to stop."""

_GLANCE = 0.02
"""Seconds between two looks at whether a call has returned instead of stopping."""


@dataclass(frozen=True)
class Step:
    """One thing that happened: a call was made or went on, then stopped at a chunk's copy, or gave an answer.

    Exactly one of ``stopped`` and ``answer`` is None, or both where ``overdue`` says what was waited for.
    """

    call: SystemCall
    resumed: bool
    stopped: int | None
    answer: Answer | None
    overdue: str = ""


def drive(plan: Plan) -> tuple[Step, ...]:
    """Make the calls of a plan, on a new memfd with the modelled file's first content; gives what happened.

    A call that returns where it was to stop is not waited for any more.  After a wait in vain
    nothing further is made.

    Raises NotOnThisKernel where the machine lacks what it needs.
    """
    require_linux()
    if PAGESIZE != PAGE_SIZE:
        raise NotOnThisKernel(
            f"this kernel has pages of {PAGESIZE} bytes, the modelled one of {PAGE_SIZE}\n"
            f"  run it on a kernel with pages of {PAGE_SIZE} bytes"
        )
    with ExitStack() as stack:
        files = stack.enter_context(new_files(plan.inode, on_this_kernel(initial(plan.inode.seals))))
        stage = _Stage(files, plan, stack)
        steps: list[Step] = []
        for part in plan.parts:
            step = stage.start(part.call) if part.chunk is None else stage.go_on(part.call, part.chunk)
            if step is not None:
                steps.append(step)
                if step.overdue:
                    break
    return tuple(steps)


class _Stage:
    """The threads, and the calls that they are in."""

    def __init__(self, files: Files, plan: Plan, stack: ExitStack) -> None:
        self._files = files
        self._plan = plan
        self._futures: dict[int, Future[Answer]] = {}
        self._stopped: dict[int, int] = {}  # by the identity of a call the chunk at which it stands
        # What is entered last is left first: stopped reads go on, then threads end, then memory goes.
        self._buffers = {
            id(call): stack.enter_context(StallingBuffer(len(chunks(call.arguments)), plan.stalls(call)))
            for call in plan.calls
            if call.name == "pread"
        }
        self._threads: dict[int, Worker[Answer]] = {thread: Worker() for thread in {call.thread for call in plan.calls}}
        for worker in self._threads.values():
            stack.callback(worker.end, DEADLINE)
        stack.callback(self._let_all_go)

    def start(self, call: SystemCall) -> Step:
        """Make a call in its thread, up to its end or the place where it is to stop."""
        self._futures[id(call)] = self._threads[call.thread].submit(partial(self._make, call))
        return self._wait(call, self._plan.stalls(call), resumed=False)

    def go_on(self, call: SystemCall, chunk: int) -> Step | None:
        """Let a call go on that stands at this chunk; None if it has returned before it got there."""
        if self._stopped.pop(id(call), None) is None:
            return None
        self._buffers[id(call)].let_go(chunk)
        return self._wait(call, tuple(c for c in self._plan.stalls(call) if c > chunk), resumed=True)

    def _make(self, call: SystemCall) -> Answer:
        """In the call's own thread: the kernel's answer."""
        if call.name != "pread":
            return KINDS[call.name].make(self._files, call.arguments)
        buffer, parts = self._buffers[id(call)], chunks(call.arguments)
        views = [buffer.view(page, chunk.count) for page, chunk in enumerate(parts)]
        count = preadv(self._files.fd, views, call.arguments["pos"])
        if isinstance(count, str):
            return count
        found = b""
        for page, chunk in enumerate(parts):
            # Pages that nothing was copied to are left alone: to touch one would be to stop at it.
            found += buffer.load(page, min(chunk.count, count - len(found)))
        return found

    def _wait(self, call: SystemCall, stalls: tuple[int, ...], *, resumed: bool) -> Step:
        """Until the call stops at one of these chunks or returns."""
        future, ends = self._futures[id(call)], time.monotonic() + DEADLINE
        while time.monotonic() < ends:
            if stalls and not future.done():
                chunk = self._buffers[id(call)].wait(_GLANCE)
                if chunk is not None:
                    self._stopped[id(call)] = chunk
                    return Step(call, resumed, chunk, None)
                continue
            try:
                return Step(call, resumed, None, future.result(ends - time.monotonic()))
            except TimeoutError:
                break
        waited = "to stop in its copy or to return" if stalls else "to return"
        return Step(call, resumed, None, None, f"{DEADLINE:g} s were not enough for it {waited}")

    def _let_all_go(self) -> None:
        for buffer in self._buffers.values():
            buffer.let_all_go()
