"""What ``survey`` prints: a histogram, the pairs in a few lines, where the files are; or all of it as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

from explorer.cli.output import many
from explorer.cli.setting import Setting
from explorer.cli.survey_files import INDEX
from explorer.execution.pair_orders import Access
from explorer.visible import visible
from reports.surveys import FOUND, ShownOutcome, ShownSurvey, found_of, in_words

BAR = 24
"""Characters of the longest bar."""

LISTED = 40
"""Outcomes that are printed at most."""

WIDTH = 140
"""Columns where the output goes to no terminal."""


def survey_text(shown: ShownSurvey, folder: Path, width: int | None) -> str:
    """The survey in lines of ``width`` columns."""
    return "\n".join(_lines(shown, folder, width or WIDTH))


def _lines(shown: ShownSurvey, folder: Path, width: int) -> Iterator[str]:
    survey = shown.survey
    yield f"{visible(shown.title)}: {many(survey.executions, 'execution')}, {many(len(shown.outcomes), 'outcome')}"
    for reason in survey.incomplete:
        yield f" INCOMPLETE: {visible(reason)}"
    yield ""
    if shown.shared:
        yield from _hanging(" in all of them  ", in_words(shown.shared), width)
        yield ""
    yield from _histogram(shown, width)
    if survey.outcomes:
        yield ""
    yield from _hanging(" pairs       ", _pairs(shown), width)
    # A no-break space is never in visible text; it keeps a name and its number on one line.
    races = ", ".join(f"{visible(location)} {count}".replace(" ", "\xa0") for location, count in shown.races.items())
    yield from _hanging(" races       ", races or "none", width)
    yield from _hanging(" explored    ", explored(shown), width)
    yield f" page        {folder / INDEX}"


def _histogram(shown: ShownSurvey, width: int) -> Iterator[str]:
    """A line per outcome: count, share, bar, what it breaks, what came out, and the report of its witness."""
    outcomes = shown.outcomes[:LISTED]
    if not outcomes:
        return
    most = max(each.outcome.executions for each in outcomes)
    counts = max(len(f"{each.outcome.executions:,}") for each in outcomes)
    verdicts = max(len(each.verdict) for each in outcomes)
    for each in outcomes:
        number = each.outcome.executions
        head = f" {number:>{counts},} {shown.percent(each.outcome):>6}  {bar(number, most):{BAR}}  "
        head += f"{visible(each.verdict):{verdicts}}  "
        yield from _hanging(head, _what(each), width)
    if len(shown.outcomes) > LISTED:
        rest = sum(each.outcome.executions for each in shown.outcomes[LISTED:])
        more = len(shown.outcomes) - LISTED
        yield f" and {many(more, 'outcome')} more, of {many(rest, 'execution')}: see the page, or --json"


def _what(each: ShownOutcome) -> str:
    witness = f"   {Path(each.report).name}" if each.report else ""
    return f"{each.words or 'nothing else'}{witness}"


def bar(number: int, most: int) -> str:
    """A bar for a number, of full length for the largest; what happens at all has a bar."""
    return "#" * max(1, round(BAR * number / most))


def _pairs(shown: ShownSurvey) -> str:
    pairs = shown.data_pairs
    counts = Counter(FOUND[found_of(pair)] for pair in pairs)
    told = [f"{counts[words]:,} {words}" for words in dict.fromkeys(FOUND.values()) if counts[words]]
    locks = len(shown.survey.pairs) - len(pairs)
    left_out = f"; {locks:,} more of locks" if locks else ""
    return f"{len(pairs):,} conflicting: {', '.join(told)}{left_out}" if pairs else f"none conflicts{left_out}"


def explored(shown: ShownSurvey) -> str:
    """What was looked at, and when the last outcome was new."""
    survey = shown.survey
    parts = [many(survey.samples[-1].states, "partial execution")]
    others = (("cut", survey.result.cut), ("dropped", survey.result.dropped), ("filtered", survey.filtered))
    parts += [f"{count:,} {name}" for name, count in others if count]
    if survey.outcomes:
        known = max(outcome.first for outcome in survey.outcomes)
        parts += [f"all outcomes known after {many(known, 'execution')}"]
    return "; ".join(parts)


def _hanging(head: str, text: str, width: int) -> Iterator[str]:
    """Text behind a head, its further lines below its first one."""
    room = max(width - len(head), 24)
    # A file's name is not broken at its hyphen.
    lines = [line.replace("\xa0", " ") for line in wrap(text, room, break_on_hyphens=False, break_long_words=False)]
    lines = lines or [""]
    yield f"{head}{lines[0]}"
    yield from (f"{' ' * len(head)}{line}" for line in lines[1:])


def survey_json(setting: Setting, model_name: str, shown: ShownSurvey, folder: Path) -> dict[str, Any]:
    """The object that ``--json`` prints; nothing in it depends on the machine."""
    survey, result = shown.survey, shown.survey.result
    return {
        **setting.to_json(model_name),
        "complete": not survey.incomplete,
        "incomplete": list(survey.incomplete),
        "executions": result.executions,
        "blocked": result.blocked,
        "cut": result.cut,
        "dropped": result.dropped,
        "filtered": survey.filtered,
        "violating": dict(result.violating),
        "outcomes": [
            {
                "facts": [{"of": name, "got": text} for name, text in each.outcome.facts],
                "breaks": list(each.outcome.breaks),
                "executions": each.outcome.executions,
                "first": each.outcome.first,
                "report": each.report or None,
            }
            for each in shown.outcomes
        ],
        "exploration": [
            {
                name: getattr(sample, name)
                for name in ("executions", "states", "outcomes", "violating", "kinds", "ordered")
            }
            for sample in survey.samples
        ],
        "pairs": [
            {
                "location": pair.first.location,
                "lock": pair.first.location in survey.locks,
                "first": _access(pair.first, shown),
                "second": _access(pair.second, shown),
                "found": found_of(pair),
                "before": pair.before,
                "after": pair.after,
                "both": pair.both,
                "alone": pair.alone,
            }
            for pair in survey.pairs
        ],
        "page": str(folder / INDEX),
    }


def _access(access: Access, shown: ShownSurvey) -> dict[str, str | int]:
    return {
        "thread": shown.threads[access.thread],
        "function": access.function,
        "step": access.step,
        "file": access.file,
        "line": access.line,
        "does": access.does,
    }
