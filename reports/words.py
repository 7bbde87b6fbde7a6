"""The sentences about a report that its text, SVG and HTML forms share.

All strings are visible text (``explorer.visible``).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from explorer.execution.execution import Ending
from explorer.scenario import MODELS
from explorer.search.violations import DEADLOCK, OUTCOME
from explorer.visible import visible
from reports.structure import LITMUS, Report

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


_QUANTIFIED = {"exists": "WITNESS", "~exists": "COUNTEREXAMPLE", "forall": "COUNTEREXAMPLE"}
"""What an execution shows of a litmus test's condition, by the quantifier, which is the property's name."""


def quantified(name: str) -> str:
    """What an execution shows whose property is a litmus test's quantifier: ``witness``; empty for another name."""
    return _QUANTIFIED.get(name, "").lower()


def coverage(executions: int, *, complete: bool, cut: int) -> str:
    """How many executions of how many: ``270 executions, all within the bounds``.

    ``complete`` says whether the search came to its end, ``cut`` how many executions ran into a bound.
    """
    within = ", all within the bounds" if cut else ""
    return f"{executions:,} executions{within if complete else ', not all'}"


def is_remark(report: Report) -> bool:
    """Whether this is no violation but a remark of the model, such as a data race."""
    return report.property.name in report.search.remarks


def is_outcome(report: Report) -> bool:
    """Whether this breaks nothing, and shows what came out."""
    return report.property.name == OUTCOME and OUTCOME not in report.search.violating


def is_litmus(report: Report) -> bool:
    """Whether this is an execution of a litmus test."""
    return report.protocol == LITMUS


def finding(report: Report) -> str:
    """What was found: ``VIOLATED``, ``REMARK``, ``REACHED`` of a goal, ``OUTCOME``; of litmus tests ``WITNESS``, ..."""
    if is_remark(report):
        return "REMARK"
    if is_outcome(report):
        return "REACHED" if report.search.goal else "OUTCOME"
    return _QUANTIFIED.get(report.property.name, "VIOLATED") if is_litmus(report) else "VIOLATED"


def verdict(report: Report) -> str:
    """What was found, with its name: ``VIOLATED: leak``, ``REMARK: flag data-race``, ``WITNESS: exists``."""
    if report.search.goal:
        return f"{finding(report)}: {visible(report.search.goal)}"
    if is_outcome(report):
        return f"{finding(report)}: {'not of the condition' if is_litmus(report) else 'breaks no property'}"
    return f"{finding(report)}: {visible(report.property.name)}"


def bold(report: Report) -> str:
    """What the bold edges of a picture are."""
    if is_remark(report):
        return "what the model flags"
    if is_outcome(report):
        return "what one thread read from another"
    return "the path that the sentence speaks of" if is_litmus(report) else "why it is a violation"


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
    alone = not search.complete and search.executions + search.violating.get(DEADLOCK, 0) == 1
    explored = f"{search.executions:,} executions explored, {_covered(report)}"
    parts = ["this execution alone was looked at" if alone else explored]
    found = [_found(report, name, n) for name, n in violating(report)]
    parts += [", ".join([*found, *(f"{n:,} {visible(name)}" for name, n in remarked(report))])]
    if search.same_outcome and not alone:
        parts += [f"{search.same_outcome:,} with this outcome"]
    if search.goal:
        parts += ["none breaks a property" if not any(search.violating.values()) else "this one breaks no property"]
    if search.interleavings is not None:
        parts += [f"they stand for {int(search.interleavings):,} interleavings"]
    return "; ".join(part for part in parts if part)


def _found(report: Report, name: str, number: int) -> str:
    """How many executions: ``5 leak``, and of a litmus test ``2 witnesses``."""
    if not is_litmus(report) or name not in _QUANTIFIED:
        return f"{number:,} {visible(name)}"
    word = _QUANTIFIED[name].lower()
    return f"{number:,} {word if number == 1 else word + ('es' if word.endswith('s') else 's')}"


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
        return "not all of them"
    values = sizes(report)
    bounds = [f"{name} = {values[name]}" for name in _BOUNDS if name in values]
    covered = f"all up to {' and '.join(map(visible, bounds))}" if bounds else "all of them"
    return f"{covered}, of the threads shown" if report.search.left_out else covered


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


def models_that_allow(report: Report) -> str:
    """Which models allow the execution, the strongest first in words; empty where they were not asked."""
    names = report.allowed_by
    if names is None:
        return ""
    if not names:
        return f"none of {', '.join(MODELS)} allows it"
    return f"{strongest(names)} ({', '.join(names)})" if len(names) > 1 else strongest(names)


