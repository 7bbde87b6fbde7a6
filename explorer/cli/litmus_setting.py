"""A litmus file as a setting: what reports of its witnesses name, and are replayed with."""

from __future__ import annotations

from pathlib import Path

from explorer.cli.litmus_read import macros_of, read_test
from explorer.cli.setting import Setting
from explorer.litmus.expand import Macros
from explorer.litmus.violation import Condition
from explorer.memory.model import Model
from explorer.scenario import Case, Scenario
from reports.structure import LITMUS


def litmus_setting(path: Path, macros: Macros) -> Setting:
    """The setting of the test in a file; its scenario goes by the file's path."""
    test, unfolding = read_test(path, macros)
    case = Case(unfolding.program, (Condition(unfolding),))
    scenario = Scenario(
        name=str(path),
        title=test.name,
        text=test.documentation or "",
        fixes=("none",),
        protocols=(LITMUS,),
        parameters={},
        small={},
        build=lambda _fix, _protocol, _sizes: case,
    )
    return Setting(scenario, LITMUS, "none", {}, case, unfolding)


def stored_litmus(name: str, model: Model) -> Setting:
    """The setting of the test that a report names by its path; LitmusError where there is none any more."""
    return litmus_setting(Path(name), macros_of(model))
