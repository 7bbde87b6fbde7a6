"""The kernel objects that the shmem paths share: inode, page cache, pages, open files.

Sizes and offsets are bytes.  Content is kept in *words*: a page has one for each stretch of
its bytes between two ``cuts``, one for all of it unless told otherwise.

An inode has what its scenario can meet.  Nothing is left out that could make a difference:
where no mapping can exist (``mapped`` is False) there is no tree of mappings to look at, and
where only holders of ``i_rwsem`` store slots of the page cache the xarray's own lock has
nothing to keep apart.  Left out everywhere, because no property and no path depends on them:
times, dirty and accessed bits, ``nrpages``, ``alloced`` and ``info->lock``, ``index`` of a page
(each page object stands at one index only).
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any

from explorer.execution.kinds import Tag
from explorer.execution.location import Location, Object
from explorer.program.locks import PageLock, RwSemaphore, SpinLock, SrcuDomain
from explorer.program.program import kernel as kernel_code
from explorer.program.request import Request
from explorer.program.thread import ACQUIRE, FULL, ONCE, PLAIN, RELEASE, Thread
from scenarios.shmem.constants import PAGE_MASK, PAGE_SIZE, S_IRWXUGO
from scenarios.shmem.fixes import Fix
from scenarios.shmem.kernel import Kernel, Switch, Version

OLD = 65
"""What the file's pages hold before the seal."""

UNCLEARED = 170
"""What a page fresh from the allocator holds (PAGE_POISON)."""


