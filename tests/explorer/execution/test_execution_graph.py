"""An execution as a graph for networkx: its nodes, edges and what can be asked of it."""

from __future__ import annotations

import networkx as nx
import pytest

from explorer.execution.execution import Execution
from explorer.execution.location import Location, Object
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search


@pytest.fixture(scope="module")
def execution() -> Execution:
    """Store buffering, both loads reading 0: initially 0 x, 1 y; left 2 x=1, 3 reads y; right 4 y=1, 5 reads x."""
    x, y = Location("x"), Location("y")

    async def left(t: Thread) -> None:
        await t.write(x, 1, ONCE, at="L1 store")
        await t.read(y, ONCE, at="L2 load")

    async def right(t: Thread) -> None:
        await t.write(y, 1, ONCE)
        await t.read(x, ONCE)

    program = Program((ThreadSpec("left", left), ThreadSpec("right", right)))
    leaves = [leaf for leaf in Search(Unfolding(program, unroll=3), load_model("tso")) if leaf]
    weak = [leaf.execution for leaf in leaves if [leaf.execution.events[i].value for i in (3, 5)] == [0, 0]]
    (found,) = weak
    return found


def test_nodes_are_events_with_their_attributes(execution: Execution) -> None:
    graph = execution.to_networkx()
    assert list(graph) == [0, 1, 2, 3, 4, 5]
    assert graph.nodes[0] == {
        "kind": "IW", "location": "x", "value": 0, "thread": -1, "index": 0, "waits": False, "implied": False,
    }  # fmt: skip
    load = dict(graph.nodes[3])
    assert load.pop("file").endswith("test_execution_graph.py")
    assert load.pop("line") > 0
    assert load.pop("function").endswith("left")
    assert load == {
        "kind": "R", "tag": "once", "location": "y", "value": 0, "thread": 0, "thread_name": "left", "index": 1,
        "step": "L2", "reference": "load", "waits": False, "implied": False,
    }  # fmt: skip


def test_edges_are_relations_by_name(execution: Execution) -> None:
    graph = execution.to_networkx()
    assert sorted(graph.edges(keys=True)) == [
        (0, 2, "co"), (0, 5, "rf"), (1, 3, "rf"), (1, 4, "co"), (2, 3, "po"), (3, 4, "fr"), (4, 5, "po"), (5, 2, "fr"),
    ]  # fmt: skip
    assert all(relation == key for _, _, key, relation in graph.edges(keys=True, data="relation"))
    assert graph.graph == {"threads": ("left", "right"), "ends": ("returned", "returned")}


def test_a_cycle_shows_that_sc_forbids_it(execution: Execution) -> None:
    graph = execution.to_networkx()
    (cycle,) = nx.simple_cycles(graph)
    assert sorted(cycle) == [2, 3, 4, 5]
    without_fr = nx.MultiDiGraph([edge for edge in graph.edges(keys=True) if edge[2] != "fr"])
    assert nx.is_directed_acyclic_graph(without_fr)


def test_an_object_goes_by_its_name() -> None:
    page = Object("page A")
    slot = Location("slot", page)

    async def look(t: Thread) -> None:
        await t.read(slot, ONCE)

    program = Program((ThreadSpec("reader", look),))
    (leaf,) = [leaf for leaf in Search(Unfolding(program, unroll=3), load_model("sc")) if leaf]
    graph = leaf.execution.to_networkx()
    assert [graph.nodes[node]["value"] for node in graph] == ["page A", "page A"]
