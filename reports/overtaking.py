"""Why a model lets an access take effect before one that is earlier in its thread's program order.

An execution shows that two accesses were not ordered; the sentences here say what would have ordered
them, for the models that come with Sealrace.  Sources: x86-TSO (Owens, Sarkar, Sewell 2009), partial store
order in the SPARC manual, the Armv8 model (Pulte et al. 2018), and ``explanation.txt`` in the kernel's
``tools/memory-model``.
"""

from __future__ import annotations

from explorer.execution.kinds import Kind, Tag
from reports.structure import Event

_STORE_BUFFER = "a store waits in the store buffer while later loads of other locations take effect"
_TWO_STORES = "stores to different locations leave the store buffer in any order"
_OWN_STORE = "a load may take the value of a store of its own thread that still waits in the store buffer"
_RELEASE_ACQUIRE = "smp_mb(), or a release before an acquire"
_ORDERED_BY = {
    ("load", "load"): "an acquire, smp_rmb(), smp_mb() or an address dependence",
    ("load", "store"): "an acquire, a release, a dependence or smp_mb()",
    ("store", "load"): "smp_mb()",
    ("store", "store"): "a release, smp_wmb() or smp_mb()",
}
"""What orders an access and a later one of another location where nothing does so by itself (armv8, lkmm)."""

_BUFFERED = {
    ("tso", "store", "load"): _STORE_BUFFER,
    ("pso", "store", "load"): _STORE_BUFFER,
    ("pso", "store", "store"): _TWO_STORES,
}


def why_unordered(earlier: Event, later: Event, model: str) -> str:
    """Why ``later`` may take effect before ``earlier``, which stands before it in the code; ``model`` is its name."""
    kinds = _what(earlier), _what(later)
    same = earlier.location is not None and earlier.location == later.location
    buffered = _BUFFERED.get((model, *kinds))
    if buffered is not None:
        return f"{model}: {_OWN_STORE if same and kinds[1] == 'load' else buffered}"
    if model not in ("armv8", "lkmm") or kinds not in _ORDERED_BY or same:
        return f"no rule of {model} puts the one that is earlier in the code before this one"
    pair = f"two {kinds[0]}s" if kinds[0] == kinds[1] else f"a {kinds[0]} and a later {kinds[1]}"
    order = _RELEASE_ACQUIRE if (model, *kinds) == ("armv8", "store", "load") else _ORDERED_BY[kinds]
    reason = f"{model} keeps {pair} of different locations in order by {order} only, and there is none between"
    if model == "lkmm" and earlier.tag is Tag.PLAIN and later.tag is Tag.PLAIN:
        reason += "; both are plain, so a compiler may exchange them too"
    return reason


def _what(event: Event) -> str:
    if event.kind is Kind.FENCE:
        return "fence"
    return "store" if event.kind.writes else "load"
