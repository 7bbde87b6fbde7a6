"""The graph of a report has what the graph of its execution has, by the same names, and what a report knows beside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from toy_reports import leak_execution, leak_report, odd_execution, odd_report

from explorer.execution.execution import Execution
from reports.forms.graph import to_networkx
from reports.structure import Report


@pytest.mark.parametrize(("execution", "report"), [(leak_execution, leak_report), (odd_execution, odd_report)])
def test_a_report_agrees_with_its_execution(execution: Callable[[], Execution], report: Callable[[], Report]) -> None:
    own, reported = execution().to_networkx(), to_networkx(report())
    assert list(own) == list(reported)
    for node, attributes in own.nodes(data=True):
        more = set(reported.nodes[node]) - set(attributes)
        assert more <= {"position", "marks", "reordered", "forwarded"}
        assert attributes == {name: reported.nodes[node][name] for name in attributes}
    # What is on the path alone (fre, rfi) and the model's own relations are the report's.
    assert set(own.edges(keys=True)) <= set(reported.edges(keys=True))
    others = {relation for *_, relation in set(reported.edges(keys=True)) - set(own.edges(keys=True))}
    assert not others & {"po", "co", "rf", "fr", "rmw", "addr", "data", "ctrl", "ctrl-later"} - {"po"}


def test_only_the_path_holds_transitive_po(leak: Report) -> None:
    graph = to_networkx(leak)
    own = leak_execution().to_networkx()
    more = set(graph.edges(keys=True)) - set(own.edges(keys=True))
    # A9 to F6 passes F5.
    assert more == {(5, 7, "po")}
    assert graph.edges[5, 7, "po"]["path"] == "2"
