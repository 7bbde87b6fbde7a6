"""Which local variables a suspended function may still look at.

Two paths that agree in everything a thread may still look at go on alike; a variable
that will be overwritten before it is read makes no difference.
"""

from __future__ import annotations

import dis
import re
from functools import cache
from types import CodeType

_FAST = re.compile(r"(LOAD|STORE|DELETE)_FAST")
_NO_FALL_THROUGH = frozenset(
    {"RETURN_VALUE", "RETURN_CONST", "RERAISE", "RAISE_VARARGS", "JUMP_FORWARD", "JUMP_BACKWARD"}
    | {"JUMP_BACKWARD_NO_INTERRUPT"}
)


@cache
def live_after(code: CodeType) -> dict[int, frozenset[str]]:
    """Per instruction offset, the fast locals that may be read after it before they are written.

    Exceptional paths are left out: an exception ends the exploration of a thread.
    """
    instructions = list(dis.get_instructions(code))
    effects = [_effects(instruction) for instruction in instructions]
    index = {instruction.offset: i for i, instruction in enumerate(instructions)}
    successors: list[list[int]] = []
    for i, instruction in enumerate(instructions):
        targets = [] if instruction.opname in _NO_FALL_THROUGH or i + 1 == len(instructions) else [i + 1]
        if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs:
            targets.append(index[instruction.argval])
        successors.append(targets)
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


def _effects(instruction: dis.Instruction) -> list[tuple[bool, str]]:
    """What an instruction does to fast locals, in order: (reads, name)."""
    verbs = _FAST.findall(instruction.opname)
    names = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
    return [(verb == "LOAD", name) for verb, name in zip(verbs, names, strict=False)]
