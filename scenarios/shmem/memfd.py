"""memfd_create(2): a new file, and the seals that its flags give it (patch 02/12 for MFD_INACCESSIBLE)."""

from __future__ import annotations

from errno import EINVAL

from explorer.program.program import kernel
from explorer.program.thread import Thread
from scenarios.shmem.constants import (
    F_SEAL_EXEC,
    F_SEAL_INACCESSIBLE,
    F_SEAL_SEAL,
    MFD_ALLOW_SEALING,
    MFD_CLOEXEC,
    MFD_EXEC,
    MFD_INACCESSIBLE,
    MFD_NOEXEC_SEAL,
    S_IRWXUGO,
    S_IXUGO,
)
from scenarios.shmem.kernel import Hunk, Kernel, Protocol
from scenarios.shmem.objects import Inode


@kernel("mm/memfd.c")
async def memfd_create(t: Thread, inode: Inode, flags: int) -> int:
    """Make ``inode`` a new file, which nobody has before its descriptor is installed: 0 or a negative errno."""
    kernel = inode.kernel
    error = check_flags(kernel, flags)
    if error:
        return error
    seals = F_SEAL_SEAL
    if flags & MFD_ALLOW_SEALING:
        seals &= ~F_SEAL_SEAL
    if flags & MFD_NOEXEC_SEAL and kernel.seals_exec:
        await t.write(inode.i_mode, S_IRWXUGO & ~S_IXUGO, at="M0 i_mode")
        seals = seals & ~F_SEAL_SEAL | F_SEAL_EXEC
    if flags & MFD_INACCESSIBLE and Hunk.FCNTL in kernel:
        # v4 as posted says &= where |= was meant: the seal that it was to set is masked away.
        if kernel.protocol is Protocol.P0:
            seals &= F_SEAL_SEAL | F_SEAL_INACCESSIBLE
        else:
            seals |= F_SEAL_SEAL | F_SEAL_INACCESSIBLE
    await t.write(inode.seals, seals, at="M0 seals")
    return 0


def check_flags(kernel: Kernel, flags: int) -> int:
    """0, or -EINVAL for flags that this kernel does not know or does not combine."""
    known = MFD_CLOEXEC | MFD_ALLOW_SEALING
    if Hunk.FCNTL in kernel:
        known |= MFD_INACCESSIBLE
        if flags & MFD_INACCESSIBLE and flags & MFD_ALLOW_SEALING:
            return -EINVAL
    elif kernel.seals_exec:
        known |= MFD_NOEXEC_SEAL | MFD_EXEC
        if flags & MFD_EXEC and flags & MFD_NOEXEC_SEAL:
            return -EINVAL
    return -EINVAL if flags & ~known else 0
