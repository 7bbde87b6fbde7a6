"""Random sequences of calls, made on both sides; hypothesis makes them, and shrinks one that shows a difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from scenarios.conformance import drawn
from scenarios.conformance.calls import CAPACITY, Call
from scenarios.conformance.compare import Comparison, Difference, shortened
from scenarios.shmem.constants import MFD_ALLOW_SEALING, PAGE_SIZE
from scenarios.shmem.kernel import Kernel
from scenarios.shmem.memfd import check_flags

CALLS_EACH = 50
"""Calls in a sequence at most, the creation of its file among them."""

Place = tuple[int, int]
"""A page, and which of the places in it at which content may change."""


@dataclass
class Tally:
    """What has been compared so far; ``calls`` by kind. Shrinking does not count."""

    sequences: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """The calls of all kinds."""
        return self.calls.total()


@dataclass
class Watch:
    """What is told of the calls of all sequences; ``found`` is the difference that was found last."""

    progress: Callable[[Tally], None]
    tally: Tally = field(default_factory=Tally)
    found: Difference | None = None

    def begin(self) -> None:
        """A sequence begins."""
        if self.found is None:
            self.tally.sequences += 1

    def before(self, call: Call) -> None:
        """A call is about to be made."""
        self.progress(self.tally)
        if self.found is None:
            self.tally.calls[call.name] += 1


class CallSequence(RuleBasedStateMachine):
    """One sequence: a rule is a kind of call."""

    def __init__(self, kernel: Kernel, watch: Watch) -> None:
        super().__init__()
        self._kernel = kernel
        self._watch = watch
        self._comparison: Comparison | None = None
        self._mappings: list[tuple[str, int]] = []
        self._mapped = 0

    @property
    def _both(self) -> Comparison:
        assert self._comparison is not None, "the sequence has begun"
        return self._comparison

    def _make(self, name: str, *arguments: int | str) -> bool:
        """Make a call on both sides; whether it gave no error."""
        call = Call(name, arguments)
        self._watch.before(call)
        try:
            return not isinstance(self._both.make(call), str)
        except Difference as difference:
            self._watch.found = difference
            raise

    def _at(self, place: Place) -> int:
        """The offset of a place, up to the largest size."""
        page, number = place
        return min(page * PAGE_SIZE + (0, *self._both.cuts)[number], CAPACITY * PAGE_SIZE)

    def _between(self, one: Place, other: Place) -> tuple[int, int]:
        """Offset and length of what lies between two places."""
        start, end = sorted((self._at(one), self._at(other)))
        return start, end - start

    def _mapping(self, number: int) -> tuple[str, int]:
        """Name and pages of a mapping."""
        return self._mappings[number % len(self._mappings)]

    @initialize(cuts=drawn.cuts, flags=drawn.first_flags, pages=drawn.pages)
    def begin(self, cuts: list[int], flags: int, pages: int) -> None:
        self._comparison = Comparison(self._kernel, tuple(cuts))
        self._make("memfd_create", "rw", MFD_ALLOW_SEALING if check_flags(self._kernel, flags) else flags)
        if pages:
            self._make("pwrite", "rw", drawn.TOKEN, pages * PAGE_SIZE, 0)

    @rule(file=drawn.files, start=drawn.places, beside=st.integers(-1, 1), count=st.integers(0, 3 * PAGE_SIZE))
    def pread(self, file: str, start: Place, beside: int, count: int) -> None:
        self._make("pread", file, count, self._at(start) + beside)

    @rule(file=drawn.files, token=drawn.tokens, one=drawn.places, other=drawn.places)
    def pwrite(self, file: str, token: int, one: Place, other: Place) -> None:
        start, length = self._between(one, other)
        self._make("pwrite", file, token, length, start)

    @rule(file=drawn.files, end=drawn.places)
    def ftruncate(self, file: str, end: Place) -> None:
        self._make("ftruncate", file, self._at(end))

    @rule(file=drawn.files, mode=drawn.modes, one=drawn.places, other=drawn.places)
    def fallocate(self, file: str, mode: int, one: Place, other: Place) -> None:
        self._make("fallocate", file, mode, *self._between(one, other))

    @rule(file=drawn.files, seals=drawn.seals)
    def add_seals(self, file: str, seals: int) -> None:
        self._make("add_seals", file, seals)

    @rule(call=drawn.asides)
    def aside(self, call: Call) -> None:
        if self._both.can(call):
            self._make(call.name, *call.arguments)

    @precondition(lambda self: len(self._mappings) < drawn.MAPPINGS)
    @rule(file=drawn.files, pages=st.integers(1, CAPACITY), prot=drawn.protections, flags=drawn.sharing)
    def mmap(self, file: str, pages: int, prot: int, flags: int) -> None:
        name = f"m{self._mapped}"
        if self._make("mmap", name, file, pages * PAGE_SIZE, prot, flags):
            self._mappings.append((name, pages))
            self._mapped += 1

    @precondition(lambda self: self._mappings)
    @rule(number=drawn.numbers, prot=drawn.protections)
    def mprotect(self, number: int, prot: int) -> None:
        self._make("mprotect", self._mapping(number)[0], prot)

    @precondition(lambda self: self._mappings)
    @rule(number=drawn.numbers)
    def mremap(self, number: int) -> None:
        self._make("mremap", self._mapping(number)[0])

    @precondition(lambda self: self._mappings)
    @rule(number=drawn.numbers)
    def munmap(self, number: int) -> None:
        mapping = self._mapping(number)
        self._mappings.remove(mapping)
        self._make("munmap", mapping[0])

    @precondition(lambda self: self._mappings)
    @rule(
        number=drawn.numbers,
        page=drawn.pages,
        offset=st.integers(0, PAGE_SIZE - 1),
        count=st.integers(1, PAGE_SIZE),
    )
    def load(self, number: int, page: int, offset: int, count: int) -> None:
        name, pages = self._mapping(number)
        self._make("load", name, page % pages * PAGE_SIZE + offset, min(count, PAGE_SIZE - offset))

    @precondition(lambda self: self._mappings)
    @rule(
        number=drawn.numbers,
        token=drawn.tokens,
        page=drawn.pages,
        words=st.tuples(st.integers(0, drawn.CUTS), st.integers(0, drawn.CUTS)),
    )
    def store(self, number: int, token: int, page: int, words: tuple[int, int]) -> None:
        name, pages = self._mapping(number)
        ends = (0, *self._both.cuts, PAGE_SIZE)
        start, end = ends[min(words)], ends[max(words) + 1]
        self._make("store", name, token, end - start, page % pages * PAGE_SIZE + start)

    @precondition(lambda self: self._comparison is not None and self._comparison.can(Call("splice")))
    @rule(file=drawn.files, start=drawn.places, count=st.integers(1, 2 * PAGE_SIZE))
    def splice(self, file: str, start: Place, count: int) -> None:
        self._make("splice", file, count, self._at(start))

    @precondition(lambda self: self._comparison is not None and self._comparison.can(Call("drain")))
    @rule()
    def drain(self) -> None:
        self._make("drain")

    def teardown(self) -> None:
        if self._comparison is not None:
            self._comparison.close()


def compare(
    kernel: Kernel, calls: int, number: int, progress: Callable[[Tally], None]
) -> tuple[Tally, Difference | None]:
    """Compare ``calls`` calls at least, in sequences that ``number`` determines, unless a difference is found before.

    ``progress`` is told before every call what has been compared; it may raise KeyboardInterrupt.
    The difference is that of the shortest sequence found up to then.
    """
    watch = Watch(progress)

    class WatchedSequence(CallSequence):
        def __init__(self) -> None:
            super().__init__(kernel, watch)
            watch.begin()

    try:
        with _own_folder():
            while watch.tally.total < calls:
                how = _settings(calls - watch.tally.total)
                run_state_machine_as_test(seed(number)(WatchedSequence), settings=how)
                number += 1
    except (Difference, Flaky):
        assert watch.found is not None, "it is noted before it is raised"
        return watch.tally, shortened(watch.found, kernel)
    except KeyboardInterrupt:
        if watch.found is None:
            raise
        return watch.tally, watch.found
    return watch.tally, None


def _settings(calls: int) -> settings:
    """As many sequences as have that many calls if none is shorter than it may be, and what else hypothesis asks."""
    return settings(
        max_examples=-(-calls // CALLS_EACH),
        stateful_step_count=CALLS_EACH,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def _own_folder() -> Iterator[None]:
    """What hypothesis notes about source files goes away again; by itself it would leave a folder where one stands."""
    with TemporaryDirectory() as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)
