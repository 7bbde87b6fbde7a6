"""Random programs that can be exported end in the same states, as often, when they are read back."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings

from explorer.execution.execution import Execution, Status
from explorer.execution.location import Object
from explorer.litmus.expand import expand
from explorer.litmus.export.naming import Names
from explorer.litmus.export.translate import translate
from explorer.litmus.judge import judge
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.printer import print_test
from explorer.litmus.source import Source
from explorer.litmus.syntax import Location
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import load_model
from explorer.program.errors import ScenarioError
from explorer.search.explore import Search
from explorer.testing.operations import Threads, unfold
from explorer.testing.random_programs import thread_lists

MODELS = ("armv8", "lkmm")


def last_values(execution: Execution, names: Names) -> frozenset[tuple[str, int | str]]:
    """What each location holds at the end, by the names of the test."""
    found = set()
    for order in execution.coherence:
        event = execution.events[order[-1]]
        assert event.location is not None
        assert event.value is not None
        value = names.called(event.value) if isinstance(event.value, Object) else event.value
        found.add((names.called(event.location), value))
    return frozenset(found)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(thread_lists(size=6))
def test_the_exported_program_does_the_same(threads: Threads) -> None:
    unfolding = unfold(threads)
    try:
        translation = translate("random", unfolding)
    except ScenarioError:
        assume(False)
    names = translation.names
    test = replace(translation.test, locations=tuple(Location(name) for name in names.locations.values()))
    back = parse(Source("random.litmus", print_test(test)))
    assert back == test
    made = LitmusUnfolding(expand(back, operations()))
    for name in MODELS:
        model = load_model(name)
        answer = judge(made, model)
        leaves = [leaf for leaf in Search(unfolding, model) if leaf is not None]
        complete = [leaf.execution for leaf in leaves if leaf.status is Status.COMPLETE]
        assert (answer.positive, answer.negative) == (len(complete), 0)
        assert {frozenset(state.items()) for state in answer.states} == {last_values(e, names) for e in complete}
