"""What is run: a scenario, a case or a program with all that is chosen, and how messages and examples write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from explorer.cli.failures import UsageProblem
from explorer.cli.named import choose, choose_fix, find_scenario, read_model
from explorer.cli.setting import UNROLL, Options, Setting, make_setting
from explorer.memory.model import Model
from explorer.program.program import Program
from explorer.scenario import Case, Scenario
from explorer.schedule.scheduler import Scheduler
from explorer.schedule.strategies.in_order import driven
from explorer.testing.lengths import Likely, likely


class Writes(Protocol):
    """Something that writes a program down as data, such as ``RandomProgram``: its repr makes it again."""

    @property
    def program(self) -> Program: ...


Makes: TypeAlias = Callable[[], "Scenario | Case | Program"]

Runnable: TypeAlias = "str | Scenario | Case | Program | Writes | Makes"
"""A scenario by name (``path/to/file.py:name`` for one in a file) or itself, a case, a program, what
writes one down, or a function that makes one of them."""

_ALONE = "program"  # the name of a case or a program that has none


@dataclass(frozen=True, eq=False, repr=False)
class Subject:
    """What is run.

    Attributes:
        setting: the program with all that was chosen.
        model: the model.
        model_name: as it was given.
        words: how an example writes it: ``'inflight', small=True`` or ``make_ring, model='tso'``.
        named: whether a token can name it.
    """

    setting: Setting
    model: Model
    model_name: str
    words: str
    named: bool

    @classmethod
    def of(
        cls,
        what: Runnable,
        model: str = "sc",
        fix: str | None = None,
        protocol: str | None = None,
        parameters: Mapping[str, int] | None = None,
        *,
        small: bool = False,
        unroll: int = UNROLL,
        max_time: float | None = None,
    ) -> Subject:
        """UsageProblem where something named does not exist or does not fit.

        ``max_time``: seconds after which unfolding is stopped (``Setting.unfolding.stopped``).
        """
        scenario, word = scenario_of(what)
        options = Options(Path(), dict(parameters or {}), small, unroll, max_time=max_time)
        chosen_fix = scenario.fixes[0] if fix is None else choose_fix(scenario, fix)
        chosen_protocol = choose("protocol", protocol or scenario.protocols[0], scenario.protocols)
        setting = make_setting(scenario, chosen_fix, chosen_protocol, options)
        given: dict[str, tuple[object, object]] = {
            "model": (model, "sc"),
            "fix": (fix, None),
            "protocol": (protocol, None),
            "parameters": (dict(parameters or {}), {}),
            "small": (small, False),
            "unroll": (unroll, UNROLL),
        }
        words = [word, *(f"{name}={value!r}" for name, (value, usual) in given.items() if value != usual)]
        return cls(setting, read_model(model), model, ", ".join(words), is_named(scenario))

    def __repr__(self) -> str:
        return self.words

    @cached_property
    def scheduler(self) -> Scheduler:
        """The scheduler, made once: what it has found legal it knows in later runs."""
        return driven(self.setting.unfolding, self.model)

    @cached_property
    def likely(self) -> Likely:
        """How many steps and stores its runs are likely to have at the most."""
        return likely(self.scheduler, len(self.setting.unfolding.trees))


def scenario_of(what: Runnable) -> tuple[Scenario, str]:
    """The scenario that something to run is, or is made to be, and how an example writes what was given."""
    if isinstance(what, str):
        return find_scenario(what), repr(what)
    made: Any = what
    word = type(what).__name__.lower()
    if not isinstance(what, Scenario | Case | Program) and callable(what):
        made, word = what(), getattr(what, "__name__", repr(what))
    match made:
        case Scenario():
            return made, word
        case Case():
            return _alone(made), word
        case Program():
            return _alone(Case(made)), word
    if hasattr(made, "program") and isinstance(made.program, Program):
        return _alone(Case(made.program)), repr(made)
    raise UsageProblem(
        f"{word} is {type(made).__name__}, which cannot be run\n"
        "  give a scenario or its name, a Case, a Program, or a function that makes one"
    )


def is_named(scenario: Scenario) -> bool:
    """Whether it is the scenario that the command line knows by its name."""
    try:
        return find_scenario(scenario.name) == scenario
    except UsageProblem:
        return False


def _alone(case: Case) -> Scenario:
    """A scenario of one case."""
    return Scenario(
        name=_ALONE,
        title="a program of a test",
        text="",
        fixes=("none",),
        protocols=("none",),
        parameters={},
        small={},
        build=lambda _fix, _protocol, _sizes: case,
    )
