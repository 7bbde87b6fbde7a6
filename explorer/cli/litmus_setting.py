"""A litmus file as a setting: what reports of its witnesses name, and are replayed with."""

from __future__ import annotations

from pathlib import Path

from explorer.cli.setting import Setting
from explorer.litmus.expand import Macros, expand
from explorer.litmus.macros import macros_of_model, operations
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.syntax import Litmus
from explorer.litmus.unfold import LitmusUnfolding
from explorer.litmus.violation import Condition
from explorer.memory.model import Model
from explorer.scenario import Case, Scenario
from reports.structure import LITMUS

SUFFIX = ".litmus"


def read_test(path: Path, macros: Macros) -> tuple[Litmus, LitmusUnfolding]:
    """The test as written, and ready to be explored.

    Raises LitmusError where the file has a mistake or uses what is not supported.
    """
    test = parse(Source.read(path))
    return test, LitmusUnfolding(expand(test, macros))


def macros_of(model: Model) -> Macros:
    """The operations that a model's tests use: those of its own macro file where it has one."""
    if model.macros is None:
        return operations()
    return macros_of_model(Source(model.macros_file or model.name, model.macros))


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
