"""Numbers of the kernel that the shmem paths use.

From include/uapi/linux/fcntl.h, falloc.h, memfd.h and mman.h, and patches v4 01/12 and 02/12.
"""

PAGE_SHIFT = 12
PAGE_SIZE = 1 << PAGE_SHIFT
PAGE_MASK = ~(PAGE_SIZE - 1)

MAX_LFS_FILESIZE = (1 << 63) - 1
UINT_MAX = (1 << 32) - 1

F_SEAL_SEAL = 0x0001
F_SEAL_SHRINK = 0x0002
F_SEAL_GROW = 0x0004
F_SEAL_WRITE = 0x0008
F_SEAL_FUTURE_WRITE = 0x0010
F_SEAL_INACCESSIBLE = 0x0020
"""The patch's new seal. Released kernels from 6.3 on use this number for F_SEAL_EXEC."""
F_SEAL_EXEC = 0x0020
"""Of kernels without the patch, from 6.3 on."""

FALLOC_FL_KEEP_SIZE = 0x01
FALLOC_FL_PUNCH_HOLE = 0x02
FALLOC_FL_COLLAPSE_RANGE = 0x08
FALLOC_FL_ZERO_RANGE = 0x10
FALLOC_FL_INSERT_RANGE = 0x20
FALLOC_FL_UNSHARE_RANGE = 0x40

MFD_CLOEXEC = 0x0001
MFD_ALLOW_SEALING = 0x0002
MFD_INACCESSIBLE = 0x0008
"""Patch 02/12. Released kernels from 6.3 on use this number for MFD_NOEXEC_SEAL."""
MFD_NOEXEC_SEAL = 0x0008
MFD_EXEC = 0x0010

S_IRWXUGO = 0o777
S_IXUGO = 0o111

PROT_NONE = 0x0
PROT_READ = 0x1
PROT_WRITE = 0x2
MAP_SHARED = 0x01
MAP_PRIVATE = 0x02
