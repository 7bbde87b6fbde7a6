"""The modelled system calls that a program can make here: how each is written, made, and answered in the model.

``@syscall`` names them; what they are made with are the arguments of the modelled functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from errno import errorcode
from typing import Any, TypeAlias

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.schedule.calls import SystemCall
from scenarios.real.files import Files, page_content
from scenarios.real.memfd import add_seals, fallocate, ftruncate, get_seals, pwrite, seal_names
from scenarios.shmem.constants import F_SEAL_FUTURE_WRITE, F_SEAL_INACCESSIBLE, F_SEAL_SHRINK, PAGE_SHIFT, PAGE_SIZE
from scenarios.shmem.objects import Inode

Arguments: TypeAlias = Mapping[str, Any]
"""A modelled call's arguments by name."""

Answer: TypeAlias = int | str | bytes
"""What a call gives: a number, the name of an errno, or the bytes that were read."""

COPY = "R10"
"""The step of a read that copies a page to user memory: the one place at which user space can stop it."""

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


def sets_stand_in(call: SystemCall) -> bool:
    """Whether the call sets the seal that no kernel has."""
    return call.name == "F_ADD_SEALS" and bool(call.arguments["seals"] & F_SEAL_INACCESSIBLE)


@dataclass(frozen=True)
class Kind:
    """A system call: its text in reports, and what makes it."""

    written: Callable[[Arguments], str]
    make: Callable[[Files, Arguments], Answer]


def _with_a_buffer(_files: Files, _arguments: Arguments) -> Answer:
    raise AssertionError("a read is made with a buffer")


def inode_of(call: SystemCall) -> Inode:
    """The file that the call is on."""
    arguments = call.arguments
    inode: Inode = arguments["file"].inode if "file" in arguments else arguments["inode"]
    return inode


def _drain(files: Files, arguments: Arguments) -> Answer:
    """All that is in the pipe: nothing is no error here, as nobody waits for more."""
    answer = files.pipe.drain(len(arguments["pipe"].bufs) * PAGE_SIZE)
    return b"" if answer == "EAGAIN" else answer


KINDS: Mapping[str, Kind] = {
    "pread": Kind(lambda a: f"pread({a['count']} bytes at {a['pos']})", _with_a_buffer),
    "pwrite": Kind(
        lambda a: f"pwrite({a['count']} x {character(a['token'])} at {a['pos']})",
        lambda files, a: pwrite(files.fd, bytes([a["token"]]) * a["count"], a["pos"]),
    ),
    "splice": Kind(
        lambda a: f"splice({a['count']} bytes at {a['pos']})",
        lambda files, a: files.pipe.splice(files.fd, a["count"], a["pos"]),
    ),
    "read(pipe)": Kind(lambda _a: "read(pipe)", _drain),
    "ftruncate": Kind(lambda a: f"ftruncate({a['length']})", lambda files, a: ftruncate(files.fd, a["length"])),
    "fallocate": Kind(
        lambda a: f"fallocate(mode {a['mode']}, {a['length']} bytes at {a['offset']})",
        lambda files, a: fallocate(files.fd, a["mode"], a["offset"], a["length"]),
    ),
    "F_ADD_SEALS": Kind(
        lambda a: f"fcntl(F_ADD_SEALS, {seal_names(on_this_kernel(a['seals']))})",
        lambda files, a: add_seals(files.fd, on_this_kernel(a["seals"])),
    ),
    "F_GET_SEALS": Kind(lambda _a: "fcntl(F_GET_SEALS)", lambda files, _a: get_seals(files.fd)),
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


def copies(call: SystemCall, execution: Execution) -> dict[int, tuple[int, Location]]:
    """The events at which a read copies from a page, each with the number of the chunk and the word of the page.

    The slot in which the read has last looked a page up says which page of the file it is.
    """
    inode = inode_of(call)
    first = index = call.arguments["pos"] >> PAGE_SHIFT
    slots = {slot: number for number, slot in enumerate(inode.i_mapping.i_pages)}
    found = {}
    for position in call.events:
        event = execution.events[position]
        if event.location in slots:
            index = slots[event.location]
        elif event.location in inode.content and event.reads and event.source and event.source.step == COPY:
            found[position] = (index - first, event.location)
    return found


def modelled_answer(call: SystemCall, execution: Execution) -> Answer:
    """What the call gives in the model; the bytes of a read are the tokens of its pages, zeros where there is none."""
    result = call.result or 0
    if result < 0:
        return errorcode[-result]
    if call.name == "pread":
        return _bytes_read(call, execution)[:result]
    if call.name == "read(pipe)":
        return _bytes_drained(call, execution)
    return on_this_kernel(result) if call.name == "F_GET_SEALS" else int(result)


def _bytes_read(call: SystemCall, execution: Execution) -> bytes:
    inode, pos = inode_of(call), call.arguments["pos"]
    parts = chunks(call.arguments)
    pages = [bytearray(PAGE_SIZE) for _ in parts]
    for position, (chunk, word) in copies(call, execution).items():
        _fill(inode, pages[chunk], word, _token(execution, position))
    offsets = [pos % PAGE_SIZE, *(0 for _ in parts[1:])]
    return b"".join(
        bytes(page[offset : offset + part.count]) for page, offset, part in zip(pages, offsets, parts, strict=True)
    )


def _bytes_drained(call: SystemCall, execution: Execution) -> bytes:
    """Whole pages, word by word in their order (see ``plan`` for pipes that hold anything else)."""
    inode = inode_of(call)
    loads = [i for i in call.events if execution.events[i].reads and execution.events[i].location in inode.content]
    tokens = [_token(execution, position) for position in loads]
    words = len(inode.all_words)
    return b"".join(page_content(inode, tokens[i : i + words]) for i in range(0, len(tokens), words))


def _fill(inode: Inode, page: bytearray, word: Location, token: int) -> None:
    """Put a token where its word is in a page."""
    number = next(held.data.index(word) for held in inode.pages if word in held.data)
    start, end = inode.cuts[number], inode.cuts[number + 1]
    page[start:end] = bytes([token]) * (end - start)


def _token(execution: Execution, position: int) -> int:
    token = execution.events[position].value
    assert isinstance(token, int), "content is a number"
    return token


def character(byte: int) -> str:
    """A byte as output shows it: ``'A'``, ``0x00``."""
    return f"'{chr(byte)}'" if 32 <= byte < 127 else f"0x{byte:02x}"
