"""What properties say of an execution of which only a part has happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from explorer.execution.execution import Execution, Status
from explorer.memory.model import Model
from explorer.program.frames import CODE_RAISES
from explorer.property import Violation
from explorer.scenario import Case
from explorer.schedule.walk import Position
from explorer.search.violations import violations_of


class Stand(Enum):
    """How a position stands as an execution."""

    OPEN = "open"  # it goes on
    COMPLETE = "complete"
    BLOCKED = "blocked"
    CUT = "cut"
    DROPPED = "dropped"
    STUCK = "stuck"  # the model allows no step, and the threads have not ended
    REFUSED = "refused"  # all threads have ended, and the model does not allow the whole


@dataclass(frozen=True)
class Answer:
    """What one property says.

    Attributes:
        name: the property's.
        violation: what it finds, None for nothing.
        asked: False where it could not be asked yet: it expects executions that are over.
    """

    name: str
    violation: Violation | None
    asked: bool = True


def stand_of(position: Position, model: Model) -> Stand:
    """How it stands; where it may end it has ended, also if a thread that waits may still read an old value instead."""
    if not position.may_end:
        return Stand.OPEN if position.options else Stand.STUCK
    if not model.allows(position.execution):
        return Stand.REFUSED
    return Stand(position.execution.status.value)


def answers_so_far(execution: Execution, case: Case, model: Model) -> tuple[Answer, ...]:
    """What each property of the case says of what has happened, in their order.

    A property speaks of complete executions.  Before the end it is asked as if this were one, so that neither answer
    is final: what comes later may order what seems unordered, or put a store before one that seemed the first.
    """
    before = model.before(execution)
    answers = []
    for prop in case.properties:
        try:
            answers.append(Answer(prop.name, prop.find(execution, before)))
        except CODE_RAISES:
            # It looks for what has not happened yet; of a whole execution this would be an error of the scenario's.
            answers.append(Answer(prop.name, None, asked=False))
    return tuple(answers)


def last_answers(execution: Execution, case: Case, model: Model) -> tuple[Answer, ...]:
    """What is broken by an execution that is over, as a search has it; a property that is not named is kept.

    Of one that is blocked, cut or dropped the properties are not asked.
    """
    broken = {violation.property: violation for violation in violations_of(execution, case, model)}
    asked = execution.status is Status.COMPLETE
    names = dict.fromkeys([prop.name for prop in case.properties])
    return (
        *(Answer(name, broken.get(name), asked) for name in names),
        *(Answer(name, violation) for name, violation in broken.items() if name not in names),
    )
