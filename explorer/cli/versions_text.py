"""What ``sealrace diff`` prints of two versions that it has explored: as text, or as an object for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any

from explorer.cli.output import many
from explorer.cli.parting_text import parting_json, parting_lines
from explorer.cli.setting import Setting
from explorer.cli.survey_files import verdict_of
from explorer.schedule.parting import Parting
from explorer.search.difference import OutcomeDifference
from explorer.search.result import KindKey
from explorer.search.survey import Outcome, Survey
from explorer.visible import visible
from reports.comparison import Answer, Comparison, setting_of, warnings
from reports.forms.comparison import heading, kind_lines, number_lines, rows_of
from reports.forms.text import ladder_lines
from reports.kinds import ViolationKind
from reports.runs import RunHeader
from reports.steps import Schedule
from reports.structure import LITMUS, Report
from reports.surveys import in_words

LISTED = 40
"""Outcomes gone, and new, that are printed at most."""

WIDTH = 140
"""Columns where the output goes to no terminal."""


@dataclass(frozen=True)
class Side:
    """One side, explored.

    ``kinds`` has the token of each kind of violation, ``witnesses`` that of the outcomes which the other side does
    not have, by their identity.
    """

    setting: Setting
    model_name: str
    header: RunHeader
    survey: Survey
    kinds: Mapping[KindKey, str]
    witnesses: Mapping[int, str]

    @property
    def is_litmus(self) -> bool:
        return self.setting.protocol == LITMUS

    @property
    def name(self) -> str:
        if self.is_litmus:
            return visible(f"{self.setting.scenario.name}, model {self.model_name}")
        return setting_of(self.header)


@dataclass(frozen=True)
class First:
    """The first execution where the sides differ: one of A alone, or one of B alone, and where the other side parts."""

    of_first: bool
    outcome: Outcome
    report: Report
    parting: Parting


@dataclass(frozen=True)
class Compared:
    """Both sides, their outcomes compared; ``respects`` says in what they are different questions."""

    before: Side
    after: Side
    outcomes: OutcomeDifference
    respects: tuple[str, ...]
    first: First | None

    @property
    def violations(self) -> Comparison:
        return Comparison.of(Answer.of(self.before.header), Answer.of(self.after.header))

    @property
    def certainly_gone(self) -> tuple[Outcome, ...]:
        """What the first has and the second has not, which was explored to its end."""
        return () if self.after.survey.incomplete else self.outcomes.gone

    @property
    def certainly_new(self) -> tuple[Outcome, ...]:
        """What the second has and the first has not, which was explored to its end."""
        return () if self.before.survey.incomplete else self.outcomes.new

    @property
    def differs(self) -> bool:
        """Whether the sides differ, as far as what was explored of them tells for certain.

        How many executions come to the same is no difference, a flag that the model raises in one side alone is.
        """
        found = self.violations
        gone = bool(found.gone) and not self.after.survey.incomplete
        new = bool(found.new) and not self.before.survey.incomplete
        return gone or new or bool(self.certainly_gone or self.certainly_new or self._verdicts_differ or self._flags)

    @property
    def _verdicts_differ(self) -> bool:
        return self._complete and self.before.header.verdict != self.after.header.verdict

    @property
    def _flags(self) -> bool:
        """Whether the model flags something in one side alone."""
        flags = [{flag for flag, count in side.header.search.remarks.items() if count} for side in self._sides]
        return self._complete and flags[0] != flags[1]

    @property
    def _complete(self) -> bool:
        return not any(side.survey.incomplete for side in self._sides)

    @property
    def _sides(self) -> tuple[Side, Side]:
        return self.before, self.after

    @property
    def warnings(self) -> list[str]:
        return warnings(self.before.header, self.after.header, self.respects)

    @property
    def sentence(self) -> str:
        """What has become of outcomes and violations, in a sentence or two."""
        if not self.differs:
            return "Nothing differs." if self._complete else "Nothing is known to differ: not all was explored."
        told = self._of_outcomes
        found = self.violations
        return told if self.before.is_litmus or not found.differs else f"{told} {found.sentence}"

    @property
    def _of_outcomes(self) -> str:
        gone, kept, new = (len(found) for found in (self.outcomes.gone, self.outcomes.kept, self.outcomes.new))
        lost = "gone" if not self.after.survey.incomplete else "not met in B, whose search was stopped"
        other = "new" if not self.before.survey.incomplete else "not met in A, whose search was stopped"
        parts = [f"{gone} {_is(gone)} {lost}"] if gone else []
        parts += [f"{kept} {'stays' if kept == 1 else 'stay'}"] if kept else []
        told = f"Of {many(gone + kept, 'outcome')} {', '.join(parts)}" if gone + kept else "A has no outcome"
        return f"{told}; {new} {_is(new)} {other}." if new else f"{told}."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def versions_text(compared: Compared, width: int | None) -> str:
    """The comparison in lines of ``width`` columns."""
    return "\n".join(line.rstrip() for line in _lines(compared, width or WIDTH))


def _lines(compared: Compared, width: int) -> Iterator[str]:
    before, after, found = compared.before, compared.after, compared.violations
    yield from heading([before.name, after.name], before.header, after.header, compared.warnings)
    yield ""
    rows = rows_of(found)[1 if before.is_litmus else 0 :]
    outcomes = (f"{len(before.survey.outcomes):,}", f"{len(after.survey.outcomes):,}")
    yield from number_lines([*rows, ("outcomes", *outcomes)])
    if not before.is_litmus:
        yield from kind_lines(
            found, lambda kind: _replay(before.kinds[kind.key]), lambda k: _replay(after.kinds[k.key])
        )
    yield ""
    yield from _outcomes(compared, width)
    if compared.first is not None:
        yield ""
        yield from _first(compared.first, width)
    yield ""
    yield from wrap(compared.sentence, width)


def _replay(token: str) -> str:
    return f"sealrace replay {token}"


def _outcomes(compared: Compared, width: int) -> Iterator[str]:
    """A paragraph for each outcome that is gone or new, a line for those kept."""
    before, after = compared.before, compared.after
    gone = "not met in B" if after.survey.incomplete else "gone"
    new = "not met in A" if before.survey.incomplete else "new"
    yield from _alone(gone, compared.outcomes.gone, before, width)
    kept = [outcome for outcome, _same in compared.outcomes.kept]
    yield f"   kept  {many(len(kept), 'outcome')}"
    yield from _alone(new, compared.outcomes.new, after, width)


def _alone(word: str, outcomes: Sequence[Outcome], side: Side, width: int) -> Iterator[str]:
    for outcome in outcomes[:LISTED]:
        breaks = verdict_of(side.setting, outcome)[0]
        head = f"   {word:4}  outcome, {many(outcome.executions, 'execution')}, {visible(breaks)}"
        yield head
        yield from wrap(
            in_words(outcome.facts) or "nothing is told of it",
            width,
            initial_indent="         ",
            subsequent_indent="         ",
        )
        token = side.witnesses.get(id(outcome))
        yield from [f"         {_replay(token)}"] if token else []
        yield ""
    if len(outcomes) > LISTED:
        yield f"   and {many(len(outcomes) - LISTED, 'outcome')} more: see --json"
        yield ""


def _first(first: First, width: int) -> Iterator[str]:
    """The first execution in which the sides differ, as a ladder, and below the step where they part what happens."""
    own, other = "AB" if first.of_first else "BA"
    witness = first.report.witness
    switches = many(witness.switches, "switch", "es")
    yield from wrap(
        f"The first execution where they differ is one of {own}, with {switches} between threads: "
        f"{in_words(first.outcome.facts) or 'nothing is told of it'}",
        width,
    )
    yield ""
    schedule = Schedule(first.report)
    head, *steps = ladder_lines(first.report, schedule, width)
    parts = None if first.parting.event is None else schedule.step_of[first.parting.event].number
    told = parting_lines(first.parting, first.report, schedule, other, width)
    yield head
    for number, line in enumerate(steps, 1):
        yield line
        if number == parts:
            yield from told
    if parts is None:
        yield from told


def versions_json(compared: Compared) -> dict[str, Any]:
    """The same as one object; nothing in it depends on the machine."""
    before, after, found = compared.before, compared.after, compared.violations
    first = compared.first
    return {
        "before": _side(before),
        "after": _side(after),
        "compared": list(compared.respects),
        "warnings": compared.warnings,
        "differs": compared.differs,
        "counts": [asdict(count) for count in found.counts],
        "gone": [_kind(kind, before) for kind in found.gone],
        "kept": [{"before": _kind(old, before), "after": _kind(new, after)} for old, new in found.kept],
        "new": [_kind(kind, after) for kind in found.new],
        "outcomes": {
            "gone": [_outcome(outcome, before) for outcome in compared.outcomes.gone],
            "kept": [
                {"before": _outcome(old, before), "after": _outcome(new, after)} for old, new in compared.outcomes.kept
            ],
            "new": [_outcome(outcome, after) for outcome in compared.outcomes.new],
        },
        "first": first
        and {
            "of": "before" if first.of_first else "after",
            "outcome": _facts(first.outcome),
            "token": first.report.token,
            "switches": first.report.witness.switches,
            "parting": parting_json(first.parting, Schedule(first.report)),
        },
        "sentence": compared.sentence,
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        **side.setting.to_json(side.model_name),
        "verdict": None if side.is_litmus else side.header.verdict.value,
        "complete": not side.survey.incomplete,
        "incomplete": list(side.survey.incomplete),
        "limits": list(side.header.limits),
        "outcomes": len(side.survey.outcomes),
    }


def _kind(kind: ViolationKind, side: Side) -> dict[str, Any]:
    return {
        "property": kind.breaks,
        "path": [list(place) for place in kind.path],
        "executions": kind.executions,
        "sentence": kind.sentence,
        "token": side.kinds[kind.key],
    }


def _outcome(outcome: Outcome, side: Side) -> dict[str, Any]:
    return {
        "facts": _facts(outcome),
        "breaks": list(outcome.breaks),
        "executions": outcome.executions,
        "token": side.witnesses.get(id(outcome)),
    }


def _facts(outcome: Outcome) -> list[dict[str, str]]:
    return [{"of": name, "got": text} for name, text in outcome.facts]
