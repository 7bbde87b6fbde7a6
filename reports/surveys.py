"""A survey as its text, its page and its JSON show it: outcomes in order, what they share, pairs by what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from explorer.execution.pair_orders import Access, Pair
from explorer.search.outcomes import Fact, Facts
from explorer.search.survey import Outcome, Survey
from explorer.visible import visible

Found: TypeAlias = Literal["both", "first", "second", "never"]
"""What was found of a pair: both orders, the first access first only, the second first only, never in one execution."""

FOUND: dict[Found, str] = {
    "both": "in both orders",
    "first": "in one order only",
    "second": "in one order only",
    "never": "never in one execution",
}
"""What that is in words; both ways round of one order are told alike."""


@dataclass(frozen=True)
class ShownOutcome:
    """One outcome with what its witness is written to.

    ``number`` is its place from 1, ``verdict`` the word for what it breaks, ``kind`` that word's class in pages;
    ``facts`` are those that not all outcomes share, ``report`` is the path of its witness's report, empty where none
    is written.
    """

    number: int
    outcome: Outcome
    verdict: str
    kind: str
    facts: Facts
    report: str

    @property
    def words(self) -> str:
        """The facts in a line of visible text."""
        return in_words(self.facts)


@dataclass(frozen=True)
class ShownSurvey:
    """A survey with its outcomes in the order of display; ``title`` says of what, ``threads`` names the threads."""

    title: str
    survey: Survey
    outcomes: tuple[ShownOutcome, ...]
    threads: tuple[str, ...]
    command: str
    tool: str

    @property
    def shared(self) -> Facts:
        """The facts that all outcomes have."""
        return shared_facts([shown.outcome for shown in self.outcomes])

    def percent(self, outcome: Outcome) -> str:
        """The share of an outcome: ``15.8%``."""
        return f"{100 * outcome.executions / max(self.survey.executions, 1):.1f}%"

    @property
    def races(self) -> dict[str, int]:
        """Per location the pairs found in both orders, locks left out, most first."""
        counts: dict[str, int] = {}
        for pair in self.data_pairs:
            if pair.races:
                counts[pair.first.location] = counts.get(pair.first.location, 0) + 1
        return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))

    @property
    def data_pairs(self) -> list[Pair]:
        """The pairs of accesses of what is no lock."""
        return [pair for pair in self.survey.pairs if pair.first.location not in self.survey.locks]


def shared_facts(outcomes: Sequence[Outcome]) -> Facts:
    """What several outcomes have in common; nothing of a single one."""
    if len(outcomes) < 2:
        return ()
    first, *others = outcomes
    return tuple(fact for fact in first.facts if all(fact in outcome.facts for outcome in others))


def in_words(facts: Sequence[Fact]) -> str:
    """Facts in a line of visible text: ``reader: pread = 0``."""
    return "; ".join(visible(f"{name}: {text}") for name, text in facts)


def found_of(pair: Pair) -> Found:
    """What was found of a pair."""
    if pair.races:
        return "both"
    return "first" if pair.before else "second" if pair.after else "never"


def access_words(access: Access, threads: Sequence[str]) -> str:
    """An access in running text: ``reader R3 (shmem_file_read_iter) reads``."""
    where = f" ({access.function})" if access.function and access.step else ""
    return visible(f"{threads[access.thread]} {access_name(access)}{where} {access.does}")


def access_name(access: Access) -> str:
    """What tells an access from others of its thread: its step, else its function and line."""
    return access.step or f"{access.function or 'line'}:{access.line}"


def counts_words(pair: Pair) -> str:
    """The counts of a pair in running text."""
    parts = [f"first before second in {pair.before:,}", f"after it in {pair.after:,}"]
    parts += [f"both ways within {pair.both:,}"] if pair.both else []
    return f"{', '.join(parts)}; only one of them happened in {pair.alone:,}"
