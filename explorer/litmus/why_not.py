"""Why a model forbids an outcome of a litmus test: the axioms that its candidate executions break, each by what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain

from explorer.execution.execution import Execution, Status
from explorer.execution.location import Location
from explorer.execution.relation import members, pairs
from explorer.litmus.candidates import candidates
from explorer.litmus.condition import holds
from explorer.litmus.final import final_state
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.cat.candidates import candidates as choices_of
from explorer.memory.cat.sort import RELATION, SET
from explorer.memory.cat.syntax import CheckKind
from explorer.memory.cat.term import Op
from explorer.memory.chain import Link, Step, links
from explorer.memory.derivation import Derivation, Derivations
from explorer.memory.model import Axiom, Model, Valuation
from explorer.search.explore import Search

MAX_CANDIDATES = 10_000
"""Candidate executions that are looked at unless told otherwise."""

ATOMICITY = "an atomic operation is not interrupted"
OWN_STORE = "a load does not read what its own thread stores later"


class Answer(Enum):
    """What became of an outcome."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    IMPOSSIBLE = "impossible"  # no values can come out like that, whatever the model
    UNKNOWN = "unknown"


class Shape(Enum):
    """What the links of a reason are."""

    CYCLE = "cycle"  # they lead back to where they begin
    BETWEEN = "between"  # they lead from one half of an atomic operation to the other
    PAIR = "pair"  # they lead from one event to another, and the model wants no such pair
    EVENT = "event"  # the model wants no such event
    DEMAND = "demand"  # the model demands something that is not there


