"""The variants of the read path: the patch as posted, without its check, and what could repair it."""

from __future__ import annotations

from enum import Enum


class Fix(Enum):
    """A variant; its value is the name on the command line."""

    NONE = "none"  # the patch as posted: R3 once per page, after R1
    NO_CHECK = "no-check"  # before the patch: no R3
    SEAL_FIRST = "seal-first"  # R3 before R1
    ACQUIRE_SIZE = "acquire-size"  # v6.9: acquire on lockless size loads, release on size stores
    RECHECK = "recheck"  # R3, and the seals again after the lookup, the page still locked
    RWSEM = "rwsem"  # the whole read under inode_lock_shared()


FIXES = tuple(fix.value for fix in Fix)
