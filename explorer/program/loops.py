"""Which iteration of which loop a frame is in, observed while a thread runs.

A place in modelled code is a bytecode offset together with the iteration number of every
loop around it.  Loops are found in the bytecode (a backward jump and its target); the
iterations are counted from line events, of which the interpreter sends one for every
backward jump.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import cache
from types import CodeType, FrameType
from typing import Any

from explorer.program.errors import ScenarioError
from explorer.program.frames import is_engine, place_of

MAX_LINES = 200_000
"""Lines in functions with loops, and calls, that one run may make before its loops are taken to be endless."""

Place = tuple[tuple[CodeType, int, tuple[int, ...]], ...]
"""Per frame, outermost first: code, offset, iteration numbers of the loops around it."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Offsets of the first and the last instruction of a loop; ``counted`` for a for loop."""

    head: int
    end: int
    counted: bool


@cache
def loops_of(code: CodeType) -> tuple[Loop, ...]:
    """The loops of a code object, ordered by their heads (outer before inner)."""
    opcodes = {}
    prefixes: list[int] = []
    ends: dict[int, int] = {}
    for instruction in dis.get_instructions(code):
        name = instruction.opname
        # A jump to an instruction with a long argument goes to the prefixes before it.
        for offset in (*prefixes, instruction.offset):
            opcodes[offset] = name
        prefixes = [*prefixes, instruction.offset] if name == "EXTENDED_ARG" else []
        if "JUMP_BACKWARD" in name and "NO_INTERRUPT" not in name:
            head = instruction.argval
            ends[head] = max(ends.get(head, 0), instruction.offset)
    heads: list[int] = []
    for head in sorted(ends):
        # ``while True`` may have two heads, a NOP for ``continue`` and the instruction behind it for the
        # end of the body: ranges that cross, or with nothing but NOPs between their heads, are one loop.
        outer = heads[-1] if heads else None
        if outer is not None and head <= ends[outer]:
            between = {opcodes[offset] for offset in opcodes if outer <= offset < head}
            if ends[head] > ends[outer] or between <= {"NOP", "RESUME"}:
                ends[outer] = max(ends[outer], ends[head])
                continue
        heads.append(head)
    return tuple(Loop(head, ends[head], opcodes[head] == "FOR_ITER") for head in heads)


@cache
def instruction_of(code: CodeType) -> dict[int, int]:
    """Per bytecode offset, the instruction that a frame standing there is at.

    A frame can stand at a cache entry of its instruction, and an await is a small loop of
    its own (SEND, YIELD_VALUE, jump back): both count as one place.
    """
    result: dict[int, int] = {}
    current = 0
    starts = {instruction.offset: instruction for instruction in dis.get_instructions(code)}
    for offset in range(0, len(code.co_code), 2):
        current = offset if offset in starts else current
        result[offset] = current
    for instruction in starts.values():
        if instruction.opname == "JUMP_BACKWARD_NO_INTERRUPT":
            for offset in range(instruction.argval, instruction.offset + 2, 2):
                result[offset] = instruction.argval
    return result


@cache
def _instructions_looping_alone(code: CodeType) -> frozenset[int]:
    return frozenset(loop.head for loop in loops_of(code) if loop.head == loop.end)


@cache
def _has_loops(code: CodeType) -> bool:
    """Whether lines of it are to be watched: modelled code that can come back to one."""
    return not is_engine(code) and bool(loops_of(code))


class _Position:
    __slots__ = ("_instruction", "_loops", "counts", "entry", "frame", "offset")

    def __init__(self, frame: FrameType) -> None:
        code = frame.f_code
        self.frame = frame
        self.offset = -1
        self.counts: dict[int, int] = {}
        self.entry: tuple[CodeType, int, tuple[int, ...]] = (code, -1, ())
        self._loops = loops_of(code)
        self._instruction = instruction_of(code)

    def move(self, offset: int) -> None:
        """Take note that the frame is now at ``offset``."""
        before, offset = self.offset, self._instruction[offset]
        if offset == before:
            return
        self.offset = offset
        back_to = -1
        for loop in self._loops:
            if not loop.head <= offset <= loop.end:
                self.counts.pop(loop.head, None)
            elif not loop.head <= before <= loop.end:
                self.counts[loop.head] = 1
            elif offset < before:
                # The innermost loop around both ends of the backward jump went round.
                back_to = loop.head
        if back_to >= 0:
            self.counts[back_to] += 1
        self.entry = (self.entry[0], offset, tuple(self.counts.values()))


class LoopWatch:
    """Counts the iterations of every loop of every modelled frame of the threads that it resumes."""

    def __init__(self) -> None:
        self._positions: dict[int, _Position] = {}
        self._lines = 0

    def resume(self, coroutine: Coroutine[Any, Any, Any], answer: Any) -> Any:
        """Let the thread run to its next operation; gives that, as ``coroutine.send`` does."""
        previous = sys.gettrace()
        sys.settrace(self._call)
        try:
            return coroutine.send(answer)
        finally:
            sys.settrace(previous)

    def _call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        if is_engine(frame.f_code):
            return None
        # A loop of the interpreter's own (map, filter) may call what has none.
        self._count(frame)
        return self._line if loops_of(frame.f_code) else None

    def _line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            self._count(frame)
            self._position(frame).move(frame.f_lasti)
        return self._line

    def _count(self, frame: FrameType) -> None:
        self._lines += 1
        # A loop of one instruction sends no further line events: it never ends.
        if self._lines > MAX_LINES or frame.f_lasti in _instructions_looping_alone(frame.f_code):
            raise ScenarioError(
                "this loop does not end and makes no access",
                place=place_of(frame),
                advice="wait with t.wait_until(location, predicate), or loop over a fixed range",
            )

    def _position(self, frame: FrameType) -> _Position:
        position = self._positions.get(id(frame))
        if position is None:
            # Holding the frame keeps its id from being used again.
            position = self._positions[id(frame)] = _Position(frame)
        return position

    def iterations(self, frame: FrameType) -> dict[int, int]:
        """Iteration number (from 1) of every loop around the frame's position, by loop head."""
        position = self._position(frame)
        position.move(frame.f_lasti)
        return position.counts

    def move(self, frames: list[FrameType]) -> None:
        """Take note of where these frames are now; without loops it can be told at any later time."""
        for frame in frames:
            if _has_loops(frame.f_code):
                self._position(frame).move(frame.f_lasti)

    def place(self, frames: list[FrameType]) -> Place:
        """The place of these frames."""
        place = []
        for frame in frames:
            position = self._position(frame)
            position.move(frame.f_lasti)
            place.append(position.entry)
        return tuple(place)

    def beyond(self, frames: list[FrameType], unroll: int) -> FrameType | None:
        """The outermost frame with a while loop in more than ``unroll`` iterations, or None."""
        for frame in frames:
            counts = self.iterations(frame)
            if counts and max(counts.values()) > unroll:
                for loop in loops_of(frame.f_code):
                    if not loop.counted and counts.get(loop.head, 0) > unroll:
                        return frame
        return None
