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
_LOADS_LOCAL = frozenset({"LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW", "LOAD_CLOSURE", "LOAD_DEREF"})
_LOADS_FIXED = frozenset({"LOAD_CONST", "LOAD_GLOBAL", "PUSH_NULL"})
_NO_FALL_THROUGH = frozenset(
    {"RETURN_VALUE", "RETURN_CONST", "RERAISE", "RAISE_VARARGS", "JUMP_FORWARD", "JUMP_BACKWARD"}
    | {"JUMP_BACKWARD_NO_INTERRUPT"}
)


_Slot = tuple[tuple[str, str], ...] | None
"""How an operand was loaded, a variable or constant and then attributes, as (opcode, name); None where unknown."""


@cache
def live_after(code: CodeType) -> dict[int, frozenset[str]]:
    """Per instruction offset, the fast locals that may be read after it before they are written.

    What a for loop runs over counts as read in each of its rounds.  Every instruction under
    a handler (except, finally, with) may lead there.
    """
    instructions = _instructions(code)
    effects = [_effects(instruction) for instruction in instructions]
    iterables = iterables_of(code)
    for i, instruction in enumerate(instructions):
        iterable = iterables.get(instruction.offset, range(0))
        used = zip(instructions, effects, strict=True)
        effects[i] += [(reads, name) for other, of in used if other.offset in iterable for reads, name in of if reads]
    successors = _successors(instructions)
    index = {instruction.offset: i for i, instruction in enumerate(instructions)}
    for entry in dis.Bytecode(code).exception_entries:  # type: ignore[attr-defined]
        for i, instruction in enumerate(instructions):
            if entry.start <= instruction.offset < entry.end:
                successors[i].append(index[entry.target])
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
    depths = {offset: len(stack) for offset, stack in _stacks(code).items()}
    result = {}
    for i, instruction in enumerate(instructions):
        if instruction.opname == "GET_ITER" and instruction.offset in depths:
            start = i
            while start > 0 and depths.get(instructions[start].offset, 0) >= depths[instruction.offset]:
                start -= 1
            result[instructions[i + 1].offset] = range(instructions[start].offset, instruction.offset + 1)
    return result


@cache
def pending_at(code: CodeType) -> dict[int, frozenset[str] | None]:
    """Per instruction offset, the locals that the operands waiting beneath its own were loaded from.

    In ``f(a, g(b))`` the value of ``a`` waits while ``g`` runs: whoever knows the variables
    knows it.  None where an operand waits that no variable shows: in
    ``f(a if x else b, g(c))`` the outcome of the choice waits in no variable.  What a for
    loop runs over is not meant.  Attributes count as their object: modelled code does not
    exchange them while it evaluates an expression.
    """
    pending: dict[int, frozenset[str] | None] = {}
    stacks = _stacks(code)
    for instruction in _instructions(code):
        stack = stacks.get(instruction.offset)
        if stack is None:
            continue
        iterators = sum(loop.counted and loop.head <= instruction.offset <= loop.end for loop in loops_of(code))
        waiting = stack[iterators : max(iterators, len(stack) - _taken(instruction))]
        loads = [load for slot in waiting if slot is not None for load in slot]
        names = frozenset(name for opname, name in loads if opname in _LOADS_LOCAL)
        pending[instruction.offset] = None if None in waiting else names
    return pending


@cache
def _instructions(code: CodeType) -> list[dis.Instruction]:
    return list(dis.get_instructions(code))


@cache
def _stacks(code: CodeType) -> dict[int, tuple[_Slot, ...]]:
    """Per instruction offset the operands on the stack before it, exceptional paths left out."""
    instructions = _instructions(code)
    successors = _successors(instructions)
    # What a coroutine does before its first RESUME is no part of its body.
    start = next(i for i, instruction in enumerate(instructions) if instruction.opname == "RESUME")
    stacks: dict[int, tuple[_Slot, ...]] = {start: ()}
    waiting = [start]
    while waiting:
        i = waiting.pop()
        for target in successors[i]:
            after = _stack_after(instructions[i], stacks[i], jump=target != i + 1)
            known = stacks.get(target, after)
            assert len(known) == len(after), "an instruction is always met with as many operands"
            # Where paths meet, it is known how an operand was loaded only if all loaded it alike.
            merged = tuple(one if one == other else None for one, other in zip(known, after, strict=True))
            if target not in stacks or merged != known:
                stacks[target] = merged
                waiting.append(target)
    return {instructions[i].offset: stack for i, stack in stacks.items()}


def _stack_after(instruction: dis.Instruction, stack: tuple[_Slot, ...], *, jump: bool) -> tuple[_Slot, ...]:
    """The operands after an instruction; how one was loaded is known only where that is certain."""
    name = instruction.opname
    argument = instruction.arg if instruction.opcode >= dis.HAVE_ARGUMENT else None
    depth = len(stack) + dis.stack_effect(instruction.opcode, argument, jump=jump)
    # A variable that is written no longer shows what was loaded from it before.
    written = {variable for reads, variable in _effects(instruction) if not reads}
    kept = [None if slot and slot[0][0] in _LOADS_LOCAL and slot[0][1] in written else slot for slot in stack]
    load = (name, instruction.argrepr)
    if name == "SWAP":
        assert argument is not None
        kept[-1] = kept[-argument] = None
    elif name in ("LOAD_ATTR", "LOAD_METHOD"):
        kept[-1:] = [kept[-1] and (*kept[-1], load)] * (depth - len(kept) + 1)
    elif name in _LOADS_LOCAL or name in _LOADS_FIXED:
        kept += [(load,)] * (depth - len(kept))
    else:
        del kept[max(0, len(kept) - _taken(instruction)) :]
        kept += [None] * (depth - len(kept))
    del kept[depth:]
    return tuple(kept)


def _taken(instruction: dis.Instruction) -> int:
    """How many operands an instruction takes at most: all that it leaves below them were there before."""
    name = instruction.opname
    if name in ("LOAD_ATTR", "LOAD_METHOD"):
        return 1
    if name == "SEND":
        return 2
    argument = instruction.arg if instruction.opcode >= dis.HAVE_ARGUMENT else None
    effect = dis.stack_effect(instruction.opcode, argument, jump=False)
    if name in _LOADS_LOCAL or name in _LOADS_FIXED:
        return 0
    if "JUMP" in name or name.startswith(("STORE_", "POP_")) or name in ("RESUME", "NOP"):
        return -effect
    return max(1, 1 - effect)


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
