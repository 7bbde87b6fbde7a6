"""Steps in order: when a model is sequential, and that nothing is lost where it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from driving import SC, traced
from small_programs import straight

from explorer.execution.execution import Execution
from explorer.execution.relation import pairs, union
from explorer.memory.model import load_model
from explorer.program.build import Place
from explorer.program.tree import Unfolding
from explorer.schedule.choice import END, Choice
from explorer.schedule.depth_first import DepthFirst, explore_depth_first
from explorer.schedule.partial import Partial
from explorer.schedule.scheduler import Scheduler
from explorer.schedule.strategies.in_order import driven
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.search.explore import Search
from scenarios.classic.table import CLASSICS
from scenarios.registry import scenarios


@pytest.mark.parametrize(
    ("rules", "sequential"),
    [
        ("acyclic po | rf | co | fr as order", True),
        # Its name is not asked for; neither is how it is spelled, nor what else the file forbids.
        ("let hb = po | rfe | rfi | co | fr acyclic hb empty rmw & (fre ; coe)", True),
        # Each location by itself, or all but one kind of pair.
        ("acyclic po-loc | rf | co | fr as order", False),
        ("acyclic ([R] ; po) | (po ; [W]) | rf | co | fr as order", False),
        ("acyclic po | rfe | co | fr as order", False),
        ("acyclic po | rf | co as order", False),
        ("acyclic ([M] ; (po | rf | co | fr) ; [M]) as order", False),
        ("acyclic po as order acyclic rf | co | fr as other", False),
        ("irreflexive (po | rf | co | fr)+ as order", False),
    ],
)
def test_a_model_is_sequential_by_its_rules(tmp_path: Path, rules: str, sequential: bool) -> None:
    """False only says that no order of its own shows it: the last two forbid the same or less, in another form."""
    (tmp_path / "mine.cat").write_text(f'"mine"\n{rules}\n', encoding="utf-8")
    assert load_model(str(tmp_path / "mine.cat")).is_sequential is sequential


def test_of_the_models_of_the_project_sc_is() -> None:
    assert [name for name in ("sc", "tso", "pso", "armv8", "lkmm") if load_model(name).is_sequential] == ["sc"]


class Offered:
    """Strategy for one run that notes the options, and takes the last one."""

    def __init__(self) -> None:
        self.options: list[list[Choice]] = []

    def start(self) -> bool:
        return not self.options

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        self.options.append(list(options))
        return len(options) - 1

    def finish(self, result: Execution | None) -> None:
        assert result is not None


def test_each_thread_has_one_step() -> None:
    """Where the scheduler by itself would offer old values too (``test_strategies``)."""
    strategy = Offered()
    driven(straight([("W", "x", 1), ("W", "x", 2)], [("W", "x", 3), ("R", "x")]), SC).run(strategy)
    first: Place = (1, 0)
    assert strategy.options == [
        [Choice(0, None, 1), Choice(1, None, 1)],
        [Choice(0, None, 2), Choice(1, first)],
        [Choice(0, None, 2)],
        [Choice(0, None, 3)],
        [END],
    ]


@pytest.mark.parametrize("name", CLASSICS)
def test_every_execution_is_reached(name: str) -> None:
    unfolding = Unfolding(CLASSICS[name](), 3)
    strategy = DepthFirst()
    driven(unfolding, SC).run(strategy)
    everything = explore_depth_first(unfolding, SC).executions
    assert {each.key for each in strategy.executions} == {each.key for each in everything}


def test_every_execution_of_sections_and_grace_periods_is_reached() -> None:
    """With srcu, in order: what only the whole execution shows is asked for at its end."""
    fresh = next(scenario for scenario in scenarios() if scenario.name == "fresh")
    for fix in ("srcu", "rwsem"):
        unfolding = Unfolding(fresh.case(fix, fresh.protocols[0], fresh.small).program, 3)
        strategy = DepthFirst()
        driven(unfolding, SC).run(strategy)
        found = {leaf.execution.key for leaf in Search(unfolding, SC) if leaf is not None}
        assert {each.key for each in strategy.executions} == found


def test_the_steps_of_a_run_are_a_linear_extension() -> None:
    unfolding = Unfolding(CLASSICS["IRIW"](), 3)
    runs = traced(unfolding, RandomWalk(3, 50))
    for threads, execution in zip(runs.threads, runs.executions, strict=True):
        made = dict.fromkeys(threads, 0)
        place = {}
        for time, thread in enumerate(threads):
            place[execution.thread_events(thread)[made[thread]]] = time
            made[thread] += 1
        order = union(execution.po, execution.rf, execution.co, execution.fr)
        assert all(place[a] < place[b] for a, b in pairs(order) if a in place and b in place)


def test_a_model_that_is_not_sequential_keeps_its_weak_executions() -> None:
    """Driven or not, tso has the four results of store buffering, and sc three."""
    unfolding = straight([("W", "x", 1), ("R", "y")], [("W", "y", 1), ("R", "x")])
    for name, count in (("sc", 3), ("tso", 4)):
        for scheduler in (driven(unfolding, load_model(name)), Scheduler(unfolding, load_model(name))):
            strategy = DepthFirst()
            scheduler.run(strategy)
            assert len({each.key for each in strategy.executions}) == count
