"""A report of where a program stands, for drawing: an execution that need not be over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.cli.setting import Setting
from explorer.cli.writing import by_severity
from explorer.execution.execution import Ending, ThreadEnd
from explorer.memory.model import Model
from explorer.property import Violation
from explorer.schedule.walk import Position
from explorer.schedule.witness import Witness
from explorer.search.violations import OUTCOME, found_at, marked_in, violations_of
from explorer.version import VERSION
from reports.build import make_report
from reports.structure import Report, Search

NOT_OVER = ThreadEnd(Ending.CUT, "has not ended yet")
"""How a thread of such a report ends that goes on: the report is cut there."""


def report_of_position(
    setting: Setting,
    model: Model,
    model_name: str,
    position: Position,
    tells: str = "",
) -> Report:
    """The steps so far, in the order in which they were taken; it may be drawn, and is no file to keep.

    Where the execution is over and breaks properties, the report is about ``tells`` if it breaks that, else about the
    most severe one.  Where it breaks none, and before the end, it shows what the landmarks of the case mark.  A load
    of an old value is marked as such; nothing is reordered, for the scheduler takes every thread's accesses in
    program order.
    """
    execution = position.execution
    if not position.may_end:
        execution = replace(execution, ends=tuple(thread.end or NOT_OVER for thread in position.threads))
    is_end = position.may_end and model.allows(execution)
    broken = violations_of(execution, setting.case, model) if is_end else []
    marks = marked_in(execution, setting.case)
    violation = _told(broken, tells, setting) if broken else Violation(OUTCOME, (), marks, "")
    switches = sum(a.thread != b.thread for a, b in zip(position.steps, position.steps[1:], strict=False))
    return make_report(
        execution=execution,
        violation=violation,
        witness=Witness(position.order, switches, (), (), False, "", ()),
        scenario=setting.scenario.name,
        protocol=setting.protocol,
        fix=setting.fix,
        parameters=setting.parameters,
        program_hash=setting.program_hash,
        model_name=model_name,
        rules_hash=model.rules_hash,
        named_relations=model.named_relations(execution),
        search=Search(
            executions=1,
            violating={each.property: 1 for each in broken},
            interleavings=None,
            complete=False,
            remarks={},
            switches=(),
            left_out=(),
            same_outcome=0 if broken else 1,
        ),
        tool=VERSION,
        found_at=found_at(setting.case, violation.property),
    )


def _told(broken: Sequence[Violation], tells: str, setting: Setting) -> Violation:
    declared = tuple(prop.name for prop in setting.case.properties)
    return min(broken, key=lambda each: (each.property != tells, by_severity(each.property, declared)))
