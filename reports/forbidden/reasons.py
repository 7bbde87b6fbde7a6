"""Why one access comes before the next, in a sentence: which barrier, dependence or communication."""

from __future__ import annotations

from explorer.execution.kinds import Kind, Tag
from explorer.memory.chain import Link, Step
from reports.forbidden.accesses import LOCKS, Accesses

_UNLOCKS = frozenset({Tag.RCU_UNLOCK, Tag.SRCU_UNLOCK})
_LOCKS = frozenset({Tag.RCU_LOCK, Tag.SRCU_LOCK})


def reason(link: Link, accesses: Accesses, model: str) -> str:
    """Why the first access of a link comes before its second."""
    section = _section(link, accesses)
    if section:
        return section
    if link.between and all(step.relation == "po" and not step.backward for step in link.steps):
        return _barrier(link, accesses)
    parts = [_step(step, link, accesses, model) for step in link.steps]
    ways = [f"{part}, to {accesses.line(step.second)}" for part, step in zip(parts[:-1], link.steps[:-1], strict=True)]
    return "; from there ".join([*ways, parts[-1]])


# ---- barriers and read-side critical sections


def _barrier(link: Link, accesses: Accesses) -> str:
    """Program order across fences: the barriers that stand between, and what stands with them."""
    named: dict[tuple[str, int], None] = {}
    for event in link.between:
        spelling = accesses.spelling(event)
        if accesses.event(event).implied:
            for end in (link.first, link.second):
                if (accesses.spelling(end).text, accesses.spelling(end).line) == (spelling.text, spelling.line):
                    side = "follows it" if end == link.first else "precedes it"
                    return f"{accesses.operation(end)} is fully ordered: whatever {side} {_stays(end == link.first)}"
        named[accesses.operation(event), spelling.line] = None
    standing = [f"{operation} on line {line}" for operation, line in named]
    verb = "stands" if len(standing) == 1 else "stand"
    return f"{' and '.join(standing)} {verb} between {accesses.both(link.first, link.second)}"


def _stays(after: bool) -> str:
    return "stays after it" if after else "stays before it"


def _section(link: Link, accesses: Accesses) -> str:
    """From a later part of a read-side critical section back to its beginning, and on."""
    turn = next((step for step in link.steps if step.backward and step.relation == "po"), None)
    if turn is None:
        return ""
    begin, end = accesses.event(turn.second), accesses.event(turn.first)
    if begin.tag not in _LOCKS or end.tag not in _UNLOCKS:
        return ""
    kind = "RCU" if begin.tag is Tag.RCU_LOCK else "SRCU"
    lines = f"lines {accesses.spelling(turn.second).line} to {accesses.spelling(turn.first).line}"
    return f"both are in one {kind} read-side critical section, {lines}, which cannot span the grace period"


# ---- one step


def _step(step: Step, link: Link, accesses: Accesses, model: str) -> str:
    if step.backward:
        return f"{_other(step)} leads there from the next"
    variable = "" if accesses.is_initial(step.first) else accesses.spelling(step.first).register or "what it reads"
    access = accesses.noun(step.second)
    match step.relation:
        case "rf":
            return _read_from(step, accesses)
        case "fr":
            return _overwritten(step, accesses)
        case "co":
            return _overwrites(step, accesses)
        case "addr":
            return f"address dependency from {variable}, which says where the {access} goes"
        case "data":
            return f"data dependency from {variable}: the value stored is computed from it"
        case "ctrl":
            return f"control dependency from {variable}: a branch on it comes before the {access}"
        case "rmw":
            return "these are the two halves of one atomic operation"
        case "po":
            return _program_order(step, link, accesses, model)
        case _:
            return f"{model} relates them by {_other(step)}"


def _other(step: Step) -> str:
    return step.relation or "what they are"


def _read_from(step: Step, accesses: Accesses) -> str:
    write, read = step.first, step.second
    if accesses.is_initial(write):
        return f"{accesses.thread(read)} reads this value"
    if accesses.event(write).kind is Kind.UNLOCK and accesses.event(read).kind in LOCKS:
        return f"{accesses.thread(read)} takes the lock that {accesses.thread(write)} has given up here"
    if accesses.event(write).thread == accesses.event(read).thread:
        return f"{accesses.thread(read)} reads back the {accesses.value(write)} of its own store"
    return f"{accesses.thread(read)} reads the {accesses.value(write)} that {accesses.thread(write)} has stored"


def _overwritten(step: Step, accesses: Accesses) -> str:
    read, write = step.first, step.second
    old, new = accesses.value(read), accesses.value(write)
    if accesses.event(read).kind in LOCKS or accesses.event(write).kind in LOCKS:
        return f"{accesses.thread(write)} changes the lock only after {accesses.thread(read)} found it as it was"
    if old == new:
        return f"it reads a {old} that is older than the {new} that {accesses.thread(write)} stores"
    return f"it reads {old}, which is older than the {new} that {accesses.thread(write)} stores"


def _overwrites(step: Step, accesses: Accesses) -> str:
    if accesses.is_initial(step.first):
        return f"{accesses.thread(step.second)} overwrites the initial value"
    if accesses.event(step.first).kind in LOCKS:
        return f"{accesses.thread(step.second)} has the lock after {accesses.thread(step.first)}"
    location, old, new = accesses.location(step.first), accesses.value(step.first), accesses.value(step.second)
    return f"{location} becomes {old} before it becomes {new}"


def _program_order(step: Step, link: Link, accesses: Accesses, model: str) -> str:
    first, second = step.first, step.second
    if link.says("Release", first) and link.says("Acquire", second):
        return "a release stays before every later acquire of its thread"
    if link.says("UL", first) and (link.says("LKR", second) or link.says("LKW", second)):
        return "an unlock stays before every later lock of its thread"
    if link.says("Acquire", first) or link.says("LKR", first) or link.says("LKW", first):
        return f"whatever follows {accesses.operation(first)} stays after it"
    if link.says("Release", second) or link.says("UL", second):
        return f"whatever precedes {accesses.operation(second)} stays before it"
    for event, side in ((first, "follows"), (second, "precedes")):
        if link.says("RMW", event) or link.says("rmw", event):
            return f"{accesses.operation(event)} is an atomic operation: whatever {side} it {_stays(event == first)}"
    if link.says("loc", first) and link.says("loc", second):
        return f"program order: both access {accesses.location(first)}"
    return f"program order, which {model} keeps from a {accesses.noun(first)} to a later {accesses.noun(second)}"