class AddressSpace(Object):
    """struct address_space.

    ``i_pages[index]`` holds a page, a swap entry, or 0.  ``i_mmap`` counts the mappings linked
    (the tree's root tells only whether there is one), ``i_mmap_writable`` those that may write.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.i_pages: tuple[Location, ...] = ()
        self.xa_lock = SpinLock(f"{name}.xa_lock")
        self.i_mmap = Location(f"{name}.i_mmap")
        self.i_mmap_rwsem = RwSemaphore(f"{name}.i_mmap_rwsem")
        self.i_mmap_writable = Location(f"{name}.i_mmap_writable")
        self.invalidate_lock = RwSemaphore(f"{name}.invalidate_lock")


class Page(Object):
    """struct page with its content, a word for each stretch of its bytes.

    ``refcount`` starts at 1: the page cache's reference, or the allocation's that the cache takes over.
    """

    is_swap_entry = False

    def __init__(self, name: str, mapping: AddressSpace | int, uptodate: int, content: int, words: int = 1) -> None:
        super().__init__(name)
        self.lock = PageLock(f"{name}.PG_locked")
        self.uptodate = Location(f"{name}.PG_uptodate", uptodate)
        self.refcount = Location(f"{name}._refcount", 1)
        self.mapcount = Location(f"{name}._mapcount")
        self.mapping = Location(f"{name}.mapping", mapping)
        self.data = tuple(Location(f"{name}.data[{i}]", content) for i in range(words))


class SwapEntry(Object):
    """A place in the swap area, and what has been written to it."""

    is_swap_entry = True

    def __init__(self, name: str, words: int = 1) -> None:
        super().__init__(name)
        self.data = tuple(Location(f"{name}.data[{i}]") for i in range(words))


class Vma(Object):
    """struct vm_area_struct: ``size`` pages of a file from the first on, mapped by one process.

    ``linked`` says whether it is in the file's ``i_mmap``, ``counted`` whether it is one of
    ``i_mmap_writable``, ``may_write`` whether mprotect(2) may make it writable; ``pages`` is how many
    pages it covers (a merge makes it longer).  ``pte`` are its page table entries, a page or 0 each, under
    ``ptl``; ``anon`` are the pages of its own that writes to a private mapping go to.

    Args:
        name: unique within a program.
        capacity: pages that it may cover.
        words: of a page.
        shared: MAP_SHARED, else MAP_PRIVATE.
        zapped: whether somebody else takes entries away, or enters some; otherwise ``ptl`` has nothing to keep apart.
        writable: PROT_WRITE.
        moved: the mapping that this one will come of by mremap(2), and whose pages of its own it takes over.
        pages: how many it covers at first, of a file that was opened for reading and writing; 0 where it is not there.
    """

    def __init__(
        self,
        name: str,
        capacity: int,
        words: int = 1,
        *,
        shared: bool,
        writable: bool,
        zapped: bool = True,
        moved: Vma | None = None,
        pages: int = 0,
    ) -> None:
        super().__init__(name)
        self.shared = shared
        self.zapped = zapped
        self.writable = writable
        self.linked = Location(f"{name}.linked", int(pages > 0))
        self.counted = Location(f"{name}.counted", int(shared and pages > 0))
        self.may_write = Location(f"{name}.may_write", int(pages > 0))
        self.pages = Location(f"{name}.pages", pages)
        self.ptl = SpinLock(f"{name}.ptl")
        self.pte = tuple(Location(f"{name}.pte[{i}]") for i in range(capacity))
        self.anon: tuple[Page, ...] = (
            tuple(Page(f"page {name}{i}", 0, 1, 0, words) for i in range(capacity)) if moved is None else moved.anon
        )


class Falloc(Object):
    """struct shmem_falloc on the stack of a fallocate(2); its range is the whole file here.

    Faults wait for one that punches (it has a ``waitq``), reclaim keeps clear of one that allocates.
    """


class Inode(Object):
    """A shmem inode (struct inode and shmem_inode_info) and every page it can ever have.

    Args:
        kernel: what the code that works on it is built with.
        capacity: pages that the file may grow to.
        pages: pages that it has at first, ``page A0``, ``page A1``, ..., uptodate.
        mapped: whether anything maps the file, so that pages come and go without ``i_rwsem``.
        swaps: whether pages are swapped out, likewise.
        punched: whether holes are punched while the file is mapped; faults look out for that.
        cuts: offsets in a page at which its words end, ascending; each word is one token.
        whole_pages: whether sizes are whole numbers of pages.  v4 demands that of a sealed file, and it
            makes the page in which a file ends have nothing to read. Writes must not grow it otherwise.
        passes: 2, or 1 to leave out the first pass over the pages of a removal, which skips locked pages.
        name: of the inode; two in one program need two.
    """

    def __init__(
        self,
        kernel: Kernel,
        capacity: int,
        pages: int,
        *,
        mapped: bool = False,
        swaps: bool = False,
        punched: bool = False,
        cuts: Sequence[int] = (),
        whole_pages: bool = True,
        passes: int = 2,
        name: str = "",
    ) -> None:
        super().__init__(f"inode{name}")
        assert pages <= capacity
        self.kernel = kernel
        self.mapped = mapped
        self.swaps = swaps
        self.punched = punched
        self.whole_pages = whole_pages
        self.passes = passes
        self.vmas: tuple[Vma, ...] = ()
        self.cuts = (0, *cuts, PAGE_SIZE)
        self.i_size = Location(f"inode{name}.i_size", pages * PAGE_SIZE)
        self.seqcount = Location(f"inode{name}.i_size_seqcount")
        self.seals = Location(f"inode{name}.seals")
        self.i_mode = Location(f"inode{name}.i_mode", S_IRWXUGO)
        self.i_rwsem = RwSemaphore(f"inode{name}.i_rwsem")
        self.i_lock = SpinLock(f"inode{name}.i_lock")
        self.i_private = Location(f"inode{name}.i_private")
        self.readers = Location(f"inode{name}.readers")
        self.srcu = SrcuDomain(f"inode{name}.srcu")
        self.falloc = Falloc(f"falloc{name}")
        self.punch = Falloc(f"falloc{name} with waitq")
        self.i_mapping = AddressSpace(f"i_mapping{name}")
        self.cached = tuple(self._page(f"A{name}{i}", self.i_mapping, 1, OLD) for i in range(pages))
        self.fresh = tuple(self._page(f"B{name}{i}", 0, 0, UNCLEARED) for i in range(capacity))
        self.faulted = tuple(self._page(f"C{name}{i}", 0, 0, UNCLEARED) for i in range(capacity))
        self.written = tuple(self._page(f"D{name}{i}", 0, 0, UNCLEARED) for i in range(capacity))
        self.swapped_in = tuple(self._page(f"E{name}{i}", 0, 0, UNCLEARED) for i in range(capacity))
        self.swap_entries = tuple(SwapEntry(f"swap entry {name}{i}", len(self.cuts) - 1) for i in range(capacity))
        self.i_mapping.i_pages = tuple(
            Location(f"page cache{name}[{i}]", self.cached[i] if i < pages else 0) for i in range(capacity)
        )

    def _page(self, name: str, mapping: AddressSpace | int, uptodate: int, content: int) -> Page:
        return Page(f"page {name}", mapping, uptodate, content, len(self.cuts) - 1)

    def map(self, *vmas: Vma) -> None:
        """Say what maps the file at first, or may later; the inode was made with ``mapped``."""
        assert self.mapped
        self.vmas = vmas
        linked = [vma for vma in vmas if vma.linked.initial]
        counted = [vma for vma in vmas if vma.counted.initial]
        self.i_mapping.i_mmap = Location(self.i_mapping.i_mmap.name, len(linked))
        self.i_mapping.i_mmap_writable = Location(self.i_mapping.i_mmap_writable.name, len(counted))

    def allocate(self, page: Page) -> Page:
        """The page that the allocator gives: ``page``, since a program inserts one once at most."""
        return page

    @property
    def pages(self) -> tuple[Page, ...]:
        """Every page that the file has or can have."""
        return (*self.cached, *self.fresh, *self.faulted, *self.written, *self.swapped_in)

    @property
    def content(self) -> tuple[Location, ...]:
        """The content of every page that the file has or can have."""
        return tuple(word for page in self.pages for word in page.data)

    @property
    def shared_slots(self) -> bool:
        """Whether slots of the page cache are stored without ``i_rwsem``."""
        return self.mapped or self.swaps

    @property
    def all_words(self) -> range:
        """The words of a page."""
        return range(len(self.cuts) - 1)

    def words(self, offset: int, length: int) -> range:
        """The words that hold bytes ``offset`` to ``offset + length`` of a page."""
        starts, ends = self.cuts[:-1], self.cuts[1:]
        inside = [i for i, end in enumerate(ends) if offset < end and starts[i] < offset + length]
        return range(inside[0], inside[-1] + 1) if inside else range(0)

    def tail(self, i_size: Any) -> Any:
        """``i_size & ~PAGE_MASK``: the bytes in the page in which a file of this size ends."""
        return 0 if self.whole_pages else i_size & ~PAGE_MASK


class File(Object):
    """struct file: an open file, with the FMODE_READ and FMODE_WRITE that it was opened with."""

    def __init__(self, inode: Inode, *, readable: bool = True, writable: bool = True) -> None:
        super().__init__(f"file of {inode.name}")
        self.inode = inode
        self.readable = readable
        self.writable = writable


def i_size_read(t: Thread, inode: Inode, *, at: str) -> Awaitable[Any]:
    """i_size_read(): on 64 bits a plain load, since v6.9 smp_load_acquire(); on 32 bits behind a sequence count."""
    if Switch.SEQCOUNT in inode.kernel:
        return _i_size_read_behind_seqcount(t, inode, at)
    return t.read(inode.i_size, ACQUIRE if _orders_size(inode.kernel) else PLAIN, at=at)


def i_size_write(t: Thread, inode: Inode, i_size: int, *, at: str) -> Awaitable[Any]:
    """i_size_write(): on 64 bits a plain store, since v6.9 smp_store_release(); on 32 bits behind a sequence count."""
    if Switch.SEQCOUNT in inode.kernel:
        return _i_size_write_behind_seqcount(t, inode, i_size, at)
    return t.write(inode.i_size, i_size, RELEASE if _orders_size(inode.kernel) else PLAIN, at=at)


def _orders_size(kernel: Kernel) -> bool:
    return Fix.ACQUIRE_SIZE in kernel or Version.V6_9 in kernel


@kernel_code("include/linux/fs.h", "i_size_read")
async def _i_size_read_behind_seqcount(t: Thread, inode: Inode, at: str) -> Any:
    seq = await t.wait_until(inode.seqcount, lambda v: v & 1 == 0, ONCE, at=at)
    await t.fence(Tag.RMB, at=at)
    i_size = await t.read(inode.i_size, at=at)
    await t.fence(Tag.RMB, at=at)
    # A reader that was disturbed tries again. It has changed nothing: see pagecache_get_page().
    await t.assume(await t.read(inode.seqcount, ONCE, at=at) == seq, at=at)
    return i_size


@kernel_code("include/linux/fs.h", "i_size_write")
async def _i_size_write_behind_seqcount(t: Thread, inode: Inode, i_size: int, at: str) -> None:
    # The sequence counts as marked: the kernel tells KCSAN so (kcsan_nestable_atomic_begin()).
    seq = await t.read(inode.seqcount, ONCE, at=at)
    await t.write(inode.seqcount, seq + 1, ONCE, at=at)
    await t.fence(Tag.WMB, at=at)
    await t.write(inode.i_size, i_size, at=at)
    await t.fence(Tag.WMB, at=at)
    await t.write(inode.seqcount, seq + 2, ONCE, at=at)


def seals_read(t: Thread, inode: Inode, *, at: str) -> Request:
    """The lockless load of ``info->seals``: plain, with the fix READ_ONCE()."""
    return t.read(inode.seals, ONCE if Fix.ONCE_SEALS in inode.kernel else PLAIN, at=at)


def seals_write(t: Thread, inode: Inode, seals: Any, *, at: str) -> Request:
    """The store of ``info->seals`` under ``i_rwsem``: plain, with the fix WRITE_ONCE()."""
    return t.write(inode.seals, seals, ONCE if Fix.ONCE_SEALS in inode.kernel else PLAIN, at=at)


async def ptl_lock(t: Thread, vma: Vma, *, at: str) -> None:
    """pte_offset_map_lock(), and the start of an access of user space."""
    if vma.zapped:
        await vma.ptl.acquire(t, at=at)


async def ptl_unlock(t: Thread, vma: Vma, *, at: str) -> None:
    """pte_unmap_unlock(), and the end of an access of user space."""
    if vma.zapped:
        await vma.ptl.release(t, at=at)


def get_page_unless_zero(t: Thread, page: Any, *, at: str) -> Request:
    """get_page_unless_zero(): takes a reference if there is one; gives the old count, 0 for failure."""
    return t.update_if(page.refcount, lambda v: v != 0, lambda v: v + 1, FULL, at=at)


def get_page(t: Thread, page: Any, *, at: str) -> Request:
    """get_page(): takes one more reference, which orders nothing."""
    return t.fetch("+", page.refcount, 1, ONCE, at=at, result=None)


def put_page(t: Thread, page: Any, *, at: str) -> Request:
    """put_page(): drops a reference. A page without any is free; nothing is left that leads to it."""
    return t.fetch("-", page.refcount, 1, FULL, at=at)
