"""What the statements of a thread are made of: its registers, the names of locations, values in C."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from explorer.execution.event import Source
from explorer.execution.location import Location, Object
from explorer.litmus.export.arms import ArmRun
from explorer.litmus.export.code import Code, Plain, negation
from explorer.litmus.export.naming import Names
from explorer.litmus.syntax import Assign, Binary, BinaryOp, Expression, If, Integer, Name, Unary, UnaryOp
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression as Computed
from explorer.program.expression import Operation, ReadOf
from explorer.program.loops import Place
from explorer.program.step import Access

_UNARY = {"neg": UnaryOp.NEGATE, "~": UnaryOp.COMPLEMENT}
_BINARY = {operator.value: operator for operator in BinaryOp}


@dataclass
class Registers:
    """The registers of one thread, and the expressions over them.

    A register belongs to a place of the modelled code, so that all paths over it use the same one.

    Attributes:
        thread: the thread's name in the program.
        program: the names of what it touches.
        names: the registers by place and use, in the order in which they were needed.
        required: those that must be 0 at the end for an execution to count.
        sources: the locations that a register may have been read from.
        silent: the places of operations that give nothing.
        inverted: the places of those that give 1 where the value read is 0, and 0 where it is 1.
        uses: the names of the program that the statements use.
    """

    thread: str
    program: Names
    names: dict[tuple[Place, str], str] = field(default_factory=dict)
    required: dict[str, None] = field(default_factory=dict)
    sources: dict[str, dict[Location, None]] = field(default_factory=dict)
    silent: set[Place] = field(default_factory=set)
    inverted: set[Place] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)

    def name(self, place: Place, use: str = "read") -> str:
        """The register of a place; one place can need several, for different uses."""
        return self.names.setdefault((place, use), f"r{len(self.names)}")

    def read(self, place: Place, access: Access, value: Expression) -> Plain:
        """The statement that gives the register of a place what an access reads."""
        name = self.name(place)
        assert access.location is not None
        self.sources.setdefault(name, {}).setdefault(access.location)
        return Plain(place, Assign(Name(name), value))

    def value(self, computed: Computed, run: ArmRun, source: Source) -> Expression:
        """An expression over registers.

        Raises:
            ScenarioError: litmus tests do not have it.
        """
        match computed:
            case Object():
                return self._named(self.program.objects[computed])
            case ReadOf(position):
                return self._register_of(position, run, source)
            case Operation(operator="==", operands=(ReadOf(position), 0)) if self._inverted(position, run):
                return Name(self.name(self._place_of(position, run)))
            case Operation(operator=operator, operands=(operand,)):
                return Unary(_UNARY[operator], self.value(operand, run, source))
            case Operation(operator=operator, operands=(left, right)):
                if operator not in _BINARY:
                    self.refuse(f"a value is computed with {operator}, which litmus tests do not have", source)
                return Binary(_BINARY[operator], self.value(left, run, source), self.value(right, run, source))
            case int():
                return Integer(computed) if computed >= 0 else Unary(UnaryOp.NEGATE, Integer(-computed))
        raise AssertionError(computed)

    def address(self, access: Access, run: ArmRun) -> Expression:
        """Where an access goes: a location, or what a register points to."""
        assert access.location is not None
        if access.addr:
            return self._register_of(access.addr.bit_length() - 1, run, access.source)
        return self._named(self.program.locations[access.location])

    def require(self, place: Place, condition: Computed, run: ArmRun, source: Source, *, branch: bool = False) -> Code:
        """What is done so that only executions count in which the condition holds here.

        The registers in ``required`` are 0 on paths that do not come by.  ``branch``: the wait is
        a decision, which to hardware controls all that follows.
        """
        if not branch:
            match condition:
                case Operation(operator="==", operands=(ReadOf(position), 0)):
                    register = self._register_of(position, run, source)
                    if isinstance(register, Name):
                        self.required.setdefault(register.name)
                        return ()
        flag = self.name(place, "flag")
        self.required.setdefault(flag)
        fails = negation(self.value(condition, run, source))
        if branch:
            return (Plain(place, If(fails, (Assign(Name(flag), Integer(1)),))),)
        return (Plain(place, Assign(Name(flag), fails)),)

    def refuse(self, message: str, source: Source) -> NoReturn:
        """Raise the ScenarioError that says why the thread cannot be exported."""
        raise ScenarioError(
            f"thread {self.thread} cannot be exported: {message}",
            place=f"{source.file}:{source.line}",
            advice="see what a litmus test can say: docs/litmus.md",
        )

    def _register_of(self, position: int, run: ArmRun, source: Source) -> Expression:
        place = self._place_of(position, run)
        if place in self.silent:
            self.refuse("a value is used that the kernel's operation does not give", source)
        register = Name(self.name(place))
        return Binary(BinaryOp.EQUAL, register, Integer(0)) if self._inverted(position, run) else register

    def _inverted(self, position: int, run: ArmRun) -> bool:
        return self._place_of(position, run) in self.inverted

    @staticmethod
    def _place_of(position: int, run: ArmRun) -> Place:
        _access, place = run.reads[position]
        return place

    def _named(self, name: str) -> Name:
        self.uses.add(name)
        return Name(name)
