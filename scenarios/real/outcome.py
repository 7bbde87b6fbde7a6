"""What a run on a real kernel shows: the same answers as the model, and what was read after the seal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from explorer.execution.execution import Execution
from explorer.schedule.calls import SystemCall
from scenarios.real.drive import Step
from scenarios.real.files import first_content
from scenarios.real.plan import Plan
from scenarios.real.userspace import COPY, KINDS, Answer, character, chunks, inode_of, modelled_answer


def differences(plan: Plan, execution: Execution, steps: Sequence[Step]) -> list[str]:
    """Call by call where the kernel did something else than the model; empty if nowhere."""
    found = []
    for call in plan.calls:
        own = [step for step in steps if step.call is call]
        found += [f"{_named(execution, call)}: {text}" for text in _differences(plan, execution, call, own)]
    return found


def _differences(plan: Plan, execution: Execution, call: SystemCall, own: Sequence[Step]) -> Iterator[str]:
    if not own:
        yield "it was not made any more"
        return
    stopped = [step.stopped for step in own if step.stopped is not None]
    missed = [chunk for chunk in plan.stalls(call) if chunk not in stopped]
    if own[-1].overdue:
        yield own[-1].overdue
    elif own[-1].stopped is not None:
        yield "it was not let go on"
    elif missed:
        yield f"it did not come to {place_of(call, missed[0])}, where the report has it stop"
    modelled, answer = modelled_answer(call, execution), own[-1].answer
    if answer is not None and answer != modelled:
        yield f"the report has {shown(modelled)}, the kernel gave {shown(answer)}"


def after_the_seal(execution: Execution, steps: Sequence[Step]) -> list[str]:
    """A sentence for each read that returned after a seal was set."""
    sealed = [i for i, step in enumerate(steps) if step.call.name == "F_ADD_SEALS" and step.answer == 0]
    later = steps[sealed[0] + 1 :] if sealed else ()
    found = []
    for step in later:
        if isinstance(step.answer, bytes):
            what = f"{shown(step.answer)}{_source(step.call, step.answer)}"
            found.append(f"after the seal {_named(execution, step.call)} returned {what}")
    return found


def written(step: Step) -> str:
    """The call as it is made, or that it goes on."""
    return f"{step.call.name} goes on" if step.resumed else KINDS[step.call.name].written(step.call.arguments)


def came_of(step: Step) -> str:
    """Where the call has stopped, or what it gave."""
    if step.stopped is not None:
        return f"stops at {place_of(step.call, step.stopped)}"
    return step.overdue if step.answer is None else f"= {shown(step.answer)}"


def shown(answer: Answer) -> str:
    """``0``, ``-EPERM``, ``4096 bytes: 4096 x 'A'``."""
    match answer:
        case bytes():
            runs = ", ".join(f"{len(list(run))} x {character(byte)}" for byte, run in groupby(answer))
            return f"{len(answer)} bytes" + (f": {runs}" if runs else "")
        case str():
            return f"-{answer}"
    return str(answer)


def place_of(call: SystemCall, chunk: int) -> str:
    """``R10, its copy of page 0``."""
    return f"{COPY}, its copy of page {chunks(call.arguments)[chunk].index}"


def _named(execution: Execution, call: SystemCall) -> str:
    """``reader's pread(4096 bytes at 0)``."""
    return f"{execution.threads[call.thread]}'s {KINDS[call.name].written(call.arguments)}"


def _source(call: SystemCall, answer: bytes) -> str:
    """Whether the bytes are those that the file held at first; empty where there are none, or no place in the file."""
    pos = call.arguments.get("pos")
    if pos is None or not answer:
        return ""
    held = first_content(inode_of(call))[pos : pos + len(answer)]
    return ", which the file held before the seal" if answer == held else ", which the file did not hold at first"
