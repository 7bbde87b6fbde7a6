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

_KERNEL_PLACES: dict[CodeType, tuple[str, str]] = {}
_SYSTEM_CALLS: dict[CodeType, str] = {}


def kernel(file: str, function: str = "") -> Callable[[F], F]:
    """Say which kernel file a modelled function stands for; its name is the kernel function's.

    A part of a long function has a name of its own and names that function.
    """

    def remember(part: F) -> F:
        _KERNEL_PLACES[part.__code__] = (file, function or part.__name__)
        return part

    return remember


def kernel_file(code: CodeType) -> str | None:
    """The kernel file given for a modelled function by ``@kernel``."""
    return _KERNEL_PLACES[code][0] if code in _KERNEL_PLACES else None


def kernel_place(code: CodeType) -> str | None:
    """The kernel file and function given for a modelled function: ``mm/memfd.c memfd_add_seals``."""
    return " ".join(_KERNEL_PLACES[code]) if code in _KERNEL_PLACES else None


def syscall(name: str) -> Callable[[F], F]:
    """Say that user space runs a modelled function by this system call.

    What the call is made with are the function's arguments, by their names.
    """

    def remember(function: F) -> F:
        _SYSTEM_CALLS[function.__code__] = name
        return function

    return remember


def system_call(code: CodeType) -> str | None:
    """The system call given for a modelled function by ``@syscall``."""
    return _SYSTEM_CALLS.get(code)


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
