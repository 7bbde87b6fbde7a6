"""A program in C11, as GenMC takes it: a function per thread, every location an atomic int.

Only what takes effect at once in C too is said: loads, stores, and the updates that C11 has. GenMC is asked under
sequential consistency, so all orderings are the strongest. Threads that wait are not said: what is compared is the
number of executions, and a loop that waits has its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from explorer.crosscheck.thread_graph import Decision, Jump, Next, Step, ThreadGraph, thread_graphs
from explorer.crosscheck.wording import CannotSay, Wording
from explorer.execution.execution import Ending
from explorer.execution.location import Object
from explorer.litmus.export.kernel_calls import arithmetic, settled
from explorer.program.expression import Operation, ReadOf, reads_of
from explorer.program.step import Cause
from explorer.program.unfolded import UnfoldedProgram

_FETCH = {"+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor"}


def c11_text(program: UnfoldedProgram, title: str) -> str:
    """The program in C.

    Raises:
        CannotSay: C11 has no operation for a step, a thread waits, or the bound of a loop cuts one.
    """
    wording = Wording(program)
    graphs = thread_graphs(program)
    return "".join(f"{line}\n" for line in _lines(program, wording, graphs, title))


def _lines(program: UnfoldedProgram, wording: Wording, graphs: list[ThreadGraph], title: str) -> Iterator[str]:
    yield f"/* {title.replace('*/', '* /')} */"
    yield ""
    yield "#include <assert.h>"
    yield "#include <pthread.h>"
    yield "#include <stdatomic.h>"
    yield ""
    yield "void __VERIFIER_assume(int);"
    yield ""
    for location in program.locations:
        comment = location.name.replace("*/", "* /")
        yield f"atomic_int {wording.locations[location]} = {wording.number(location.initial)}; /* {comment} */"
    for number, graph in enumerate(graphs):
        yield ""
        yield from _thread(number, graph, wording)
    yield ""
    yield "int main(void)"
    yield "{"
    names = [f"t{number}" for number in range(len(graphs))]
    yield f"\tpthread_t {', '.join(names)};"
    yield ""
    yield from (f"\tpthread_create(&t{number}, 0, thread{number}, 0);" for number in range(len(graphs)))
    yield from (f"\tpthread_join(t{number}, 0);" for number in range(len(graphs)))
    yield "\treturn 0;"
    yield "}"


def _thread(number: int, graph: ThreadGraph, wording: Wording) -> Iterator[str]:
    yield f"void *thread{number}(void *unused) /* {graph.name.replace('*/', '* /')} */"
    yield "{"
    registers = sorted({step.read for step in graph.steps if step.read is not None})
    if registers:
        yield f"\tint {', '.join(f'r{position}' for position in registers)};"
    yield f"\tgoto p{graph.start};"
    for place_number, place in enumerate(graph.places):
        yield f"p{place_number}:"
        if place.unexplored is not None:
            # Sealrace's search has never been here.
            yield "\tassert(0);"
            yield "\treturn 0;"
        elif place.ending is not None:
            yield from _end(place.ending)
        elif len(place.steps) == 1:
            step, after = place.steps[0]
            yield f"\t{_step(step, wording)}"
            yield from _next(after, wording, "\t")
        else:
            yield from _conditional(place.steps, wording)
    yield "}"


def _end(ending: Ending) -> Iterator[str]:
    if ending is Ending.CUT:
        raise CannotSay("a bound cuts a loop")
    if ending is Ending.DROPPED:
        yield "\t__VERIFIER_assume(0);"
    yield "\treturn 0;"


def _step(step: Step, wording: Wording) -> str:
    """The statement of a step that is always made."""
    if step.act is not None:
        raise CannotSay("C11 has no RCU")
    if step.may_wait:
        raise CannotSay("a thread waits, and a loop that waits has executions of its own")
    assert step.location is not None
    name = wording.locations[step.location]
    if step.read is None:
        assert step.stores is not None
        return f"atomic_store(&{name}, {wording.expression(step.stores, _register)});"
    if step.stores is None:
        return f"r{step.read} = atomic_load(&{name});"
    value, own = settled(step.stores), ReadOf(step.read)
    if not reads_of(value) & own.reads:
        return f"r{step.read} = atomic_exchange(&{name}, {wording.expression(value, _register)});"
    computed = arithmetic(value, own)
    if computed is None:
        raise CannotSay(f"C11 has no atomic operation that stores {step.stores}")
    operator, operand = computed
    return f"r{step.read} = atomic_fetch_{_FETCH[operator]}(&{name}, {wording.expression(operand, _register)});"


def _conditional(steps: list[tuple[Step, Next]], wording: Wording) -> Iterator[str]:
    """An update that happens only where the location has one certain value."""
    update = next((each for each in steps if each[0].stores is not None), None)
    failed = next((each for each in steps if each[0].stores is None), None)
    if update is None or failed is None or update[0].read is None or failed[0].read is None:
        raise CannotSay("C11 cannot test a lock")
    (step, after), (test, otherwise) = update, failed
    own = ReadOf(update[0].read)
    value = None if step.stores is None else settled(step.stores)
    match step.requires:
        case Operation(operator="==", operands=(left, expected)) if left == own and value is not None:
            if not (reads_of(value) | reads_of(expected)) & own.reads:
                assert step.location is not None
                name = wording.locations[step.location]
                yield f"\tr{test.read} = {wording.expression(expected, _register)};"
                stored = wording.expression(value, _register)
                yield f"\tif (atomic_compare_exchange_strong(&{name}, &r{test.read}, {stored})) {{"
                if step.read != test.read:
                    yield f"\t\tr{step.read} = r{test.read};"
                yield from _next(after, wording, "\t\t")
                yield "\t} else {"
                yield from _next(otherwise, wording, "\t\t")
                yield "\t}"
                return
    raise CannotSay(f"C11 has no atomic operation on the condition {step.requires}")


def _next(after: Next, wording: Wording, indent: str) -> Iterator[str]:
    match after:
        case Jump(place=number):
            yield f"{indent}goto p{number};"
        case Decision(fork=fork, expression=expression, ways=ways):
            said = wording.expression(expression, _register)
            for outcome, then in ways[:-1]:
                test = f"{said} == {wording.number(outcome)}" if isinstance(outcome, Object) else said
                if fork.cause is not Cause.POINTER and not outcome:
                    test = f"!{said}"
                yield f"{indent}if ({test}) {{"
                yield from _next(then, wording, f"{indent}\t")
                yield f"{indent}}}"
            yield from _next(ways[-1][1], wording, indent)


def _register(position: int) -> str:
    return f"r{position}"
