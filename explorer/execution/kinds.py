"""The one list of event kinds and ordering tags.

The words are those of the Linux-kernel memory model (``tools/memory-model``,
``linux-kernel.bell``).  Everything that distinguishes events by kind or tag
(the cat evaluator's sets, the printers, the legend of a graph) derives its list
from these two enumerations.
"""

from enum import Enum


class Kind(Enum):
    """What an event does.  ``value`` is the name of the kind's set in cat.

    ``reads`` says whether events of this kind load a value, ``writes`` whether they store
    one (initial writes included).
    """

    _value_: str
    reads: bool
    writes: bool

    __hash__ = object.__hash__  # each is there once; that of Enum is a function of Python's

    def __init__(self, name: str) -> None:
        self.reads = name in {"R", "LKR", "LF", "RL", "RU"}
        self.writes = name in {"IW", "W", "LKW", "UL"}

    INITIAL = "IW"  # the initial write of a location; belongs to no thread
    READ = "R"
    WRITE = "W"
    FENCE = "F"
    LOCK_READ = "LKR"  # the read half of a lock acquisition
    LOCK_WRITE = "LKW"  # its write half
    UNLOCK = "UL"
    LOCK_FAILED = "LF"  # the read of a trylock that fails
    IS_LOCKED = "RL"  # a read that finds the lock held
    IS_UNLOCKED = "RU"  # a read that finds the lock free


class Tag(Enum):
    """How an access or fence is ordered.

    The tag's set in cat is its value with a capital first letter: ``Once``,
    ``Before-atomic``.
    """

    __hash__ = object.__hash__

    PLAIN = "plain"
    ONCE = "once"
    ACQUIRE = "acquire"
    RELEASE = "release"
    NORETURN = "noreturn"  # the read half of an atomic operation that returns nothing
    MB = "mb"
    RMB = "rmb"
    WMB = "wmb"
    BARRIER = "barrier"
    BEFORE_ATOMIC = "before-atomic"
    AFTER_ATOMIC = "after-atomic"
    AFTER_SPINLOCK = "after-spinlock"
    AFTER_UNLOCK_LOCK = "after-unlock-lock"
    RCU_LOCK = "rcu-lock"
    RCU_UNLOCK = "rcu-unlock"
    SYNC_RCU = "sync-rcu"
    SRCU_LOCK = "srcu-lock"
    SRCU_UNLOCK = "srcu-unlock"
    SYNC_SRCU = "sync-srcu"

    @property
    def cat_name(self) -> str:
        """Name of the set of events with this tag in a cat file."""
        return self.value.capitalize()

    @property
    def is_rcu(self) -> bool:
        """Whether it is an end of a read-side section or a grace period, of RCU or SRCU."""
        return self in _RCU


_RCU = frozenset({Tag.RCU_LOCK, Tag.RCU_UNLOCK, Tag.SYNC_RCU, Tag.SRCU_LOCK, Tag.SRCU_UNLOCK, Tag.SYNC_SRCU})
