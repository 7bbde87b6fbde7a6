"""What the page of a state says of it in words: how it stands, what came out, what properties answer."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.memory.model import Model, flag_title
from explorer.schedule.walk import Position
from explorer.search.outcomes import Outcomes
from explorer.search.so_far import Answer, Stand
from explorer.search.violations import DEADLOCK
from explorer.visible import visible
from reports.pages.live import Said

_ENDS = {
    Stand.CUT: ("cut", "A thread has reached the bound of a loop: nothing is asked of what would come after."),
    Stand.DROPPED: ("dropped", "An assumption of the scenario is false: the execution does not count."),
    Stand.STUCK: ("no way on", "The model allows none of the steps that are left: no execution begins like this."),
    Stand.REFUSED: ("refused", "All threads have ended, but the model does not allow this execution as a whole."),
}


def headline(stand: Stand, position: Position, answers: Sequence[Answer]) -> tuple[str, str]:
    """How it stands in a few words, and their class."""
    broken = ", ".join(visible(answer.name) for answer in answers if answer.violation is not None)
    if stand in _ENDS:
        return _ENDS[stand][0], "incomplete"
    if stand is not Stand.OPEN:
        return (f"VIOLATED: {broken}", "violated") if broken else ("over: breaks nothing", "outcome")
    # What a property finds so far is no verdict: what comes next may order what seems unordered.
    return "can go on", "open"


def sentence(stand: Stand, position: Position, outcomes: Outcomes) -> str:
    """What came out of an execution that is over; why there is no way on."""
    if stand in _ENDS:
        return _ENDS[stand][1]
    if stand is Stand.OPEN:
        return ""
    facts = outcomes.of(position.execution)
    if facts is None:
        return "The filter of the test does not count this execution."
    told = visible("; ".join(f"{name}: {text}" for name, text in facts))
    return told if position.over else f"{told}. Or a thread that waits has read an old value: it may still do so."


def properties(answers: Sequence[Answer], position: Position, model: Model, *, final: bool) -> list[Said]:
    """What properties say; of an execution that is over also what the model flags."""
    said = [_said(answer, final=final) for answer in answers]
    if final:
        if all(answer.name != DEADLOCK for answer in answers):
            said.append(Said(DEADLOCK, "kept", "holds", ""))
        said += [Said(flag_title(flag), "flagged", "remark", "") for flag in model.flags(position.execution)]
    return said


def _said(answer: Answer, *, final: bool) -> Said:
    name = visible(answer.name)
    if answer.violation is not None:
        sentence = visible(answer.violation.sentence)
        if final:
            return Said(name, "violated", "violated", sentence)
        return Said(name, "not decided", "nothing", f"If it ended here: {sentence}")
    if not answer.asked:
        return Said(name, "not asked" if final else "asked at the end", "not-run", "")
    return Said(name, *(("kept", "holds") if final else ("not decided", "nothing")), "")
