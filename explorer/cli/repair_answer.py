"""What ``sealrace repair`` has found, whatever is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from explorer.cli.failures import INCOMPLETE
from explorer.cli.repair_forms import Forms
from explorer.repair.cost import Costs
from explorer.repair.search import Found


@dataclass(frozen=True)
class FixVerdict:
    """What a structural fix comes to: verdicts by model, or why it means nothing here.

    ``breaks`` are other properties that it breaks, under the model that is asked for.
    """

    fix: str
    verdicts: dict[str, str] = field(default_factory=dict)
    breaks: list[str] = field(default_factory=list)
    reason: str = ""


@dataclass
class Answer:
    """What ``repair`` tells.

    ``asked`` is the property, or the condition of a litmus test, None for all that a scenario has; ``breaks`` says what
    one violating execution does to it, and what several do.  ``unedited`` has the verdict of the program as it is by
    model, ``verdicts`` that of each repair, in their order, ``remarks`` the data races that the kernel's model still
    flags of each, ``goals`` those that it does not reach.
    """

    title: str
    facts: dict[str, object]
    asked: str | None
    breaks: tuple[str, str]
    model: str
    costs: Costs
    found: Found
    forms: Forms
    unedited: dict[str, str] = field(default_factory=dict)
    verdicts: list[dict[str, str]] = field(default_factory=list)
    remarks: list[list[str]] = field(default_factory=list)
    goals: list[list[str]] = field(default_factory=list)
    fixes: list[FixVerdict] = field(default_factory=list)
    stopped: str = ""

    @property
    def status(self) -> int:
        """The exit status, as the command's help says."""
        if self.found.holds or self.found.repairs:
            return INCOMPLETE if self.stopped or self.found.unsettled else 0
        return INCOMPLETE if self.stopped or self.found.unsettled or self.found.stopped else 1
