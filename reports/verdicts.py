"""The verdicts of a run, and the sentences about them that the table and the index page share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from explorer.visible import visible
from reports.kinds import ViolationKind

NOT_RUN = "not run"
"""The word of a cell that the run did not come to."""

NOT_APPLICABLE = "n/a"
"""The word of a cell that means nothing."""

NOTHING = "-"
"""What stands where the run has no cell."""

LEFT_OUT = f"{NOTHING}: not part of this run."
"""What that means."""

Group = tuple[str, str]
"""Scenario and protocol: the cells of one table."""


@dataclass(frozen=True)
class Cell:
    """One verdict of the matrix.

    ``verdict`` is VIOLATED, HOLDS, INCOMPLETE or n/a; ``word`` what the table shows: the verdict,
    or the first violated property.  ``violating`` counts executions per property,
    ``interleavings`` is a decimal number or None where it was not counted.  ``expected`` says
    whether the scenario declares this verdict, None where it declares none.  ``reports`` are pairs of
    a label and a link, as are ``examples``: executions that reach the goals of what HOLDS, and ``remarks``:
    what the model flags, such as data races, which is no verdict.  ``reason`` says why a cell means nothing.

    ``kinds`` says of each of the reports which kind of violation it shows.  ``parameters`` are sizes, switches and
    bounds; ``notes`` what else must be known to read the counts; ``command`` explores the cell again, and
    ``run_file`` is a link to the file of all its violating executions.
    """

    scenario: str
    protocol: str
    fix: str
    model: str
    verdict: str
    word: str
    executions: int
    violating: Mapping[str, int]
    interleavings: str | None
    expected: bool | None
    reports: tuple[tuple[str, str], ...]
    complete: bool = True
    cut: int = 0
    limits: tuple[str, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    blocked: int = 0
    dropped: int = 0
    kinds: tuple[ViolationKind, ...] = ()
    parameters: Mapping[str, int | str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rules_hash: str = ""
    command: str = ""
    run_file: str = ""

    @classmethod
    def not_run(cls, scenario: str, protocol: str, fix: str, model: str, command: str = "") -> Cell:
        """A cell that was asked for, and not explored."""
        row = scenario, protocol, fix, model
        return cls(*row, "INCOMPLETE", NOT_RUN, 0, {}, None, None, (), complete=False, command=command)

    @classmethod
    def not_applicable(cls, scenario: str, protocol: str, fix: str, model: str, reason: str) -> Cell:
        """A cell that means nothing."""
        return cls(scenario, protocol, fix, model, NOT_APPLICABLE, NOT_APPLICABLE, 0, {}, None, None, (), reason=reason)

    @property
    def applies(self) -> bool:
        return self.verdict != NOT_APPLICABLE

    @property
    def ran(self) -> bool:
        return self.applies and self.word != NOT_RUN

    @property
    def surprises(self) -> bool:
        """Whether it says something else than its scenario declares."""
        return self.ran and self.expected is False

    @property
    def number(self) -> int | None:
        """The executions behind the word: that break the property, or that were explored; None without a verdict."""
        return self.violating.get(self.word, self.executions) if self.ran else None

    @property
    def group(self) -> Group:
        return self.scenario, self.protocol


def models_of(cells: Sequence[Cell]) -> list[str]:
    """The models, in the order in which cells first name them."""
    return list(dict.fromkeys(cell.model for cell in cells))


def rows_of(cells: Sequence[Cell]) -> dict[Group, dict[str, dict[str, Cell]]]:
    """The cells by scenario and protocol, then fix, then model, in the order in which they first come."""
    groups: dict[Group, dict[str, dict[str, Cell]]] = {}
    for cell in cells:
        by_model = groups.setdefault(cell.group, {}).setdefault(cell.fix, {})
        assert cell.model not in by_model, f"two verdicts for {(*cell.group, cell.fix)} under {cell.model}"
        by_model[cell.model] = cell
    return groups


def has_gaps(cells: Sequence[Cell]) -> bool:
    """Whether some row lacks a cell under one of the models."""
    models = models_of(cells)
    rows = (by_model for group in rows_of(cells).values() for by_model in group.values())
    return any(model not in by_model for by_model in rows for model in models)


def summary(cells: Sequence[Cell]) -> str:
    """How many verdicts there are, which of them their scenarios do not declare, and for how many they declare none."""
    verdicts = [cell for cell in cells if cell.ran]
    if not verdicts:
        return "No verdict."
    count = f"{len(verdicts)} verdict" if len(verdicts) == 1 else f"{len(verdicts)} verdicts"
    surprises = [cell for cell in verdicts if cell.surprises]
    undeclared = sum(cell.expected is None for cell in verdicts)
    silent = f" None is declared for {undeclared}." if undeclared else ""
    if undeclared == len(verdicts):
        return f"{count}, none declared."
    if surprises:
        names = ", ".join(visible(f"{c.scenario}/{c.protocol}/{c.fix}/{c.model} says {c.word}") for c in surprises)
        return f"{count}, {len(surprises)} not as the scenarios declare: {names}.{silent}"
    return f"{count}, all as the scenarios declare{f', where they do.{silent}' if silent else '.'}"


def missing(cells: Sequence[Cell]) -> str:
    """What an unfinished run lacks, empty for a run that came to its end."""
    asked = [cell for cell in cells if cell.applies]
    count = sum(not cell.ran for cell in asked)
    return f"INCOMPLETE: {count} of {len(asked)} cells were not run." if count else ""


def reasons(cells: Sequence[Cell]) -> list[tuple[str, str]]:
    """Why cells mean nothing: each reason once, with the protocols and fixes that it is about."""
    about: dict[str, dict[str, dict[str, None]]] = {}
    for cell in cells:
        if not cell.applies:
            about.setdefault(cell.reason, {}).setdefault(cell.protocol, {}).setdefault(cell.fix)
    return [
        (visible(reason), "; ".join(visible(f"{protocol}: {', '.join(fixes)}") for protocol, fixes in found.items()))
        for reason, found in about.items()
    ]
