"""The fixes: what could repair the read path, by the names of the command line.

They are hypotheses (facts, section E3), and they combine: ``acquire-size+recheck``.
"""

from __future__ import annotations

from enum import Enum


class Part(Enum):
    """Something that the code has or has not, as the command line chooses by its value."""

    __hash__ = object.__hash__  # each is there once; that of Enum is a function of Python's


class Fix(Part):
    """A change of the code; its value is the name on the command line."""

    NO_CHECK = "no-check"  # before the patch: no R3
    SEAL_FIRST = "seal-first"  # R3 before R1
    ACQUIRE_SIZE = "acquire-size"  # V1, and v6.9: acquire on lockless size loads, release on size stores
    ONCE_SEALS = "once-seals"  # V2: READ_ONCE and WRITE_ONCE of the seals
    RECHECK = "recheck"  # V3: the seals again after the lookup, the page still locked
    RECHECK_LOCKED = "recheck-locked"  # V4: the same, the page locked until it is copied; KVM maps sealed files only
    RWSEM = "rwsem"  # V5: the whole read under inode_lock_shared()
    SRCU = "srcu"  # V6: the read is an SRCU section; F_ADD_SEALS waits for a grace period
    INVALIDATE_LOCK = "invalidate-lock"  # V7: shared in reads and faults, exclusive in changes
    GUARD_EMPTY = "guard-empty"  # V8: the guard drops all pages and wants the page cache empty
    GUARD_PINS = "guard-pins"  # V8: the guard wants no page to be in use, as F_SEAL_WRITE does
    RECHECK_LATE = "recheck-late"  # V9: the seals again right before the copy
    RECHECK_AFTER_COPY = "recheck-after-copy"  # V10: the seals again after the copy
    MMAP_GUARD = "mmap-guard"  # V11: the guard excludes mmap(2), which looks at the seals again as it links
    CREATE_TIME = "create-time"  # V12: the seal is set as the file is created, as under P1
    NEW_INODE = "new-inode"  # V13: the sealed file is a new one
    READER_COUNT = "reader-count"  # V14: a sealed file grows only once no read is under way


NONE = "none"
"""The patch as posted."""

FIXES = (NONE, *(fix.value for fix in Fix))

BROKEN = frozenset({Fix.NO_CHECK, Fix.SEAL_FIRST})
"""Not meant as repairs: they show what the check and its place are for."""


def parse(name: str) -> frozenset[Fix]:
    """The fixes of a name such as ``acquire-size+recheck``."""
    return frozenset() if name == NONE else frozenset(map(Fix, name.split("+")))


def not_applicable(fix: str, protocol: str) -> str | None:
    """Why a combination means nothing, or None where it means something: the one place that says so."""
    fixes = parse(fix)
    repairs = [name for name in fix.split("+") if name != NONE and Fix(name) not in BROKEN]
    if Fix.CREATE_TIME in fixes and protocol != "P1":
        return "create-time is P1: the seal is set as the file is created"
    transition = [name for name in repairs if name != Fix.CREATE_TIME.value]
    if transition and protocol == "P0":
        return f"{transition[0]} is for the moment at which the seal gets set; under P0 it never is"
    if transition and protocol == "P1":
        return f"{transition[0]} is for the moment at which the seal gets set; under P1 nobody has the file then"
    guards = [fix.value for fix in (Fix.GUARD_EMPTY, Fix.GUARD_PINS, Fix.MMAP_GUARD) if fix in fixes]
    if guards and protocol == "P3":
        return f"{guards[0]} changes the guard of F_ADD_SEALS; P3 has none"
    if fixes >= {Fix.NO_CHECK, Fix.SEAL_FIRST}:
        return "seal-first is about the place of a check that no-check takes out"
    return None
