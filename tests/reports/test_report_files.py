"""Report files: what is saved is loaded, the schema is the published one, and bad files say what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import reports.report
from reports.report import ReportError, decode_report, encode_report, json_schema, load_report, save_report
from reports.structure import Report

SCHEMA = Path(reports.report.__file__).parent / "schema" / "report-v1.schema.json"
AGAIN = (
    "\n  The file was changed by hand or damaged. Write it again: "
    "sealrace explore inflight --fix none --protocol P2 --model sc --param kernel=v5.16 --param pages=1 --out DIR"
)
NO_DECIMAL = "no decimal number of up to 4300 digits"
UNLIKE = (
    "\n  The file does not follow reports/schema/report-v1.schema.json. "
    "Write it again: sealrace explore SCENARIO --out DIR."
)


def error_of(content: bytes) -> str:
    with pytest.raises(ReportError, match=r"^r\.json") as caught:
        decode_report(content, "r.json")
    return str(caught.value)


def edited(report: Report, edit: Callable[[dict[str, Any]], object]) -> bytes:
    fields = json.loads(encode_report(report))
    edit(fields)
    return json.dumps(fields).encode()


@pytest.mark.parametrize("name", ["leak", "stale", "odd", "hostile"])
def test_a_saved_report_loads_as_it_was(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    report = request.getfixturevalue(name)
    save_report(report, tmp_path / "r.json")
    loaded = load_report(tmp_path / "r.json")
    assert loaded == report
    save_report(loaded, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "r.json").read_bytes()


def test_relations_of_the_leak(leak: Report) -> None:
    control = ((10, 11), (10, 12), (10, 13), (11, 12), (11, 13), (12, 13))
    assert leak.relations == {
        "addr": (),
        "co": ((0, 4), (1, 5), (2, 7), (3, 9), (4, 6)),
        "ctrl": control,
        "ctrl-later": control,
        "data": (),
        "fence": (),
        "fr": ((10, 4), (10, 6), (11, 5)),
        "po": ((4, 5), (5, 6), (6, 7), (8, 9), (10, 11), (11, 12), (12, 13)),
        "rf": ((0, 10), (1, 11), (6, 12), (7, 8), (9, 13)),
        "rmw": (),
    }


def test_the_source_text_holds_every_function_with_an_event(leak: Report) -> None:
    toy = (Path(__file__).parent / "toy_memfd.py").read_text().splitlines()
    found = [source.function for source in leak.sources]
    assert found == ["owner", "memfd_add_seals", "guest", "shmem_file_read_iter"]
    for source in leak.sources:
        lines = source.text.split("\n")
        assert lines == toy[source.first_line - 1 : source.first_line - 1 + len(lines)]
        assert lines[0].startswith(f"async def {source.function}(")
    for event in leak.events[4:]:
        text = next(s for s in leak.sources if s.function == event.stack[-1].function)
        assert text.text.split("\n")[event.line - text.first_line].endswith(f"# {event.step}")


def test_a_file_has_one_line_per_event(leak: Report) -> None:
    lines = encode_report(leak).decode().splitlines()
    assert lines[:3] == ["{", '"format": "sealrace-report",', '"version": 1,']
    assert sum(line.startswith(' {"id":') for line in lines) == 14
    assert lines[-1] == "}"


def test_the_published_schema_is_the_generated_one() -> None:
    assert SCHEMA.read_bytes() == json_schema()


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    with pytest.raises(ReportError, match="No such file") as caught:
        load_report(path)
    assert str(caught.value) == (
        f"{path}: No such file or directory\n  Name a report that sealrace explore has written."
    )


def test_a_file_cut_short_names_its_last_line(leak: Report) -> None:
    content = encode_report(leak)
    for size, line in ((0, 1), (30, 2), (len(content) - 3, content.count(b"\n") - 1)):
        assert error_of(content[:size]) == (
            f"r.json: line {line}: the file ends in the middle of the JSON text\n"
            "  It was cut short. Write it again: sealrace explore SCENARIO --out DIR."
        )


def test_text_that_is_no_json_names_the_line(leak: Report) -> None:
    content = encode_report(leak).replace(b'"version": 1', b'"version" 1')
    assert error_of(content) == (
        "r.json: line 3: not JSON: expected ':'\n  Write it again: sealrace explore SCENARIO --out DIR."
    )
    assert error_of(b'{"format": "sealrace-report", "version": 1, "x": ' + b"[" * 100_000) == (
        "r.json: not JSON: nested too deeply\n  Write it again: sealrace explore SCENARIO --out DIR."
    )


def test_text_that_is_not_utf8(leak: Report) -> None:
    content = encode_report(leak).replace(b'"inflight"', b'"\xff"')
    assert error_of(content) == (
        "r.json: not JSON: the text is not UTF-8\n  Write it again: sealrace explore SCENARIO --out DIR."
    )


def test_another_format(leak: Report) -> None:
    assert error_of(edited(leak, lambda fields: fields.update(format="other"))) == (
        "r.json: $.format: expected 'sealrace-report', got 'other'\n"
        "  This is no report; name one that sealrace explore has written."
    )


def test_another_version(leak: Report) -> None:
    assert error_of(edited(leak, lambda fields: fields.update(version=2, future=[]))) == (
        "r.json: $.version: this sealrace reads version 1, the file has version 2\n"
        "  Use the sealrace that wrote it, or explore again."
    )


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda f: f.pop("format"), "$: Object missing required field `format`"),
        (lambda f: f.pop("events"), "$: Object missing required field `events`"),
        (lambda f: f.update(extra=1), "$: Object contains unknown field `extra`"),
        (lambda f: f["events"][3].update(index="0"), "$.events[3].index: Expected `int`, got `str`"),
        (lambda f: f["events"][4].update(kind="X"), "$.events[4].kind: Invalid enum value 'X'"),
        (lambda f: f["relations"]["rf"][0].append(1), "$.relations[...][0]: Expected `array` of length 2"),
        (lambda f: f["search"].update(executions=-1), "$.search.executions: Expected `int` >= 0"),
    ],
)
def test_a_wrong_type_names_the_field(leak: Report, edit: Callable[[dict[str, Any]], object], message: str) -> None:
    assert error_of(edited(leak, edit)) == f"r.json: {message}{UNLIKE}"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda f: f["ends"].pop(), "$.ends: 2 ends for 3 threads"),
        (lambda f: f["events"][5].update(id=4), "$.events[5].id: event 5 calls itself 4"),
        (lambda f: f["events"][13].update(thread=3), "$.events[13].thread: there is no thread 3"),
        (
            lambda f: f["events"][4].update(kind="IW"),
            "$.events[4].kind: kind IW in thread 0: only initial writes have -1",
        ),
        (lambda f: f["events"][4].update(value=None), "$.events[4]: kind W needs a location and a value"),
        (
            lambda f: f["events"][6].update(index=3),
            "$.events[6]: index 3 of thread 0 cannot follow index 1 of thread 0: events stand thread by thread",
        ),
        (
            lambda f: f["events"][8].update(thread=2),
            "$.events[9]: index 1 of thread 1 cannot follow index 0 of thread 2: events stand thread by thread",
        ),
        (
            lambda f: f["events"][13].update(thread=-1, kind="IW"),
            "$.events[13]: initial writes stand before the threads' events",
        ),
        (lambda f: f["source_of"].pop(), "$.source_of: 13 entries for 14 events"),
        (
            lambda f: f["source_of"].__setitem__(4, 0),
            "$.source_of[4]: event 4 does not read, its entry must be -1",
        ),
        (lambda f: f["source_of"].__setitem__(8, 14), "$.source_of[8]: event 8 reads from 14, which is no write"),
        (lambda f: f["source_of"].__setitem__(8, 10), "$.source_of[8]: event 8 reads from 10, which is no write"),
        (
            lambda f: f["source_of"].__setitem__(11, 0),
            "$.source_of[11]: event 11 of 'inode.seals' reads from event 0 of 'inode.i_size'",
        ),
        (
            lambda f: f["events"][11].update(value=32),
            "$.source_of[11]: event 11 reads 32, but event 1 writes 0",
        ),
        (
            lambda f: f["coherence"][0].update(location="x"),
            "$.coherence[0].location: 'x' has no writes, or is listed twice",
        ),
        (
            lambda f: f["coherence"][0]["writes"].append(4),
            "$.coherence[0].writes: must list the writes of 'inode.i_size', [0, 4, 6], each once",
        ),
        (
            lambda f: f["coherence"][1]["writes"].reverse(),
            "$.coherence[1].writes: must start with the one initial write of 'inode.seals'",
        ),
        (lambda f: f["coherence"].pop(), "$.coherence: no coherence order for 'page A.data'"),
        (lambda f: f["relations"].pop("addr"), "$.relations: relation 'addr' is missing"),
        (
            lambda f: f["relations"]["data"].append([0, 14]),
            "$.relations['data'][0]: (0, 14) names an event that does not exist",
        ),
        (
            lambda f: f["relations"]["fr"].pop(),
            "$.relations['fr']: does not agree with events, source_of and coherence",
        ),
        (
            lambda f: f["coherence"][0]["writes"].__setitem__(slice(1, 3), [6, 4]),
            "$.relations['co']: does not agree with events, source_of and coherence",
        ),
        (lambda f: f["property"]["marks"][0].update(event=14), "$.property.marks[0].event: there is no event 14"),
        (
            lambda f: f["property"]["path"][0].update(target=-1),
            "$.property.path[0]: 11 -> -1 names an event that does not exist",
        ),
        (
            lambda f: f["property"]["path"][1].update(target=4),
            "$.property.path[1]: po does not relate event 5 to event 4",
        ),
        (
            lambda f: f["property"]["path"][4].update(relation="rfi"),
            "$.property.path[4]: rfi does not relate event 9 to event 13",
        ),
        (
            lambda f: f["property"]["path"][4].update(relation="hb"),
            "$.property.path[4]: hb does not relate event 9 to event 13",
        ),
        (
            lambda f: f["property"]["path"].append({"source": 6, "target": 4, "relation": "co"}),
            "$.property.path[5]: co does not relate event 6 to event 4",
        ),
        (
            lambda f: f["witness"]["order"].__setitem__(0, 11),
            "$.witness.order: must list every event but the initial writes, each once",
        ),
        (lambda f: f["witness"]["reordered"].append(0), "$.witness.reordered[0]: there is no step 0"),
        (
            lambda f: f["witness"]["reordered"].append(11),
            "$.witness.reordered[0]: event 11 overtakes no earlier access of its thread",
        ),
        (
            lambda f: f["witness"]["forwarded"].append(13),
            "$.witness.forwarded[0]: event 13 does not read a store of its own thread",
        ),
        (
            lambda f: f["witness"]["unkept_coherence"].append("x"),
            "$.witness.unkept_coherence[0]: there is no location 'x'",
        ),
    ],
)
def test_a_contradiction_names_the_field(leak: Report, edit: Callable[[dict[str, Any]], object], message: str) -> None:
    assert error_of(edited(leak, edit)) == f"r.json: {message}{AGAIN}"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda f: f["search"]["violating"].update(late=1205),
            "$.search.violating['late']: 1205 of 1204 executions",
        ),
        (
            lambda f: f["search"]["violating"].update(leak=0),
            "$.search.violating: counts no execution that violates 'leak', which this one does",
        ),
        (
            lambda f: f["search"]["violating"].pop("leak"),
            "$.search.violating: counts no execution that violates 'leak', which this one does",
        ),
        (lambda f: f["search"].update(interleavings="12\n"), f"$.search.interleavings: {NO_DECIMAL}"),
        (lambda f: f["search"].update(interleavings="012"), f"$.search.interleavings: {NO_DECIMAL}"),
        (lambda f: f["search"].update(interleavings="1" * 4301), f"$.search.interleavings: {NO_DECIMAL}"),
        (
            lambda f: f["search"].update(interleavings="1203"),
            "$.search.interleavings: 1204 executions stand for at least as many, not 1203",
        ),
        (
            lambda f: f["search"].update(complete=False),
            "$.search.interleavings: a search that stopped early has counted none",
        ),
    ],
)
def test_counts_that_contradict(leak: Report, edit: Callable[[dict[str, Any]], object], message: str) -> None:
    assert error_of(edited(leak, edit)) == f"r.json: {message}{AGAIN}"


def test_deadlocks_are_not_among_the_complete_executions(odd: Report) -> None:
    # Two complete executions, and three that end blocked.
    content = edited(odd, lambda fields: fields["search"]["violating"].update(deadlock=3))
    assert decode_report(content, "r.json").search.violating == {"deadlock": 3}


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (b'"version": 1', b'"version": 1, "version": 1', "$.version"),
        (b'{"id":4,', b'{"id":4,"id":4,', "$.events[4].id"),
        (b'"addr": []', b'"addr": [], "addr": []', "$.relations.addr"),
        (b'"ctrl-later": [', b'"ctrl-later": [], "ctrl-later": [', "$.relations['ctrl-later']"),
        (b'"late":40', b'"late":40,"la\\u0074e":40', "$.search.violating.late"),
    ],
)
def test_a_key_that_stands_twice(leak: Report, before: bytes, after: bytes, place: str) -> None:
    content = encode_report(leak)
    assert content.count(before) == 1
    assert error_of(content.replace(before, after)) == (
        f"r.json: {place}: stands twice in one object\n"
        "  The file was changed by hand. Write it again: sealrace explore SCENARIO --out DIR."
    )


def test_a_transitive_co_edge_may_stand_on_the_path(leak: Report) -> None:
    edge = {"source": 0, "target": 6, "relation": "co"}
    loaded = decode_report(edited(leak, lambda fields: fields["property"]["path"].append(edge)), "r.json")
    assert loaded.property.path[-1].target == 6
