"""From modelled threads to the syntax tree of a litmus test that means the same.

The statements are found arm by arm (``thread_code``), and the paths of the finished test are
then compared with the program's (``same_paths``): what cannot be said in C, or would mean
something else there, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from explorer.execution.location import Location as Word
from explorer.execution.location import Object
from explorer.litmus import syntax
from explorer.litmus.expand import expand
from explorer.litmus.export.arms import ArmRun, arm_runs
from explorer.litmus.export.naming import Names, fields_of, names_of
from explorer.litmus.export.same_paths import difference, paths
from explorer.litmus.export.thread_code import ThreadCode
from explorer.litmus.export.violating_states import one_or
from explorer.litmus.macros import operations
from explorer.litmus.unfold import LitmusUnfolding
from explorer.program.errors import ScenarioError
from explorer.program.tree import Tree
from explorer.program.unfolded import UnfoldedProgram

MAX_PATHS = 2_000
"""Paths of one thread that are compared with those of the test: seconds."""


@dataclass(frozen=True)
class Translation:
    """A litmus test, ready to be explored too, and what the program's locations and objects are called in it.

    ``registers`` are those that hold what threads read, in thread order.
    """

    test: syntax.Litmus
    unfolding: LitmusUnfolding
    names: Names
    registers: tuple[syntax.Register, ...]


def translate(name: str, program: UnfoldedProgram) -> Translation:
    """The threads of a program, its initial state, and what its waits and assumptions ask for.

    The condition is ``exists (true)``; the registers are shown, or the locations where there are none.

    Raises:
        ScenarioError: something cannot be said in a litmus test.
    """
    runs, names = _survey(program)
    _require_few_paths(program)
    codes = [ThreadCode(tree.thread.name, each, names) for tree, each in zip(program.trees, runs, strict=True)]
    required = [syntax.Register(i, flag) for i, code in enumerate(codes) for flag in code.registers.required]
    asked = [syntax.Equal(register, syntax.Integer(0)) for register in required]
    registers = tuple(syntax.Register(i, read) for i, code in enumerate(codes) for read in code.registers.sources)
    test = syntax.Litmus(
        name,
        tuple(_initial_values(program, names)),
        tuple(_thread(i, code, names) for i, code in enumerate(codes)),
        syntax.Quantifier.EXISTS,
        locations=registers or tuple(syntax.Location(name) for name in names.locations.values()),
        filter=one_or(syntax.And, asked) if asked else None,
    )
    unfolding = LitmusUnfolding(expand(test, operations()))
    _check(program, unfolding, names)
    return Translation(test, unfolding, names, registers)


def _require_few_paths(program: UnfoldedProgram) -> None:
    for tree in program.trees:
        found = paths(tree, lambda each: each.name)
        if sum(1 for _path in islice(found, MAX_PATHS + 1)) > MAX_PATHS:
            raise ScenarioError(
                f"thread {tree.thread.name} cannot be exported: it has more than {MAX_PATHS:,} paths",
                advice="export smaller sizes (--small, --param)",
            )


def _survey(program: UnfoldedProgram) -> tuple[list[list[ArmRun]], Names]:
    """Every arm of every thread, and the names of all that they touch."""
    fields: dict[Object, Word] = {}
    runs: list[list[ArmRun]] = []
    for tree in program.trees:
        assert isinstance(tree, Tree)
        runs.append([])
        for run in arm_runs(tree.flow):
            runs[-1].append(run)
            fields_of(tree.thread.name, run, fields)
    return runs, names_of(program.locations, fields, [run for each in runs for run in each])


def _initial_values(program: UnfoldedProgram, names: Names) -> Iterable[syntax.Initial]:
    """The locations that do not hold 0 at first."""
    for location in program.locations:
        value = location.initial
        if value != 0:
            held = (
                syntax.Integer(value)
                if isinstance(value, int)
                else syntax.Address(syntax.Location(names.objects[value]))
            )
            yield syntax.Initial(syntax.Location(names.locations[location]), values=(held,))


def _thread(number: int, code: ThreadCode, names: Names) -> syntax.Thread:
    by_name = {name: location for location, name in names.locations.items()}
    used = names.in_order(code.registers.uses)
    parameters = tuple(syntax.Parameter(_parameter_type(by_name.get(name), names), name) for name in used)
    declarations = []
    for register in code.registers.names.values():
        pointer = not names.pointers.isdisjoint(code.registers.sources.get(register, ()))
        declarations.append(syntax.Declaration(syntax.Type("int", 1 if pointer else 0), register))
    return syntax.Thread(number, parameters, (*declarations, *code.body))


def _parameter_type(location: Word | None, names: Names) -> syntax.Type:
    if location is None:  # an object that is only compared with: nothing in it is touched
        return syntax.Type("int", 1)
    return syntax.Type(names.types.get(location, "int"), 2 if location in names.pointers else 1)


def _check(program: UnfoldedProgram, test: LitmusUnfolding, names: Names) -> None:
    """Refuse a test whose threads cannot do exactly what the program's can."""
    for mine, made in zip(program.trees, test.trees, strict=True):
        found = difference(mine, made, names.called)
        if found is not None:
            source = found.access.source if found.access is not None else None
            raise ScenarioError(
                f"thread {mine.thread.name} cannot be exported: a litmus test cannot say it ({found.what})",
                place=f"{source.file}:{source.line}" if source is not None else "",
                advice="see what a litmus test can say: docs/litmus.md",
            )
