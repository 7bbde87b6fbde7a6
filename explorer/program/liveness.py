"""What a suspended function may still look at: local variables, and operands without a name.

Two paths that agree in everything a thread may still look at go on alike; a variable
that will be overwritten before it is read makes no difference.
"""

from __future__ import annotations

import dis
import re
from functools import cache
from types import CodeType

from explorer.program.loops import loops_of

_FAST = re.compile(r"(LOAD|STORE|DELETE)_FAST")
_NO_FALL_THROUGH = frozenset(
    {"RETURN_VALUE", "RETURN_CONST", "RERAISE", "RAISE_VARARGS", "JUMP_FORWARD", "JUMP_BACKWARD"}
    | {"JUMP_BACKWARD_NO_INTERRUPT"}
)


@cache
def live_after(code: CodeType) -> dict[int, frozenset[str]]:
    """Per instruction offset, the fast locals that may be read after it before they are written.

    What a for loop runs over counts as read in each of its rounds.  Exceptional paths are
    left out: an exception ends the exploration of a thread.
    """
    instructions = _instructions(code)
    effects = [_effects(instruction) for instruction in instructions]
    iterables = iterables_of(code)
    for i, instruction in enumerate(instructions):
        iterable = iterables.get(instruction.offset, range(0))
        used = zip(instructions, effects, strict=True)
        effects[i] += [(reads, name) for other, of in used if other.offset in iterable for reads, name in of if reads]
    successors = _successors(instructions)
    before: list[frozenset[str]] = [frozenset()] * len(instructions)
    after: list[frozenset[str]] = [frozenset()] * len(instructions)
    changed = True
    while changed:
        changed = False
        for i in range(len(instructions) - 1, -1, -1):
            live = frozenset[str]().union(*(before[target] for target in successors[i]))
            after[i] = live
            for reads, name in reversed(effects[i]):
                live = live | {name} if reads else live - {name}
            if live != before[i]:
                before[i] = live
                changed = True
    return {instruction.offset: after[i] for i, instruction in enumerate(instructions)}


@cache
def iterables_of(code: CodeType) -> dict[int, range]:
    """Per for loop, by the offset of its head, the offsets at which what it runs over is computed."""
    instructions = _instructions(code)
    depths = _stack_depths(code)
    result = {}
    for i, instruction in enumerate(instructions):
        if instruction.opname == "GET_ITER" and instruction.offset in depths:
            start = i
            while start > 0 and depths.get(instructions[start].offset, 0) >= depths[instruction.offset]:
                start -= 1
            result[instructions[i + 1].offset] = range(instructions[start].offset, instruction.offset + 1)
    return result


@cache
def unnamed_at(code: CodeType) -> frozenset[int]:
    """Offsets of the instructions under whose operands others wait that were evaluated before.

    In ``f(a if x else b, 1 if y else 2)`` the outcome of the first choice waits while the
    second is made, in no variable.  What a for loop runs over is not meant.
    """
    depths = _stack_depths(code)
    found = set()
    for instruction in _instructions(code):
        before = depths.get(instruction.offset)
        if before is None:
            continue
        if instruction.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            below = before - 1
        elif instruction.opname == "SEND":
            below = before - 2
        else:
            argument = instruction.arg if instruction.opcode >= dis.HAVE_ARGUMENT else None
            pushed = 0 if "JUMP" in instruction.opname else 1
            below = before + dis.stack_effect(instruction.opcode, argument, jump=False) - pushed
        iterators = sum(loop.counted and loop.head <= instruction.offset <= loop.end for loop in loops_of(code))
        if below > iterators:
            found.add(instruction.offset)
    return frozenset(found)


@cache
def _instructions(code: CodeType) -> list[dis.Instruction]:
    return list(dis.get_instructions(code))


@cache
def _stack_depths(code: CodeType) -> dict[int, int]:
    """Per instruction offset the number of operands on the stack before it, exceptional paths left out."""
    instructions = _instructions(code)
    successors = _successors(instructions)
    # What a coroutine does before its first RESUME is no part of its body.
    start = next(i for i, instruction in enumerate(instructions) if instruction.opname == "RESUME")
    depths = {start: 0}
    waiting = [start]
    while waiting:
        i = waiting.pop()
        instruction = instructions[i]
        argument = instruction.arg if instruction.opcode >= dis.HAVE_ARGUMENT else None
        for target in successors[i]:
            if target not in depths:
                effect = dis.stack_effect(instruction.opcode, argument, jump=target != i + 1)
                depths[target] = depths[i] + effect
                waiting.append(target)
    return {instructions[i].offset: depth for i, depth in depths.items()}


def _successors(instructions: list[dis.Instruction]) -> list[list[int]]:
    """Per instruction those that can follow it, as indexes."""
    index = {instruction.offset: i for i, instruction in enumerate(instructions)}
    successors: list[list[int]] = []
    for i, instruction in enumerate(instructions):
        targets = [] if instruction.opname in _NO_FALL_THROUGH or i + 1 == len(instructions) else [i + 1]
        if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs:
            targets.append(index[instruction.argval])
        successors.append(targets)
    return successors


def _effects(instruction: dis.Instruction) -> list[tuple[bool, str]]:
    """What an instruction does to fast locals, in order: (reads, name)."""
    verbs = _FAST.findall(instruction.opname)
    names = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
    return [(verb == "LOAD", name) for verb, name in zip(verbs, names, strict=False)]
