"""Programs with plain accesses, and the order of effect, for rules that no vector needs.

Derived by hand from tools/memory-model/Documentation/explanation.txt, "PLAIN ACCESSES AND DATA RACES".
Where the outcome in question is the ordered one, the threads race in others: hence the flag.
"""

from __future__ import annotations

from rule_programs import HARDWARE, Program, always, litmus, never, sometimes

RACE = ("data-race",)
GRACE_PERIODS = ("synchronize_rcu()", "synchronize_srcu(s)")

# ---- Stores of x, 1 before 2 in every order of effect: the last value is not 1.


def overwritten(seen: str, *threads: str, flags: tuple[str, ...] = RACE) -> Program:
    return Program(litmus(f"{seen} /\\ x=1", *threads), never("lkmm"), flags)


STORES = {
    # Fence, then P1 propagates before it passes its own fence.
    "store+mb, pb, mb+store": overwritten(
        "0:r0=0",
        "*x = 1; smp_mb(); r0 = READ_ONCE(*y);",
        "WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*z); smp_mb(); *x = 2;",
    ),
    # P2's section began after P0's load: P1's grace period, which ends before the section does, is later.
    "store+mb, rb, mb+store": overwritten(
        "0:r0=0 /\\ 1:r0=0",
        "*x = 1; smp_mb(); r0 = READ_ONCE(*y);",
        "WRITE_ONCE(*y, 1); synchronize_rcu(); r0 = READ_ONCE(*z);",
        "rcu_read_lock(); r0 = READ_ONCE(*w); smp_mb(); *x = 2; WRITE_ONCE(*z, 1); rcu_read_unlock();",
    ),
    # A grace period that ends before a section does began before everything in it ...
    "store+grace period, store in a section": overwritten(
        "0:r0=0",
        "*x = 1; synchronize_rcu(); r0 = READ_ONCE(*z);",
        "rcu_read_lock(); *x = 2; WRITE_ONCE(*z, 1); rcu_read_unlock();",
    ),
    # ... and before what P2 does, whose own store the section had not seen ...
    "store+grace period, section, pb, mb+store": overwritten(
        "0:r0=0 /\\ 1:r0=0",
        "*x = 1; synchronize_rcu(); r0 = READ_ONCE(*z);",
        "rcu_read_lock(); r0 = READ_ONCE(*w); WRITE_ONCE(*z, 1); rcu_read_unlock();",
        "WRITE_ONCE(*w, 1); smp_mb(); r0 = READ_ONCE(*y); smp_mb(); *x = 2;",
    ),
    # ... and so did one of another kind that was over before it began.
    "store+grace period, SRCU grace period, store in an SRCU section": overwritten(
        "0:r0=0 /\\ 1:r0=0",
        "*x = 1; synchronize_rcu(); r0 = READ_ONCE(*y);",
        "WRITE_ONCE(*y, 1); synchronize_srcu(s); r0 = READ_ONCE(*z);",
        "r1 = srcu_read_lock(s); *x = 2; WRITE_ONCE(*z, 1); srcu_read_unlock(s, r1);",
    ),
    "store+SRCU grace period, grace period, store in a section": overwritten(
        "0:r0=0 /\\ 1:r0=0",
        "*x = 1; synchronize_srcu(s); r0 = READ_ONCE(*y);",
        "WRITE_ONCE(*y, 1); synchronize_rcu(); r0 = READ_ONCE(*z);",
        "rcu_read_lock(); *x = 2; WRITE_ONCE(*z, 1); rcu_read_unlock();",
    ),
    # P1 saw the store through y, and its full fence makes all CPUs see it before P2 goes on.
    "store+wmb, rfe, mb, pb, mb+store": overwritten(
        "1:r0=1 /\\ 1:r1=0",
        "*x = 1; smp_wmb(); WRITE_ONCE(*y, 1);",
        "r0 = READ_ONCE(*y); smp_mb(); r1 = READ_ONCE(*z);",
        "WRITE_ONCE(*z, 1); smp_mb(); r0 = READ_ONCE(*w); smp_mb(); *x = 2;",
    ),
    "store+wmb, rfe, addr+store": overwritten(
        "1:r0=1",
        "*x = 1; smp_wmb(); WRITE_ONCE(*y, 1);",
        "r0 = READ_ONCE(*y); *(x + (r0 & 0)) = 2;",
    ),
    # No race: the first store is certainly over, the second certainly not begun.
    "store+release, acquire+store": overwritten(
        "1:r0=1",
        "*x = 1; smp_store_release(y, 1);",
        "r0 = smp_load_acquire(y); if (r0) *x = 2;",
        flags=(),
    ),
    # P1's load of a comes after its load of y, which is later in the program (nothing orders them, and
    # P2 passes the value on); the section that a is loaded in began before P3's grace period ended, by
    # r0. So P3's store comes after the one that y tells of. It is made only where all this was seen.
    "store+release, later load, section, grace period, marked store": overwritten(
        "3:r0=1",
        "*x = 1; smp_store_release(y, 1);",
        "rcu_read_lock(); r0 = READ_ONCE(*z); r1 = READ_ONCE(*a); rcu_read_unlock();"
        " r2 = READ_ONCE(*y); WRITE_ONCE(*b, r2); if (r1) if (r0 == 0) WRITE_ONCE(*c, 1);",
        "r0 = READ_ONCE(*b); WRITE_ONCE(*a, r0);",
        "WRITE_ONCE(*z, 1); synchronize_rcu(); r0 = READ_ONCE(*c); if (r0) WRITE_ONCE(*x, 2);",
        flags=(),
    ),
}

