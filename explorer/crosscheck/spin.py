"""SPIN: every final state that its verifier finds of a program under sequential consistency."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from explorer.crosscheck.final_state import FinalState
from explorer.crosscheck.promela import PromelaModel
from explorer.crosscheck.thread_graph import Unexplored, unfold_onward
from explorer.crosscheck.tools import Ran, ToolFailed, require, run_tool
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.deadline import Deadline

GENERATE = ("-a", "-o1", "-o2", "-o3")
"""Without its optimizations: by -o2 what is only printed would be no part of a state, and final states be lost."""

COMPILE = ("-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-DPRINTF")
"""No partial order reduction, which need not come to every final state; printf prints while it verifies."""

SEARCH = ("-n", "-E", "-w18", "-m1000000")
"""All states, those at rest too; a table of states that grows; more depth than a program has steps."""

AT_ONCE = 64
"""Segments that are unfolded behind each way that only SPIN takes, before it is asked again."""

_ENDED = re.compile(r"^Full statespace search for:$", re.MULTILINE)
_NOT_ENDED = re.compile(r"max search depth too small|out of memory|reached -DMEMLIM bound|Search not completed")
_ERRORS = re.compile(r"errors: (\d+)")


@dataclass(frozen=True)
class SpinAnswer:
    """What SPIN has found.

    ``incomplete`` says why that is not all, and is empty where it is. ``model`` is the Promela that it was asked about.
    """

    states: frozenset[FinalState]
    incomplete: str
    model: PromelaModel


def require_spin() -> None:
    """Raises NotInstalled where there is no SPIN, or no C compiler for its verifiers."""
    require("spin", "Debian: apt install spin")
    require("cc", "Debian: apt install gcc libc6-dev")


def command(model: PromelaModel, file: Path) -> str:
    """The command with which a user searches a model that stands in a file."""
    return (
        f"cd {shlex.quote(str(file.parent))} && spin {' '.join(GENERATE[1:])} -search -safety -noreduce -DPRINTF "
        f"-DVECTORSZ={model.state_bytes} {' '.join(SEARCH)} {shlex.quote(file.name)}"
    )


def ask_spin(program: UnfoldedProgram, title: str, folder: Path, stem: str, deadline: Deadline) -> SpinAnswer:
    """Ask SPIN for all final states; its files are written to the folder.

    Only what Sealrace's search has gone through of the program is unfolded at first. A way that SPIN takes beyond that
    is unfolded too, and SPIN asked again.

    Raises:
        CannotSay: Promela has no word for something in the program.
        ToolFailed: SPIN, the compiler or the verifier ended with an error.
    """
    while True:
        model = PromelaModel(program, title)
        states, unexplored, incomplete = _verify(model, folder, stem, deadline)
        if incomplete or not unexplored:
            return SpinAnswer(frozenset(states), incomplete, model)
        for (thread, _place), way in unexplored.items():
            unfold_onward(program.trees[thread], way, AT_ONCE)


def _verify(
    model: PromelaModel, folder: Path, stem: str, deadline: Deadline
) -> tuple[set[FinalState], dict[tuple[int, int], Unexplored], str]:
    """The final states of a model, the ways that are not unfolded, and why that is not all."""
    file = f"{stem}.pml"
    (folder / file).write_text(model.text, encoding="utf-8")
    for command in (
        ["spin", *GENERATE, file],
        ["cc", *COMPILE, f"-DVECTORSZ={model.state_bytes}", "-o", "pan", "pan.c"],
    ):
        ran = run_tool(command, folder, deadline)
        if ran.stopped:
            return set(), {}, ran.stopped
        _require_success(command[0], ran)
    ran = run_tool(["./pan", *SEARCH], folder, deadline)
    incomplete = ran.stopped or _incomplete(ran)
    lines = ran.output.splitlines()
    if incomplete and not ran.output.endswith("\n"):
        del lines[-1:]  # it is only the beginning of one
    states, unexplored = model.read_states(lines)
    return states, unexplored, incomplete


def _require_success(tool: str, ran: Ran) -> None:
    if ran.status:
        said = (ran.errors.strip() or ran.output.strip()).splitlines()
        raise ToolFailed(f"{tool} ended with status {ran.status}: {said[0] if said else 'it says nothing'}")


def _incomplete(ran: Ran) -> str:
    """Why a verifier that has ended has not seen everything."""
    found = _NOT_ENDED.search(ran.output)
    if found is not None:
        return f"pan says: {found[0]}"
    errors = _ERRORS.search(ran.output)
    _require_success("pan", ran)
    if _ENDED.search(ran.output) is None or errors is None:
        raise ToolFailed("pan printed no summary of a full search")
    return f"pan stopped at {errors[1]} errors" if errors[1] != "0" else ""
