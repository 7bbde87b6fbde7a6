"""The sentences about a report that its text, SVG and HTML forms share.

All strings are visible text (``explorer.visible``).
"""

from __future__ import annotations

import shlex

from explorer.execution.execution import Ending
from explorer.visible import visible
from reports.structure import Report

_BOUNDS = ("unroll", "max-events")  # parameters that cut paths short

_MEANINGS = {
    "po": "follows in program order",
    "rf": "reads that value",
    "co": "overwrites it",
    "fr": "overwrites the value read",
    "addr": "takes its address from it",
    "data": "takes its value from it",
    "ctrl": "is controlled by it",
    "rmw": "is the write of the same atomic operation",
    "flag data-race": "is ordered neither before it nor after it, and one of the two is plain",
}


def coverage(executions: int, *, complete: bool, cut: int) -> str:
    """How many executions of how many: ``270 executions, all within the bounds``.

    ``complete`` says whether the search came to its end, ``cut`` how many executions ran into a bound.
    """
    within = ", all within the bounds" if cut else ""
    return f"{executions:,} executions{within if complete else ', not all'}"


def is_remark(report: Report) -> bool:
    """Whether this is no violation but a remark of the model, such as a data race."""
    return report.property.name in report.search.remarks


def verdict(report: Report) -> str:
    """What was found, in two words: ``VIOLATED: leak``, or ``REMARK: flag data-race``."""
    return f"{'REMARK' if is_remark(report) else 'VIOLATED'}: {visible(report.property.name)}"


def bold(report: Report) -> str:
    """What the bold edges of a picture are."""
    return "what the model flags" if is_remark(report) else "why it is a violation"


def meaning(relation: str) -> str:
    """What a relation says of its target, to be read after "which"; empty for a model's own relations."""
    external = relation in ("rfe", "rfi", "coe", "coi", "fre", "fri")
    return _MEANINGS.get(relation[:2] if external else relation, "")


def meanings(report: Report) -> str:
    """What the relations of the violating path say, in the order in which it has them."""
    named = dict.fromkeys(edge.relation for edge in report.property.path)
    return ", ".join(f"{visible(relation)}: {meaning(relation)}" for relation in named if meaning(relation))


def counts(report: Report) -> str:
    """What the search covered, in one sentence."""
    search = report.search
    parts = [f"{search.executions:,} executions explored, {_covered(report)}"]
    parts += [", ".join(f"{n:,} {visible(name)}" for name, n in (*violating(report), *remarked(report)))]
    if search.interleavings is not None:
        parts += [f"they stand for {int(search.interleavings):,} interleavings"]
    return "; ".join(part for part in parts if part)


def violating(report: Report) -> list[tuple[str, int]]:
    """Executions per violated property, most first: files keep no order of their own."""
    return sorted(report.search.violating.items(), key=lambda entry: (-entry[1], entry[0]))


def remarked(report: Report) -> list[tuple[str, int]]:
    """Executions per flag that the model raised, most first."""
    return sorted(report.search.remarks.items(), key=lambda entry: (-entry[1], entry[0]))


def _covered(report: Report) -> str:
    """How much of what the model allows was looked at.

    A report does not say whether a bound cut anything, so all it can claim is what the bounds let through.
    """
    if not report.search.complete:
        return "not all of them: the search was stopped"
    bounds = [f"{name} = {report.parameters[name]}" for name in _BOUNDS if name in report.parameters]
    return f"all up to {' and '.join(map(visible, bounds))}" if bounds else "all of them"


def effort(report: Report) -> str:
    """How far the witness schedule is from running the threads one after the other."""
    witness = report.witness
    parts = [_plural(witness.switches, "switch", "switches") + " between threads"]
    parts += [_plural(len(witness.reordered), "reordered access", "reordered accesses")]
    if witness.forwarded:
        parts += [_plural(len(witness.forwarded), "forwarded load", "forwarded loads")]
    rule = "the fewest possible" if witness.exact else ""
    quality = "; ".join(part for part in (rule, visible(witness.note)) if part)
    return f"{', '.join(parts)} ({quality})" if quality else ", ".join(parts)


def remarks(report: Report) -> list[str]:
    """What a reader must know to trust the schedule: coherence not kept, threads that did not return."""
    found = [
        f"{visible(location)}: values change in coherence order, which the steps could not follow there"
        for location in report.witness.unkept_coherence
    ]
    for thread, end in zip(report.threads, report.ends, strict=True):
        if end.ending is not Ending.RETURNED:
            detail = f": {visible(end.detail)}" if end.detail else ""
            found.append(f"{visible(thread.name)} ended {end.ending.value}{detail}")
    return found


def title(report: Report) -> str:
    """What was explored: ``inflight, fix none, protocol P2, model sc``."""
    words = report.scenario, report.fix, report.protocol, report.model.name
    return "{}, fix {}, protocol {}, model {}".format(*map(visible, words))


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def replay_command(file: str) -> str:
    """The command that replays the report in this file."""
    return shlex.join(["sealrace", "replay", visible(file)])


def explore_command(report: Report) -> str:
    """The command that explores what the report was taken from."""
    words = ["sealrace", "explore", report.scenario]
    words += ["--fix", report.fix, "--protocol", report.protocol, "--model", report.model.name]
    return shlex.join(visible(word) for word in words)
