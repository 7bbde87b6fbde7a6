"""Which modelled function is running where: the stack behind an event."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import cache, partial
from inspect import unwrap
from pathlib import Path
from types import CodeType, CoroutineType, FrameType
from typing import Any

from explorer.execution.event import Call, Source
from explorer.program.errors import ScenarioError
from explorer.program.program import kernel_file, kernel_place

_ENGINE = str(Path(__file__).parent)
_STEP = re.compile(r"([A-Z]+[0-9]+[a-z]?)(?:\s+(.*))?$")


def awaiting_frames(coroutine: Coroutine[Any, Any, Any]) -> list[FrameType]:
    """Frames of a suspended modelled thread, outermost first."""
    frames = []
    # What edits a thread stands in front of its coroutine.
    inner: Any = getattr(coroutine, "edited", coroutine)
    while isinstance(inner, CoroutineType):
        if inner.cr_frame is not None:
            frames.append(inner.cr_frame)
        inner = inner.cr_await
    return frames


def running_frames() -> list[FrameType]:
    """Frames of the modelled thread that is running now, outermost first.

    The engine's own frames are left out at the inner end and end the walk at the outer one.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_engine(frame.f_code):
        frame = frame.f_back
    frames = []
    while frame is not None and not is_engine(frame.f_code):
        frames.append(frame)
        frame = frame.f_back
    return frames[::-1]


@cache
def is_engine(code: CodeType) -> bool:
    """Whether code belongs to this package rather than to a scenario."""
    return str(Path(code.co_filename).parent) == _ENGINE


@cache
def _file_of(module: str) -> str:
    # A scenario file that was named by its path is a module of that name.
    return module if module.endswith(".py") else module.replace(".", "/") + ".py"


def place_of(frame: FrameType) -> str:
    """``file:line`` of a frame, the file relative to the import root."""
    return f"{_file_of(frame.f_globals.get('__name__', frame.f_code.co_filename))}:{frame.f_lineno}"


_RUNS_US = ("explorer", "click", "trio", "outcome", "trio_parallel")
"""What stands between the command and a scenario's code."""


def raised_at(error: BaseException) -> str:
    """``file:line`` of the scenario's code that raised an error, empty where none of it did.

    It is the innermost line of the first module that is not the engine's: what that calls may be anybody's.
    """
    place, package = "", None
    traceback = error.__traceback__
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        top = module if module.endswith(".py") else module.partition(".")[0]
        if top not in _RUNS_US and package in (None, top):
            place, package = f"{_file_of(module)}:{traceback.tb_lineno}", top
        traceback = traceback.tb_next
    return place


def defined_at(function: Callable[..., object]) -> str:
    """``file:line`` where a function of a scenario is defined, empty for what is none (a class, a built-in)."""
    while isinstance(function, partial):
        function = function.func
    code = getattr(unwrap(function), "__code__", None)
    module = getattr(function, "__module__", None)
    return f"{_file_of(module)}:{code.co_firstlineno}" if code is not None and isinstance(module, str) else ""


CODE_RAISES = (Exception, SystemExit)
"""Errors of the code of a scenario. ``sys.exit()`` is one: its status would be taken for a verdict."""


def raised_by(what: str, error: BaseException) -> ScenarioError:
    """What code of a scenario raised, told with its line."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return ScenarioError(f"{what} raised {text}", place=raised_at(error), advice=_advice(error))


def _advice(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "leave out what ends the program"
    if isinstance(error, AttributeError) and isinstance(error.name, str):
        from difflib import get_close_matches

        known = [name for name in dir(error.obj) if not name.startswith("_")]
        close = get_close_matches(error.name.lower(), {name.lower() for name in known}, 1)
        if close:
            return f"did you mean {next(name for name in known if name.lower() == close[0])}?"
    return "correct what it does there"


class CallNumbers:
    """Numbers the activations of modelled functions in the order in which they are first seen."""

    def __init__(self) -> None:
        # The frames are kept so that no later activation can get the address of an ended one.
        self._calls: dict[int, tuple[FrameType, Call]] = {}

    def call(self, frame: FrameType) -> Call:
        known = self._calls.get(id(frame))
        if known is None:
            known = self._calls[id(frame)] = (frame, Call(frame.f_code.co_name, len(self._calls)))
        return known[1]

    def source(self, frames: list[FrameType], at: str) -> Source:
        """The source of an event made by these frames, with the step and reference from ``at``."""
        stack = tuple(self.call(frame) for frame in frames)
        if not frames:
            return Source("", 0, stack)
        inner = frames[-1]
        step, reference = step_and_reference(frames, at)
        # What a header defines is inlined: it belongs to the file of its caller.
        files = (kernel_file(frame.f_code) or "" for frame in reversed(frames))
        file = next((file for file in files if file and not file.endswith(".h")), "")
        return Source(file_of(inner), inner.f_lineno, stack, step, reference, file)


def file_of(frame: FrameType) -> str:
    """The file of a modelled frame as ``Source.file`` names it."""
    return _file_of(frame.f_globals.get("__name__", ""))


def step_and_reference(frames: Sequence[FrameType], at: str) -> tuple[str, str]:
    """What a source has as its step and its reference: of these frames, for an operation made with ``at``."""
    match = _STEP.match(at)
    step, text = (match[1], match[2] or "") if match else ("", at)
    for frame in reversed(frames):
        place = kernel_place(frame.f_code)
        if place is not None:
            return step, place + (f": {text}" if text else "")
    return step, text
