"""What becomes of a program without one of its elements, or several: which properties are broken then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from explorer.errors import InputError
from explorer.execution.execution import Status
from explorer.memory.cat.term import Op
from explorer.memory.model import Model, flag_title
from explorer.program.edits import Edit, Skip, edited
from explorer.program.elements import Element
from explorer.program.tree import Unfolding
from explorer.program.unfolded import UnfoldedProgram
from explorer.scenario import Case
from explorer.search.deadline import Deadline
from explorer.search.leaf import Leaf
from explorer.search.reductions import ALL
from explorer.search.result import Limits
from explorer.search.run import Clock, Progress, cut_in_words, go_through, search_of
from explorer.search.tally import Tally


@dataclass(frozen=True)
class Answer:
    """What was found of a program under a model.

    Attributes:
        violated: the properties that some execution breaks.
        reached: the goals that some execution reaches.
        blocked: whether a thread waits for ever in some execution.
        misuse: flags of the model about what one thread does, such as an unlock of what is not held.
        flags: flags of the model about two threads, such as a data race.
        executions: complete executions looked at.
        incomplete: why not every execution was looked at, in words; empty where all were, and where the search was
            ended because everything that was asked for is violated.
        problem: why the program could not be run at all, empty where it could.
    """

    violated: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    blocked: bool = False
    misuse: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    executions: int = 0
    incomplete: tuple[str, ...] = ()
    problem: str = ""


class _Enough(Exception):
    """Everything that was asked for has been found."""


def answer_of(
    case: Case,
    model: Model,
    unfolding: UnfoldedProgram,
    limits: Limits,
    progress: Callable[[Progress], None] | None = None,
    *,
    until: frozenset[str] = frozenset(),
) -> Answer:
    """Go through the executions of a case, or until all properties of ``until`` (if any) are violated."""
    search = search_of(case, model, unfolding, ALL)
    tally = Tally(case, model, replace(limits, records=0), search.symmetry, reduced=search.reduced)
    found: set[str] = set()

    def take(leaf: Leaf) -> None:
        found.update(tally.count(leaf))
        if until and until <= found:
            raise _Enough

    try:
        reasons = go_through(search, tally, Clock(time.monotonic(), limits, progress), take)
    except _Enough:
        reasons = []
    else:
        reasons += [cut_in_words(cut, unfolding) for cut in {**tally.cuts, **tally.other_cuts}]
    kinds = tally.remarks.kinds()
    misuse = {
        flag_title(remark.flag)
        for remark in kinds
        if len({remark.execution.events[event].thread for event in remark.sides}) == 1
    }
    return Answer(
        frozenset(name for name, count in tally.violating.items() if count),
        frozenset(name for name, reached in tally.goals.items() if reached),
        tally.statuses[Status.BLOCKED] > 0,
        frozenset(misuse),
        frozenset(flag_title(remark.flag) for remark in kinds) - misuse,
        tally.executions,
        tuple(reasons),
    )


@dataclass
class Mutants:
    """A case, and what becomes of it without some of its elements.

    ``limits`` are those of each search; ``reached`` says what was explored up to now, for a progress display.
    """

    case: Case
    unroll: int
    max_events: int | None
    limits: Limits
    progress: Callable[[Progress], None] | None = None
    _unfoldings: dict[tuple[Edit, ...], UnfoldedProgram] = field(default_factory=dict)

    def without(self, elements: Iterable[Element], model: Model, until: frozenset[str]) -> Answer:
        """The answer without these elements; ``problem`` tells why the code cannot do without."""
        edits = merged(elements)
        started = time.monotonic()
        try:
            if edits not in self._unfoldings:
                self._unfoldings = {edits: self._unfold(edits)}
            unfolding = self._unfoldings[edits]
            case = replace(self.case, program=unfolding.program)
            limits = self.limits.after(time.monotonic() - started)
            return answer_of(case, model, unfolding, limits, self.progress, until=until)
        except InputError as error:
            return Answer(problem=str(error).splitlines()[0])

    def _unfold(self, edits: tuple[Edit, ...]) -> UnfoldedProgram:
        program = edited(self.case.program, edits)
        return Unfolding(program, self.unroll, self.max_events, Deadline(self.limits.seconds).reason)


def merged(elements: Iterable[Element]) -> tuple[Edit, ...]:
    """The edits of several elements: what is not made needs no ordering."""
    edits = [edit for element in elements for edit in element.edits]
    skipped = {edit.site for edit in edits if isinstance(edit, Skip)}
    return tuple(edit for edit in edits if isinstance(edit, Skip) or edit.site not in skipped)


def can_tell(model: Model, element: Element) -> bool:
    """Whether the model's rules can tell the program without the element from the program."""
    # Which accesses are adjacent plain ones decides the relation po-apart.
    return not element.sets or not (element.sets | {"po-apart"}).isdisjoint(names_used(model))


def names_used(model: Model) -> frozenset[str]:
    """The sets and relations of executions that the checks of a model, and its order ``before``, are made of."""
    waiting = [check.term for check in (*model.axioms, *model.flag_checks)]
    waiting += [model.relations["before"]] if model.has_before else []
    known: set[int] = set()
    names = set()
    while waiting:
        term = waiting.pop()
        if term.number not in known:
            known.add(term.number)
            waiting += term.operands
            names |= {term.name} if term.op is Op.BASE else set()
    return frozenset(names)


def fewest(elements: Sequence[Element], breaks: Callable[[Sequence[Element]], bool]) -> list[Element]:
    """A smallest part of elements without which the program still breaks: with any one of it back, it does not.

    ``breaks`` holds of all of them.
    """
    left = list(elements)
    size = max(len(left) // 2, 1)
    while True:
        at = 0
        while at < len(left):
            fewer = left[:at] + left[at + size :]
            if fewer and breaks(fewer):
                left = fewer
            else:
                at += size
        if size == 1:
            return left
        size = max(size // 2, 1)
