"""Witness schedules of executions whose model promises them one."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.execution import Execution
from explorer.memory.model import Model
from explorer.schedule.linear import NoOrderError, witness
from explorer.schedule.witness import Witness


def witness_if_ordered(
    execution: Execution, before: Sequence[int], model: Model, *, at_most: tuple[int, int] | None = None
) -> Witness | None:
    """The simplest schedule of an execution, as of ``explorer.schedule.linear.witness``.

    None too where ``before | rfe`` has a cycle and the model flags the execution: it promises nothing for a program
    with a data race, so lkmm allows plain loads to read, in a circle, what is stored after them.  Where nothing is
    flagged such a cycle is an error of the model, and raises NoOrderError.
    """
    try:
        return witness(execution, before, at_most=at_most)
    except NoOrderError:
        if not model.remarks(execution):
            raise
        return None