def strongest(names: Sequence[str]) -> str:
    """What the strongest of the models that allow an execution says of it; ``names`` as ``Report.allowed_by``."""
    if names[0] == MODELS[0]:
        return f"{names[0]} allows it"
    return f"needs {names[0]} or weaker" if len(names) > 1 else f"needs {names[0]}"


def remarks(report: Report) -> list[str]:
    """What a reader must know to trust the schedule: threads not shown, coherence not kept, threads not returned."""
    found = [
        f"{others}: each runs to its end after the last step and reads the last value of every location"
        for others in left_out(report)
    ]
    found += [
        f"{visible(location)}: values change in coherence order, which the steps could not follow there"
        for location in report.witness.unkept_coherence
    ]
    for thread, end in zip(report.threads, report.ends, strict=True):
        if end.ending is not Ending.RETURNED:
            detail = f": {visible(end.detail)}" if end.detail else ""
            found.append(f"{visible(thread.name)} ended {end.ending.value}{detail}")
    return found


def left_out(report: Report) -> list[str]:
    """The threads that the search left out: ``reader 2 to reader 100 (99 threads like reader 1)``."""
    return [visible(others_like(each.like, each.first, each.last, each.count)) for each in report.search.left_out]


def others_like(like: str, first: str, last: str, count: int) -> str:
    """Threads in a few words: ``reader 2 to reader 100 (99 threads like reader 1)``."""
    return f"{first} (like {like})" if count == 1 else f"{first} to {last} ({count:,} threads like {like})"


def sizes(report: Report) -> Mapping[str, int | str]:
    """The parameters that say something: a litmus test has no loop that a bound could cut."""
    return {} if is_litmus(report) else report.parameters


def title(report: Report) -> str:
    """What was explored: ``inflight, fix none, protocol P2, model sc``, or ``mp.litmus, model lkmm``."""
    if is_litmus(report):
        return f"{visible(report.scenario)}, model {visible(report.model.name)}"
    words = report.scenario, report.fix, report.protocol, report.model.name
    return "{}, fix {}, protocol {}, model {}".format(*map(visible, words))


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def replay_command(report: Report, file: str) -> str:
    """The command that replays the report, which is in this file."""
    return shlex.join(replay_words(report, file))


def token_command(report: Report) -> str:
    """The command that replays the execution without a file, empty where the report has no token."""
    return shlex.join(token_words(report))


def token_words(report: Report) -> list[str]:
    """That command word by word."""
    return replay_words(report, report.token) if report.token else []


def replay_words(report: Report, file: str) -> list[str]:
    """The words of that command; a scenario file that does not lie below the current folder has to be named."""
    scenario = PurePosixPath(report.scenario.rpartition(":")[0])
    is_elsewhere = scenario.suffix == ".py" and (scenario.is_absolute() or ".." in scenario.parts)
    return ["sealrace", "replay", visible(file), *(["--scenario", visible(str(scenario))] if is_elsewhere else [])]


def explore_command(report: Report) -> str:
    """The command that explores what the report was taken from."""
    model, test = visible(report.model.name), visible(report.scenario)
    if is_litmus(report):
        return shlex.join(["sealrace", "survey" if is_outcome(report) else "litmus", "--model", model, test])
    names = report.scenario, report.fix, report.protocol, report.model.name
    if report.search.same_outcome and is_outcome(report):
        # A survey knows no reductions.
        return cell_command(*names, report.parameters, (), command="survey")
    return cell_command(*names, report.parameters, report.search.switches)


def cell_command(
    scenario: str,
    fix: str,
    protocol: str,
    model: str,
    parameters: Mapping[str, int | str],
    switches: Sequence[str],
    *,
    command: str = "explore",
) -> str:
    """The command that explores one cell; ``parameters`` and ``switches`` as reports have them."""
    words = ["sealrace", command, scenario, "--fix", fix, "--protocol", protocol, "--model", model]
    for name, value in sorted(parameters.items()):
        words += [f"--{name}", str(value)] if name in _BOUNDS else ["--param", f"{name}={value}"]
    return shlex.join(visible(word) for word in (*words, *switches))


def write_again_command(report: Report) -> str:
    """The command that writes such a report again, into a folder ``DIR``."""
    return f"{explore_command(report)} {'--reports' if is_litmus(report) and not is_outcome(report) else '--out'} DIR"
