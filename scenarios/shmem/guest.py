"""The guest's side: KVM takes a page through the file and the guest writes to it.

This is the access "via a different mechanism" that the seal is for: no seal check, and
no lock once the page is mapped into the guest (patches v4 03, 04 and 08).  K2, the
installation in the secondary page tables, is private to the virtual CPU and no event.
"""

from __future__ import annotations

from errno import EPERM
from typing import Any

from explorer.execution.location import Location, Object
from explorer.program.program import kernel
from explorer.program.thread import ACQUIRE, RELEASE, Thread
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE
from scenarios.shmem.fixes import Fix
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.objects import Inode, put_page, seals_read

SECRET = 42
"""What the guest writes."""

READY, GIVEN_UP = 1, 2


class Kvm(Object):
    """struct kvm: ``memslot`` is 0 until the owner says READY, the file is guest memory, or GIVEN_UP."""

    def __init__(self) -> None:
        super().__init__("kvm")
        self.memslot = Location("kvm.memslot", 0)


@kernel("virt/kvm/kvm_main.c")
async def kvm_set_memslot(t: Thread, kvm: Kvm, error: int) -> None:
    """Publish the memory slot (rcu_assign_pointer); after an error there is none, and no guest will run."""
    if error:
        await t.write(kvm.memslot, GIVEN_UP, RELEASE, at="K0 no memslot")
    else:
        await t.write(kvm.memslot, READY, RELEASE, at="K0 memslot published")


@kernel("virt/kvm/kvm_main.c", "__kvm_memslots")
async def memslot_ready(t: Thread, kvm: Kvm) -> bool:
    """Wait for the memory slot; whether there is one."""
    ready: bool = await t.wait_until(kvm.memslot, lambda v: v != 0, ACQUIRE, at="K0 memslot ready") == READY
    return ready


async def guest(t: Thread, kvm: Kvm, inode: Inode, pages: int, first: int = 0) -> None:
    """A virtual CPU: once there is a memory slot, fault in pages ``first`` to ``pages`` and write to each."""
    if not await memslot_ready(t, kvm):
        return
    for index in range(first, pages):
        error, page = await get_lock_pfn(t, inode, index)
        if error:
            return
        await put_unlock_pfn(t, page)
        await guest_write(t, page)


@kernel("mm/shmem.c")
async def get_lock_pfn(t: Thread, inode: Inode, index: int) -> tuple[int, Any]:
    """K1: the page of the file, locked and referenced; a page not yet written is cleared now.

    No seal is looked at, but with ``recheck-locked``: there KVM takes pages of sealed files only.
    """
    error, page = await shmem_getpage(t, inode, index, Sgp.NOALLOC)
    if Fix.RECHECK_LOCKED in inode.kernel and not error:
        if not await seals_read(t, inode, at="K1 seals") & F_SEAL_INACCESSIBLE:
            await put_unlock_pfn(t, page)
            return -EPERM, None
    return error, page


@kernel("mm/shmem.c")
async def put_unlock_pfn(t: Thread, page: Any) -> None:
    """K3: unlock the page and drop the reference; the mapping into the guest stays."""
    await page.lock.release(t, at="K3 unlock_page")
    await put_page(t, page, at="K3 put_page")


async def guest_write(t: Thread, page: Any) -> None:
    """K4: the guest stores through its own page tables."""
    await t.write(page.data[0], SECRET, at="K4 guest store")
