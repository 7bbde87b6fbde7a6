"""The modelled system calls that a program can make here: how each is written, made, and answered in the model.

``@syscall`` names them; what they are made with are the arguments of the modelled functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from errno import errorcode
from typing import Any, TypeAlias

from explorer.execution.execution import Execution
from explorer.schedule.calls import SystemCall
from scenarios.real.memfd import F_SEAL_FUTURE_WRITE, add_seals, fallocate, ftruncate, seal_names
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, F_SEAL_SHRINK, PAGE_SHIFT, PAGE_SIZE
from scenarios.shmem.objects import Inode

Arguments: TypeAlias = Mapping[str, Any]
"""A modelled call's arguments by name."""

Answer: TypeAlias = int | str | bytes
"""What a call gives: a number, the name of an errno, or the bytes that were read."""

COPY = "R10"
"""The step of a read that copies a page to user memory: the one place at which user space can stop it."""

CHECK = "R3"
"""The step of a read at which the patch looks at the seal: no kernel has it."""

STAND_IN = F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE
"""What takes the place of F_SEAL_INACCESSIBLE, which is on no kernel.

Like the patch's seal the two refuse writing, shared writable mappings and shrinking, and
allow growing.  Like it they are a store under ``i_rwsem`` and nothing else: F_SEAL_WRITE
would ask for mappings and wait for pinned pages, among them those that a read is copying.
A read looks at none of them, as one that has passed R3 looks at the patch's no more.
"""


STAND_IN_NOTE = (
    f"F_SEAL_INACCESSIBLE is on no kernel: {seal_names(STAND_IN)} takes its place, at which a read does not look"
)


def on_this_kernel(seals: int) -> int:
    """Seals with the stand-in for the one that no kernel has."""
    return seals & ~F_SEAL_INACCESSIBLE | STAND_IN if seals & F_SEAL_INACCESSIBLE else seals


@dataclass(frozen=True)
class Kind:
    """A system call: its text in reports, and what makes it on a file descriptor."""

    written: Callable[[Arguments], str]
    make: Callable[[int, Arguments], Answer]


def sets_stand_in(call: SystemCall) -> bool:
    """Whether the call sets the seal that no kernel has."""
    return call.name == "F_ADD_SEALS" and bool(call.arguments["seals"] & F_SEAL_INACCESSIBLE)


def _cannot_be_made_so(_fd: int, _arguments: Arguments) -> Answer:
    raise AssertionError("a read is made with a buffer")


KINDS: Mapping[str, Kind] = {
    "pread": Kind(lambda a: f"pread({a['count']} bytes at {a['pos']})", _cannot_be_made_so),
    "ftruncate": Kind(lambda a: f"ftruncate({a['length']})", lambda fd, a: ftruncate(fd, a["length"])),
    "fallocate": Kind(
        lambda a: f"fallocate({a['length']} bytes at {a['offset']})",
        lambda fd, a: fallocate(fd, 0, a["offset"], a["length"]),
    ),
    "F_ADD_SEALS": Kind(
        lambda a: f"fcntl(F_ADD_SEALS, {seal_names(on_this_kernel(a['seals']))})",
        lambda fd, a: add_seals(fd, on_this_kernel(a["seals"])),
    ),
}
"""The calls that can be made, by the names that ``@syscall`` gives."""


@dataclass(frozen=True)
class Chunk:
    """The part of a read that lies in one page of the file: ``count`` bytes of page ``index``."""

    index: int
    count: int


def chunks(arguments: Arguments) -> tuple[Chunk, ...]:
    """The parts of a read, page by page."""
    pos, count = arguments["pos"], arguments["count"]
    found = []
    while count > 0:
        here = min(count, PAGE_SIZE - pos % PAGE_SIZE)
        found.append(Chunk(pos >> PAGE_SHIFT, here))
        pos, count = pos + here, count - here
    return tuple(found)


def copies(call: SystemCall, execution: Execution) -> dict[int, int]:
    """The events at which a read copies a page, each with the number of the chunk.

    The slot in which the read has last looked a page up says which page of the file it is.
    """
    inode: Inode = call.arguments["inode"]
    first = index = call.arguments["pos"] >> PAGE_SHIFT
    slots = {slot: number for number, slot in enumerate(inode.i_mapping.i_pages)}
    found = {}
    for position in call.events:
        event = execution.events[position]
        if event.location in slots:
            index = slots[event.location]
        elif event.location in inode.content and event.reads and event.source and event.source.step == COPY:
            found[position] = index - first
    return found


def modelled_answer(call: SystemCall, execution: Execution) -> Answer:
    """What the call gives in the model; the bytes of a read are the tokens of its pages, zeros where there is none."""
    result = call.result or 0
    if result < 0:
        return errorcode[-result]
    if call.name != "pread":
        return int(result)
    tokens = {chunk: execution.events[position].value for position, chunk in copies(call, execution).items()}
    pages = (bytes([_byte(tokens.get(i, 0))]) * chunk.count for i, chunk in enumerate(chunks(call.arguments)))
    return b"".join(pages)[:result]


def _byte(token: object) -> int:
    assert isinstance(token, int), "content is a number"
    return token
