"""What two sides have found, Sealrace and another tool, and whether it is the same."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import Enum

from explorer.search.outcomes import Facts


class Answer(Enum):
    """What comparing with one tool comes to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    INCOMPLETE = "INCOMPLETE"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Side:
    """What one side has found.

    Attributes:
        outcomes: everything that can come out, in words; None where the tool does not say.
        executions: how many executions there are; None where the tool does not say, or that is not to be compared.
        incomplete: why this is not all, in words; empty where it is.
    """

    outcomes: frozenset[Facts] | None
    executions: int | None
    incomplete: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """An outcome of one side only, and the command that shows it."""

    outcome: Facts
    command: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What Sealrace and a tool have found of one program.

    Attributes:
        tool: its name.
        answer: what comes of it.
        why: why nothing was compared, or not everything; what the tool says that is a difference in itself.
        here, there: both sides, None where the tool was not asked.
        only_here, only_there: outcomes of one side only, which are sure: the other side has found everything.
        file: what the tool was asked about, and ``command`` how to ask it again; empty where it was not asked.
    """

    tool: str
    answer: Answer
    why: str = ""
    here: Side | None = None
    there: Side | None = None
    only_here: tuple[Difference, ...] = ()
    only_there: tuple[Difference, ...] = ()
    file: str = ""
    command: str = ""


def answer_of(here: Side, there: Side) -> tuple[Answer, str]:
    """What comparing two sides comes to, and why if that is no agreement.

    What one side has found and the other has not is a difference only where the other has found everything.
    """
    only_here, only_there = one_side_only(here, there)
    if only_here or only_there:
        return Answer.DIFFERS, ""
    if here.incomplete or there.incomplete:
        return Answer.INCOMPLETE, here.incomplete or there.incomplete
    if None not in (here.executions, there.executions) and here.executions != there.executions:
        return Answer.DIFFERS, ""
    if (here.outcomes is None or there.outcomes is None) and None in (here.executions, there.executions):
        return Answer.NOT_COMPARED, "the tool tells neither outcomes nor a number of executions that can be compared"
    return Answer.AGREES, ""


def one_side_only(here: Side, there: Side) -> tuple[Set[Facts], Set[Facts]]:
    """The outcomes of one side only, as far as they are sure; none where a tool does not tell outcomes."""
    if here.outcomes is None or there.outcomes is None:
        return frozenset(), frozenset()
    only_here = frozenset() if there.incomplete else here.outcomes - there.outcomes
    only_there = frozenset() if here.incomplete else there.outcomes - here.outcomes
    return only_here, only_there
