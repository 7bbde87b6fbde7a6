"""Numbers of the kernel that the shmem paths use (include/uapi/linux/fcntl.h and patch v4 01/12)."""

PAGE_SHIFT = 12
PAGE_SIZE = 1 << PAGE_SHIFT
PAGE_MASK = ~(PAGE_SIZE - 1)

F_SEAL_SEAL = 0x0001
F_SEAL_SHRINK = 0x0002
F_SEAL_GROW = 0x0004
F_SEAL_INACCESSIBLE = 0x0020
"""The patch's new seal. Released kernels from 6.3 on use this number for F_SEAL_EXEC."""
