"""What ``sealrace repair`` prints."""

from __future__ import annotations

from typing import Any

from explorer.cli.output import many
from explorer.cli.repair_answer import Answer, FixVerdict
from explorer.repair.elements import in_order
from explorer.search.result import Verdict


def repair_text(answer: Answer) -> str:
    """The answer for a reader."""
    found = answer.found
    lines = [f"{answer.title}: {_headline(answer)}"]
    if found.violating:
        count = many(found.violating, "execution")
        lines.append(_row("violated", f"{count} {answer.breaks[found.violating > 1]}"))
    if answer.unedited:
        lines.append(_row("as it is", _verdicts(answer.unedited)))
    if found.sequential:
        lines.append(_row("why", _why_not(answer)))
    if found.repairs:
        lines.append(_row("costs", f"of {answer.costs.architecture}, the cheapest first (docs/repair.md)"))
    for number in range(len(found.repairs)):
        lines += ["", *_repair(answer, number)]
    return "\n".join([*lines, *_further(answer)])


def _further(answer: Answer) -> list[str]:
    """What is told below the repairs, each part below an empty line."""
    found, lines = answer.found, list[str]()
    if answer.forms.no_difference:
        first, *others = answer.forms.no_difference.splitlines()
        lines += ["", _row("litmus", first), *(_row("", other) for other in others)]
    if found.dearer:
        sets = many(len(found.dearer), "minimal set")
        lines += ["", _row("not listed", f"{sets} with a full fence where a set above has something cheaper")]
    lines += [""] if found.open else []
    for elements, reason in found.open:
        words = (answer.forms.words(each) for each in in_order(elements))
        lines.append(_row("not settled", f"{'; '.join(f'{each.place}: {each.change}' for each in words)}: {reason}"))
    if answer.fixes:
        asked = f", asked for {answer.asked}" if answer.asked else ""
        lines += ["", _row("fixes", f"each of the scenario's alone{asked}"), *_fixes(answer)]
    if answer.stopped:
        lines += ["", _row("stopped", f"{answer.stopped}: what is not listed is not settled")]
    return lines


def _headline(answer: Answer) -> str:
    found = answer.found
    if found.holds:
        return "HOLDS as it is, nothing to repair"
    if found.sequential:
        return "no barrier helps"
    if found.repairs:
        perhaps = ", perhaps not all" if found.unsettled else ""
        return f"{many(len(found.repairs), 'minimal set')} of orderings and barriers{perhaps}"
    return "no repair by ordering was found" + (" yet" if answer.status != 1 else "")


def _why_not(answer: Answer) -> str:
    if answer.unedited.get("sc") == Verdict.VIOLATED.value:
        return "it happens with every access in order (sc), so no barrier can forbid it"
    return "one of these executions stays as it is whatever is ordered"


def _repair(answer: Answer, number: int) -> list[str]:
    repair = answer.found.repairs[number]
    lines = [f" {number + 1}. cost {repair.cost}"]
    above = ""
    for edit in (answer.forms.words(each) for each in in_order(repair.elements)):
        place = edit.place + (f" ({edit.code})" if edit.code else "")
        lines += [] if place == above else [f"    {place}"]
        lines.append(f"        {edit.change}")
        above = place
    lines.append(f"    {_verdicts(answer.verdicts[number])}")
    lines += [f"    lkmm still flags a data race: {words}" for words in answer.remarks[number]]
    lines += [f"    not reached any more: {goal}" for goal in answer.goals[number]]
    difference = answer.forms.difference(repair.elements)
    return [*lines, *(f"      {line}".rstrip() for line in difference)]


def _fixes(answer: Answer) -> list[str]:
    width = max(len(each.fix) for each in answer.fixes)
    return [f"            {each.fix:<{width}}  {_fix(each)}" for each in answer.fixes]


def _fix(each: FixVerdict) -> str:
    if each.reason:
        return f"n/a: {each.reason}"
    breaks = f"; breaks {', '.join(each.breaks)}" if each.breaks else ""
    return _verdicts(each.verdicts) + breaks if each.verdicts else "not explored"


def _verdicts(verdicts: dict[str, str]) -> str:
    """``HOLDS under sc, tso and pso; VIOLATED under lkmm``."""
    parts = []
    for verdict in dict.fromkeys(verdicts.values()):
        names = [name for name, found in verdicts.items() if found == verdict]
        listed = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
        parts.append(f"{verdict} under {listed}")
    return "; ".join(parts)


def _row(label: str, text: str) -> str:
    return f" {label:<11}{text}"


def repair_json(answer: Answer) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    found = answer.found
    return {
        **answer.facts,
        "property": answer.asked,
        "violating": found.violating,
        "holds_as_it_is": found.holds,
        "barriers_help": True if found.repairs else None if found.holds or found.unsettled else False,
        "verdicts_as_it_is": answer.unedited,
        "costs": {"of": answer.costs.architecture, **dict(answer.costs.rows())},
        "repairs": [
            {
                "cost": repair.cost,
                "edits": [_edit(answer, element) for element in in_order(repair.elements)],
                "verdicts": answer.verdicts[number],
                "data_races": answer.remarks[number],
                "goals_not_reached": answer.goals[number],
                "litmus_difference": answer.forms.difference(repair.elements),
            }
            for number, repair in enumerate(found.repairs)
        ],
        "dearer": [[_edit(answer, each) for each in in_order(elements)] for elements in found.dearer],
        "not_settled": [
            {"edits": [_edit(answer, each) for each in in_order(elements)], "reason": reason}
            for elements, reason in found.open
        ],
        "no_litmus_difference": answer.forms.no_difference or None,
        "fixes": [
            {
                "fix": each.fix,
                "not_applicable": each.reason or None,
                "verdicts": each.verdicts,
                "breaks": each.breaks,
            }
            for each in answer.fixes
        ],
        "complete": not answer.stopped and not found.unsettled,
        "stopped": answer.stopped or None,
        "explorations": found.explorations,
    }


def _edit(answer: Answer, element: Any) -> dict[str, Any]:
    words = answer.forms.words(element)
    return {
        "place": words.place,
        "code": words.code or None,
        "function": words.function,
        "before": words.before or None,
        "after": words.after,
        "behind": list(words.behind),
    }
