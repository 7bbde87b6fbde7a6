"""Random sequences of calls on the modelled memfd for Hypothesis, as of ``sealrace conformance``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hypothesis import strategies as st

from explorer.cli.named import choose
from scenarios.conformance import drawn
from scenarios.conformance.calls import CAPACITY, Answer, Call, State
from scenarios.conformance.modelled import ModelledSide
from scenarios.conformance.script import shown, written
from scenarios.shmem.constants import MFD_ALLOW_SEALING, PAGE_SIZE
from scenarios.shmem.kernel import Kernel, Version

NEWEST = list(Version)[-1].value
"""The newest version of the kernel that is modelled."""


@dataclass(frozen=True)
class Step:
    """A call that was made: what it gave, and what can be seen of the file after it."""

    call: Call
    answer: Answer
    state: State


@dataclass(frozen=True)
class CallSequence:
    """Calls on a new file of the modelled kernel, one after the other.

    Attributes:
        version: of the kernel, ``v6.9``.
        cuts: where in a page, beside its start, content may change.
        calls: the calls; the first makes the file.
    """

    version: str
    cuts: tuple[int, ...]
    calls: tuple[Call, ...]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All of them made, with what each gave."""
        side = modelled(self.version, self.cuts)
        return tuple(Step(call, call.on(side), side.state()) for call in self.calls)

    def script(self) -> str:
        """The calls as they are written in Python, and what they gave."""
        lines = [(written(step.call), shown(step.answer)) for step in self.steps]
        width = max(len(text) for text, _ in lines)
        return "\n".join(f"{text:{width}}  # {answer}" for text, answer in lines)


def modelled(version: str, cuts: Sequence[int]) -> ModelledSide:
    """A modelled memfd, without the patch (UsageProblem where there is no such version)."""
    choose("kernel version", version, tuple(each.value for each in Version))
    return ModelledSide(Kernel(parts=frozenset(), version=Version(version)), cuts)


def call_sequences(*, version: str = NEWEST, most: int = 10) -> st.SearchStrategy[CallSequence]:
    """Sequences of ``most`` calls at the most, behind the one that makes the file.

    They read, write, resize and punch the file, seal it, map it and change the mappings, through files that are open
    for reading, for writing, or both; some are wrong.  ``version`` is that of the kernel.
    """
    return st.deferred(lambda: _sequences(version, most))


@st.composite
def _sequences(draw: st.DrawFn, version: str, most: int) -> CallSequence:
    cuts = tuple(draw(drawn.cuts))
    calls = [Call("memfd_create", ("rw", MFD_ALLOW_SEALING))]
    side = modelled(version, cuts)
    calls[0].on(side)
    for call in draw(st.lists(_calls(cuts), max_size=most)):
        # What a call names must be there, and the pipe must be as the call needs it.
        if side.can(call) and _fits(call, calls):
            call.on(side)
            calls.append(call)
    return CallSequence(version, cuts, tuple(calls))


def _fits(call: Call, before: Sequence[Call]) -> bool:
    """Whether a mapping gets a name of its own, and what is loaded or stored lies in what was mapped."""
    if call.name not in ("mmap", "load", "store"):
        return True
    mapped = [each.arguments for each in before if each.name == "mmap" and each.arguments[0] == call.arguments[0]]
    if call.name == "mmap":
        return not mapped
    offset, length = call.arguments[1 if call.name == "load" else 3], mapped[0][2]
    assert isinstance(offset, int)
    assert isinstance(length, int)
    return offset < length


def _calls(cuts: tuple[int, ...]) -> st.SearchStrategy[Call]:
    """One call, of any kind; what is simpler comes first."""
    ends = (0, *cuts, PAGE_SIZE)

    def at(place: tuple[int, int]) -> int:
        page, number = place
        return min(page * PAGE_SIZE + ends[number], CAPACITY * PAGE_SIZE)

    offsets = drawn.places.map(at)
    between = st.tuples(offsets, offsets).map(sorted)
    pages = st.integers(0, CAPACITY - 1)
    parts = st.tuples(st.integers(0, drawn.CUTS), st.integers(0, drawn.CUTS)).map(sorted)
    mappings = st.sampled_from([f"m{i}" for i in range(drawn.MAPPINGS)])
    lengths = st.integers(1, CAPACITY).map(lambda count: count * PAGE_SIZE)

    def changed(name: str, first: str | int, span: list[int], *more: int) -> Call:
        return Call(name, (first, *more, span[1] - span[0], span[0]))

    def touched(name: str, mapping: str, page: int, part: list[int], *token: int) -> Call:
        start, end = ends[part[0]], ends[part[1] + 1]
        place, count = page * PAGE_SIZE + start, end - start
        return Call(name, (mapping, *token, count, place) if token else (mapping, place, count))

    def reserved(file: str, mode: int, span: list[int]) -> Call:
        return Call("fallocate", (file, mode, span[0], span[1] - span[0]))

    def named(name: str, *arguments: st.SearchStrategy[int] | st.SearchStrategy[str]) -> st.SearchStrategy[Call]:
        return st.tuples(*arguments).map(lambda values: Call(name, values))

    return st.one_of(
        st.builds(changed, st.just("pwrite"), drawn.files, between, drawn.tokens),
        named("pread", drawn.files, st.integers(0, 2 * PAGE_SIZE), offsets),
        named("ftruncate", drawn.files, offsets),
        named("add_seals", drawn.files, drawn.seals),
        st.builds(reserved, drawn.files, drawn.modes, between),
        named("mmap", mappings, drawn.files, lengths, drawn.protections, drawn.sharing),
        st.builds(touched, st.just("store"), mappings, pages, parts, drawn.tokens),
        st.builds(touched, st.just("load"), mappings, pages, parts),
        named("mprotect", mappings, drawn.protections),
        st.one_of(named("mremap", mappings), named("munmap", mappings)),
        named("splice", drawn.files, st.integers(1, 2 * PAGE_SIZE), offsets),
        named("drain"),
        drawn.asides,
    )
