"""A file of one process and one thread: calls made one after another, with what they leave in memory."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from explorer.execution.location import Location, Value
from explorer.program.request import Load, Request, Update
from explorer.program.thread import Thread
from explorer.schedule.alone import Memory, run_alone
from scenarios.shmem.kernel import Kernel
from scenarios.shmem.mmap import Mm
from scenarios.shmem.objects import File, Inode, Vma


class OneThread:
    """Calls on a file of ``pages`` pages, with room for 2; ``more`` is what else the Inode takes.

    ``vma`` is shared and writable, ``private`` is neither shared nor there at first.
    """

    def __init__(
        self, pages: int, *, fix: str = "none", protocol: str = "P2", choices: tuple[str, ...] = (), **more: Any
    ) -> None:
        self.inode = Inode(Kernel.of(fix, protocol, dict.fromkeys(choices, 1)), 2, pages, **more)
        self.file = File(self.inode)
        self.mm = Mm("mm")
        words = len(self.inode.all_words)
        self.vma = Vma("vma", 2, words, shared=True, writable=True)
        self.other = Vma("other vma", 2, words, shared=True, writable=False)
        self.private = Vma("private vma", 2, words, shared=False, writable=True)
        if self.inode.mapped:
            self.inode.map(self.vma, self.other, self.private)
        self.memory: Memory = {}
        self.loaded: list[tuple[Location, Value]] = []

    def do(self, call: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any, **more: Any) -> Any:
        """The result of a call."""
        return run_alone(call(Thread(), *arguments, **more), self.memory, self._note)

    def _note(self, request: Request, value: Value) -> None:
        assert isinstance(request, Load | Update)
        assert isinstance(request.location, Location)
        self.loaded.append((request.location, value))

    def value(self, location: Location) -> Value:
        """What a location holds now."""
        return self.memory.get(location, location.initial)

    def content(self) -> list[Value]:
        """What has been loaded of the content of pages since it was last asked."""
        anon = [word for vma in (self.vma, self.other, self.private) for page in vma.anon for word in page.data]
        found = [value for location, value in self.loaded if location in (*self.inode.content, *anon)]
        self.loaded.clear()
        return found
