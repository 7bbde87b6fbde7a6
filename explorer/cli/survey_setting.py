"""What is surveyed: a scenario with its variants chosen, or a litmus test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from explorer.cli.failures import UsageProblem
from explorer.cli.litmus_read import SUFFIX, macros_of
from explorer.cli.litmus_setting import litmus_setting
from explorer.cli.named import choose_case, choose_switches, find_scenario
from explorer.cli.setting import Options, Setting, make_setting
from explorer.memory.model import Model

_MODEL, _LITMUS_MODEL = "sc", "lkmm"


def usual_model(name: str) -> str:
    """The model where none is named, of a scenario or a litmus test."""
    return _LITMUS_MODEL if name.endswith(SUFFIX) else _MODEL


def setting_to_survey(
    name: str, fix: str | None, protocol: str | None, switches: Sequence[str], options: Options, model: Model
) -> Setting:
    """The setting of a scenario, or of a litmus test, under a model; UsageProblem where a name or option is wrong."""
    if name.endswith(SUFFIX):
        return _of_test(name, fix, protocol, switches, options, model)
    return _of_scenario(name, fix, protocol, switches, options)


def _of_scenario(
    name: str, fix: str | None, protocol: str | None, switches: Sequence[str], options: Options
) -> Setting:
    """The setting of a scenario."""
    scenario = find_scenario(name)
    options = options.with_parameters(choose_switches(scenario, switches))
    return make_setting(scenario, *choose_case(scenario, fix, protocol), options)


def _of_test(
    name: str, fix: str | None, protocol: str | None, switches: Sequence[str], options: Options, model: Model
) -> Setting:
    """The setting of a litmus test, which has no variants and no bounds (UsageProblem where one is given)."""
    variants = {"--fix": fix, "--protocol": protocol, "--switch": switches, "--param": options.parameters}
    bounds = {"--small": options.small, "--max-events": options.max_events}
    for option, given in {**variants, **bounds}.items():
        if given:
            raise UsageProblem(f"{option}: a litmus test has none\n  leave it out")
    return litmus_setting(Path(name), macros_of(model))
