"""Small programs, each derived by hand from the documented rules, for rules that no vector needs.

The answers come from the kernel's tools/memory-model/Documentation/explanation.txt (under lkmm) and
from what the sources named in the model files say of the hardware; never from a run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

HARDWARE = ("tso", "pso", "armv8")
MODELS = (*HARDWARE, "lkmm")

# What a name in a thread's text is declared as; r0, r1, ... are registers.
TYPES = {name: f"int *{name}" for name in "abcdefwxyz"} | {
    "k": "spinlock_t *k",
    "l": "spinlock_t *l",
    "s": "struct srcu_struct *s",
    "t": "struct srcu_struct *t",
}

Event = tuple[int, int]
"""Thread, place in its program order."""


@dataclass(frozen=True)
class Program:
    """A litmus test and what some models answer.

    Attributes:
        text: the test; its condition describes one outcome.
        answers: of each model, how often the outcome is seen (Never, Sometimes, Always).
        flags: the remarks, in file order.
        ordered: two events of the only execution with this outcome; the first takes effect before
            the second.
    """

    text: str
    answers: Mapping[str, str]
    flags: tuple[str, ...] = ()
    ordered: tuple[Event, Event] | None = None


def litmus(outcome: str, *threads: str) -> str:
    """The text of a test from the bodies of its threads, with the declarations that they need."""
    text = "C test\n{}\n"
    for number, body in enumerate(threads):
        names = sorted(set(re.findall(r"[a-z]\w*", body)))
        parameters = ", ".join(TYPES[name] for name in names if name in TYPES)
        registers = "".join(f"\tint {name};\n" for name in names if re.fullmatch(r"r\d", name))
        text += f"P{number}({parameters})\n{{\n{registers}\t{body}\n}}\n"
    return f"{text}exists ({outcome})\n"


def never(*models: str) -> dict[str, str]:
    return dict.fromkeys(models, "Never")


def always(*models: str) -> dict[str, str]:
    return dict.fromkeys(models, "Always")


def sometimes(*models: str) -> dict[str, str]:
    return dict.fromkeys(models, "Sometimes")


# ---- Store buffering: both threads store, pass something and then load what the other stores.


def store_buffering(*between: str) -> str:
    return litmus(
        "0:r0=0 /\\ 1:r0=0",
        f"WRITE_ONCE(*x, 1); {between[0]} r0 = READ_ONCE(*y);",
        f"WRITE_ONCE(*y, 1); {between[-1]} r0 = READ_ONCE(*x);",
    )


BUFFERED = {
    # Each is a full barrier to the hardware, alone and beside an operation.
    **{
        f"SB+{fence}": Program(store_buffering(f"{fence};"), never(*HARDWARE))
        for fence in ("smp_mb__before_atomic()", "smp_mb__after_atomic()", "smp_mb__after_spinlock()")
    },
    # x86 locks the bus, and SPARC orders an atomic load-store with everything.
    "SB+xchg_relaxed": Program(
        litmus(
            "0:r1=0 /\\ 1:r1=0",
            "r0 = xchg_relaxed(x, 1); r1 = READ_ONCE(*y);",
            "r0 = xchg_relaxed(y, 1); r1 = READ_ONCE(*x);",
        ),
        never("tso", "pso"),
    ),
    # spin_lock() is none of the atomic operations that smp_mb__before_atomic() is for.
    "SB+before-atomic+lock": Program(
        store_buffering(
            "smp_mb__before_atomic(); spin_lock(k); spin_unlock(k);",
            "smp_mb__before_atomic(); spin_lock(l); spin_unlock(l);",
        ),
        sometimes("lkmm"),
    ),
    "SB+after-spinlock": Program(
        store_buffering(
            "spin_lock(k); smp_mb__after_spinlock(); spin_unlock(k);",
            "spin_lock(l); smp_mb__after_spinlock(); spin_unlock(l);",
        ),
        never("lkmm"),
    ),
    # An unlock, a later lock of the same thread and the fence make a full barrier.
    "SB+unlock+lock+after-unlock-lock": Program(
        litmus(
            "0:r0=0 /\\ 1:r0=0",
            "spin_lock(k); WRITE_ONCE(*x, 1); spin_unlock(k);"
            " spin_lock(l); smp_mb__after_unlock_lock(); r0 = READ_ONCE(*y); spin_unlock(l);",
            "WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*x);",
        ),
        never("lkmm"),
    ),
    # The same between threads that hold one lock in turn: 1:r0=1 tells that P0 held it first.
    "SB+unlock+lock of another thread+after-unlock-lock": Program(
        litmus(
            "1:r0=1 /\\ 1:r1=0 /\\ 2:r0=0",
            "spin_lock(k); WRITE_ONCE(*x, 1); spin_unlock(k);",
            "spin_lock(k); smp_mb__after_unlock_lock(); r0 = READ_ONCE(*x); r1 = READ_ONCE(*y); spin_unlock(k);",
            "WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*x);",
        ),
        never("lkmm"),
    ),
}

# ---- Dependences and what comes with them: a load on which, some steps on, its own value depends.

DEPENDENT = {
    # The load of y takes the store before it, whose address must be known.
    "MP+wmb+addr+rfi+addr": Program(
        litmus(
            "1:r0=1 /\\ 1:r2=0",
            "WRITE_ONCE(*z, 1); smp_wmb(); WRITE_ONCE(*x, 1);",
            "r0 = READ_ONCE(*x); WRITE_ONCE(*(y + (r0 & 0)), 1); r1 = READ_ONCE(*y); r2 = READ_ONCE(*(z + (r1 & 0)));",
        ),
        never("lkmm", "armv8"),
    ),
    # The compiler cannot move the plain store before its address is known, nor past the barrier.
    "LB+addr+plain+wmb": Program(
        litmus(
            "0:r0=1",
            "r0 = READ_ONCE(*x); *(y + (r0 & 0)) = 1; smp_wmb(); WRITE_ONCE(*z, 1);",
            "r0 = READ_ONCE(*z); WRITE_ONCE(*x, r0);",
        ),
        never("lkmm"),
    ),
    # A store waits for the addresses before it: one of them might be its own. Only hardware knows.
    "LB+addr+po": Program(
        litmus(
            "0:r0=1",
            "r0 = READ_ONCE(*x); r1 = READ_ONCE(*(y + (r0 & 0))); WRITE_ONCE(*z, 1);",
            "r0 = READ_ONCE(*z); WRITE_ONCE(*x, r0);",
        ),
        never("armv8") | sometimes("lkmm"),
    ),
    # Who saw the second store of y saw one that waited for the first, as the first did for the load.
    "LB+data+coi+data": Program(
        litmus(
            "0:r0=2 /\\ 1:r0=2",
            "r0 = READ_ONCE(*x); WRITE_ONCE(*y, r0); WRITE_ONCE(*y, 2);",
            "r0 = READ_ONCE(*y); WRITE_ONCE(*x, r0);",
        ),
        never("lkmm", "armv8"),
    ),
    # An acquiring load that reads what an exclusive store before it wrote comes after that store.
    "MP+xchg+rfi-acquire": Program(
        litmus(
            "1:r0=2 /\\ 1:r1=1 /\\ 1:r2=0",
            "WRITE_ONCE(*y, 1); smp_wmb(); WRITE_ONCE(*x, 2);",
            "r0 = xchg_relaxed(x, 1); r1 = smp_load_acquire(x); r2 = READ_ONCE(*y);",
        ),
        never("armv8"),
    ),
    # Whoever sees P1's store sees what P0 did under the lock before it: 1:r0=1 tells that P0 was first.
    "ISA2+lock": Program(
        litmus(
            "1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0",
            "spin_lock(k); WRITE_ONCE(*x, 1); spin_unlock(k);",
            "spin_lock(k); r0 = READ_ONCE(*x); WRITE_ONCE(*y, 1); spin_unlock(k);",
            "r0 = READ_ONCE(*y); smp_rmb(); r1 = READ_ONCE(*x);",
        ),
        never("lkmm"),
    ),
}

# ---- RCU: rings of threads, each storing before it loads what the next one stores.

PIECES = {
    "G": "{store} synchronize_rcu(); {load}",
    "r": "rcu_read_lock(); {store} {load} rcu_read_unlock();",
    "S": "{store} synchronize_srcu(s); {load}",
    "s": "r1 = srcu_read_lock(s); {store} {load} srcu_read_unlock(s, r1);",
    "T": "{store} synchronize_srcu(t); {load}",
    "t": "r1 = srcu_read_lock(t); {store} {load} srcu_read_unlock(t, r1);",
}


def ring(pieces: str) -> Program:
    """Every load misses the store of the next thread: never, where grace periods pair off with sections.

    A section and a grace period of its domain next to each other on the ring order like a
    fence, so they go together and their neighbours meet; the outcome is forbidden when the
    whole ring goes away like this.
    """
    locations = "abcdef"[: len(pieces)]
    threads = [
        PIECES[piece].format(store=f"WRITE_ONCE(*{own}, 1);", load=f"r0 = READ_ONCE(*{next_one});")
        for piece, (own, next_one) in zip(pieces, pairwise(locations + locations[0]), strict=True)
    ]
    outcome = " /\\ ".join(f"{number}:r0=0" for number in range(len(pieces)))
    return Program(litmus(outcome, *threads), never(*MODELS))


# Capital letters are grace periods. Pairs of other domains keep a grace period and a section of
# one domain apart, so that each ring needs one way of pairing off.
RINGS = {
    f"ring {pieces}": ring(pieces) for pieces in ("Gr", "GGGrrr", "GrSsTt", "GrSGrs", "rGSrGs", "SsGSsr", "sSGsSr")
}

SECTIONS = {
    # Sections nest: the outer one spans both loads, though the inner one has neither.
    "MP+nested sections": Program(
        litmus(
            "1:r0=0 /\\ 1:r1=1",
            "WRITE_ONCE(*x, 1); synchronize_rcu(); WRITE_ONCE(*y, 1);",
            "rcu_read_lock(); r0 = READ_ONCE(*x); rcu_read_lock(); rcu_read_unlock(); r1 = READ_ONCE(*y);"
            " rcu_read_unlock();",
        ),
        never(*MODELS),
    ),
}

# ---- Misuse: the model says what is wrong, whatever it answers.


def misused(flag: str, *threads: str) -> Program:
    """A test whose first thread goes on to store to x, whatever is wrong before."""
    return Program(litmus("x=1", *threads), always("lkmm"), (flag,))


MISUSE = {
    "unlock of a free lock": misused("unmatched-unlock", "spin_unlock(k); WRITE_ONCE(*x, 1);"),
    "a lock is unlocked twice": misused(
        "unmatched-unlock", "spin_lock(k); spin_unlock(k); spin_unlock(k); WRITE_ONCE(*x, 1);"
    ),
    "a lock is read like a number": misused(
        "mixed-lock-accesses", "spin_lock(k); spin_unlock(k); r0 = READ_ONCE(*k); WRITE_ONCE(*x, 1);"
    ),
    # Looking at a lock in the ways that there are for that is no misuse.
    "a lock is looked at": Program(
        litmus(
            "0:r0=0 /\\ 0:r1=1 /\\ 0:r2=0",
            "spin_lock(k); r0 = spin_trylock(k); r1 = spin_is_locked(k); spin_unlock(k); r2 = spin_is_locked(k);",
        ),
        always("lkmm"),
    ),
    "an RCU section is left open": misused("unbalanced-rcu-locking", "rcu_read_lock(); WRITE_ONCE(*x, 1);"),
    "an RCU section is left twice": misused(
        "unbalanced-rcu-locking", "rcu_read_lock(); rcu_read_unlock(); rcu_read_unlock(); WRITE_ONCE(*x, 1);"
    ),
    "an SRCU section is left open": misused("unbalanced-srcu-locking", "r0 = srcu_read_lock(s); WRITE_ONCE(*x, 1);"),
    "an SRCU section of another domain is left": misused(
        "unbalanced-srcu-locking",
        "r0 = srcu_read_lock(s); srcu_read_unlock(t, r0); srcu_read_unlock(s, r0); WRITE_ONCE(*x, 1);",
    ),
    "an SRCU section is left with another index": misused(
        "srcu-bad-nesting", "r0 = srcu_read_lock(s); srcu_read_unlock(s, 7); WRITE_ONCE(*x, 1);"
    ),
    "an SRCU grace period in an RCU section": misused(
        "invalid-sleep", "rcu_read_lock(); synchronize_srcu(s); rcu_read_unlock(); WRITE_ONCE(*x, 1);"
    ),
}

PROGRAMS = BUFFERED | DEPENDENT | RINGS | SECTIONS | MISUSE
