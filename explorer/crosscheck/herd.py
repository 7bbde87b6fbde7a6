"""herd7: the final states of a litmus test, and how many executions it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from explorer.crosscheck.comparison import Side
from explorer.crosscheck.tools import Ran, ToolFailed, require, run_tool
from explorer.litmus.condition import State
from explorer.search.deadline import Deadline
from explorer.search.outcomes import AT_THE_END, Facts

_BLOCK = re.compile(r"^Test .*\nStates (\d+)\n((?:.*;[ \t]*\n)*)(?:Ok|No|Undef)[ \t]*\n", re.MULTILINE)
_COUNTS = re.compile(r"^Positive: (\d+) Negative: (\d+)", re.MULTILINE)
_PLACE = re.compile(r"\[([^\]]+)\](\[\d+\])?")


def require_herd() -> None:
    """Raises NotInstalled where there is no herd7."""
    require("herd7", "opam install herdtools7")


def ask_herd(options: Sequence[str], file: Path, folder: Path, deadline: Deadline, *, counts: bool) -> Side:
    """The final states of the test in a file; ``counts``: its executions too.

    Raises:
        ToolFailed: herd7 could not run the test. Its exit status does not say so: it prints no answer then.
    """
    ran = run_tool(["herd7", *options, str(file.resolve())], folder, deadline)
    if ran.stopped:
        return Side(frozenset(), None, ran.stopped)
    return read_answer(ran, counts=counts)


def read_answer(ran: Ran, *, counts: bool) -> Side:
    """What herd7 has printed; see ``ask_herd``."""
    block, found = _BLOCK.search(ran.output), _COUNTS.search(ran.output)
    if block is None or found is None:
        said = (ran.errors.strip() or ran.output.strip()).splitlines()
        raise ToolFailed(f"herd7 gave no answer: {said[0] if said else 'it says nothing'}")
    lines = block[2].splitlines()
    if len(lines) != int(block[1]):
        raise ToolFailed(f"herd7 says {block[1]} states and prints {len(lines)}")
    states = frozenset(_facts(_entries(line)) for line in lines)
    return Side(states, int(found[1]) + int(found[2]) if counts else None)


def facts_of(state: State) -> Facts:
    """A final state as both sides have it: per thread its registers, then the memory, each in the order of names."""
    return _facts({name: str(value) for name, value in state.items()})


def _entries(line: str) -> dict[str, str]:
    """The names and values of a state that herd prints: ``1:r0=0; [x]=1; 0:r1=&y;``, as ``State`` has them."""
    entries = {}
    for entry in filter(None, (part.strip() for part in line.split(";"))):
        name, _, value = entry.partition("=")
        entries[_PLACE.sub(r"\1\2", name.strip())] = _PLACE.sub(r"\1\2", value.strip().removeprefix("&"))
    return entries


def _facts(entries: dict[str, str]) -> Facts:
    of: dict[tuple[bool, str], list[str]] = {}
    for name in sorted(entries):
        thread, colon, register = name.partition(":")
        whose, what = ((False, f"P{thread}"), register) if colon else ((True, AT_THE_END), name)
        of.setdefault(whose, []).append(f"{what} = {entries[name]}")
    return tuple((whose, ", ".join(of[last, whose])) for last, whose in sorted(of))
