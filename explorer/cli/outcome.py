"""How the outcomes of a setting are told: those of modelled threads, or the final states of a litmus test."""

from __future__ import annotations

from explorer.cli.failures import UsageProblem
from explorer.cli.setting import Setting
from explorer.litmus.outcomes import FinalStates
from explorer.litmus.unfold import LitmusUnfolding
from explorer.search.outcomes import Outcomes, ThreadOutcomes
from explorer.search.violations import OUTCOME


def outcomes_of(setting: Setting) -> Outcomes:
    """What tells the outcomes; UsageProblem where a property has the name that reports of outcomes go by."""
    if any(prop.name == OUTCOME for prop in setting.case.properties):
        raise UsageProblem(
            f"{setting.scenario.name} has a property '{OUTCOME}', which is the name of what breaks none\n"
            "  give the property another name"
        )
    unfolding = setting.unfolding
    return FinalStates(unfolding) if isinstance(unfolding, LitmusUnfolding) else ThreadOutcomes(unfolding)