# ---- Loads of x that come after the store of 1, or before it.

LOADS = {
    **{
        f"store+release, {fence}+load": Program(
            litmus(
                "1:r1=0",
                "*x = 1; smp_store_release(y, 1);",
                f"r1 = 1; r0 = READ_ONCE(*y); if (r0) {{ {fence}; r1 = *x; }}",
            ),
            never("lkmm"),
        )
        for fence in ("smp_mb()", *GRACE_PERIODS)
    },
    "store+wmb, rmb+load": Program(
        litmus(
            "1:r0=1 /\\ 1:r1=0",
            "*x = 1; smp_wmb(); WRITE_ONCE(*y, 1);",
            "r0 = READ_ONCE(*y); smp_rmb(); r1 = *x;",
        ),
        never("lkmm"),
        RACE,
    ),
    "store+wmb, addr+load": Program(
        litmus(
            "1:r0=1 /\\ 1:r1=0",
            "*x = 1; smp_wmb(); WRITE_ONCE(*y, 1);",
            "r0 = READ_ONCE(*y); r1 = *(x + (r0 & 0));",
        ),
        never("lkmm"),
        RACE,
    ),
    "store+mb, pb, mb+load": Program(
        litmus(
            "0:r0=0 /\\ 1:r1=0",
            "*x = 1; smp_mb(); r0 = READ_ONCE(*y);",
            "WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*w); smp_mb(); r1 = *x;",
        ),
        never("lkmm"),
        RACE,
    ),
    "store+grace period, load in a section": Program(
        litmus(
            "0:r0=0 /\\ 1:r0=0",
            "*x = 1; synchronize_rcu(); r0 = READ_ONCE(*z);",
            "rcu_read_lock(); r0 = *x; WRITE_ONCE(*z, 1); rcu_read_unlock();",
        ),
        never("lkmm"),
        RACE,
    ),
    "load+rmb, data, mb+store": Program(
        litmus(
            "0:r0=1 /\\ 1:r0=1",
            "r0 = *x; smp_rmb(); r1 = READ_ONCE(*y); WRITE_ONCE(*z, 1 + (r1 & 0));",
            "r0 = READ_ONCE(*z); smp_mb(); *x = 1;",
        ),
        never("lkmm"),
        RACE,
    ),
    # The plain load repeats one that saw the only store: it reads that too, and nothing orders them.
    "race of a store and a load that reads it": Program(
        litmus("1:r1=0", "WRITE_ONCE(*x, 1);", "r1 = 1; r0 = READ_ONCE(*x); if (r0) r1 = *x;"),
        never("lkmm"),
        RACE,
    ),
    # Coherence alone makes the plain load miss P1's store, which comes after P0's own.
    "race of a load and a store that it misses": Program(
        litmus(
            "0:r0=0",
            "r0 = *x; WRITE_ONCE(*x, 1);",
            "r0 = READ_ONCE(*x); if (r0) WRITE_ONCE(*x, 2);",
        ),
        always("lkmm"),
        RACE,
    ),
}

