"""Replay tokens of what was found: ``explorer.token`` filled in from a setting, a model and an execution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from explorer.cli.setting import UNROLL, Setting
from explorer.execution.execution import Execution
from explorer.schedule.steps import Step, steps_of
from explorer.search.record import Record
from explorer.token import Token, packed, start_of_hash


def token_of_steps(
    setting: Setting, model_name: str, rules_hash: str, steps: Sequence[Step], *, over: bool = False, tells: str = ""
) -> Token:
    """The token of a setting after some steps; ``over``: its execution ends there.

    ``tells`` is the property that is told of the execution, if any.
    """
    scenario = setting.scenario
    own = scenario.small if setting.is_small else scenario.parameters
    sizes = {name: value for name, value in setting.parameters.items() if own.get(name) != value}
    if sizes.get("unroll") == UNROLL:
        del sizes["unroll"]
    return Token(
        scenario=scenario.name,
        protocol=setting.protocol,
        fix=setting.fix,
        model=model_name,
        small=setting.is_small,
        parameters=sizes,
        program=start_of_hash(setting.program_hash),
        rules=start_of_hash(rules_hash),
        runs=packed(steps),
        tells=tells,
        over=over,
    )


def token_of_execution(
    setting: Setting,
    model_name: str,
    rules_hash: str,
    execution: Execution,
    order: Iterable[int],
    *,
    tells: str,
    nth: int,
    kept: bool,
) -> Token:
    """The token of a finished execution, with its steps in ``order`` as far as program order and rf let them be.

    ``tells`` and ``nth`` say which of its violations or remarks is told, as of ``Token``.
    ``kept``: it is one of the threads that a projection of the program keeps.
    """
    steps = steps_of(execution, order)
    record = None if steps is not None else Record.of(execution, ())
    token = token_of_steps(setting, model_name, rules_hash, steps or (), over=True, tells=tells)
    return replace(token, record=record, nth=nth, kept=kept)
