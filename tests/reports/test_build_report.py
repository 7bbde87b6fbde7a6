"""From an execution to a report: what is refused, and where modelled code is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.errors import InputError
from explorer.execution.event import Call, Event, Source
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import Relation, empty
from explorer.property import Edge, Violation
from explorer.schedule.witness import Witness
from reports.build import make_report
from reports.structure import Report, Search

TWO = """\
async def f(t):
    pass


def make():
    async def f(t):
        await t
    return f
"""


def one_store(source: Source | None, path: tuple[Edge, ...] = (), named: dict[str, Relation] | None = None) -> Report:
    """The report of a program with one store."""
    x = Location("x")
    execution = Execution(
        threads=("a",),
        events=(Event(-1, 0, Kind.INITIAL, None, x, 0), Event(0, 0, Kind.WRITE, Tag.PLAIN, x, 1, source)),
        source_of=(-1, -1),
        coherence=((0, 1),),
        rmw=empty(2),
        addr=empty(2),
        data=empty(2),
        ctrl=empty(2),
        ctrl_later=empty(2),
    )
    return make_report(
        execution=execution,
        violation=Violation(property="p", path=path, marks=(), sentence="s"),
        witness=Witness((1,), 0, (), (), exact=True, note="", unkept_coherence=()),
        scenario="s",
        protocol="P1",
        fix="none",
        parameters={},
        program_hash="",
        model_name="sc",
        rules_hash="",
        named_relations=named or {},
        search=Search(
            executions=1, violating={"p": 1}, interleavings=None, complete=True, remarks={}, switches=(), left_out=()
        ),
        tool="0.1.0",
    )


def test_a_path_may_use_a_relation_of_the_model() -> None:
    report = one_store(None, (Edge(0, 1, "before"),), {"before": [0b10, 0]})
    assert report.relations["before"] == ((0, 1),)


def test_a_path_of_an_unknown_relation_is_refused() -> None:
    told = (
        "the property p names the edge 'before' from event 0 to event 1, and there is no such relation\n"
        "  these two are related by: co"
    )
    with pytest.raises(InputError, match=f"^{re.escape(told)}$"):
        one_store(None, (Edge(0, 1, "before"),))


def test_a_models_relation_does_not_replace_a_basic_one() -> None:
    report = one_store(None, named={"co": [0, 0b1], "fr": [0b10, 0]})
    assert report.relations["co"] == ((0, 1),)
    assert report.relations["fr"] == ()


def test_code_is_found_in_packages_and_told_apart_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "toypackage"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "two.py").write_text(
        "async def f(t):\n    pass\n\n\ndef make():\n    async def f(t):\n        await t\n    return f\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    (source,) = one_store(Source("toypackage/two.py", 7, (Call("make.<locals>.f", 0),))).sources
    assert (source.file, source.function, source.first_line) == ("toypackage/two.py", "f", 6)
    assert source.text == "    async def f(t):\n        await t"


@pytest.mark.parametrize(
    "file", ["", "no_such_package/x.py", "/x.py", "../x.py", "explorer/no_such_file.py", "<string>"]
)
def test_code_that_is_not_found_leaves_no_source_text(file: str) -> None:
    assert one_store(Source(file, 1, (Call("f", 0),))).sources == ()