@dataclass(frozen=True)
class Reason:
    """Why a candidate is forbidden.

    ``axiom`` is the check of the model; of what holds under every model it is None, and ``rule`` says it.
    ``derivations`` are what the links were made from.  ``others`` leads from where the links begin to where they end
    in another way.  ``event`` is the one that must not be there, -1 where it is a pair.
    """

    execution: Execution
    axiom: Axiom | None
    rule: str
    shape: Shape
    links: tuple[Link, ...]
    others: tuple[Link, ...] = ()
    event: int = -1
    derivations: tuple[Derivation, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class WhyNot:
    """The answer.

    Attributes:
        reason: why the nearest candidate is forbidden: the one with the fewest links, the first of equal ones.
        candidates: how many executions would end in the outcome.
        broken: per axiom (or built-in rule) how many of them break it, in the order of the model's file.
        in_order: whether these have the accesses to each location in order.  Others are looked at only where there are
            none: those with one location out of order, and only where there are none of these either, all.
        stopped: why not all was looked at; empty where it was.
    """

    answer: Answer
    reason: Reason | None = None
    candidates: int = 0
    broken: Mapping[str, int] = field(default_factory=dict)
    in_order: bool = True
    stopped: str = ""

    @property
    def common(self) -> bool:
        """Whether one axiom alone forbids all."""
        return any(count == self.candidates for count in self.broken.values())


def why_not(
    unfolding: LitmusUnfolding,
    model: Model,
    stop: Callable[[], str] = lambda: "",
    max_candidates: int = MAX_CANDIDATES,
) -> WhyNot:
    """Why the model forbids the outcome that the unfolded test has for its condition.

    ``stop`` says why to stop now, and nothing as long as there is no reason.
    """
    for leaf in Search(unfolding, model):
        if leaf is None:
            if reason := stop():
                return WhyNot(Answer.UNKNOWN, stopped=reason)
        elif leaf.status is Status.COMPLETE and _is_wanted(unfolding, leaf.execution):
            return WhyNot(Answer.ALLOWED)
    locations = unfolding.locations
    # All locations in order; else one out of order; else any.
    stages: list[list[tuple[Location, ...]]] = [[()], [(location,) for location in locations], [locations]]
    found = WhyNot(Answer.IMPOSSIBLE)
    for stage in stages:
        executions = chain.from_iterable(candidates(unfolding, loose) for loose in stage)
        found = _nearest(model, executions, stop, max_candidates, in_order=stage == [()])
        if found.candidates or found.stopped:
            break
    return found


def _is_wanted(unfolding: LitmusUnfolding, execution: Execution) -> bool:
    test = unfolding.test
    state = final_state(unfolding, execution)
    return holds(test.condition, state) and (test.filter is None or holds(test.filter, state))


def _nearest(
    model: Model, executions: Iterable[Execution | None], stop: Callable[[], str], most: int, *, in_order: bool
) -> WhyNot:
    best: Reason | None = None
    broken = Counter[str]()
    count = 0
    stopped = ""
    for execution in executions:
        stopped = stop()
        if execution is not None and count == most:
            stopped = f"limit of {most} candidate executions"
        if stopped:
            break
        if execution is None:
            continue
        count += 1
        reasons = list(_reasons(model, execution))
        assert reasons, "the search has found no such execution"
        broken.update(reason.axiom.name if reason.axiom else reason.rule for reason in reasons)
        nearest = min(reasons, key=_length)
        if best is None or _length(nearest) < _length(best):
            best = nearest
    answer = Answer.FORBIDDEN if count or stopped else Answer.IMPOSSIBLE
    order = [*(axiom.name for axiom in model.axioms), ATOMICITY, OWN_STORE]
    counts = {name: broken[name] for name in order if name in broken}
    return WhyNot(answer, best, count, counts, in_order, stopped)


_NOT_SHOWN = 1 << 20


def _length(reason: Reason) -> int:
    """How many links there are to read; a reason without any comes last."""
    return len(reason.links) or _NOT_SHOWN


# ---- one candidate


def _reasons(model: Model, execution: Execution) -> Iterator[Reason]:
    """The axioms that an execution breaks, each by its shortest cycle; built-in rules where it breaks none."""
    valuation, failing = _failing(model, execution)
    derivations = Derivations(valuation)
    for axiom in failing:
        yield _broken(execution, axiom, valuation, derivations)
    if not failing:
        yield from _built_in(execution)


def _failing(model: Model, execution: Execution) -> tuple[Valuation, list[Axiom]]:
    """The axioms that fail, and the values with which they do: of several candidates the first with the fewest."""
    valuation = model.evaluator.valuation(execution)
    fixed = [axiom for axiom in model.axioms if not axiom.chosen and not axiom.holds(valuation)]
    chosen = [axiom for axiom in model.axioms if axiom.chosen]
    if not chosen:
        return valuation, fixed
    best = valuation, chosen
    for number, candidate in enumerate(choices_of(valuation, model.theory.choices)):
        failing = [axiom for axiom in chosen if not axiom.holds(candidate)]
        if number == 0 or len(failing) < len(best[1]):
            best = candidate, failing
    values, failing = best
    return values, [axiom for axiom in model.axioms if axiom in fixed or axiom in failing]


def _broken(execution: Execution, axiom: Axiom, valuation: Valuation, derivations: Derivations) -> Reason:
    if axiom.negated or axiom.term.sort not in (RELATION, SET) or not valuation.decides(axiom.term):
        return Reason(execution, axiom, "", Shape.DEMAND, ())
    if axiom.term.sort == SET:
        event = next(members(valuation.set(axiom.term)))
        derived = (derivations.of(axiom.term, event),)
        return Reason(execution, axiom, "", Shape.EVENT, (), event=event, derivations=derived)
    if axiom.kind is CheckKind.ACYCLIC:
        cycle = derivations.cycle(axiom.term)
        return Reason(execution, axiom, "", Shape.CYCLE, _links(execution, cycle), derivations=cycle)
    found = pairs(valuation.relation(axiom.term))
    if axiom.kind is CheckKind.IRREFLEXIVE:
        found = [(first, second) for first, second in found if first == second]
    reasons = (_of_pair(execution, axiom, derivations.of(axiom.term, *pair)) for pair in found)
    return min(reasons, key=_length)


def _of_pair(execution: Execution, axiom: Axiom, derivation: Derivation) -> Reason:
    """The reason why a pair that is in a relation must not be there."""
    first, second = derivation.events
    whole = (derivation,)
    if first == second:
        return Reason(execution, axiom, "", Shape.CYCLE, _links(execution, whole), derivations=whole)
    # Of an intersection what leads there, and what leads back: together they are a cycle.
    conjuncts = [part for part in _conjuncts(derivation) if part.cost]
    there = [part for part in conjuncts if part.term.op is not Op.INVERSE]
    back = [part.parts[0] for part in conjuncts if part.term.op is Op.INVERSE]
    if there and back:
        cycle = there[0], back[0]
        return Reason(execution, axiom, "", Shape.CYCLE, _links(execution, cycle), derivations=whole)
    ways = [_links(execution, (part,)) for part in there or whole]
    halves = [way for way in ways if [step.relation for link in way for step in link.steps] == ["rmw"]]
    others = [way for way in ways if way not in halves]
    if halves and others:
        return Reason(execution, axiom, "", Shape.BETWEEN, others[0], derivations=whole)
    more = ways[1] if len(ways) > 1 else ()
    return Reason(execution, axiom, "", Shape.PAIR, ways[0], more, derivations=whole)


def _conjuncts(derivation: Derivation) -> list[Derivation]:
    if derivation.term.op is Op.INTERSECTION:
        return [inner for part in derivation.parts for inner in _conjuncts(part)]
    if derivation.term.op in (Op.UNION, Op.DIFFERENCE):
        return _conjuncts(derivation.parts[0])
    return [derivation]


def _links(execution: Execution, derivations: tuple[Derivation, ...]) -> tuple[Link, ...]:
    events = execution.events
    return links(derivations, lambda event: events[event].reads or events[event].writes)


def _built_in(execution: Execution) -> Iterator[Reason]:
    """What no execution of Sealrace does, whatever the model."""
    for read, row in enumerate(execution.rmw):
        for write in members(row):
            order = next(order for order in execution.coherence if write in order)
            between = order[order.index(execution.source_of[read]) + 1 : order.index(write)]
            source = execution.source_of[read]
            if between:
                steps = Step("fr", read, between[0]), Step("co", between[0], write)
                yield Reason(execution, None, ATOMICITY, Shape.BETWEEN, _one_by_one(steps))
                return
            if order.index(source) > order.index(write):
                cycle = Step("po", read, write), Step("co", write, source), Step("rf", source, read)
                yield Reason(execution, None, ATOMICITY, Shape.CYCLE, _one_by_one(cycle))
                return
    for read, write in enumerate(execution.source_of):
        if write >= 0 and execution.po[read] >> write & 1:
            steps = Step("po", read, write), Step("rf", write, read)
            yield Reason(execution, None, OWN_STORE, Shape.CYCLE, _one_by_one(steps))
            return


def _one_by_one(steps: tuple[Step, ...]) -> tuple[Link, ...]:
    return tuple(Link((step,), frozenset()) for step in steps)
