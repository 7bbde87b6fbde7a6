"""An explanation in sentences, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from explorer.explain.explanation import Explanation, Why
from explorer.explain.hops import Hop
from explorer.visible import visible
from reports.explain.accesses import TOGETHER, Accesses
from reports.explain.reasons import why_not_kept
from reports.steps import SEALED
from reports.structure import Report
from reports.words import is_litmus, is_outcome, strongest, title, verdict

_RACE = "flag data-race"


def explanation_text(report: Report, explanation: Explanation, width: int) -> str:
    """The explanation for reading, in lines of at most ``width`` columns where words allow."""
    blocks = [[title(report), *wrap(f"{verdict(report)}. {visible(report.property.sentence)}", width)]]
    accesses = Accesses(report)
    for heading, items, closing in _parts(report, explanation, accesses):
        block = wrap(heading, width)
        block += [line for item in items for line in wrap(item, width, initial_indent="  ", subsequent_indent="     ")]
        blocks += [each for each in (block, wrap(closing, width)) if each]
    return "\n\n".join("\n".join(block) for block in blocks).replace(TOGETHER, " ") + "\n"


def sentences(report: Report, explanation: Explanation) -> list[str]:
    """The explanation sentence by sentence, without its heading."""
    parts = _parts(report, explanation, Accesses(report))
    return [
        text.replace(TOGETHER, " ") for heading, items, closing in parts for text in (heading, *items, closing) if text
    ]


_Part = tuple[str, list[str], str]
"""A heading, what is listed below it, and what follows from it, each possibly empty."""


def _parts(report: Report, explanation: Explanation, accesses: Accesses) -> Iterator[_Part]:
    if is_outcome(report):
        yield "", [], "This execution breaks nothing."
    match explanation.why:
        case Why.WINDOW:
            yield _window(explanation, accesses)
        case Why.SEQUENCE:
            yield _sequence(report, explanation, accesses)
        case Why.DEADLOCK:
            yield _deadlock(explanation, accesses)
        case Why.RACE:
            yield _race(report, explanation, accesses)
        case Why.ORDER:
            yield from _order(report, explanation, accesses)
        case Why.CYCLE:
            yield from _cycle(report, explanation, accesses)
        case Why.SECTION:
            yield _section(report, explanation)


def _window(explanation: Explanation, accesses: Accesses) -> _Part:
    window = explanation.window
    assert window is not None
    checked, reader = accesses.location(window.check), accesses.thread(window.check)
    again = "" if window.looks_again else f", and {reader} does not load {checked} again before it ends"
    closing = (
        f"No barrier can forbid this: the window from {accesses.name(window.check)} to {accesses.name(window.use)} is "
        f"open. In it {accesses.thread(window.missed)} stores to {checked}{again}. sc, which reorders nothing, allows "
        "it."
    )
    return (*_story(explanation, accesses), closing)


def _story(explanation: Explanation, accesses: Accesses) -> tuple[str, list[str]]:
    """What happened, below its heading."""
    numbers = [accesses.number(event) for event in explanation.story]
    drawn = numbers == sorted(numbers)
    heading = (
        "In this order:" if drawn else "In this order (the schedule drawn is another order of the same execution):"
    )
    return heading if numbers else "", [_told(accesses, event) for event in explanation.story]


def _told(accesses: Accesses, event: int) -> str:
    labels = accesses.labels(event)
    return f"{accesses.sentence(event)}{': ' if labels else ''}{', '.join(labels)}."


def _sequence(report: Report, explanation: Explanation, accesses: Accesses) -> _Part:
    if is_outcome(report):
        return "", [], "sc allows it: some order of all accesses explains it."
    if is_litmus(report):
        return "", [], "No barrier can forbid this: sc allows it, so some order of all accesses explains it."
    closing = f"No barrier can forbid this: sc, which reorders nothing, allows it.{_never_checked(report, accesses)}"
    return (*_story(explanation, accesses), closing)


def _never_checked(report: Report, accesses: Accesses) -> str:
    """That the thread of the last mark looks at what is sealed nowhere before, as a sentence; empty where it does."""
    marks = report.property.marks
    seal = next((mark.event for mark in marks if mark.label == SEALED), None)
    if seal is None or marks[-1].event == seal:
        return ""
    end, place = report.events[marks[-1].event], report.events[seal].location
    earlier = [event for event in report.events[: end.id] if event.thread == end.thread and event.location == place]
    if any(event.kind.reads for event in earlier):
        return ""
    return f" Before it, {accesses.thread(end.id)} never loads {visible(place or '')}."


def _deadlock(explanation: Explanation, accesses: Accesses) -> _Part:
    closing = (
        "No barrier can forbid this: sc, which reorders nothing, allows it. What the threads wait for, or the order in "
        "which they take it, has to change."
    )
    return (*_story(explanation, accesses), closing)


def _race(report: Report, explanation: Explanation, accesses: Accesses) -> _Part:
    sides = [_told_side(accesses, mark.event) for mark in report.property.marks if accesses.number(mark.event)]
    if report.property.name != _RACE:
        return "", sides, f"{visible(report.model.name)} remarks on this use of the accesses, and forbids nothing."
    closing = (
        "At least one of the two is plain, and nothing orders them: neither comes before the other. The compiler may "
        "tear, repeat or leave out a plain access. READ_ONCE() and WRITE_ONCE() for both, or an order between "
        f"them, such as a lock, end the data race. Of the execution itself: {strongest(explanation.allowed_by)}."
    )
    return "Two accesses of one location:", sides, closing


def _told_side(accesses: Accesses, event: int) -> str:
    return f"{accesses.sentence(event)}."


def _order(report: Report, explanation: Explanation, accesses: Accesses) -> Iterator[_Part]:
    model = visible(report.model.name)
    if not explanation.hops:
        yield (
            "",
            [],
            f"sc allows these accesses and these values, and in its order nothing is violated; {model} keeps less.",
        )
        return
    yield (
        "sc allows these accesses and these values, and in its order nothing is violated. It puts each of these before "
        "the next:",
        list(_chain(explanation.hops, accesses, closed=False)),
        "",
    )
    yield from _missing(report, explanation, accesses)


def _cycle(report: Report, explanation: Explanation, accesses: Accesses) -> Iterator[_Part]:
    yield (
        f"sc forbids this{_who_allows(report, explanation)}. Each of these comes before the next, and the last before "
        "the first, which no one order of all accesses can have:",
        list(_chain(explanation.hops, accesses, closed=True)),
        "",
    )
    yield from _missing(report, explanation, accesses)


def _who_allows(report: Report, explanation: Explanation) -> str:
    """Which models allow it, behind what forbids it."""
    names, model = explanation.allowed_by, visible(report.model.name)
    if not names:
        return f", and so do the other models that come with Sealrace; {model} allows it"
    needs = f"; it {strongest(names)}" + (f" ({', '.join(names)})" if len(names) > 1 else "")
    return needs if report.model.name in names else f"{needs}; {model} allows it too"


def _chain(hops: tuple[Hop, ...], accesses: Accesses, *, closed: bool) -> Iterator[str]:
    for i, hop in enumerate(hops):
        came = f", {_came(hops[i - 1], i)}" if i else ""
        last = f"; and {_closes(hop, i + 1)}" if closed and hop is hops[-1] else ""
        yield f"{i + 1}. {accesses.sentence(hop.source)}{came}{last}."
    if not closed:
        yield f"{len(hops) + 1}. {accesses.sentence(hops[-1].target)}, {_came(hops[-1], len(hops))}."


def _came(hop: Hop, before: int) -> str:
    """What makes an access come behind the one numbered ``before``."""
    return {
        "po": "later in the same code",
        "rf": f"which is what {before} stored",
        "co": f"which overwrites what {before} stored",
        "fr": f"which overwrites what {before} loaded",
    }[hop.relation]


def _closes(hop: Hop, last: int) -> str:
    """What puts the last access of a cycle before its first."""
    return {
        "rf": "1 loads what it stored",
        "co": "1 overwrites what it stored",
        "fr": "1 overwrites what it loaded",
        "po": "1 is later in the same code",
    }[hop.relation]


def _missing(report: Report, explanation: Explanation, accesses: Accesses) -> Iterator[_Part]:
    model = visible(report.model.name)
    if explanation.broken:
        items = [
            f"{accesses.access(broken.hop.source)} before {accesses.access(broken.hop.target)}. "
            + why_not_kept(report, accesses, broken)
            for broken in explanation.broken
        ]
        yield f"{model} does not keep this order:", items, ""
        return
    if explanation.why is Why.ORDER:
        yield "", [], f"{model} takes what overwrites what for no order between the accesses."
        return
    keeps = f"{model} keeps each thread's accesses in order here"
    if explanation.not_full:
        heading = (
            f"{keeps}, but not every CPU sees the stores of the others at the same time. It takes a full memory "
            "barrier, smp_mb(), where there is less between:"
        )
        yield heading, [_before(hop, accesses) for hop in explanation.not_full], ""
    elif explanation.plain:
        heading = (
            f"{keeps}, but a plain access orders nothing between threads. It takes READ_ONCE() or WRITE_ONCE() where "
            "one of two is plain:"
        )
        yield heading, [_before(hop, accesses) for hop in explanation.plain], ""
    else:
        yield "", [], f"{keeps}, and allows it all the same."


def _before(hop: Hop, accesses: Accesses) -> str:
    return f"{accesses.access(hop.source)} before {accesses.access(hop.target)}."


def _section(report: Report, explanation: Explanation) -> _Part:
    model = visible(report.model.name)
    return (
        "",
        [],
        f"sc forbids this{_who_allows(report, explanation)}: by what was read, a read-side critical section spans a "
        f"grace period. By the rules of {model} that does not follow from it.",
    )
