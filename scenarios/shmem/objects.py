"""The kernel objects that the shmem paths share: inode, page cache, pages.

Sizes and offsets are bytes.  Every modelled size is a whole number of pages: v4 demands it
of a sealed file, and it keeps file positions and page indices plain numbers.

Left out because no property and no path of the model depends on them: times, dirty and
accessed bits, ``nrpages``, ``alloced`` and ``info->lock``, ``index`` of a page (each page
object stands at one index only).  There are no mappings, so ``i_mmap`` is always empty.
Swap is off: a slot holds a page or nothing.
"""

from __future__ import annotations

from explorer.execution.location import Location, Object
from explorer.program.locks import PageLock, RwSemaphore
from explorer.program.request import Request
from explorer.program.thread import ACQUIRE, FULL, PLAIN, RELEASE, Order, Thread
from scenarios.shmem.constants import PAGE_SIZE


class AddressSpace(Object):
    """struct address_space: ``i_pages[index]`` holds a page, or 0 where there is none."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.i_pages: tuple[Location, ...] = ()


class Page(Object):
    """struct page with its content, one word that stands for all its bytes.

    ``refcount`` starts at 1: the page cache's reference, or the allocation's that the cache takes over.
    """

    def __init__(self, name: str, mapping: AddressSpace | int, uptodate: int, content: int) -> None:
        super().__init__(name)
        self.lock = PageLock(f"{name}.PG_locked")
        self.uptodate = Location(f"{name}.PG_uptodate", uptodate)
        self.refcount = Location(f"{name}._refcount", 1)
        self.mapping = Location(f"{name}.mapping", mapping)
        self.data = (Location(f"{name}.data[0]", content),)


OLD = 65
"""What the file's pages hold before the seal."""

UNCLEARED = 170
"""What a page fresh from the allocator holds (PAGE_POISON)."""


class Inode(Object):
    """A shmem inode (struct inode and shmem_inode_info) and every page it can ever have.

    Args:
        capacity: pages that the file may grow to.
        pages: pages that it has at first, ``page A0``, ``page A1``, ..., uptodate.
        acquire_size: ``i_size`` as in v6.9 (acquire and release) instead of plain as in v5.16.

    ``fresh[index]`` is the page (``page B0``, ...) that the allocator gives when a page is
    inserted at ``index`` while the program runs, which happens once at most.
    """

    def __init__(self, capacity: int, pages: int, *, acquire_size: bool) -> None:
        super().__init__("inode")
        assert pages <= capacity
        self.i_size = Location("inode.i_size", pages * PAGE_SIZE)
        self.seals = Location("inode.seals", 0)
        self.i_rwsem = RwSemaphore("inode.i_rwsem")
        self.i_mapping = AddressSpace("i_mapping")
        self.cached = tuple(Page(f"page A{i}", self.i_mapping, 1, OLD) for i in range(pages))
        self.fresh = tuple(Page(f"page B{i}", 0, 0, UNCLEARED) for i in range(capacity))
        self.i_mapping.i_pages = tuple(
            Location(f"page cache[{i}]", self.cached[i] if i < pages else 0) for i in range(capacity)
        )
        self.size_load: Order = ACQUIRE if acquire_size else PLAIN
        self.size_store: Order = RELEASE if acquire_size else PLAIN

    @property
    def content(self) -> tuple[Location, ...]:
        """The content of every page that the file has or can have."""
        return tuple(page.data[0] for page in (*self.cached, *self.fresh))


def i_size_read(t: Thread, inode: Inode, *, at: str) -> Request:
    """i_size_read() on 64 bits: a plain load, since v6.9 smp_load_acquire()."""
    return t.read(inode.i_size, inode.size_load, at=at)


def i_size_write(t: Thread, inode: Inode, i_size: int, *, at: str) -> Request:
    """i_size_write() on 64 bits: a plain store, since v6.9 smp_store_release()."""
    return t.write(inode.i_size, i_size, inode.size_store, at=at)


def get_page_unless_zero(t: Thread, page: Page, *, at: str) -> Request:
    """get_page_unless_zero(): takes a reference if there is one; gives the old count, 0 for failure."""
    return t.update_if(page.refcount, lambda v: v != 0, lambda v: v + 1, FULL, at=at)


def put_page(t: Thread, page: Page, *, at: str) -> Request:
    """put_page(): drops a reference. What becomes of a page without any is not modelled."""
    return t.fetch("-", page.refcount, 1, FULL, at=at)
