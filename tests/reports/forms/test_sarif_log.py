"""SARIF 2.1.0: valid by its schema, at the accesses that race, without a path of this machine."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from made_reports import made
from msgspec.structs import replace
from npm import npm_file
from toy_reports import initial

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.execution.relation import empty
from explorer.property import Violation
from reports.forms.sarif import Entry, fingerprint, racing, sarif, sarif_log, uri
from reports.structure import Event, Report

SCHEMA = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"


@cache
def validator() -> Draft4Validator:
    schema = json.loads(npm_file(SCHEMA).read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema, format_checker=FormatChecker())


def result(report: Report) -> dict[str, Any]:
    (found,) = json.loads(sarif(report, file="x.json"))["runs"][0]["results"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", ["leak", "stale", "odd", "long", "hostile"])
def test_a_report_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    validator().validate(json.loads(sarif(request.getfixturevalue(name), file="x.json")))


def test_a_run_is_valid_with_and_without_findings(leak: Report, stale: Report, hostile: Report) -> None:
    entries = [
        Entry(leak, "a.json"),
        Entry(stale, "b.json", "declared"),
        Entry(hostile, "c.json"),
        Entry(leak, "d.json"),
    ]
    log = json.loads(sarif_log(entries, "0.1.0"))
    validator().validate(log)
    validator().validate(json.loads(sarif_log([], "0.1.0")))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules[:2] == ["leak", "stale"]
    assert len(rules) == 3
    assert [rules[each["ruleIndex"]] for each in run["results"]] == [each["ruleId"] for each in run["results"]]
    assert [each.get("suppressions") for each in run["results"]] == [
        None,
        [{"kind": "external", "justification": "declared"}],
        None,
        None,
    ]


def test_the_schema_finds_a_mistake(leak: Report) -> None:
    log = json.loads(sarif(leak, file="x.json"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator().is_valid(log)


def test_the_race_is_located(leak: Report) -> None:
    """The read of the guest's data and, first of the related, the guest's store."""
    found = result(leak)
    assert found["locations"] == [
        {
            "message": {"text": "reader R10 (step 10): reads page A.data = 42 <- LEAK"},
            "physicalLocation": {
                "artifactLocation": {"uri": "toy_memfd.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 32},
            },
            "logicalLocations": [
                {
                    "name": "shmem_file_read_iter",
                    "kind": "function",
                    "fullyQualifiedName": "mm/shmem.c shmem_file_read_iter: copy_page_to_iter",
                }
            ],
        }
    ]
    related = [(place["id"], place["message"]["text"].partition(":")[0]) for place in found["relatedLocations"]]
    assert related == [
        (1, "guest K4 (step 8)"),
        (2, "reader R3 (step 2)"),
        (3, "owner A9 (step 4)"),
        (4, "owner F6 (step 6)"),
        (5, "guest K1 (step 7)"),
    ]


def test_which_accesses_race(leak: Report, stale: Report, odd: Report, long: Report) -> None:
    assert racing(leak) == (13, [9, 11, 5, 7, 8])
    # The reader's load of the size, which reads what the owner stored after the seal.
    assert racing(stale) == (5, [4, 6, 3])
    # It ends with a load of the thread's own store, so nothing of another thread comes first.
    assert racing(odd) == (3, [8, 2])
    # fr alone: its one reader, and the store that it misses.
    assert racing(long) == (12, [8])
    marks_only = replace(leak, property=replace(leak.property, path=()))
    assert racing(marks_only) == (13, [5])
    assert racing(replace(leak, property=replace(leak.property, path=(), marks=()))) == (None, [])


def test_a_flow_per_thread_in_witness_order(leak: Report) -> None:
    flows = result(leak)["codeFlows"][0]["threadFlows"]
    orders = {flow["id"]: [place["executionOrder"] for place in flow["locations"]] for flow in flows}
    assert orders == {"owner": [3, 4, 5, 6], "guest": [7, 8], "reader": [1, 2, 9, 10]}
    important = {p["executionOrder"] for flow in flows for p in flow["locations"] if p["importance"] == "essential"}
    assert important == {2, 4, 6, 7, 8, 10}
    assert flows[0]["locations"][1]["state"] == {"inode.seals": {"text": "32"}}


def test_a_finding_says_how_to_see_it_again(leak: Report) -> None:
    assert result(leak)["message"]["text"].splitlines() == [
        "A read that began before the seal returns what the guest wrote after it.",
        "VIOLATED: leak: inflight, fix none, protocol P2, model sc. 1,204 executions explored, all of them; "
        "40 late, 37 leak; they stand for 2,310,448 interleavings.",
        "Replay it: sealrace replay x.json",
        "Again: sealrace explore inflight --fix none --protocol P2 --model sc --param kernel=v5.16 --param pages=1",
    ]


def test_a_rule_explains_the_property(leak: Report, long: Report) -> None:
    (rule,) = json.loads(sarif(leak, file="x.json"))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "leak"
    assert rule["shortDescription"]["text"] == "A read copies out what the guest stored after the seal."
    assert rule["help"]["text"].startswith(rule["shortDescription"]["text"])
    own = replace(long, property=replace(long.property, name="torn"))
    (rule,) = json.loads(sarif(own, file="x.json"))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "An execution breaks the property torn of its scenario."


def test_how_bad_it_is(leak: Report) -> None:
    raced = replace(leak.search, remarks={"flag data-race": 2})
    race = replace(leak, property=replace(leak.property, name="flag data-race"), search=raced)
    witness = replace(leak, protocol="litmus", property=replace(leak.property, name="exists"))
    assert [(result(r)["kind"], result(r)["level"]) for r in (leak, race, witness)] == [
        ("fail", "error"),
        ("fail", "warning"),
        ("informational", "none"),
    ]


def test_the_fingerprint_stays_when_lines_and_bounds_change(leak: Report, stale: Report) -> None:
    def moved(event: Event) -> Event:
        return replace(event, line=event.line + 7) if event.file else event

    same = replace(leak, events=tuple(map(moved, leak.events)), parameters={"pages": 3}, tool="9")
    assert fingerprint(same) == fingerprint(leak) == result(leak)["partialFingerprints"]["sealracePath/v1"]
    others = [stale, replace(leak, fix="recheck"), replace(leak, property=replace(leak.property, name="late"))]
    assert len({fingerprint(report) for report in (leak, *others)}) == 4


def test_files_are_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert uri("scenarios/shmem/read.py") == "scenarios/shmem/read.py"
    assert uri("../litmus/a b:c.litmus") == "../litmus/a%20b%3Ac.litmus"
    assert uri(str(tmp_path / "tests" / "mp.litmus")) == "tests/mp.litmus"
    assert uri("/home/somebody/mp.litmus") == "mp.litmus"


def test_no_path_of_this_machine_is_told(leak: Report) -> None:
    def elsewhere(event: Event) -> Event:
        return replace(event, file=f"/home/somebody/{event.file}") if event.file else event

    assert "/home" not in sarif(replace(leak, events=tuple(map(elsewhere, leak.events))), file="x.json")


def test_a_report_without_a_step_has_no_code_flow() -> None:
    """A flow without a thread is against the schema; a litmus test may have no access at all."""
    x = Location("x")
    execution = Execution(
        threads=("P0",),
        events=(initial(x),),
        source_of=(-1,),
        coherence=((0,),),
        rmw=empty(1),
        addr=empty(1),
        data=empty(1),
        ctrl=empty(1),
        ctrl_later=empty(1),
    )
    report = made(execution, Violation("leak", (), (), "x=0 holds at the end."), ())
    assert result(report)["codeFlows"] == []
