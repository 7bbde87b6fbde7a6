"""A state of the live explorer: a program, a model and the steps taken; a replay token is its text in addresses."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from explorer.cli.failures import UsageProblem
from explorer.cli.named import choose
from explorer.cli.outcome import outcomes_of
from explorer.cli.setting import Setting
from explorer.cli.token_report import setting_and_model, threads_of
from explorer.cli.tokens import token_of_steps
from explorer.memory.model import Model, compiled_names, model_names
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.steps import Step
from explorer.schedule.walk import Position, walk_now
from explorer.search.outcomes import Outcomes
from explorer.token import Token, packed, read_token
from scenarios.registry import find


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
    may_be_named(token.scenario, token.model, extra)
    if token.record is not None:
        raise UsageProblem(
            "this execution reads from stores that come later in a circle (load buffering): no steps lead there\n"
            f"  look at it: sealrace graph {text}"
        )
    program = replace(token, runs=(), tells="", nth=0, over=False)
    setting, model, unfolding = _program(msgspec.msgpack.encode(program))
    return State(replace(program, runs=token.runs), setting, model, unfolding)


def may_be_named(scenario: str, model: str, extra: Sequence[str]) -> None:
    """Refuse (UsageProblem) what would read any file: others than shipped models and scenarios, and the user's own."""
    choose("model", model, (*model_names(), *compiled_names()))
    if scenario not in extra and find(scenario) is None:
        raise UsageProblem(f"'{scenario}' is not served\n  name it on the command line: sealrace serve FILE.py:NAME")


@lru_cache(maxsize=4)
def _program(token: bytes) -> tuple[Setting, Model, UnfoldedProgram]:
    """The program of a token without steps: unfolding it can take seconds."""
    read = msgspec.msgpack.decode(token, type=Token)
    setting, model = setting_and_model(read)
    return setting, model, threads_of(read, setting, model)[0]
