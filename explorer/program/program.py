"""A program: named threads over shared locations."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import CodeType
from typing import Any, TypeVar

from explorer.program.errors import ScenarioError
from explorer.program.thread import Thread

Body = Callable[..., Coroutine[Any, Any, Any]]
F = TypeVar("F", bound=Body)

_KERNEL_FILES: dict[CodeType, str] = {}


def kernel(file: str) -> Callable[[F], F]:
    """Say which kernel file a modelled function stands for; its name is the kernel function's."""

    def remember(function: F) -> F:
        _KERNEL_FILES[function.__code__] = file
        return function

    return remember


def kernel_file(code: CodeType) -> str | None:
    """The kernel file given for a modelled function by ``@kernel``."""
    return _KERNEL_FILES.get(code)


@dataclass(frozen=True)
class ThreadSpec:
    """One modelled thread: ``function(t, *arguments)`` under a name that reports show."""

    name: str
    function: Body
    arguments: tuple[Any, ...] = ()

    def start(self) -> Coroutine[Any, Any, Any]:
        """A fresh coroutine of the thread."""
        return self.function(Thread(), *self.arguments)


@dataclass(frozen=True)
class Program:
    """Threads that run together.

    Raises ScenarioError when two have one name.
    """

    threads: tuple[ThreadSpec, ...]

    def __post_init__(self) -> None:
        names: set[str] = set()
        for thread in self.threads:
            if thread.name in names:
                raise ScenarioError(f"two threads are named {thread.name}", advice="give each its own name")
            names.add(thread.name)