# ---- A plain store and a marked load of one location are remarked, unless a barrier is between.

BARRIERS = (
    *("barrier();", "smp_rmb();", "smp_wmb();", "smp_mb();", "synchronize_rcu();", "synchronize_srcu(s);"),
    *("smp_mb__before_atomic();", "smp_mb__after_atomic();"),
    *("smp_store_release(y, 1);", "r1 = smp_load_acquire(y);"),
)
SAME_LOCATION = {
    **{barrier: f"*x = 1; {barrier} r0 = READ_ONCE(*x);" for barrier in BARRIERS},
    "rcu_read_lock();": "*x = 1; rcu_read_lock(); r0 = READ_ONCE(*x); rcu_read_unlock();",
    "rcu_read_unlock();": "rcu_read_lock(); *x = 1; rcu_read_unlock(); r0 = READ_ONCE(*x);",
    "srcu_read_lock(s);": "*x = 1; r1 = srcu_read_lock(s); r0 = READ_ONCE(*x); srcu_read_unlock(s, r1);",
    "srcu_read_unlock(s);": "r1 = srcu_read_lock(s); *x = 1; srcu_read_unlock(s, r1); r0 = READ_ONCE(*x);",
    "release": "r0 = 1; *x = 1; smp_store_release(x, 1);",
    "acquire": "r0 = 1; r1 = smp_load_acquire(x); *x = 1;",
}
MIXED = {
    f"mixed, {between}": Program(litmus("0:r0=1", body), always("lkmm")) for between, body in SAME_LOCATION.items()
}

# ---- Which of two events takes effect first.


def in_order(later: int, body: str, answers: dict[str, str]) -> Program:
    """A program of one thread whose first event takes effect before a later one."""
    return Program(litmus("0:r0=0", body), answers, ordered=((0, 0), (0, later)))


ORDER = {
    **{
        f"effect, {fence}": in_order(2, f"WRITE_ONCE(*x, 1); {fence}; r0 = READ_ONCE(*y);", always(*HARDWARE, "lkmm"))
        for fence in GRACE_PERIODS
    },
    # The locked instruction waits for the store.
    "effect, store and xchg": in_order(1, "WRITE_ONCE(*x, 1); r0 = xchg_relaxed(y, 1);", always("tso", "pso")),
    "effect, hb": in_order(1, "r0 = READ_ONCE(*x); smp_store_release(y, 1);", always("lkmm")),
    "effect, plain before marked": in_order(1, "r0 = *x; smp_store_release(y, 1);", always("lkmm")),
    "effect, marked before plain": in_order(1, "r0 = smp_load_acquire(y); *x = 1;", always("lkmm")),
    # The load that misses P1's store was over when P1 had passed its fence.
    "effect, pb": Program(
        litmus(
            "0:r0=0",
            "WRITE_ONCE(*x, 1); smp_mb(); r0 = READ_ONCE(*y);",
            "WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*x);",
        ),
        sometimes("lkmm"),
        ordered=((0, 2), (1, 2)),
    ),
    # The grace period ended before the section did, so it began before it.
    "effect, rb": Program(
        litmus(
            "0:r0=0",
            "WRITE_ONCE(*x, 1); synchronize_rcu(); r0 = READ_ONCE(*y);",
            "rcu_read_lock(); WRITE_ONCE(*y, 1); r0 = READ_ONCE(*x); rcu_read_unlock();",
        ),
        sometimes("lkmm"),
        ordered=((0, 0), (1, 1)),
    ),
}

PROGRAMS = STORES | LOADS | MIXED | ORDER
