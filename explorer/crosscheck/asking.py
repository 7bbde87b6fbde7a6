"""The tools that a program can be compared with: what each is asked, and what it says."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from explorer.crosscheck.c11 import c11_text
from explorer.crosscheck.comparison import Answer, Comparison, Difference, Side, answer_of, one_side_only
from explorer.crosscheck.final_state import final_state_of
from explorer.crosscheck.genmc import COMMAND, ask_genmc, require_genmc
from explorer.crosscheck.herd import ask_herd, facts_of, require_herd
from explorer.crosscheck.own_search import Found, Outcomes
from explorer.crosscheck.spin import ask_spin, command, require_spin
from explorer.crosscheck.thread_graph import thread_graphs
from explorer.crosscheck.tools import ToolFailed
from explorer.crosscheck.wording import CannotSay, require_small
from explorer.execution.execution import Execution, Status
from explorer.litmus.condition import holds, observed
from explorer.litmus.export.translate import translate
from explorer.litmus.export.violating_states import FinalStates
from explorer.litmus.final import final_state
from explorer.litmus.macros import OPERATIONS
from explorer.litmus.printer import print_test
from explorer.litmus.syntax import And, Quantifier
from explorer.litmus.unfold import LitmusUnfolding
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.deadline import Deadline
from explorer.search.outcomes import Facts

SEQUENTIAL = "sc"
"""The model of SPIN, and the one that GenMC is asked under."""

LISTED = 5
"""Outcomes of one side only that are told."""


@dataclass(frozen=True)
class Asked:
    """What the tools are asked about.

    Attributes:
        program: its threads.
        model: the name of the memory model, or a path.
        title: what stands in the files about it.
        folder: where these files are written, and ``stem`` their names without endings.
        test: the file of a litmus test, None for a scenario.
    """

    program: UnfoldedProgram
    model: str
    title: str
    folder: Path
    stem: str
    test: Path | None = None

    def write(self, ending: str, text: str) -> Path:
        """Write a file about the program; gives its path."""
        path = self.folder / f"{self.stem}{ending}"
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def waits(self) -> bool:
        """Whether a thread waits on some path, as far as the program is unfolded."""
        return any(step.may_wait for graph in thread_graphs(self.program) for step in graph.steps)


class Tool(Protocol):
    """Another tool, ready to be asked."""

    teller: Outcomes

    def compare(self, found: Found, incomplete: str, deadline: Deadline) -> Comparison:
        """Ask it, and compare what it says with what Sealrace has found.

        Raises:
            CannotSay: the program cannot be said in its language.
            ToolFailed: it ended with an error.
        """


def compare(tool: Tool, name: str, found: Found, incomplete: str, deadline: Deadline) -> Comparison:
    """Compare with a tool; where it cannot be asked, that is what comes of it."""
    try:
        return tool.compare(found, incomplete, deadline)
    except (CannotSay, ToolFailed) as reason:
        return Comparison(name, Answer.NOT_COMPARED, str(reason))


def _require_sequential(asked: Asked, tool: str) -> None:
    if asked.model != SEQUENTIAL:
        raise CannotSay(f"{tool} is asked under sequential consistency alone: --model {SEQUENTIAL}")


class _FinalStates:
    """Final states of all locations with all reads; ``largest`` is the largest number met, without its sign."""

    def __init__(self) -> None:
        self.largest = 0

    def of(self, execution: Execution) -> Facts | None:
        state = final_state_of(execution)
        if state is None:
            return None
        self.largest = max(self.largest, *map(abs, state.numbers))
        return state.facts


class Spin:
    """SPIN. Raises NotInstalled, and CannotSay under other models."""

    def __init__(self, asked: Asked) -> None:
        _require_sequential(asked, "SPIN")
        require_spin()
        self._asked = asked
        self._states = _FinalStates()
        self.teller: Outcomes = self._states

    def compare(self, found: Found, incomplete: str, deadline: Deadline) -> Comparison:
        asked = self._asked
        require_small(self._states.largest)
        with tempfile.TemporaryDirectory() as folder:
            answer = ask_spin(asked.program, asked.title, Path(folder), asked.stem, deadline)
        model = answer.model
        file = asked.write(".pml", model.text)
        states = {state.facts: state for state in answer.states}
        here = Side(frozenset(found.outcomes), None, incomplete)
        there = Side(frozenset(states), None, answer.incomplete)

        def to_show(outcome: Facts, number: int) -> str:
            looking = file.with_name(f"only-spin-{number}.pml")
            looking.write_text(model.looking_for(states[outcome]), encoding="utf-8")
            return f"{command(model, looking)} && spin -t -p {shlex.quote(looking.name)}"

        return _compared("SPIN", here, there, file, command(model, file), to_show)


class Herd:
    """herd7, under its own sc.cat or the model of a kernel tree.

    Raises NotInstalled, CannotSay under other models, and ScenarioError where the program cannot be exported.
    """

    def __init__(self, asked: Asked) -> None:
        self._options = _herd_options(asked.model)
        require_herd()
        self._asked = asked
        program = asked.program
        if asked.test is not None:
            assert isinstance(program, LitmusUnfolding)
            self._text = ""
            self.teller: Outcomes = _ObservedStates(program)
            return
        translation = translate(asked.stem, program)
        states = FinalStates(program, translation.unfolding, translation.registers, translation.names)
        shown = replace(
            translation.test, locations=states.targets, condition=And(()), quantifier=Quantifier.EXISTS, expected=None
        )
        self._text = print_test(shown)
        self.teller = _ExportedStates(states)

    def compare(self, found: Found, incomplete: str, deadline: Deadline) -> Comparison:
        asked = self._asked
        file = asked.test if asked.test is not None else asked.write(".litmus", self._text)
        counts = asked.test is not None or not asked.waits
        with tempfile.TemporaryDirectory() as folder:
            there = ask_herd(self._options, file, Path(folder), deadline, counts=counts)
        here = Side(frozenset(found.outcomes), found.complete if counts else None, incomplete)
        command = shlex.join(["herd7", *self._options, str(file)])
        return _compared("herd7", here, there, file, command, lambda _outcome, _number: command)


def _herd_options(model: str) -> list[str]:
    if model == SEQUENTIAL:
        return ["-model", "sc.cat", "-macros", str(OPERATIONS)]
    folder = Path(model)
    settings = sorted(folder.glob("*.cfg")) if folder.is_dir() else []
    if not settings:
        raise CannotSay(f"herd7 is asked under {SEQUENTIAL} or the model of a kernel tree: --model tools/memory-model")
    return ["-I", str(folder.resolve()), "-conf", str(settings[0].resolve())]


class _ObservedStates:
    """The final states of a litmus test, as far as it observes them."""

    def __init__(self, program: LitmusUnfolding) -> None:
        self._program = program
        self._shown = [str(target) for target in observed(program.test)]

    def of(self, execution: Execution) -> Facts | None:
        if execution.status is not Status.COMPLETE:
            return None
        state = final_state(self._program, execution)
        if self._program.test.filter is not None and not holds(self._program.test.filter, state):
            return None
        return facts_of({name: state[name] for name in self._shown})


class _ExportedStates:
    """The final states that the exported test has, read off the executions of the program itself."""

    def __init__(self, states: FinalStates) -> None:
        self._states = states

    def of(self, execution: Execution) -> Facts | None:
        if execution.status is not Status.COMPLETE:
            return None
        names = [str(target) for target in self._states.targets]
        return facts_of(dict(zip(names, self._states.state(execution), strict=True)))


class GenMC:
    """GenMC. Raises NotInstalled, and CannotSay under other models and for programs that wait."""

    def __init__(self, asked: Asked) -> None:
        _require_sequential(asked, "GenMC")
        require_genmc()
        self._asked = asked
        self.teller: Outcomes = _Complete()

    def compare(self, found: Found, incomplete: str, deadline: Deadline) -> Comparison:
        asked = self._asked
        file = asked.write(".c", c11_text(asked.program, asked.title))
        with tempfile.TemporaryDirectory() as folder:
            there, error = ask_genmc(file, Path(folder), deadline)
        here = Side(None, found.complete, incomplete)
        command = shlex.join([*COMMAND, str(file)])
        if error:
            return Comparison("GenMC", Answer.DIFFERS, error, here, there, file=str(file), command=command)
        return _compared("GenMC", here, there, file, command, lambda _outcome, _number: command)


class _Complete:
    """Complete executions, all alike: only their number is compared."""

    def of(self, execution: Execution) -> Facts | None:
        return () if execution.status is Status.COMPLETE else None


def _compared(
    tool: str,
    here: Side,
    there: Side,
    file: Path,
    command: str,
    to_show: Callable[[Facts, int], str],
) -> Comparison:
    """What comes of both sides; ``to_show`` gives the command for an outcome that the tool alone has, by its number."""
    answer, why = answer_of(here, there)
    only_here, only_there = (sorted(outcomes) for outcomes in one_side_only(here, there))
    return Comparison(
        tool,
        answer,
        why,
        here,
        there,
        tuple(Difference(outcome, "") for outcome in only_here),
        tuple(
            Difference(outcome, to_show(outcome, number) if number <= LISTED else "")
            for number, outcome in enumerate(only_there, 1)
        ),
        str(file),
        command,
    )


TOOLS: Mapping[str, str] = {"spin": "SPIN", "herd7": "herd7", "genmc": "GenMC"}
"""The tools by the names of the command line, with their own."""


def prepared(name: str, asked: Asked) -> Tool:
    """A tool ready to be asked.

    Raises:
        NotInstalled: it is not there.
        InputError: it cannot be asked under this model, or the program not be said.
    """
    match name:
        case "spin":
            return Spin(asked)
        case "herd7":
            return Herd(asked)
        case _:
            return GenMC(asked)


def names_of(chosen: Sequence[str]) -> list[str]:
    """The tools chosen, each once and in the order of ``TOOLS``; all where none is."""
    return [name for name in TOOLS if name in chosen or not chosen]
