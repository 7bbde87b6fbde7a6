"""Programs written as litmus tests, and read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from explorer.execution.execution import Status
from explorer.execution.location import Location, Object
from explorer.litmus.expand import expand
from explorer.litmus.export.translate import translate
from explorer.litmus.judge import judge
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.printer import print_test
from explorer.litmus.source import Source
from explorer.litmus.syntax import Litmus
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.tree import Unfolding
from explorer.search.explore import Search

MODELS = ("sc", "tso", "pso", "armv8", "lkmm")

Body = Callable[..., Any]


def program(*threads: tuple[Body, tuple[object, ...]]) -> Unfolding:
    specs = tuple(ThreadSpec(f"P{i}", body, arguments) for i, (body, arguments) in enumerate(threads))
    return Unfolding(Program(specs), 3)


def exported(unfolding: Unfolding) -> str:
    return print_test(translate("test", unfolding).test)


def thread_text(unfolding: Unfolding, number: int = 0) -> list[str]:
    """The statements of one thread, without declarations and indentation."""
    _, _, rest = exported(unfolding).partition(f"P{number}(")
    body = rest[rest.index("{\n") + 2 : rest.index("\n}\n")]
    lines = [line.strip() for line in body.splitlines()]
    return [line for line in lines if not line.startswith("int ")]


def footer(unfolding: Unfolding) -> list[str]:
    return exported(unfolding).rstrip().rpartition("\n\n")[2].splitlines()


def read_back(text: str) -> tuple[Litmus, LitmusUnfolding]:
    test = parse(Source("exported.litmus", text))
    return test, LitmusUnfolding(expand(test, operations()))


def assert_counts_agree(unfolding: Unfolding, models: tuple[str, ...] = MODELS) -> Counter[str]:
    """Read back, the test has as many executions under every model, and the same final values.

    Gives the number of complete executions by model.
    """
    test = translate("test", unfolding).test
    back, made = read_back(print_test(test))
    assert back == test
    counts: Counter[str] = Counter()
    for model in models:
        answer = judge(made, load_model(model))
        leaves = [leaf for leaf in Search(unfolding, load_model(model)) if leaf is not None]
        counts[model] = sum(leaf.status is Status.COMPLETE for leaf in leaves)
        assert (answer.positive, answer.negative) == (counts[model], 0), model
    return counts


class Box(Object):
    def __init__(self, name: str, *fields: str) -> None:
        super().__init__(name)
        self.first, self.second = (Location(f"{name}.{field}") for field in fields or ("first", "second"))
