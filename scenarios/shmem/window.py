"""What the windows share: a file, the threads around it, and how the seal gets set.

Under P0, P2 and P3 the owner changes a live file *in place*: it adds the seal with
F_ADD_SEALS.  Under P1 it *creates* a file that is sealed from the start, and readers have it
once its descriptor is installed.  With ``new-inode`` it does that too, and a file in use stays what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from explorer.execution.execution import Execution
from explorer.execution.location import Location, Object
from explorer.program.errors import ScenarioError
from explorer.program.program import Program, ThreadSpec, kernel
from explorer.program.thread import ACQUIRE, RELEASE, Thread
from explorer.property import Mark
from explorer.scenario import Parameters
from scenarios.shmem.constants import MFD_INACCESSIBLE, PAGE_SHIFT, PAGE_SIZE
from scenarios.shmem.fixes import Fix
from scenarios.shmem.guest import Kvm, guest, kvm_set_memslot
from scenarios.shmem.kernel import Kernel, Protocol
from scenarios.shmem.memfd import memfd_create
from scenarios.shmem.objects import File, Inode
from scenarios.shmem.properties import seal_landmark
from scenarios.shmem.syscalls import fallocate, pread


class Descriptor(Object):
    """A slot of the file table: ``installed`` is 1 once others can use the file."""

    def __init__(self, file: File) -> None:
        super().__init__(f"fd of {file.name}")
        self.file = file
        self.installed = Location(f"{file.name}.fd")


@kernel("fs/file.c")
async def fd_install(t: Thread, fd: Descriptor) -> None:
    """Publish an open file (rcu_assign_pointer)."""
    await t.write(fd.installed, 1, RELEASE, at="M1 fd_install")


@kernel("fs/file.c")
async def fdget(t: Thread, fd: Descriptor) -> bool:
    """Whether the descriptor is there. The acquire stands for the address dependency that leads to the file."""
    return bool(await t.read(fd.installed, ACQUIRE, at="R0 fdget"))


async def creator(t: Thread, kvm: Kvm | None, fd: Descriptor, size: int) -> None:
    """Make a file that is sealed from the start, and if there is a guest, its memory."""
    error = await memfd_create(t, fd.file.inode, MFD_INACCESSIBLE)
    if not error:
        await fd_install(t, fd)
    if kvm is None:
        return
    if not error:
        error = await fallocate(t, fd.file, 0, 0, size)
    await kvm_set_memslot(t, kvm, error)


async def reader(t: Thread, file: File, pos: int, count: int, result: Location | None) -> None:
    """Read once, at any time, and keep what the call returned where a property asks for it."""
    retval = await pread(t, file, pos, count)
    if result is not None:
        await t.write(result, retval, at="R13 return value")


async def reader_by_descriptor(
    t: Thread, old: File | None, fd: Descriptor, pos: int, count: int, result: Location | None
) -> None:
    """Read the file that was there before, if any, then the new one, if it is there."""
    if old is not None:
        await pread(t, old, pos, count)
    if await fdget(t, fd):
        await reader(t, fd.file, pos, count, result)


async def by_descriptor(t: Thread, fd: Descriptor, body: Callable[..., Coroutine[Any, Any, Any]], *more: Any) -> None:
    """Do something with a file by its descriptor, if that is there."""
    if await fdget(t, fd):
        await body(t, fd.file, *more)


@dataclass(frozen=True)
class Window:
    """A file whose seal gets set, and what is needed to build threads around it.

    Attributes:
        inode: the inode that is sealed sooner or later.
        old: with ``new-inode`` the file that was there before, else None.
        fd: the descriptor of a file that is created sealed, None where it is sealed in place.
    """

    kernel: Kernel
    inode: Inode
    file: File
    old: File | None
    fd: Descriptor | None

    @property
    def landmarks(self) -> tuple[Callable[[Execution], Mark | None], ...]:
        """What pictures of any execution mark: the store that seals the file."""
        return (seal_landmark(self.inode),)

    @classmethod
    def of(cls, fix: str, protocol: str, parameters: Parameters, pages: int, **inode: Any) -> Window:
        """A window on a file of ``parameters["pages"]`` pages at most, of which ``pages`` are there at first.

        ``inode`` is what else the Inode takes.
        """
        kernel = Kernel.of(fix, protocol, parameters)
        capacity = parameters["pages"]
        options = {"passes": parameters.get("passes", 2), **inode}
        if kernel.protocol is Protocol.P1:
            file = File(Inode(kernel, capacity, 0, **options))
            return cls(kernel, file.inode, file, None, Descriptor(file))
        old = File(Inode(kernel, capacity, pages, **options))
        if Fix.NEW_INODE in kernel:
            file = File(Inode(kernel, capacity, 0, name=" new", **options))
            return cls(kernel, file.inode, file, old, Descriptor(file))
        return cls(kernel, old.inode, old, None, None)

    def program(self, owner: ThreadSpec, *others: ThreadSpec, kvm: Kvm | None = None, first: int = 0) -> Program:
        """The owner's thread, or the one that creates the file instead; the guest if there is a ``kvm``; the others.

        The guest writes to the pages from ``first`` on.
        """
        capacity = len(self.inode.i_mapping.i_pages)
        if self.fd is not None:
            owner = ThreadSpec(owner.name, creator, (kvm, self.fd, capacity * PAGE_SIZE))
        guests = () if kvm is None else (ThreadSpec("guest", guest, (kvm, self.inode, capacity, first)),)
        return Program((owner, *guests, *others))

    def thread(self, name: str, body: Callable[..., Coroutine[Any, Any, Any]], *more: Any) -> ThreadSpec:
        """A thread ``body(t, file, *more)`` of somebody who has the file, or takes it once it is there."""
        if self.fd is not None:
            return ThreadSpec(name, by_descriptor, (self.fd, body, *more))
        return ThreadSpec(name, body, (self.file, *more))

    def reader(self, parameters: Parameters, result: Location | None = None) -> ThreadSpec:
        """The reading thread: ``count`` bytes at ``pos``, which must be in range (``check_range``).

        ``result`` gets what the read of the sealed file returns.
        """
        pos, count = parameters["pos"], parameters["count"]
        self.check_range(pos, count)
        if self.fd is not None:
            return ThreadSpec("reader", reader_by_descriptor, (self.old, self.fd, pos, count, result))
        return ThreadSpec("reader", reader, (self.file, pos, count, result))

    def check_range(self, pos: int, count: int) -> None:
        """Raise ScenarioError when a read of ``count`` bytes at ``pos`` reaches beyond the page cache that there is."""
        capacity = len(self.inode.i_mapping.i_pages) * PAGE_SIZE
        if pos < 0 or count < 1 or pos + count > capacity:
            raise ScenarioError(
                f"a read of {count} bytes at {pos} does not fit a file of {capacity} bytes",
                advice=f"keep pos + count within pages * {PAGE_SIZE} (1 page is 1 << {PAGE_SHIFT} bytes)",
            )
