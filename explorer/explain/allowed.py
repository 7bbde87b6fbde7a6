"""Which of the models that come with Sealrace allow an execution."""

from __future__ import annotations

from functools import cache

from explorer.execution.execution import Execution
from explorer.memory.model import Model, load_model
from explorer.scenario import MODELS


def allowed_by(execution: Execution) -> tuple[str, ...]:
    """The names of the shipped models that allow an execution, in the order of ``MODELS``, strongest first.

    The execution is judged as it is, by each model's own rules, whatever model it was found under: what a program
    can do is the same under all of them, and only their rules differ.
    """
    return tuple(name for name in MODELS if shipped(name).allows(execution))


@cache
def shipped(name: str) -> Model:
    """A model of this name that comes with Sealrace, read once."""
    return load_model(name)
