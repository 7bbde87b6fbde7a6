"""Why sc and the hardware models forbid an outcome, word for word; the cycle is derived by hand beside each.

R and W are a load and a store of the location that follows, a prime marks a second one.
"""

from __future__ import annotations

from pathlib import Path

from forbidden_outcomes import litmus, why_not


def test_message_passing_under_x86(tmp_path: Path) -> None:
    # tso keeps all of po but a store before a load: Wx -po-> Wy -rfe-> Ry -po-> Rx -fr-> Wx.
    test = litmus(
        "MP",
        (
            "WRITE_ONCE(*x, 1);\nWRITE_ONCE(*y, 1);",
            "r0 = READ_ONCE(*y);\nr1 = READ_ONCE(*x);",
        ),
        r"1:r0=1 /\ 1:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test, "--model", "tso").output
        == r"""
MP: tso forbids 1:r0=1 /\ 1:r1=0

One execution would end like this. It breaks the axiom total-store-order (tso.cat, line 27): all
accesses come in one order, in which only stores are delayed, past later loads. In it each of these
accesses comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      program order, which tso keeps from a store to a later store
  P0: WRITE_ONCE(*y, 1), line 8
      P1 reads the 1 that P0 has stored
  P1: r0 = READ_ONCE(*y), line 15
      program order, which tso keeps from a load to a later load
  P1: r1 = READ_ONCE(*x), line 16
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_store_buffering_with_exchanges_under_x86(tmp_path: Path) -> None:
    # The stores of the exchanges are followed by their own full barriers: Wx -mb-> Ry -fr-> Wy -mb-> Rx -fr-> Wx.
    test = litmus(
        "SB+xchg",
        (
            "r0 = xchg(x, 1);\nr1 = READ_ONCE(*y);",
            "r0 = xchg(y, 1);\nr1 = READ_ONCE(*x);",
        ),
        r"0:r1=0 /\ 1:r1=0",
    )
    assert (
        "\n" + why_not(tmp_path, test, "--model", "tso").output
        == r"""
SB+xchg: tso forbids 0:r1=0 /\ 1:r1=0

One execution would end like this. It breaks the axiom total-store-order (tso.cat, line 27): all
accesses come in one order, in which only stores are delayed, past later loads. In it each of these
accesses comes before the next:

  P0: r0 = xchg(x, 1), its store, line 9
      xchg() is fully ordered: whatever follows it stays after it
  P0: r1 = READ_ONCE(*y), line 10
      it reads 0, which is older than the 1 that P1 stores
  P1: r0 = xchg(y, 1), its store, line 17
      xchg() is fully ordered: whatever follows it stays after it
  P1: r1 = READ_ONCE(*x), line 18
      it reads 0, which is older than the 1 that P0 stores
  P0: r0 = xchg(x, 1), its store, line 9, again
"""
    )


def test_an_address_dependency_under_armv8(tmp_path: Path) -> None:
    # Wx -dmb ishst-> Wp -rfe-> Rp -addr-> Rx -fre-> Wx.
    test = litmus(
        "MP+wmb+addr",
        (
            "WRITE_ONCE(*x, 1);\nsmp_wmb();\nWRITE_ONCE(*p, x);",
            "r0 = READ_ONCE(*p);\nr1 = READ_ONCE(*r0);",
        ),
        r"1:r0=x /\ 1:r1=0",
        "int *p = &y;",
    )
    assert (
        "\n" + why_not(tmp_path, test, "--model", "armv8").output
        == r"""
MP+wmb+addr: armv8 forbids 1:r0=x /\ 1:r1=0

One execution would end like this. It breaks the axiom external (armv8.cat, line 39): no access
comes before itself, by what threads keep in order and see of each other. In it each of these
accesses comes before the next:

  P0: WRITE_ONCE(*x, 1), line 7
      smp_wmb() on line 8 stands between the two stores
  P0: WRITE_ONCE(*p, x), line 9
      P1 reads the x that P0 has stored
  P1: r0 = READ_ONCE(*p), line 16
      address dependency from r0, which says where the load goes
  P1: r1 = READ_ONCE(*r0), line 17
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 7, again
"""
    )


def test_store_buffering_under_sc(tmp_path: Path) -> None:
    # Wx -po-> Ry -fr-> Wy -po-> Rx -fr-> Wx.
    test = litmus(
        "SB",
        (
            "WRITE_ONCE(*x, 1);\nr0 = READ_ONCE(*y);",
            "WRITE_ONCE(*y, 1);\nr0 = READ_ONCE(*x);",
        ),
        r"0:r0=0 /\ 1:r0=0",
    )
    assert (
        "\n" + why_not(tmp_path, test, "--model", "sc").output
        == r"""
SB: sc forbids 0:r0=0 /\ 1:r0=0

One execution would end like this. It breaks the axiom sequential-consistency (sc.cat, line 13): all
accesses come in one order, in which every thread keeps program order. In it each of these accesses
comes before the next:

  P0: WRITE_ONCE(*x, 1), line 8
      program order, which sc keeps from a store to a later load
  P0: r0 = READ_ONCE(*y), line 9
      it reads 0, which is older than the 1 that P1 stores
  P1: WRITE_ONCE(*y, 1), line 15
      program order, which sc keeps from a store to a later load
  P1: r0 = READ_ONCE(*x), line 16
      it reads 0, which is older than the 1 that P0 stores
  P0: WRITE_ONCE(*x, 1), line 8, again
"""
    )


def test_two_exchanges_where_the_model_has_no_axiom_for_it(tmp_path: Path) -> None:
    # pso.cat orders RMWs, but both orders of the stores pass it; that pairs are adjacent is what every execution
    # has.
    test = litmus(
        "two-exchanges",
        (
            "r0 = xchg_relaxed(x, 1);",
            "r0 = xchg_relaxed(x, 2);",
        ),
        r"0:r0=0 /\ 1:r0=0",
    )
    assert (
        "\n" + why_not(tmp_path, test, "--model", "pso").output
        == r"""
two-exchanges: pso forbids 0:r0=0 /\ 1:r0=0

2 executions would end like this, each with the accesses to one location out of order. All break
what holds under every model, that an atomic operation is not interrupted. In the nearest one a
store comes between the halves of an atomic operation:

  P1: r0 = xchg_relaxed(x, 2), its load, line 14
      it reads 0, which is older than the 1 that P0 stores
  P0: r0 = xchg_relaxed(x, 1), its store, line 8
      x becomes 1 before it becomes 2
  P1: r0 = xchg_relaxed(x, 2), its store, line 14
"""
    )
