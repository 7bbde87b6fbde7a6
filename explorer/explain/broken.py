"""Which hops of a cycle a model does not keep, and what can be said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import Relation, empty, intersection, transitive_closure, union
from explorer.explain.allowed import shipped
from explorer.explain.hops import Hop
from explorer.memory.model import Model
from explorer.scenario import MODELS

_BOUNDS = ("r-pre-bounded", "w-pre-bounded", "r-post-bounded", "w-post-bounded")
"""Names under which a kernel model orders plain accesses beside marked ones without having the pair in its order."""


@dataclass(frozen=True)
class Broken:
    """Two accesses that the model does not keep in the order that sequential consistency has them in.

    Two of one thread in the order of its code, or a store and the load of another thread that gives its value: that
    says nothing of what stands around them where one of the two is plain.

    Attributes:
        hop: the two accesses.
        kept_by: the models that come with Sealrace and do keep them in order.
        compiler: whether a compiler may exchange them: plain accesses with nothing but such between them.
        between: tags of what stands between them and orders other accesses: fences, acquires and releases.
    """

    hop: Hop
    kept_by: tuple[str, ...]
    compiler: bool
    between: tuple[Tag, ...]


def broken_hops(execution: Execution, model: Model, hops: Sequence[Hop]) -> tuple[Broken, ...]:
    """The hops within a thread, then those from a store to a load of it, that the model does not keep in order."""
    kept = _kept(execution, model)
    of_code = [hop for hop in hops if hop.relation == "po" and not kept[hop.source] >> hop.target & 1]
    of_values = [hop for hop in hops if hop.relation == "rf" and not kept[hop.source] >> hop.target & 1]
    if not of_code and not of_values:
        return ()
    orders = {name: _kept(execution, shipped(name)) for name in MODELS}
    behind_compiler = shipped("sc+compiler").named_relations(execution)["po-kept"]
    return tuple(
        Broken(
            hop,
            tuple(name for name, order in orders.items() if order[hop.source] >> hop.target & 1),
            hop.relation == "po" and not behind_compiler[hop.source] >> hop.target & 1,
            tags_between(execution, hop) if hop.relation == "po" else (),
        )
        for hop in (*of_code, *of_values)
    )


def _kept(execution: Execution, model: Model) -> Relation:
    """What a model keeps of program order, and of the order from a store to a load of another thread that reads it."""
    if not model.has_before:
        return empty(len(execution))
    named = model.named_relations(execution)
    order = union(named["before"], *(named[name] for name in _BOUNDS if name in named))
    return union(transitive_closure(intersection(order, execution.po)), intersection(order, execution.rf))


def weaker_than_full(execution: Execution, hops: Sequence[Hop]) -> tuple[Hop, ...]:
    """The hops within a thread with no full memory barrier between their ends."""
    return tuple(hop for hop in hops if hop.relation == "po" and Tag.MB not in tags_between(execution, hop))


def between_plain(execution: Execution, hops: Sequence[Hop]) -> tuple[Hop, ...]:
    """The hops between threads of which one end at least is plain."""
    tags = [event.tag for event in execution.events]
    return tuple(hop for hop in hops if hop.relation != "po" and Tag.PLAIN in (tags[hop.source], tags[hop.target]))


def tags_between(execution: Execution, hop: Hop) -> tuple[Tag, ...]:
    """The tags of fences, acquires and releases between two accesses of a thread, each once, in program order."""
    found = [
        event.tag
        for event in execution.events[hop.source + 1 : hop.target]
        if event.tag is not None and (event.kind is Kind.FENCE or event.tag in (Tag.ACQUIRE, Tag.RELEASE))
    ]
    return tuple(dict.fromkeys(found))
