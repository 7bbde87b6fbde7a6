"""The search for barrier repairs: all minimal sets of elements with which a property holds.

1. The program is explored, and its violating executions are kept.
2. Where ordering can help is read off them (``critical``).
3. Sets of elements are tried on the kept executions, the cheapest first.  An execution that a set does not
   forbid makes a demand (``minimal``), until every minimal set forbids all of them.
4. Each set is explored as an edited program: only what HOLDS there is a repair.  If one does not, because more
   executions were violating than were kept, that is a demand too, and 3 goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from explorer.execution.execution import Execution, Status
from explorer.memory.model import Model
from explorer.program.edited_execution import EditedExecutions
from explorer.program.edits import EditRefused
from explorer.program.sites import Site, SiteFacts, sites_of
from explorer.program.unfolded import UnfoldedProgram
from explorer.repair.cost import Costs, is_full_fence
from explorer.repair.counterexamples import Counterexample, edits_of
from explorer.repair.critical import Places
from explorer.repair.elements import Element, Elements, below, closure, fences, in_order, orderings
from explorer.repair.minimal import MinimalSets
from explorer.repair.subject import Subject
from explorer.scenario import Case
from explorer.search.projection import projection_of
from explorer.search.reductions import ALL
from explorer.search.result import Limits, Result, Verdict
from explorer.search.run import Progress, explore, search_of
from explorer.search.violations import violations_of

KEPT = 5000
"""Violating executions that are kept. Of a program with more, where ordering can help is not known for certain."""


class RepairStopped(Exception):
    """The time is over, or Ctrl-C; the message is the reason."""


@dataclass(frozen=True)
class Repair:
    """A minimal set with which the property holds."""

    elements: Elements
    cost: int


@dataclass
class Found:
    """What is known up to now.

    Attributes:
        violating: executions that break a property.
        sequential: one of them is allowed whatever is ordered: no barrier helps.
        repairs: the minimal sets that were explored and hold, in the order of their costs.
        dearer: minimal sets with a full fence where a cheaper repair has one other element in its place, or
            a weaker fence there.
        open: minimal sets that were not explored to the end, each with the reason.
        explorations: how many programs were explored under a model.
        holds: the property holds as it is.
        stopped: why the search ended early, empty if it did not.
        unsettled: whether there may be minimal sets that are not listed.
    """

    violating: int = 0
    sequential: bool = False
    repairs: list[Repair] = field(default_factory=list)
    dearer: list[Elements] = field(default_factory=list)
    open: list[tuple[Elements, str]] = field(default_factory=list)
    explorations: int = 0
    holds: bool = False
    stopped: str = ""
    unsettled: bool = False
    sites: dict[Site, SiteFacts] = field(default_factory=dict)
    places: Places = field(default_factory=Places)


Report = Callable[[str], None]
"""Told what is being done, in words."""


class RepairSearch:
    """Searches the barrier repairs of a subject under a model.

    ``reason`` says why to stop, empty as long as there is no reason; ``tell`` shows progress.  ``found`` can be
    looked at whenever the search has stopped.
    """

    def __init__(self, subject: Subject, model: Model, costs: Costs, reason: Callable[[], str], tell: Report) -> None:
        self.found = Found()
        self._subject = subject
        self._model = model
        self._costs = costs
        self._reason = reason
        self._tell = tell
        self._pool: list[Counterexample] = []
        self._elements: list[Element] = []
        self._minimal = MinimalSets()
        self._explored: dict[tuple[Elements, str], Result] = {}
        self._edited: tuple[Elements, Case, UnfoldedProgram] | None = None

    def run(self) -> None:
        """Search to the end, or until there is a reason to stop."""
        try:
            self._search()
        except RepairStopped as stopped:
            self.found.stopped = str(stopped)
            self.found.unsettled = True

    def check(self) -> None:
        """Raises RepairStopped once there is a reason."""
        reason = self._reason()
        if reason:
            raise RepairStopped(reason)

    # ---- the violating executions

    def _search(self) -> None:
        self._tell("exploring the program")
        self._collect()
        found = self.found
        if not self._pool:
            # Whether it holds is for an exploration with goals and bounds to say.
            result = self.explored(frozenset())
            found.holds = result.verdict is Verdict.HOLDS
            found.stopped = (
                "" if found.holds else "; ".join(result.limits) or "the executions differ when searched again"
            )
            found.unsettled = not found.holds
            return
        if self._is_beyond_order():
            found.sequential = True
            return
        self._settle()
        while not self._explore_minimal_sets():
            self._settle()
        found.unsettled = bool(found.open) or found.violating > KEPT

    def _collect(self) -> None:
        """Keep the violating executions, and read off them where ordering can help."""
        subject, model = self._subject, self._model
        unfolding = subject.unfolding
        if unfolding.stopped:
            raise RepairStopped(unfolding.stopped)
        projection = projection_of(subject.case, model, unfolding)
        kept = unfolding if isinstance(projection, str) else projection.unfolding
        self.found.explorations += 1
        violating: list[Execution] = []
        for leaf in search_of(subject.case, model, kept, ALL):
            self.check()
            if leaf is None or leaf.status not in (Status.COMPLETE, Status.BLOCKED):
                continue
            if violations_of(leaf.execution, subject.case, model):
                self.found.violating += 1
                if len(violating) < KEPT:
                    violating.append(leaf.execution)
                    self._tell(f"{self.found.violating:,} violating executions")
        self.found.sites = sites_of(unfolding)
        editing = EditedExecutions(self.found.sites)
        for execution in violating:
            self.found.places.add(execution, editing)
            self._pool.append(Counterexample(execution, subject, model, editing))
        self._elements = self._candidates()

    def _candidates(self) -> list[Element]:
        places, sites = self.found.places, self.found.sites
        found = [element for site in places.between for element in fences(site)]
        found += [element for site in places.ordered if site in sites for element in orderings(sites[site])]
        return in_order(element for element in found if self._subject.can(element))

    # ---- sets of elements on these executions

    def _is_beyond_order(self) -> bool:
        """Whether some execution is allowed with everything ordered; it is looked at first from then on."""
        everything = closure(self._elements)
        for place, each in enumerate(self._pool):
            self.check()
            if not each.is_forbidden_by(everything):
                self._pool.insert(0, self._pool.pop(place))
                return True
        return False

    def _settle(self) -> None:
        """Make demands until every minimal set forbids all executions that are kept."""
        settled: set[Elements] = set()
        while True:
            waiting = [each for each in self._minimal.sets if each not in settled]
            if not waiting:
                return
            elements = min(waiting, key=self._costs.key)
            self._tell(f"{len(self._minimal.sets)} candidate sets, {len(settled)} of them settled")
            allowed = self._allowed_with(elements)
            if allowed is None:
                settled.add(elements)
            else:
                most = allowed.allowing(elements, self._elements, self.check)
                self._minimal.demand(each for each in self._elements if each not in most)

    def _allowed_with(self, elements: Elements) -> Counterexample | None:
        for place, each in enumerate(self._pool):
            self.check()
            if not each.is_forbidden_by(elements):
                # What one set does not forbid, the next one often does not either.
                self._pool.insert(0, self._pool.pop(place))
                return each
        return None

    # ---- the sets explored

    def _explore_minimal_sets(self) -> bool:
        """Explore each, the cheapest first; False if one turned out to be none, which is a demand then."""
        found = self.found
        found.repairs, found.dearer, found.open = [], [], []
        for elements in sorted(self._minimal.sets, key=self._costs.key):
            if self._is_dearer(elements):
                found.dearer.append(elements)
                continue
            try:
                result = self.explored(elements)
            except EditRefused as refused:
                found.open.append((elements, str(refused)))
                continue
            if verdict_of(result) is Verdict.VIOLATED:
                self._minimal.demand(each for each in self._elements if each not in closure(elements))
                return False
            if verdict_of(result) is Verdict.INCOMPLETE:
                found.open.append((elements, "; ".join(result.limits)))
                continue
            found.repairs.append(Repair(elements, self._costs.total(elements)))
        return True

    def _is_dearer(self, elements: Elements) -> bool:
        """Whether a cheaper repair does without some of the full fences: see ``Found.dearer``."""
        cost = self._costs.total(elements)
        full = {each for each in elements if is_full_fence(each)}
        for repair in self.found.repairs:
            ours, theirs = elements - repair.elements, repair.elements - elements
            instead = len(ours) == len(theirs) and ours <= full
            fewer = {each for each in repair.elements if is_full_fence(each)} < full
            weaker = any(below(each) & repair.elements for each in full - repair.elements)
            if repair.cost < cost and fewer and (instead or weaker):
                return True
        return False

    def explored(self, elements: Elements, model: Model | None = None) -> Result:
        """What exploring the program with these elements gives, under another model if one is named.

        Raises:
            EditRefused: they cannot be written.
            RepairStopped: there is a reason to stop.
        """
        under = model or self._model
        known = self._explored.get((elements, under.name))
        if known is not None:
            return known
        self.check()
        if self._edited is None or self._edited[0] != elements:
            self._edited = (elements, *self._subject.edited(edits_of(elements)))
        _elements, case, unfolding = self._edited
        self.check()
        self._tell(f"{self.found.explorations} explorations done, now {len(elements)} edits under {under.name}")
        result = explored_case(case, unfolding, under, self._reason)
        self.found.explorations += 1
        self.check()
        self._explored[elements, under.name] = result
        return result


def explored_case(case: Case, unfolding: UnfoldedProgram, model: Model, reason: Callable[[], str]) -> Result:
    """What exploring a case gives; it ends early once there is a reason to stop."""

    def stop(_progress: Progress) -> None:
        if reason():
            raise KeyboardInterrupt

    return explore(case, model, unfolding, Limits(records=0), stop)


def verdict_of(result: Result) -> Verdict:
    """The verdict on an edited program.

    Ordering takes executions away and adds none, so a goal may go with the violating ones; it is told (``goals``), and
    makes the answer no less final.
    """
    unreached = sum(not reached for reached in result.goals.values())
    if result.verdict is Verdict.INCOMPLETE and result.complete and len(result.limits) == unreached:
        return Verdict.HOLDS
    return result.verdict
