"""A state of the live explorer: a program, a model and the steps taken; a replay token is its text in addresses."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from explorer.cli.failures import UsageProblem
from explorer.cli.named import choose, digests_of, find_scenario
from explorer.cli.outcome import outcomes_of
from explorer.cli.scenario_name import is_in_file, split
from explorer.cli.setting import Setting
from explorer.cli.token_report import setting_and_model, threads_of
from explorer.cli.tokens import token_of_steps
from explorer.memory.model import Model, compiled_names, model_names
from explorer.program.unfolded import UnfoldedProgram
from explorer.scenario import Scenario
from explorer.schedule.steps import Step
from explorer.schedule.walk import Position, walk_now
from explorer.search.outcomes import Outcomes
from explorer.token import Token, packed, read_token
from reports.structure import LITMUS


@dataclass(frozen=True)
class State:
    """What an address names.

    ``token`` says no more than the program, the model and the steps; ``unfolding`` has the threads that it speaks of.
    """

    token: Token
    setting: Setting
    model: Model
    unfolding: UnfoldedProgram

    @classmethod
    def start(cls, setting: Setting, model: Model, model_name: str) -> State:
        """Before the first step."""
        return cls(token_of_steps(setting, model_name, model.rules_hash, ()), setting, model, setting.unfolding)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps taken."""
        return self.token.steps

    def after(self, steps: Sequence[Step]) -> str:
        """The path of the address of the same program after these steps."""
        return f"/at/{replace(self.token, runs=packed(steps))}"

    @property
    def path(self) -> str:
        """The path of the state's own address."""
        return f"/at/{self.token}"

    @property
    def outcomes(self) -> Outcomes:
        """What tells the outcomes of its executions."""
        return outcomes_of(dataclasses.replace(self.setting, unfolding=self.unfolding))

    def walk(self) -> Position:
        """Where the program stands; WalkError where there are no such steps."""
        return walk_now(self.unfolding, self.model, self.steps)


def state_of(text: str, extra: Sequence[str]) -> State:
    """The state that a token stands for; ``extra`` are scenarios of the user's own that may be named.

    Raises InputError where the token is damaged, the program or the model has changed, or is none that is served.
    """
    token = read_token(text)
    if token.protocol == LITMUS:
        raise UsageProblem(
            f"litmus tests are not served\n  step through it in a terminal: sealrace replay --step {text}"
        )
    scenario = find_served(token.scenario, token.model, extra)
    if token.record is not None:
        raise UsageProblem(
            "this execution reads from stores that come later in a circle (load buffering): no steps lead there\n"
            f"  look at it: sealrace graph {text}"
        )
    program = replace(token, runs=(), tells="", nth=0, over=False)
    setting, model, unfolding = _program(msgspec.msgpack.encode(program), digests(scenario))
    return State(replace(program, runs=token.runs), setting, model, unfolding)


def find_served(name: str, model: str, extra: Sequence[str]) -> Scenario:
    """The scenario of this name; ``extra`` as above.

    Refuses (UsageProblem) models that are not shipped and files that the server's user has not named: whoever makes an
    address would have them read, or run.
    """
    choose("model", model, (*model_names(), *compiled_names()))
    if is_in_file(name) and name not in extra:
        raise UsageProblem(f"'{name}' is not served\n  name it on the command line: sealrace serve FILE.py:NAME")
    return find_scenario(name)


Digests = tuple[tuple[str, str], ...]
"""Files of scenarios and the SHA-256 of each: what is kept is kept for these texts."""


def digests(scenario: Scenario) -> Digests:
    """The file that a scenario is in, if it is in one."""
    return tuple(digests_of([scenario]).items())


@lru_cache(maxsize=4)
def _program(token: bytes, _digests: Digests) -> tuple[Setting, Model, UnfoldedProgram]:
    """The program of a token without steps: unfolding it can take seconds."""
    read = msgspec.msgpack.decode(token, type=Token)
    own = Path(split(read.scenario)[0]) if is_in_file(read.scenario) else None
    setting, model = setting_and_model(read, own)
    return setting, model, threads_of(read, setting, model)[0]
