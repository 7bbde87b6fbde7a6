"""Which modelled kernel is to be compared with the one that runs this program."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import MAP_SHARED, PAGESIZE, PROT_READ

from scenarios.conformance.calls import CAPACITY
from scenarios.conformance.real import RealSide
from scenarios.real.kernel import NotOnThisKernel, require_linux
from scenarios.shmem.constants import (
    F_SEAL_EXEC,
    F_SEAL_WRITE,
    FALLOC_FL_KEEP_SIZE,
    MFD_ALLOW_SEALING,
    PAGE_SIZE,
)
from scenarios.shmem.kernel import Kernel, Version

_NOEXEC = "/proc/sys/vm/memfd_noexec"


def require_memfd() -> None:
    """Raises NotOnThisKernel where the model has nothing to be compared with: no memfd, or one set up otherwise."""
    require_linux()
    if not hasattr(os, "memfd_create"):
        raise NotOnThisKernel("this Python has no os.memfd_create\n  take one that was built with glibc 2.27 or later")
    if PAGESIZE != PAGE_SIZE:
        raise NotOnThisKernel(f"pages have {PAGESIZE} bytes here, those of the model {PAGE_SIZE}")
    if not os.path.exists("/proc/self/fd"):
        raise NotOnThisKernel("/proc is not mounted, and files are opened again by /proc/self/fd")
    if (noexec := _memfd_noexec()) != 0:
        raise NotOnThisKernel(f"vm.memfd_noexec is {noexec} here, in the model 0\n  sysctl vm.memfd_noexec=0")
    if (blocks := _blocks_of_a_page()) != PAGE_SIZE // 512:
        raise NotOnThisKernel(
            f"one page of a memfd takes {blocks} blocks here: the model has no huge pages\n"
            "  echo never > /sys/kernel/mm/transparent_hugepage/shmem_enabled"
        )


def running_kernel() -> Kernel:
    """The model of the running kernel, without the patch.

    The version goes by the kernel's name.  What can be asked for is asked for, too, since stable and
    distribution kernels take things over from later versions; nothing is taken away by an answer.
    """
    version = named_version(platform.release())
    probes = ((Version.V6_3, _seals_exec), (Version.V6_5, _takes_32_bits), (Version.V6_7, _maps_write_sealed))
    taken_over = {part for part, probe in probes if not version.has(part) and probe()}
    return Kernel(parts=frozenset(taken_over), version=version)


def named_version(release: str) -> Version:
    """The last version of the model that is not after a kernel's release (``6.1.0-13-amd64``), or the first."""
    number = _numbers(release)
    return [version for version in Version if version is Version.V5_16 or _numbers(version.value) <= number][-1]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def described(kernel: Kernel) -> str:
    """``v6.13``, ``v5.16 with v6.7``: the version, and what was taken over from later ones."""
    taken_over = [version.value for version in Version if version in kernel.parts]
    return kernel.version.value + (f" with {', '.join(taken_over)}" if taken_over else "")


def _memfd_noexec() -> int:
    """vm.memfd_noexec, 0 where there is none."""
    if not os.path.exists(_NOEXEC):
        return 0
    with open(_NOEXEC, encoding="ascii") as file:
        return int(file.read())


@contextmanager
def _new_file() -> Iterator[RealSide]:
    """An empty file that can be sealed."""
    side = RealSide()
    try:
        side.memfd_create("rw", MFD_ALLOW_SEALING)
        yield side
    finally:
        side.close()


def _blocks_of_a_page() -> int:
    """What the first page of a file takes that is as large as it gets here."""
    with _new_file() as side:
        side.ftruncate("rw", CAPACITY * PAGE_SIZE)
        side.fallocate("rw", FALLOC_FL_KEEP_SIZE, 0, PAGE_SIZE)
        return side.state().blocks


def _seals_exec() -> bool:
    with _new_file() as side:
        return side.add_seals("rw", F_SEAL_EXEC) == 0


def _takes_32_bits() -> bool:
    with _new_file() as side:
        return side.add_seals("rw", 1 << 32) == 0


def _maps_write_sealed() -> bool:
    with _new_file() as side:
        side.add_seals("rw", F_SEAL_WRITE)
        return side.mmap("m0", "rw", PAGE_SIZE, PROT_READ, MAP_SHARED) == 0
