"""Surveys of small programs, as their pages show them: with names that any page must stand, and real ones."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.told import told
from explorer.program.tree import Unfolding
from explorer.property import Violation
from explorer.scenario import Case
from explorer.search.outcomes import ThreadOutcomes
from explorer.search.result import UNLIMITED, Limits
from explorer.search.survey import survey
from reports.surveys import ShownOutcome, ShownSurvey, shared_facts

HOSTILE = "</script><script>alert(1)</script> \"'& \x1b[31m \u202eleft\u2066"


@dataclass(frozen=True)
class Missed:
    """The look came before the raise: no harm, and a property all the same."""

    name: str = "missed"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        reads = [event for event in execution.events if event.reads and event.thread == 1]
        return Violation(self.name, (), (), "The flag was not seen.") if reads[-1].value == 0 else None


def shown_survey(
    program: Program, model: str = "sc", *, title: str = "toy", limits: Limits = UNLIMITED, checked: bool = False
) -> ShownSurvey:
    """The survey of a program, its outcomes in the order in which they were found, each with a witness."""
    unfolding = Unfolding(program, unroll=3)
    case = Case(program, (Missed(),) if checked else ())
    found = survey(case, load_model(model), unfolding, ThreadOutcomes(unfolding), limits)
    shared = shared_facts(found.outcomes)
    outcomes = [
        ShownOutcome(
            number,
            outcome,
            ", ".join(outcome.breaks) or "breaks nothing",
            "violated" if outcome.breaks else "holds",
            tuple(fact for fact in outcome.facts if fact not in shared),
            f"out/outcome-{number}.json",
        )
        for number, outcome in enumerate(found.outcomes, 1)
    ]
    threads = tuple(thread.name for thread in program.threads)
    return ShownSurvey(title, found, tuple(outcomes), threads, f"sealrace survey {title}", "0.1.0")


def raised_flag(name: str = "", looks: int = 1) -> Program:
    """A box filled under a lock, a flag raised, and somebody who looks at the flag; ``name`` is part of all names."""
    box, flag, lock = Location(f"box{name}"), Location(f"flag{name}"), SpinLock(f"lock{name}")

    async def fill(t: Thread) -> None:
        await lock.acquire(t, at=f"W0{name} lock")
        await t.write(box, 1, at=f"W1{name} fill")
        await lock.release(t, at=f"W2{name} unlock")
        await t.write(flag, 1, ONCE, at=f"W3{name} raise")

    @told(f"look{name}", lambda call: f"saw{name} {[event.value for event in call.events if event.reads][-1]}")
    async def look(t: Thread) -> None:
        await lock.acquire(t, at=f"R0{name} lock")
        await t.read(box, at=f"R1{name} open")
        await lock.release(t, at=f"R2{name} unlock")
        for _ in range(looks):
            await t.read(flag, ONCE, at=f"R3{name} look")

    return Program((ThreadSpec(f"writer{name}", fill), ThreadSpec(f"reader{name}", look)))
