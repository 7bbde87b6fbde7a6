"""What the axioms of the models that come with Sealrace are about, in words."""

from __future__ import annotations

_ONE_LOCATION = "the accesses to one location come in an order that agrees with program order"
_ATOMIC = "no other store comes between the load and the store of an atomic operation"
_RCU = "no RCU read-side critical section spans a grace period"

_ABOUT = {
    ("sc.cat", "sequential-consistency"): "all accesses come in one order, in which every thread keeps program order",
    ("sc.cat", "rcu"): _RCU,
    ("tso.cat", "coherence"): _ONE_LOCATION,
    (
        "tso.cat",
        "total-store-order",
    ): "all accesses come in one order, in which only stores are delayed, past later loads",
    ("tso.cat", "rcu"): _RCU,
    ("pso.cat", "coherence"): _ONE_LOCATION,
    ("pso.cat", "partial-store-order"): "all accesses come in one order, in which only stores are delayed",
    ("pso.cat", "rcu"): _RCU,
    ("armv8.cat", "internal"): _ONE_LOCATION,
    ("armv8.cat", "atomic"): _ATOMIC,
    ("armv8.cat", "external"): "no access comes before itself, by what threads keep in order and see of each other",
    ("armv8.cat", "rcu"): _RCU,
    ("lkmm.cat", "coherence"): _ONE_LOCATION,
    ("lkmm.cat", "atomicity"): _ATOMIC,
    ("lkmm.cat", "happens-before"): "no access happens before itself",
    ("lkmm.cat", "propagation"): "what comes before a full barrier has reached every thread before what follows it",
    ("lkmm.cat", "rcu"): _RCU,
    ("lkmm.cat", "plain-read-from-the-future"): "a load does not read a store that certainly comes after it",
    ("lkmm.cat", "plain-read-of-the-overwritten"): "a load does not read what was certainly overwritten before it",
    ("lkmm.cat", "plain-coherence"): "a store does not overwrite one that certainly comes after it",
}


def about(file: str, axiom: str) -> str:
    """What an axiom says, for those in files that come with Sealrace; empty for others."""
    return _ABOUT.get((file, axiom), "")
