"""Which kernel is modelled: its version and configuration, the hunks of the patch, the protocol, the fixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from scenarios.shmem.constants import (
    F_SEAL_EXEC,
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_INACCESSIBLE,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
)
from scenarios.shmem.fixes import Fix, Part, parse


class Protocol(Enum):
    """How the seal gets set (facts, section 0)."""

    P0 = "P0"  # v4 as posted: never
    P1 = "P1"  # as the file is created, by memfd_create(MFD_INACCESSIBLE)
    P2 = "P2"  # F_ADD_SEALS on a live file, behind the guard of the RFC
    P3 = "P3"  # F_ADD_SEALS on a live file, no guard


class Hunk(Part):
    """The hunks of patch v4 01/12; the value is the switch that takes one out."""

    FCNTL = "without-fcntl"  # include/uapi/linux/fcntl.h: the seal's number
    SETATTR = "without-setattr"
    WRITEPAGE = "without-writepage"
    MMAP = "without-mmap"
    WRITE_BEGIN_MASK = "without-write-begin-mask"  # the seal among those that are looked at
    WRITE_BEGIN = "without-write-begin"  # -EPERM for it
    READ_ITER = "without-read-iter"
    FALLOCATE = "without-fallocate"


class Version(Part):
    """Kernel versions whose code differs in what is modelled; each has what those before it have."""

    V5_16 = "v5.16"
    V6_3 = "v6.3"  # F_SEAL_EXEC and MFD_NOEXEC_SEAL, where the patch is not in
    V6_5 = "v6.5"  # F_ADD_SEALS takes 32 bits of its argument and leaves the rest
    V6_7 = "v6.7"  # a write-sealed file can be mapped shared for reading
    V6_9 = "v6.9"  # i_size: smp_load_acquire and smp_store_release on 64 bits
    V6_13 = "v6.13"  # the second size check of a read is pos >= i_size

    def has(self, version: Version) -> bool:
        order = list(Version)
        return order.index(self) >= order.index(version)


class Switch(Part):
    """Other choices of the code; the value is the switch that makes one."""

    SEQCOUNT = "32-bit"  # SMP on 32 bits: i_size behind i_size_seqcount
    MERGED_SIZE = "merged-size"  # the compiler takes G1's load and R1's for one
    RFC_SETATTR = "rfc-setattr"  # the RFC's rule for sealed files: whole pages, nothing else


SWITCHES: Mapping[str, str] = {
    Version.V6_9.value: "i_size is stored with release and loaded with acquire where no lock is held",
    Version.V6_13.value: "as v6.9, and the second size check of a read is pos >= i_size",
    Switch.SEQCOUNT.value: "i_size of 32-bit SMP, behind a sequence count",
    Switch.MERGED_SIZE.value: "the compiler merges the size load of the lookup (G1) with the read's first (R1)",
    Switch.RFC_SETATTR.value: "ftruncate of a sealed file: whole pages, as in the RFC, and no look at the size",
    Hunk.FCNTL.value: "the patch without F_SEAL_INACCESSIBLE itself",
    Hunk.SETATTR.value: "the patch without its hunk in shmem_setattr",
    Hunk.WRITEPAGE.value: "the patch without its hunk in shmem_writepage",
    Hunk.MMAP.value: "the patch without its hunk in shmem_mmap",
    Hunk.WRITE_BEGIN_MASK.value: "the patch without the first half of its hunk in shmem_write_begin (the mask)",
    Hunk.WRITE_BEGIN.value: "the patch without the second half of its hunk in shmem_write_begin (-EPERM)",
    Hunk.READ_ITER.value: "the patch without its hunk in shmem_file_read_iter",
    Hunk.FALLOCATE.value: "the patch without its hunk in shmem_fallocate",
}
"""What the command line offers, and what each changes."""


@dataclass(frozen=True)
class Kernel:
    """What the code is built with: ``Fix.RECHECK in kernel`` asks for one part of it.

    A version among the parts is a later one from which something was taken over (by a distribution, say).
    """

    protocol: Protocol = Protocol.P2
    parts: frozenset[Part] = frozenset(Hunk)
    version: Version = Version.V5_16
    _all_parts: frozenset[Part] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for at every other line of the code that is modelled.
        versions = {each for each in Version if self.version.has(each)}
        object.__setattr__(self, "_all_parts", self.parts | versions)

    @classmethod
    def of(cls, fix: str, protocol: str, choices: Mapping[str, int]) -> Self:
        """The kernel that the command line asks for; ``choices`` has a 1 for each switch chosen, and sizes."""
        fixes = parse(fix)
        hunks = {hunk for hunk in Hunk if not choices.get(hunk.value)}
        if Fix.NO_CHECK in fixes:
            hunks.discard(Hunk.READ_ITER)
        switches = {switch for switch in Switch if choices.get(switch.value)}
        versions = [version for version in Version if choices.get(version.value)]
        return cls(Protocol(protocol), frozenset(fixes | hunks | switches), versions[-1] if versions else Version.V5_16)

    def __contains__(self, part: Part) -> bool:
        return part in self._all_parts

    @property
    def all_seals(self) -> int:
        """F_ALL_SEALS of mm/memfd.c. P0 is v4 as posted, which forgets its own seal there."""
        known = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE
        if Hunk.FCNTL in self:
            return known if self.protocol in (Protocol.P0, Protocol.P1) else known | F_SEAL_INACCESSIBLE
        return known | F_SEAL_EXEC if self.seals_exec else known

    @property
    def seals_exec(self) -> bool:
        """Whether 0x0020 is F_SEAL_EXEC: from v6.3 on, where the patch has not taken the number."""
        return Version.V6_3 in self and Hunk.FCNTL not in self
