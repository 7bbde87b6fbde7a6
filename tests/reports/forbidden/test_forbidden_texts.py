"""What is said of outcomes that lkmm forbids, word for word; the cycle is derived by hand beside each.

R and W are a load and a store of the location that follows, a prime marks a second one.
"""

from __future__ import annotations

from pathlib import Path

from forbidden_outcomes import litmus, why_not


def test_message_passing_with_two_barriers(tmp_path: Path) -> None:
    # Wx -wmb-> Wy -rfe-> Ry -rmb-> Rx -fre-> Wx: the last two and the wmb make prop from Rx to Ry, within P1, so hb
    # has Ry -> Rx -> Ry.
    test = litmus(
        "MP+wmb+rmb",
        (
            "WRITE_ONCE(*x, 1);\nsmp_wmb();\nWRITE_ONCE(*y, 1);",
            "r0 = READ_ONCE(*y);\nsmp_rmb();\nr1 = READ_ONCE(*x);",
        ),
        r"1:r0=1 /\ 1:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
MP+wmb+rmb: lkmm forbids 1:r0=1 /\ 1:r1=0

One execution would end like this. It breaks the axiom happens-before (lkmm.cat, line 58): no access
happens before itself. In it each of these accesses comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      smp_wmb() on line 8 stands between the two stores
  P0: WRITE_ONCE(*y, 1), line 9
      P1 reads the 1 that P0 has stored
  P1: r0 = READ_ONCE(*y), line 16
      smp_rmb() on line 17 stands between the two loads
  P1: r1 = READ_ONCE(*x), line 18
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_message_passing_with_release_and_acquire(tmp_path: Path) -> None:
    # The same with po-rel in place of the wmb and acq-po in place of the rmb.
    test = litmus(
        "MP+rel+acq",
        (
            "WRITE_ONCE(*x, 1);\nsmp_store_release(y, 1);",
            "r0 = smp_load_acquire(y);\nr1 = READ_ONCE(*x);",
        ),
        r"1:r0=1 /\ 1:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
MP+rel+acq: lkmm forbids 1:r0=1 /\ 1:r1=0

One execution would end like this. It breaks the axiom happens-before (lkmm.cat, line 58): no access
happens before itself. In it each of these accesses comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      whatever precedes smp_store_release() stays before it
  P0: smp_store_release(y, 1), line 8
      P1 reads the 1 that P0 has stored
  P1: r0 = smp_load_acquire(y), line 15
      whatever follows smp_load_acquire() stays after it
  P1: r1 = READ_ONCE(*x), line 16
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_store_buffering_with_full_barriers(tmp_path: Path) -> None:
    # Wx -mb-> Ry -fre-> Wy -mb-> Rx -fre-> Wx: pb twice, each fre and then mb.
    test = litmus(
        "SB+mbs",
        (
            "WRITE_ONCE(*x, 1);\nsmp_mb();\nr0 = READ_ONCE(*y);",
            "WRITE_ONCE(*y, 1);\nsmp_mb();\nr0 = READ_ONCE(*x);",
        ),
        r"0:r0=0 /\ 1:r0=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
SB+mbs: lkmm forbids 0:r0=0 /\ 1:r0=0

One execution would end like this. It breaks the axiom propagation (lkmm.cat, line 63): what comes
before a full barrier has reached every thread before what follows it. In it each of these accesses
comes before the next:

  P0: WRITE_ONCE(*x, 1), line 8
      smp_mb() on line 9 stands between the store and the load
  P0: r0 = READ_ONCE(*y), line 10
      it reads 0, which is older than the 1 that P1 stores
  P1: WRITE_ONCE(*y, 1), line 16
      smp_mb() on line 17 stands between the store and the load
  P1: r0 = READ_ONCE(*x), line 18
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 8, again
"""
    )


def test_load_buffering_with_dependences(tmp_path: Path) -> None:
    # Rx -data-> Wy -rfe-> Ry -ctrl-> Wx -rfe-> Rx: four hb edges.
    test = litmus(
        "LB+data+ctrl",
        (
            "r0 = READ_ONCE(*x);\nWRITE_ONCE(*y, r0);",
            "r0 = READ_ONCE(*y);\nif (r0)\nWRITE_ONCE(*x, 1);",
        ),
        r"0:r0=1 /\ 1:r0=1",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
LB+data+ctrl: lkmm forbids 0:r0=1 /\ 1:r0=1

One execution would end like this. It breaks the axiom happens-before (lkmm.cat, line 58): no access
happens before itself. In it each of these accesses comes before the next:

  P0: r0 = READ_ONCE(*x), line 8
      data dependency from r0: the value stored is computed from it
  P0: WRITE_ONCE(*y, r0), line 9
      P1 reads the 1 that P0 has stored
  P1: r0 = READ_ONCE(*y), line 15
      control dependency from r0: a branch on it comes before the store
  P1: WRITE_ONCE(*x, 1), line 17
      P0 reads the 1 that P1 has stored
  P0: r0 = READ_ONCE(*x), line 8, again
"""
    )


def test_write_to_read_causality(tmp_path: Path) -> None:
    # Wx -rfe-> Rx -po-rel-> Wy (together cumul-fence) -rfe-> Ry -acq-po-> Rx' -fre-> Wx.
    test = litmus(
        "WRC+rel+acq",
        (
            "WRITE_ONCE(*x, 1);",
            "r0 = READ_ONCE(*x);\nsmp_store_release(y, 1);",
            "r0 = smp_load_acquire(y);\nr1 = READ_ONCE(*x);",
        ),
        r"1:r0=1 /\ 2:r0=1 /\ 2:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
WRC+rel+acq: lkmm forbids 1:r0=1 /\ 2:r0=1 /\ 2:r1=0

One execution would end like this. It breaks the axiom happens-before (lkmm.cat, line 58): no access
happens before itself. In it each of these accesses comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      P1 reads the 1 that P0 has stored
  P1: r0 = READ_ONCE(*x), line 13
      whatever precedes smp_store_release() stays before it
  P1: smp_store_release(y, 1), line 14
      P2 reads the 1 that P1 has stored
  P2: r0 = smp_load_acquire(y), line 21
      whatever follows smp_load_acquire() stays after it
  P2: r1 = READ_ONCE(*x), line 22
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_a_chain_over_three_threads(tmp_path: Path) -> None:
    # Wx -po-rel-> Wy -rfe-> Ry -po-rel-> Wz -rfe-> Rz -acq-po-> Rx -fre-> Wx.
    test = litmus(
        "ISA2+rel+rel+acq",
        (
            "WRITE_ONCE(*x, 1);\nsmp_store_release(y, 1);",
            "r0 = READ_ONCE(*y);\nsmp_store_release(z, 1);",
            "r0 = smp_load_acquire(z);\nr1 = READ_ONCE(*x);",
        ),
        r"1:r0=1 /\ 2:r0=1 /\ 2:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
ISA2+rel+rel+acq: lkmm forbids 1:r0=1 /\ 2:r0=1 /\ 2:r1=0

One execution would end like this. It breaks the axiom happens-before (lkmm.cat, line 58): no access
happens before itself. In it each of these accesses comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      whatever precedes smp_store_release() stays before it
  P0: smp_store_release(y, 1), line 8
      P1 reads the 1 that P0 has stored
  P1: r0 = READ_ONCE(*y), line 14
      whatever precedes smp_store_release() stays before it
  P1: smp_store_release(z, 1), line 15
      P2 reads the 1 that P1 has stored
  P2: r0 = smp_load_acquire(z), line 22
      whatever follows smp_load_acquire() stays after it
  P2: r1 = READ_ONCE(*x), line 23
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_independent_reads_of_independent_writes(tmp_path: Path) -> None:
    # Wx -rfe-> Rx -mb-> Ry -fre-> Wy -rfe-> Ry' -mb-> Rx' -fre-> Wx: pb twice, each prop = fre ; rfe, then mb.
    test = litmus(
        "IRIW+mbs",
        (
            "WRITE_ONCE(*x, 1);",
            "WRITE_ONCE(*y, 1);",
            "r0 = READ_ONCE(*x);\nsmp_mb();\nr1 = READ_ONCE(*y);",
            "r0 = READ_ONCE(*y);\nsmp_mb();\nr1 = READ_ONCE(*x);",
        ),
        r"2:r0=1 /\ 2:r1=0 /\ 3:r0=1 /\ 3:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
IRIW+mbs: lkmm forbids 2:r0=1 /\ 2:r1=0 /\ 3:r0=1 /\ 3:r1=0

One execution would end like this. It breaks the axiom propagation (lkmm.cat, line 63): what comes
before a full barrier has reached every thread before what follows it. In it each of these accesses
comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      P2 reads the 1 that P0 has stored
  P2: r0 = READ_ONCE(*x), line 19
      smp_mb() on line 20 stands between the two loads
  P2: r1 = READ_ONCE(*y), line 21
      it reads 0, which is older than the 1 that P1 stores
  P1: WRITE_ONCE(*y, 1), line 12
      P3 reads the 1 that P1 has stored
  P3: r0 = READ_ONCE(*y), line 28
      smp_mb() on line 29 stands between the two loads
  P3: r1 = READ_ONCE(*x), line 30
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_two_reads_of_one_location(tmp_path: Path) -> None:
    # Wx -rf-> Rx -po-loc-> Rx' -fr-> Wx, and no candidate keeps the location in order.
    test = litmus(
        "CoRR",
        (
            "WRITE_ONCE(*x, 1);",
            "r0 = READ_ONCE(*x);\nr1 = READ_ONCE(*x);",
        ),
        r"1:r0=1 /\ 1:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
CoRR: lkmm forbids 1:r0=1 /\ 1:r1=0

One execution would end like this, with the accesses to one location out of order. It breaks the
axiom coherence (lkmm.cat, line 19): the accesses to one location come in an order that agrees with
program order. In it each of these accesses comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      P1 reads the 1 that P0 has stored
  P1: r0 = READ_ONCE(*x), line 14
      program order: both access x
  P1: r1 = READ_ONCE(*x), line 15
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_two_exchanges_of_one_value(tmp_path: Path) -> None:
    # Both read the initial 0. Whichever store comes first in coherence is fre-after the other's load and coe-before
    # its store.
    # Candidates: the two orders of the stores (x is no part of the outcome); 1 before 2 is tried first, so P1 is
    # interrupted.
    test = litmus(
        "two-exchanges",
        (
            "r0 = xchg_relaxed(x, 1);",
            "r0 = xchg_relaxed(x, 2);",
        ),
        r"0:r0=0 /\ 1:r0=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
two-exchanges: lkmm forbids 0:r0=0 /\ 1:r0=0

2 executions would end like this, each with the accesses to one location out of order. All break the
axiom atomicity (lkmm.cat, line 20): no other store comes between the load and the store of an
atomic operation. In the nearest one a store comes between the halves of an atomic operation:

  P1: r0 = xchg_relaxed(x, 2), its load, line 14
      it reads 0, which is older than the 1 that P0 stores
  P0: r0 = xchg_relaxed(x, 1), its store, line 8
      x becomes 1 before it becomes 2
  P1: r0 = xchg_relaxed(x, 2), its store, line 14
"""
    )


def test_a_grace_period(tmp_path: Path) -> None:
    # Rx -fre-> Wx, po to the grace period, po to Wy, -rfe-> Ry, po to the unlock, back to the lock, po to Rx: one
    # grace period, one section.
    test = litmus(
        "RCU+sync",
        (
            "rcu_read_lock();\nr0 = READ_ONCE(*x);\nr1 = READ_ONCE(*y);\nrcu_read_unlock();",
            "WRITE_ONCE(*x, 1);\nsynchronize_rcu();\nWRITE_ONCE(*y, 1);",
        ),
        r"0:r0=0 /\ 0:r1=1",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
RCU+sync: lkmm forbids 0:r0=0 /\ 0:r1=1

One execution would end like this. It breaks the axiom rcu (lkmm.cat, line 70): no RCU read-side
critical section spans a grace period. In it each of these accesses comes before the next:

  P0: r0 = READ_ONCE(*x), line 10
      it reads 0, which is older than the 1 that P1 stores
  P1: WRITE_ONCE(*x, 1), line 17
      synchronize_rcu() on line 18 stands between the two stores
  P1: WRITE_ONCE(*y, 1), line 19
      P0 reads the 1 that P1 has stored
  P0: r1 = READ_ONCE(*y), line 11
      both are in one RCU read-side critical section, lines 9 to 12, which cannot span the grace period
  P0: r0 = READ_ONCE(*x), line 10, again
"""
    )


def test_s(tmp_path: Path) -> None:
    # x ends as 2, so P1's 1 is coe-before it: Wx2 -wmb-> Wy -rfe-> Ry -data-> Wx1 -coe-> Wx2.
    test = litmus(
        "S+wmb+data",
        (
            "WRITE_ONCE(*x, 2);\nsmp_wmb();\nWRITE_ONCE(*y, 1);",
            "r0 = READ_ONCE(*y);\nWRITE_ONCE(*x, r0);",
        ),
        r"1:r0=1 /\ x=2",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
S+wmb+data: lkmm forbids 1:r0=1 /\ [x]=2

One execution would end like this. It breaks the axiom happens-before (lkmm.cat, line 58): no access
happens before itself. In it each of these accesses comes before the next:

  P0: WRITE_ONCE(*x, 2), line 7
      smp_wmb() on line 8 stands between the two stores
  P0: WRITE_ONCE(*y, 1), line 9
      P1 reads the 1 that P0 has stored
  P1: r0 = READ_ONCE(*y), line 15
      data dependency from r0: the value stored is computed from it
  P1: WRITE_ONCE(*x, r0), line 16
      x becomes 1 before it becomes 2
  P0: WRITE_ONCE(*x, 2), line 7, again
"""
    )


def test_r(tmp_path: Path) -> None:
    # y ends as 2: Wx -mb-> Wy1 -coe-> Wy2 -mb-> Rx -fre-> Wx.
    test = litmus(
        "R+mbs",
        (
            "WRITE_ONCE(*x, 1);\nsmp_mb();\nWRITE_ONCE(*y, 1);",
            "WRITE_ONCE(*y, 2);\nsmp_mb();\nr0 = READ_ONCE(*x);",
        ),
        r"y=2 /\ 1:r0=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
R+mbs: lkmm forbids [y]=2 /\ 1:r0=0

One execution would end like this. It breaks the axiom propagation (lkmm.cat, line 63): what comes
before a full barrier has reached every thread before what follows it. In it each of these accesses
comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      smp_mb() on line 8 stands between the two stores
  P0: WRITE_ONCE(*y, 1), line 9
      y becomes 1 before it becomes 2
  P1: WRITE_ONCE(*y, 2), line 15
      smp_mb() on line 16 stands between the store and the load
  P1: r0 = READ_ONCE(*x), line 17
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_two_plus_two_writes(tmp_path: Path) -> None:
    # Wx2 -mb-> Wy1 -coe-> Wy2 -mb-> Wx1 -coe-> Wx2.
    test = litmus(
        "2+2W+mbs",
        (
            "WRITE_ONCE(*x, 2);\nsmp_mb();\nWRITE_ONCE(*y, 1);",
            "WRITE_ONCE(*y, 2);\nsmp_mb();\nWRITE_ONCE(*x, 1);",
        ),
        r"x=2 /\ y=2",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
2+2W+mbs: lkmm forbids [x]=2 /\ [y]=2

One execution would end like this. It breaks the axiom propagation (lkmm.cat, line 63): what comes
before a full barrier has reached every thread before what follows it. In it each of these accesses
comes before the next:

  P0: WRITE_ONCE(*x, 2), line 7
      smp_mb() on line 8 stands between the two stores
  P0: WRITE_ONCE(*y, 1), line 9
      y becomes 1 before it becomes 2
  P1: WRITE_ONCE(*y, 2), line 14
      smp_mb() on line 15 stands between the two stores
  P1: WRITE_ONCE(*x, 1), line 16
      x becomes 1 before it becomes 2
  P0: WRITE_ONCE(*x, 2), line 7, again
"""
    )


def test_a_barrier_beside_an_atomic_operation(tmp_path: Path) -> None:
    # As SB; P0's barrier orders up to the atomic operation and, since `[atomic] ; po?` follows, beyond it: neither
    # does it alone.
    test = litmus(
        "SB+before-atomic",
        (
            "WRITE_ONCE(*x, 1);\nsmp_mb__before_atomic();\natomic_inc(z);\nr0 = READ_ONCE(*y);",
            "WRITE_ONCE(*y, 1);\nsmp_mb();\nr0 = READ_ONCE(*x);",
        ),
        r"0:r0=0 /\ 1:r0=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
SB+before-atomic: lkmm forbids 0:r0=0 /\ 1:r0=0

One execution would end like this. It breaks the axiom propagation (lkmm.cat, line 63): what comes
before a full barrier has reached every thread before what follows it. In it each of these accesses
comes before the next:

  P0: WRITE_ONCE(*x, 1), line 8
      smp_mb__before_atomic() on line 9 and atomic_inc() on line 10 stand between the store and the load
  P0: r0 = READ_ONCE(*y), line 11
      it reads 0, which is older than the 1 that P1 stores
  P1: WRITE_ONCE(*y, 1), line 17
      smp_mb() on line 18 stands between the store and the load
  P1: r0 = READ_ONCE(*x), line 19
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 8, again
"""
    )


def test_plain_accesses(tmp_path: Path) -> None:
    # Of the pair fr & wr-vis^-1 one leads there, Rx -fr-> Wx, the other back: Wx -po-rel-> Wy -rfe-> Ry -acq-po->
    # Rx.
    test = litmus(
        "MP+plain",
        (
            "*x = 1;\nsmp_store_release(y, 1);",
            "r0 = smp_load_acquire(y);\nif (r0)\nr1 = *x;",
        ),
        r"1:r0=1 /\ 1:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test).output
        == r"""
MP+plain: lkmm forbids 1:r0=1 /\ 1:r1=0

One execution would end like this. It breaks the axiom plain-read-of-the-overwritten (lkmm.cat, line
93): a load does not read what was certainly overwritten before it. In it each of these accesses
comes before the next:

  P0: *x = 1, line 7
      whatever precedes smp_store_release() stays before it
  P0: smp_store_release(y, 1), line 8
      P1 reads the 1 that P0 has stored
  P1: r0 = smp_load_acquire(y), line 15
      whatever follows smp_load_acquire() stays after it
  P1: r1 = *x, line 17
      it reads 0, which is older than the 1 that P0 stores
  P0: *x = 1, line 7, again
"""
    )
