"""Explanations of one's own scenarios and of litmus tests word for word, each derived by hand in the words above it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run
from explained_scenarios import SCENARIOS

LAWLESS = '"no rule for RCU"\nlet before = po | rf | co | fr\nacyclic before as order\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


OWN = [
    # Each holds one lock and waits for the other's: no load was relied on, so there is no window.
    (
        ("locks", "sc", "deadlock"),
        """\
own.py:locks, fix none, protocol plain, model sc
VIOLATED: deadlock. left waits for b, last written by right; right waits for a, last written by
left.

In this order:
  left takes a (L1 first lock, both, step 1): right waits.
  right takes b (L1 first lock, both, step 2): left waits.

No barrier can forbid this: sc, which reorders nothing, allows it. What the threads wait for, or the
order in which they take it, has to change.
""",
    ),
    # One thread alone, against the order of the classes.
    (
        ("locks", "sc", "lock-order"),
        """\
own.py:locks, fix none, protocol plain, model sc
VIOLATED: lock-order. A thread acquires a (outer) while it holds b (inner), which comes after it in
the lock order.

In this order:
  right takes b (L1 first lock, both, step 5): held.
  right takes a (L2 second lock, both, step 6): LOCK ORDER.

No barrier can forbid this: sc, which reorders nothing, allows it.
""",
    ),
    # The lost update: what the last store adds to was overwritten before it. The path has the two stores only; the load
    # is found by the value that the store depends on.
    (
        ("count", "sc", "lost"),
        """\
own.py:count, fix none, protocol plain, model sc
VIOLATED: lost. Two were added, and the count is 1.

In this order:
  right loads 0 from count (C1 look, add, step 1).
  left stores 1 to count (C2 add, add, step 3).
  right stores 1 to count (C2 add, add, step 4): LOST.

No barrier can forbid this: the window from C1 (look) to C2 (add) is open. In it left stores to
count, and right does not load count again before it ends. sc, which reorders nothing, allows it.
""",
    ),
    # fr is no order in the kernel's model, and nothing keeps R1 before R2 (READ_ONCE, then WRITE_ONCE); sc keeps both.
    (
        ("copy", "lkmm", "late"),
        """\
own.py:copy, fix none, protocol plain, model lkmm
VIOLATED: late. The copy does not come before the seal.

sc allows these accesses and these values, and in its order nothing is violated. It puts each of
these before the next:
  1. reader loads 0 from box (R1 copy, look, step 1).
  2. reader stores 1 to done (R2 done, look, step 2), later in the same code.
  3. owner loads 1 from done (S1 wait, seal, step 3), which is what 2 stored.
  4. owner stores 1 to box (S2 seal, seal, step 4), later in the same code.

lkmm does not keep this order:
  the load of box (R1 copy) before the store to done (R2 done). A load with READ_ONCE() and a later
     store with WRITE_ONCE(), and nothing between them orders them. It takes smp_load_acquire() for
     the first, smp_store_release() for the second, smp_mb() between them, or a dependency. On x86
     hardware they stay in order.
""",
    ),
    # Plain stores in opposite orders, smp_mb() between them: the kernel's model keeps the two of each thread (and flags
    # a data race), but draws nothing between threads from which plain store came last. All others forbid it.
    (
        ("stores", "lkmm", "crossed"),
        """\
own.py:stores, fix none, protocol plain, model lkmm
VIOLATED: crossed. Both first stores came last.

sc forbids this; it needs lkmm. Each of these comes before the next, and the last before the first,
which no one order of all accesses can have:
  1. left stores 1 to x (W1 first, two_stores, step 4).
  2. left stores 2 to y (W3 second, two_stores, step 6), later in the same code.
  3. right stores 1 to y (W1 first, two_stores, step 1), which overwrites what 2 stored.
  4. right stores 2 to x (W3 second, two_stores, step 3), later in the same code; and 1 overwrites
     what it stored.

lkmm keeps each thread's accesses in order here, but a plain access orders nothing between threads.
It takes READ_ONCE() or WRITE_ONCE() where one of two is plain:
  the store to y (W3 second) before the store to y (W1 first).
  the store to x (W3 second) before the store to x (W1 first).
