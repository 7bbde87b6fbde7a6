"""What ``crosscheck`` prints: per tool what came of it, and the outcomes of one side only; or all of it as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from explorer.cli.output import many
from explorer.cli.setting import Setting
from explorer.crosscheck.asking import LISTED
from explorer.crosscheck.comparison import Answer, Comparison, Difference, Side
from explorer.crosscheck.final_state import GRACE_PERIOD
from explorer.search.outcomes import Facts
from explorer.visible import visible

WIDTH = 140
"""Columns where the output goes to no terminal."""

_NAME = 8
"""Columns of a tool's name."""


def crosscheck_text(title: str, comparisons: Sequence[Comparison], width: int | None) -> str:
    """What was compared, in lines of ``width`` columns."""
    return "\n".join(_lines(title, comparisons, width or WIDTH))


def _lines(title: str, comparisons: Sequence[Comparison], width: int) -> Iterator[str]:
    yield visible(title)
    yield ""
    for comparison in comparisons:
        yield from _hanging(f" {comparison.tool:{_NAME}}", _what(comparison), width)
        if comparison.file:
            yield f" {'':{_NAME}}asked about {comparison.file}"
        yield from _one_side("only here", comparison.only_here, width)
        yield from _one_side(f"only {comparison.tool}", comparison.only_there, width)
        if comparison.answer is Answer.DIFFERS and not comparison.only_here and not comparison.only_there:
            yield f"     see: {comparison.command}"
        if any(GRACE_PERIOD in text for each in comparison.only_there for _name, text in each.outcome):
            yield from _hanging(
                "     note: ", "Sealrace does not see that a grace period never ends: docs/crosscheck.md", width
            )


def _what(comparison: Comparison) -> str:
    answer, here, there = comparison.answer, comparison.here, comparison.there
    if here is None or there is None:
        return f"{answer.value}: {visible(comparison.why)}"
    if answer is Answer.AGREES:
        return f"{answer.value}: {_found(here, there)}"
    reason = f" ({visible(comparison.why)})" if comparison.why else ""
    return f"{answer.value}{reason}: {_found(here, here)} here, {_found(there, there)} there"


def _found(side: Side, other: Side) -> str:
    """What a side has found, as far as it is compared."""
    parts = []
    if side.outcomes is not None and other.outcomes is not None:
        parts.append(many(len(side.outcomes), "final state"))
    if side.executions is not None and other.executions is not None:
        parts.append(many(side.executions, "execution"))
    return " and ".join(parts) or "nothing"


def _one_side(name: str, differences: Sequence[Difference], width: int) -> Iterator[str]:
    if not differences:
        return
    yield f"   {name}: {many(len(differences), 'final state')}"
    for number, difference in enumerate(differences[:LISTED], 1):
        yield f"    {number}."
        for whose, what in difference.outcome:
            yield from _hanging(f"     {visible(whose)}: ", visible(what), width)
        yield f"     see: {difference.command}"
    if len(differences) > LISTED:
        yield f"    and {len(differences) - LISTED} more: --json"


def _hanging(head: str, text: str, width: int) -> Iterator[str]:
    """Text behind a head, its further lines a little to the right of where the head begins."""
    further = " " * (len(head) - len(head.lstrip()) + 2)
    lines = wrap(text, max(width, 40), initial_indent=head, subsequent_indent=further, break_on_hyphens=False)
    yield from lines or [head.rstrip()]


def crosscheck_json(setting: Setting, model_name: str, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    return {**setting.to_json(model_name), "tools": [_tool(comparison) for comparison in comparisons]}


def _tool(comparison: Comparison) -> dict[str, Any]:
    return {
        "tool": comparison.tool,
        "answer": comparison.answer.value,
        "why": comparison.why,
        "here": _side(comparison.here),
        "there": _side(comparison.there),
        "only_here": [_difference(each) for each in comparison.only_here],
        "only_there": [_difference(each) for each in comparison.only_there],
        "file": comparison.file or None,
        "command": comparison.command or None,
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "final_states": None if side.outcomes is None else len(side.outcomes),
        "executions": side.executions,
        "incomplete": side.incomplete,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {"facts": _facts(difference.outcome), "command": difference.command or None}


def _facts(facts: Facts) -> list[dict[str, str]]:
    return [{"of": name, "got": text} for name, text in facts]
