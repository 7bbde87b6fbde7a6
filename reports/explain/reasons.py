"""For two accesses that a model does not keep in order: the rule that is missing, in words.

What models keep has been computed (``explorer.explain.broken``); the sentences say what would have kept it, in the
words of the kernel's ``memory-barriers.txt``.  ``reports.overtaking`` says the same in notes on a schedule.
"""

from __future__ import annotations

from explorer.execution.kinds import Tag
from explorer.explain.broken import Broken
from explorer.visible import visible
from reports.explain.accesses import Accesses, kind_of_access, marking
from reports.structure import Event, Report

_NEEDED = {
    ("load", "load"): "smp_load_acquire() for the first, smp_rmb() or smp_mb() between them, or an address dependency",
    ("load", "store"): "smp_load_acquire() for the first, smp_store_release() for the second, smp_mb() between them, "
    "or a dependency",
    ("store", "load"): "smp_mb() between them",
    ("store", "store"): "smp_store_release() for the second, or smp_wmb() or smp_mb() between them",
}
"""What orders two accesses of different locations where nothing does so by itself (armv8, lkmm)."""

_STANDS = {
    Tag.ACQUIRE: "an acquire",
    Tag.RELEASE: "a release",
    Tag.RMB: "smp_rmb()",
    Tag.WMB: "smp_wmb()",
    Tag.BARRIER: "barrier()",
    Tag.BEFORE_ATOMIC: "smp_mb__before_atomic()",
    Tag.AFTER_ATOMIC: "smp_mb__after_atomic()",
    Tag.AFTER_SPINLOCK: "smp_mb__after_spinlock()",
    Tag.AFTER_UNLOCK_LOCK: "smp_mb__after_unlock_lock()",
    Tag.MB: "smp_mb()",
}

COMPILER = "+compiler"
"""The end of the names of models in which a compiler may exchange plain accesses."""


def why_not_kept(report: Report, accesses: Accesses, broken: Broken) -> str:
    """The rule that is missing, in sentences."""
    source, target = broken.hop.source, broken.hop.target
    first, second = report.events[source], report.events[target]
    if broken.hop.relation == "rf":
        return _of_values(first, second)
    kinds = kind_of_access(first), kind_of_access(second)
    one = marking(first, update=accesses.is_update(source))
    other = marking(second, update=accesses.is_update(target))
    same = first.location == second.location
    said = [f"{_two(one, other)}{' of one location' if same else ''}{_nothing(broken)}"]
    model = report.model.name
    hardware = model.removesuffix(COMPILER)
    if hardware != model and broken.compiler and hardware in broken.kept_by:
        said.append(f"{visible(hardware)} keeps them in order, but the compiler may exchange them")
        said.append("It takes READ_ONCE() or WRITE_ONCE() for both, or barrier() between them")
        return ". ".join(said) + "."
    if same and kinds == ("store", "load"):
        said.append("The load gives the value that the store of its own CPU has left in the store buffer")
    elif kinds == ("store", "load"):
        said.append("The store waits in the store buffer while the load is done")
    elif model in ("pso", f"pso{COMPILER}") and kinds == ("store", "store"):
        said.append("Stores to different locations leave the store buffer in any order")
        said.append("It takes smp_store_release() for the second, or smp_wmb() or smp_mb() between them")
    elif not same and model in ("armv8", f"armv8{COMPILER}", "lkmm"):
        said.append(f"It takes {_NEEDED[kinds]}")
    if kinds == ("store", "load") and not same:
        release = ", or smp_store_release() and smp_load_acquire()" if model.startswith("armv8") else ""
        said.append(f"It takes smp_mb() between them{release}")
    if model not in ("tso", "pso"):
        said += _elsewhere(broken)
    return ". ".join(said) + "."


def _of_values(store: Event, load: Event) -> str:
    """Why a load that gives the value of a store may say nothing of what stands around the two."""
    plain = [name for name, event in (("store", store), ("load", load)) if event.tag is Tag.PLAIN]
    marks = {
        "store": "WRITE_ONCE() or smp_store_release() for the store",
        "load": "READ_ONCE() or smp_load_acquire() for the load",
    }
    if not plain:
        return "That the load gives the value of the store says nothing of what stands around the two."
    subject = "Both are plain" if len(plain) == 2 else f"The {plain[0]} is plain"
    return (
        f"{subject}, and what a plain access gives says nothing of the accesses around it. "
        f"It takes {', and '.join(marks[name] for name in plain)}."
    )


def _two(one: str, other: str) -> str:
    if one == other:
        kind, _, rest = one.partition(" with ")
        return f"Two {kind}s with {rest}" if rest else f"Two {one}s"
    return f"A {one} and a later {other}" if not one.startswith("atomic") else f"An {one} and a later {other}"


def _nothing(broken: Broken) -> str:
    """What stands between them."""
    between = [_STANDS.get(tag, "") for tag in broken.between]
    named = [name for name in between if name]
    if not named:
        return ", and nothing between them orders them"
    if len(named) == 1:
        return f": between them stands {named[0]}, which does not order these two"
    return f": between them stand {', '.join(named[:-1])} and {named[-1]}, which do not order these two"


def _elsewhere(broken: Broken) -> list[str]:
    """What x86 hardware and a compiler do with the two."""
    if "tso" in broken.kept_by:
        return [
            "On x86 hardware they stay in order" + (", but the compiler may exchange them" if broken.compiler else "")
        ]
    return ["x86 hardware does not keep them in order either"]