""",
    ),
    # R1 sees the state before the grace period and R2 that after it: no cycle of accesses, but sc has the axiom rcu.
    (
        ("section", "lawless.cat", "spanned"),
        """\
own.py:section, fix none, protocol plain, model lawless.cat
VIOLATED: spanned. A section saw both sides of a grace period.

sc forbids this, and so do the other models that come with Sealrace; lawless.cat allows it: by what
was read, a read-side critical section spans a grace period. By the rules of lawless.cat that does
not follow from it.
""",
    ),
]

LITMUS = [
    # Store buffering: x86 delays each store past the load behind it, and nothing else.
    (
        "sb",
        "tso",
        """\
P0(int *x, int *y) { WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
""",
        """\
sb.litmus, model tso
WITNESS: exists. 0:r0=0 /\\ 1:r0=0 holds at the end. No order of all accesses explains it: each edge
of the path comes before the next.

sc forbids this; it needs tso or weaker (tso, pso, armv8, lkmm). Each of these comes before the
next, and the last before the first, which no one order of all accesses can have:
  1. P0 stores 1 to x (WRITE_ONCE(*x, 1), step 4).
  2. P0 loads 0 from y (READ_ONCE(*y), step 1), later in the same code.
  3. P1 stores 1 to y (WRITE_ONCE(*y, 1), step 2), which overwrites what 2 loaded.
  4. P1 loads 0 from x (READ_ONCE(*x), step 3), later in the same code; and 1 overwrites what it
     loaded.

tso does not keep this order:
  the store to x (WRITE_ONCE(*x, 1)) before the load of y (READ_ONCE(*y)). A store with WRITE_ONCE()
     and a later load with READ_ONCE(), and nothing between them orders them. The store waits in the
     store buffer while the load is done. It takes smp_mb() between them.
  the store to y (WRITE_ONCE(*y, 1)) before the load of x (READ_ONCE(*x)). A store with WRITE_ONCE()
     and a later load with READ_ONCE(), and nothing between them orders them. The store waits in the
     store buffer while the load is done. It takes smp_mb() between them.
""",
    ),
    # Load buffering: each load gives what the other thread stores behind its own load. x86 keeps loads before stores.
    (
        "lb",
        "armv8",
        """\
P0(int *x, int *y) { int r0 = READ_ONCE(*x); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0 = READ_ONCE(*y); WRITE_ONCE(*x, 1); }
exists (0:r0=1 /\\ 1:r0=1)
""",
        """\
lb.litmus, model armv8
WITNESS: exists. 0:r0=1 /\\ 1:r0=1 holds at the end. No order of all accesses explains it: each edge
of the path comes before the next.

sc forbids this; it needs armv8 or weaker (armv8, lkmm). Each of these comes before the next, and
the last before the first, which no one order of all accesses can have:
  1. P0 loads 1 from x (READ_ONCE(*x), step 4).
  2. P0 stores 1 to y (WRITE_ONCE(*y, 1), step 1), later in the same code.
  3. P1 loads 1 from y (READ_ONCE(*y), step 2), which is what 2 stored.
  4. P1 stores 1 to x (WRITE_ONCE(*x, 1), step 3), later in the same code; and 1 loads what it
     stored.

armv8 does not keep this order:
  the load of x (READ_ONCE(*x)) before the store to y (WRITE_ONCE(*y, 1)). A load with READ_ONCE()
     and a later store with WRITE_ONCE(), and nothing between them orders them. It takes
     smp_load_acquire() for the first, smp_store_release() for the second, smp_mb() between them, or
     a dependency. On x86 hardware they stay in order.
  the load of y (READ_ONCE(*y)) before the store to x (WRITE_ONCE(*x, 1)). A load with READ_ONCE()
     and a later store with WRITE_ONCE(), and nothing between them orders them. It takes
     smp_load_acquire() for the first, smp_store_release() for the second, smp_mb() between them, or
     a dependency. On x86 hardware they stay in order.
""",
    ),
    # Message passing: pso keeps the two loads, not the two stores.
    (
        "mp",
        "pso",
        """\
P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0 = READ_ONCE(*y); int r1 = READ_ONCE(*x); }
exists (1:r0=1 /\\ 1:r1=0)
""",
        """\
