"""An explanation as JSON: the same facts as its sentences, and these."""

from __future__ import annotations

from typing import Any

from explorer.explain.explanation import Explanation
from explorer.explain.hops import Hop
from reports.explain.accesses import Accesses, kind_of_access
from reports.explain.explanation import sentences
from reports.explain.reasons import why_not_kept
from reports.structure import Report


def explanation_json(report: Report, explanation: Explanation) -> dict[str, Any]:
    """What ``explain --json`` prints (``docs/explain.md``)."""
    accesses = Accesses(report)
    window, broken = explanation.window, {each.hop: each for each in explanation.broken}
    return {
        "scenario": report.scenario,
        "protocol": report.protocol,
        "fix": report.fix,
        "parameters": report.parameters,
        "model": report.model.name,
        "property": report.property.name,
        "sentence": report.property.sentence,
        "why": explanation.why.value,
        "allowed_by": list(explanation.allowed_by),
        "window": None
        if window is None
        else {
            "check": _access(report, accesses, window.check),
            "missed": _access(report, accesses, window.missed),
            "use": _access(report, accesses, window.use),
            "end": _access(report, accesses, window.end),
        },
        "story": [_access(report, accesses, event) for event in explanation.story],
        "hops": [{**_hop(report, accesses, hop), "kept": hop not in broken} for hop in explanation.hops],
        "not_kept": [
            {
                **_hop(report, accesses, each.hop),
                "kept_by": list(each.kept_by),
                "compiler_may_exchange": each.compiler,
                "rule": why_not_kept(report, accesses, each),
            }
            for each in explanation.broken
        ],
        "not_full": [_hop(report, accesses, hop) for hop in explanation.not_full],
        "plain": [_hop(report, accesses, hop) for hop in explanation.plain],
        "text": sentences(report, explanation),
    }


def _hop(report: Report, accesses: Accesses, hop: Hop) -> dict[str, Any]:
    return {
        "source": _access(report, accesses, hop.source),
        "target": _access(report, accesses, hop.target),
        "relation": hop.relation,
    }


def _access(report: Report, accesses: Accesses, event: int) -> dict[str, Any]:
    found = report.events[event]
    return {
        "event": event,
        "thread": report.threads[found.thread].name,
        "access": kind_of_access(found),
        "location": found.location,
        "value": found.value,
        "step": accesses.number(event),
        "name": found.step,
        "reference": found.reference,
        "function": found.stack[-1].function if found.stack else "",
    }
