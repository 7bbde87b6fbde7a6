"""A program in Promela, the language of SPIN, and final states from what its verifier prints.

Under sequential consistency a step takes effect at once, so every step is one ``d_step``: the read, what is
stored, and what the thread decides by itself then. (Jumps between ``atomic`` sequences would not do: where one ends
in a jump into another, no other thread gets its turn in between.) The guard of a step says where its thread is, and
what it waits for. What every read gave is kept, and when no thread can go on (``timeout``) a last process prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from explorer.crosscheck.final_state import CUT, GRACE_PERIOD, FinalState, ThreadState
from explorer.crosscheck.thread_graph import (
    Act,
    Decision,
    Domain,
    Jump,
    Next,
    Place,
    Step,
    Unexplored,
    thread_graphs,
)
from explorer.crosscheck.tools import ToolFailed
from explorer.crosscheck.wording import Wording
from explorer.execution.execution import Ending
from explorer.execution.location import Object, show
from explorer.program.step import Cause
from explorer.program.unfolded import UnfoldedProgram

TELLS = "sealrace:"
"""What lines of the verifier begin with that tell a final state."""

_A_LINE = 20
"""Numbers that one printf takes here."""


class PromelaModel:
    """A program as far as its paths are unfolded; ``text`` is the Promela.

    Raises:
        CannotSay: Promela has no word for something in it.
    """

    def __init__(self, program: UnfoldedProgram, title: str) -> None:
        self._program = program
        self._wording = Wording(program)
        self.graphs = thread_graphs(program)
        self._domains: list[Domain] = list(
            dict.fromkeys(step.location for graph in self.graphs for step in graph.steps if step.act is Act.START)
        )
        # Per thread the positions of all that it reads on any path.
        self._registers = [
            sorted({step.read for step in graph.steps if step.read is not None}) for graph in self.graphs
        ]
        self._title = title
        self.text = "".join(f"{line}\n" for line in self._lines())

    @property
    def state_bytes(self) -> int:
        """More bytes than a state of the verifier takes."""
        variables = sum(map(len, self._registers)) + 2 * len(self.graphs) + len(self._program.locations)
        return 512 + 8 * (variables + len(self._domains) * len(self.graphs) ** 2) + 64 * len(self.graphs)

    # ---- what the verifier prints

    def read_states(self, lines: Sequence[str]) -> tuple[set[FinalState], dict[tuple[int, int], Unexplored]]:
        """The final states that the verifier has printed, and the ways (thread, place) that were not unfolded.

        States in which a thread has come to such a way are no final states.

        Raises:
            CannotSay: a thread has computed a number that is too large.
            ToolFailed: a line is none of this model's.
        """
        states: set[FinalState] = set()
        unexplored: dict[tuple[int, int], Unexplored] = {}
        expected = len(self.graphs) + sum(map(len, self._registers)) + len(self._program.locations)
        for numbers in _told(lines):
            if len(numbers) != expected:
                raise ToolFailed(f"the verifier printed {len(numbers)} numbers of a final state, not {expected}")
            places = [graph.places[number] for graph, number in zip(self.graphs, numbers, strict=False)]
            new = {
                (thread, numbers[thread]): place.unexplored
                for thread, place in enumerate(places)
                if place.unexplored is not None
            }
            unexplored |= new
            if not new and not any(place.ending is Ending.DROPPED for place in places):
                states.add(self._state(places, numbers[len(places) :]))
        return states, unexplored

    def _state(self, places: Sequence[Place], numbers: Sequence[int]) -> FinalState:
        values = iter(numbers)
        threads = []
        for thread, place in enumerate(places):
            held = {position: next(values) for position in self._registers[thread]}
            reads = tuple((location.name, self._shown(held[position])) for position, location in place.reads)
            threads.append(ThreadState(self.graphs[thread].name, _waits(place), reads))
        memory = tuple((location.name, self._shown(next(values))) for location in self._program.locations)
        return FinalState(tuple(threads), memory)

    def _shown(self, number: int) -> int | str:
        value = self._wording.value(number)
        return value if isinstance(value, int) else show(value)

    def looking_for(self, state: FinalState) -> str:
        """The Promela whose last process fails an assertion in a final state, so that SPIN shows the steps to it."""
        return "".join(f"{line}\n" for line in self._lines(self._condition(state)))

    def _condition(self, state: FinalState) -> str:
        """The Promela condition that is true of a final state, and of no other."""
        objects = {each.name: each for each in self._wording.objects}

        def number(value: int | str) -> int:
            return value if isinstance(value, int) else self._wording.number(objects[value])

        parts = []
        for thread, (graph, found) in enumerate(zip(self.graphs, state.threads, strict=True)):
            locations = [location for location, _value in found.reads]
            at = {
                number: place
                for number, place in enumerate(graph.places)
                if (place.is_end or place.may_wait)
                and _waits(place) == found.waits
                and [location.name for _position, location in place.reads] == locations
            }
            # Ways that read the same locations may do so at other positions.
            ways = []
            for place_number, place in at.items():
                held = [
                    f"r{thread}_{position} == {number(value)}"
                    for (position, _location), (_name, value) in zip(place.reads, found.reads, strict=True)
                ]
                ways.append(" && ".join([f"at{thread} == {place_number}", *held]))
            parts.append(f"({' || '.join(ways) or 'false'})")
        names = {location.name: self._wording.locations[location] for location in self._program.locations}
        return " && ".join([*parts, *(f"{names[name]} == {number(value)}" for name, value in state.memory)])

    # ---- the text

    def _lines(self, shown: str = "") -> Iterator[str]:
        processes = [list(self._process(thread)) for thread in range(len(self.graphs))]
        yield f"/* {self._title.replace('*/', '* /')} */"
        yield ""
        for location in self._program.locations:
            name = self._wording.locations[location]
            yield f"int {name} = {self._wording.number(location.initial)}; /* {location.name.replace('*/', '* /')} */"
        for thread, registers in enumerate(self._registers):
            yield ""
            yield f"/* where {self.graphs[thread].name} is, and what it has read */"
            yield f"int at{thread} = {self.graphs[thread].start};"
            for position in registers:
                yield f"int r{thread}_{position};"
        yield from self._sections()
        for process in processes:
            yield ""
            yield from process
        yield ""
        yield from self._teller(shown)

    def _sections(self) -> Iterator[str]:
        for number in range(len(self._domains)):
            yield ""
            yield "/* who is in a section, and whose section a grace period waits for */"
            for reader in range(len(self.graphs)):
                yield f"bool in{number}_{reader};"
            for waiter in range(len(self.graphs)):
                yield from (f"bool wait{number}_{waiter}_{reader};" for reader in range(len(self.graphs)))

    def _process(self, thread: int) -> Iterator[str]:
        graph = self.graphs[thread]
        yield f"/* {graph.name.replace('*/', '* /')} */"
        yield f"active proctype thread{thread}()"
        yield "{"
        yield "end:"
        yield "\tdo"
        for number, place in enumerate(graph.places):
            for step, after in place.steps:
                words = [*self._step(thread, number, step), *self._next(thread, after)]
                yield f"\t:: d_step {{ {' '.join(words)} }} /* {_comment(step)} */"
        yield "\t:: false"
        yield "\tod"
        yield "}"

    def _step(self, thread: int, place: int, step: Step) -> Iterator[str]:
        """The guard of a step and what it does, as words that end in ``->`` or ``;``."""
        if step.act is not None:
            yield from self._act(thread, place, step.act, self._domains.index(step.location))
            return
        assert step.location is not None
        name = self._wording.locations[step.location]

        def read(position: int) -> str:
            return name if position == step.read else f"r{thread}_{position}"

        guard = "" if step.requires is None else f" && {self._wording.expression(step.requires, read)}"
        yield f"at{thread} == {place}{guard} ->"
        if step.read is not None:
            yield f"r{thread}_{step.read} = {name};"
        if step.stores is not None:
            yield f"{name} = {self._wording.expression(step.stores, lambda at: f'r{thread}_{at}')};"

    def _act(self, thread: int, place: int, act: Act, number: int) -> Iterator[str]:
        here, others = f"at{thread} == {place}", range(len(self.graphs))
        match act:
            case Act.ENTER:
                yield f"{here} -> in{number}_{thread} = true;"
            case Act.LEAVE:
                yield f"{here} -> in{number}_{thread} = false;"
                yield from (f"wait{number}_{waiter}_{thread} = false;" for waiter in others)
            case Act.START:
                yield f"{here} ->"
                yield from (f"wait{number}_{thread}_{reader} = in{number}_{reader};" for reader in others)
            case Act.PASS:
                held = " || ".join(f"wait{number}_{thread}_{reader}" for reader in others)
                yield f"{here} && !({held}) ->"

    def _next(self, thread: int, after: Next) -> Iterator[str]:
        """Where the thread goes on."""
        match after:
            case Jump(place=number):
                yield f"at{thread} = {number}"
            case Decision(fork=fork, expression=expression, ways=ways):
                said = self._wording.expression(expression, lambda at: f"r{thread}_{at}")
                yield "if"
                for outcome, then in ways[:-1]:
                    test = f"{said} == {self._wording.number(outcome)}" if isinstance(outcome, Object) else said
                    if fork.cause is not Cause.POINTER and not outcome:
                        test = f"!({said})"
                    yield f":: {test} ->"
                    yield from self._next(thread, then)
                yield ":: else ->"
                yield from self._next(thread, ways[-1][1])
                yield "fi"

    def _teller(self, shown: str) -> Iterator[str]:
        yield "/* prints a final state: no thread can go on */"
        yield "active proctype teller()"
        yield "{"
        yield "\ttimeout ->"
        yield "\td_step {"
        told = [f"at{thread}" for thread in range(len(self.graphs))]
        told += [f"r{thread}_{at}" for thread, registers in enumerate(self._registers) for at in registers]
        told += [self._wording.locations[location] for location in self._program.locations]
        for begin in range(0, len(told), _A_LINE):
            names = told[begin : begin + _A_LINE]
            head = TELLS if begin == 0 else ""
            tail = "\\n" if begin + _A_LINE >= len(told) else ""
            yield f'\t\tprintf("{head}{" %d" * len(names)}{tail}", {", ".join(names)});'
        yield f"\t\tassert(!({shown}))" if shown else "\t\tskip"
        yield "\t}"
        yield "}"


def _told(lines: Sequence[str]) -> Iterator[list[int]]:
    for line in lines:
        _before, mark, numbers = line.partition(TELLS)
        if mark:
            yield [int(number) for number in numbers.split()]


def _waits(place: Place) -> str:
    """What a thread waits for that stays at a place, as ``ThreadState`` says it."""
    if place.ending is not None:
        return CUT if place.ending is Ending.CUT else ""
    step, _after = place.steps[0]
    if step.act is Act.PASS:
        return GRACE_PERIOD
    assert step.location is not None
    return f"waits for {step.location.name}"


def _comment(step: Step) -> str:
    source = step.source.source
    what = f"{source.function} {source.step}".strip() if source.step else source.function
    return (what or str(step.source.kind.value)).replace("*/", "* /")