mp.litmus, model pso
WITNESS: exists. 1:r0=1 /\\ 1:r1=0 holds at the end. No order of all accesses explains it: each edge
of the path comes before the next.

sc forbids this; it needs pso or weaker (pso, armv8, lkmm). Each of these comes before the next, and
the last before the first, which no one order of all accesses can have:
  1. P0 stores 1 to x (WRITE_ONCE(*x, 1), step 4).
  2. P0 stores 1 to y (WRITE_ONCE(*y, 1), step 1), later in the same code.
  3. P1 loads 1 from y (READ_ONCE(*y), step 2), which is what 2 stored.
  4. P1 loads 0 from x (READ_ONCE(*x), step 3), later in the same code; and 1 overwrites what it
     loaded.

pso does not keep this order:
  the store to x (WRITE_ONCE(*x, 1)) before the store to y (WRITE_ONCE(*y, 1)). Two stores with
     WRITE_ONCE(), and nothing between them orders them. Stores to different locations leave the
     store buffer in any order. It takes smp_store_release() for the second, or smp_wmb() or
     smp_mb() between them.
""",
    ),
    # R with smp_wmb(): every thread's accesses are kept, but the order of the stores to y is none that the kernel's
    # model counts (it takes smp_mb() in P0, as the kernel's list of tests has it). All others forbid it.
    (
        "r",
        "lkmm",
        """\
P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { WRITE_ONCE(*y, 2); smp_mb(); int r0 = READ_ONCE(*x); }
exists (y=2 /\\ 1:r0=0)
""",
        """\
r.litmus, model lkmm
WITNESS: exists. [y]=2 /\\ 1:r0=0 holds at the end. No order of all accesses explains it: each edge
of the path comes before the next.

sc forbids this; it needs lkmm. Each of these comes before the next, and the last before the first,
which no one order of all accesses can have:
  1. P0 stores 1 to x (WRITE_ONCE(*x, 1), step 1).
  2. P0 stores 1 to y (WRITE_ONCE(*y, 1), step 3), later in the same code.
  3. P1 stores 2 to y (WRITE_ONCE(*y, 2), step 4), which overwrites what 2 stored.
  4. P1 loads 0 from x (READ_ONCE(*x), step 6), later in the same code; and 1 overwrites what it
     loaded.

lkmm keeps each thread's accesses in order here, but not every CPU sees the stores of the others at
the same time. It takes a full memory barrier, smp_mb(), where there is less between:
  the store to x (WRITE_ONCE(*x, 1)) before the store to y (WRITE_ONCE(*y, 1)).
""",
    ),
    # Nothing weak about it.
    (
        "ok",
        "sc",
        """\
P0(int *x) { WRITE_ONCE(*x, 1); }
P1(int *x) { int r0 = READ_ONCE(*x); }
exists (1:r0=1)
""",
        """\
ok.litmus, model sc
WITNESS: exists. 1:r0=1 holds at the end. Some order of all accesses explains it.

No barrier can forbid this: sc allows it, so some order of all accesses explains it.
""",
    ),
]


@pytest.mark.parametrize(("cell", "text"), OWN, ids=[" ".join(cell) for cell, _ in OWN])
def test_an_execution_of_a_file_of_ones_own(cell: tuple[str, str, str], text: str) -> None:
    scenario, model, kind = cell
    Path("own.py").write_text(SCENARIOS, encoding="utf-8")
    Path("lawless.cat").write_text(LAWLESS, encoding="utf-8")
    assert run("explore", f"own.py:{scenario}", "--model", model).exit_code == 1
    (report,) = Path("out").glob(f"*-{kind}.json")
    explained = run("explain", str(report))
    assert (explained.exit_code, explained.output) == (0, text)


@pytest.mark.parametrize(("name", "model", "code", "text"), LITMUS, ids=[each[0] for each in LITMUS])
def test_the_witness_of_a_litmus_test(name: str, model: str, code: str, text: str) -> None:
    Path(f"{name}.litmus").write_text(f"C {name}\n{{}}\n{code}", encoding="utf-8")
    assert run("litmus", "--model", model, "--reports", "out", f"{name}.litmus").exit_code == 0
    explained = run("explain", f"out/{name}-{model}.json")
    assert (explained.exit_code, explained.output) == (0, text)
