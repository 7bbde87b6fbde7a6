"""Why an execution can happen, as plain data: accesses by their numbers, no words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from explorer.execution.execution import Execution, Status
from explorer.execution.relation import as_set, shortest_path, union
from explorer.explain.allowed import allowed_by, shipped
from explorer.explain.broken import Broken, between_plain, broken_hops, weaker_than_full
from explorer.explain.cycles import hops_along, shortest_cycle
from explorer.explain.hops import Hop
from explorer.explain.story import story_of_path, story_of_window
from explorer.explain.window import Window, find_window
from explorer.memory.model import Model, flag_title
from explorer.property import Violation
from explorer.scenario import Case
from explorer.search.violations import OUTCOME, find_violations


class Why(Enum):
    """What an explanation rests on."""

    RACE = "race"  # the model remarks on accesses, such as a data race
    DEADLOCK = "deadlock"  # threads wait for ever
    WINDOW = "window"  # sequential consistency allows it: a load was out of date when it was relied on
    SEQUENCE = "sequence"  # sequential consistency allows it, and no load was out of date
    ORDER = "order"  # sequential consistency allows it, and in its order nothing is violated
    CYCLE = "cycle"  # sequential consistency forbids it: a cycle of accesses
    SECTION = "section"  # sequential consistency forbids it: a read-side section would span a grace period


@dataclass(frozen=True)
class Explanation:
    """Why a model allows an execution that violates something.

    Attributes:
        why: what it rests on.
        allowed_by: the shipped models that allow the execution, strongest first.
        window: with ``WINDOW``.
        story: what happened, in an order in which it can take effect, where sequential consistency allows it.
        hops: the cycle that sequential consistency forbids (``CYCLE``), or the way along which it puts the first access
            before the last (``ORDER``); empty elsewhere.
        broken: the hops within a thread that the model does not keep in order.
        not_full: where it keeps all of them, those without a full memory barrier between.
        plain: where there are none of these either, the hops between threads with a plain end.
    """

    why: Why
    allowed_by: tuple[str, ...]
    window: Window | None = None
    story: tuple[int, ...] = ()
    hops: tuple[Hop, ...] = ()
    broken: tuple[Broken, ...] = ()
    not_full: tuple[Hop, ...] = ()
    plain: tuple[Hop, ...] = ()


def explain(
    execution: Execution, violation: Violation, model: Model, case: Case, *, has_windows: bool = True
) -> Explanation:
    """Explain a violation, a remark or an outcome of a finished execution that the model allows.

    ``has_windows``: what is violated says that something was checked and relied on; the condition of a litmus test
    does not.
    """
    models = allowed_by(execution)
    if violation.property in {flag_title(flag.name) for flag in model.flag_checks}:
        return Explanation(Why.RACE, models)
    if "sc" not in models:
        return _weak(execution, violation, model, models)
    before = shipped("sc").before(execution)
    assert before is not None, "sc names its order"
    if execution.status is Status.BLOCKED:
        return Explanation(Why.DEADLOCK, models, None, story_of_path(execution, violation, before))
    if violation.property != OUTCOME and not any(
        each.property == violation.property for each in find_violations(execution, before, case)
    ):
        hops = _kept_apart(execution, violation)
        return Explanation(Why.ORDER, models, None, (), hops, broken_hops(execution, model, hops))
    judged = has_windows and violation.property != OUTCOME
    window = find_window(execution, violation, before) if judged else None
    if window is not None:
        return Explanation(Why.WINDOW, models, window, story_of_window(execution, violation, before, window))
    return Explanation(Why.SEQUENCE, models, None, story_of_path(execution, violation, before))


def _weak(execution: Execution, violation: Violation, model: Model, models: tuple[str, ...]) -> Explanation:
    hops = shortest_cycle(execution, violation.path, [mark.event for mark in violation.marks])
    if not hops:
        return Explanation(Why.SECTION, models)
    broken = broken_hops(execution, model, hops)
    not_full = () if broken else weaker_than_full(execution, hops)
    plain = () if broken or not_full else between_plain(execution, hops)
    return Explanation(Why.CYCLE, models, None, (), hops, broken, not_full, plain)


def _kept_apart(execution: Execution, violation: Violation) -> tuple[Hop, ...]:
    """The shortest way by which sequential consistency puts the last marked access before another marked one."""
    marked = list(dict.fromkeys(mark.event for mark in violation.marks))
    # What was read says more than what was overwritten.
    told = union(execution.po, execution.rf)
    for order in (told, union(told, execution.co, execution.fr)):
        for start in reversed(marked):
            way = shortest_path(order, start, as_set(event for event in marked if event != start))
            if way is not None:
                return hops_along(execution, way)
    return ()
