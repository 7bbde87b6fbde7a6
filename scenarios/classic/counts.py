"""How many executions the classic growing programs have, counted by hand.

Every function takes the size and the model's name.  Models differ here in what they keep of
the order of one thread's accesses to different locations: ``sc`` and ``tso`` keep loads
after loads and stores after stores; ``pso`` keeps loads; ``armv8`` and ``lkmm`` keep
neither where nothing (a fence, an address) asks for it.  None of the programs has a store
that its own thread could pass with a load.
"""

from __future__ import annotations

from math import factorial

STORES_IN_ORDER = ("sc", "tso")
LOADS_IN_ORDER = ("sc", "tso", "pso")

V4_READER = {"sc": 9, "tso": 9, "pso": 11, "lkmm": 15}


def v4_count(readers: int, model: str) -> int:
    """A power of the behaviours of one reader: readers write nothing, so each chooses on its own.

    Those under sc, tso and pso are listed in the tests; under lkmm herd7 7.58 counts 15.
    """
    return int(V4_READER[model] ** readers)


def writers_count(size: int, _model: str) -> int:
    """Every coherence order of ``size`` writes of one location is an execution."""
    return factorial(size)


def increments_count(size: int, _model: str) -> int:
    """(n!)^2: on one location all models agree.

    The stores take any of n! coherence orders.  The load of the thread whose store is the
    k-th may see any of the k values before it: neither its own store, which comes later in
    its thread, nor one behind that, whose place in coherence would then be in a cycle.
    Whatever the loads see among these, each can stand right behind what it sees.
    """
    return factorial(size) ** 2


def atomic_increments_count(size: int, _model: str) -> int:
    """n!: each operation sees the one right before it in coherence, and any order will do."""
    return factorial(size)


def last_zero_count(size: int, model: str) -> int:
    """(n + 3) 2^(n - 2) where loads stay in order, else (n + 1) 2^(n - 1).

    Threads 2 to n see the store of the thread before them or not, as they like: 2^(n - 1).
    The finder stops at one of the cells n to 0, so it reads n + 1 times as many ways if its
    loads may swap.  If they may not: seeing the store of cell i + 1, and then cell i still
    zero, tells that thread i + 1 stored before thread i did, so it has not seen that store.
    The stops at n and at 0 ask for nothing and leave 2^(n - 1) each, the n - 1 others leave half
    of that: 2^n + (n - 1) 2^(n - 2).  POPL 2014 gives 64, 3,328 and 147,456 for n = 5, 10, 15.
    """
    if model in LOADS_IN_ORDER:
        return (size + 3) * (1 << size) // 4
    return (size + 1) * (1 << size) // 2


def readers_count(size: int, _model: str) -> int:
    """2^n: each load sees the store or the initial value, whatever the others see.

    A load of a location that nobody stores, before or after, adds nothing.
    """
    return 1 << size


def messages_count(size: int, model: str) -> int:
    """A power of 3 or 4: each reader sees any two values, but for the flag without the data where nothing swaps."""
    return int((3 if model in STORES_IN_ORDER else 4) ** size)
