"""JUnit XML for continuous integration. It has no schema; what its readers have in common is written down here."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from reports.forms.junit import Case, Outcome, junit, junit_file
from reports.structure import Report

ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"classname", "name"},
    "failure": {"message"},
    "error": {"message"},
    "skipped": {"message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}


def checked(text: str) -> ET.Element:
    """The root of a file whose elements, attributes and counts are in order."""
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    for counted in [root, *root]:
        cases = list(counted.iter("testcase"))
        assert int(counted.attrib["tests"]) == len(cases)
        for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(counted.attrib[attribute]) == sum(case.find(kind) is not None for case in cases)
    assert all(len(case) == 1 for case in root.iter("testcase"))
    return root


CASES = [
    Case("fresh", "fix none, protocol P2, model sc", Outcome.PASSED, "HOLDS", "3 executions"),
    Case("inflight", "fix none, protocol P2, model sc", Outcome.FAILED, "VIOLATED: leak", "leak: a sentence"),
    Case("fresh", "fix none, protocol P0, model sc", Outcome.SKIPPED, "n/a: no such thing", ""),
    Case("fresh", "fix none, protocol P1, model sc", Outcome.ERROR, "not run", ""),
]

FILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sealrace" tests="4" failures="1" errors="1" skipped="1">
 <testsuite name="fresh" tests="3" failures="0" errors="1" skipped="1">
  <testcase classname="fresh" name="fix none, protocol P2, model sc">
   <system-out>HOLDS
3 executions</system-out>
  </testcase>
  <testcase classname="fresh" name="fix none, protocol P0, model sc">
   <skipped message="n/a: no such thing" />
  </testcase>
  <testcase classname="fresh" name="fix none, protocol P1, model sc">
   <error message="not run" />
  </testcase>
 </testsuite>
 <testsuite name="inflight" tests="1" failures="1" errors="0" skipped="0">
  <testcase classname="inflight" name="fix none, protocol P2, model sc">
   <failure message="VIOLATED: leak">leak: a sentence</failure>
  </testcase>
 </testsuite>
</testsuites>
"""


def test_a_suite_per_scenario_and_a_case_per_cell() -> None:
    assert junit_file(CASES) == FILE
    checked(junit_file(CASES))


def test_no_cases_are_a_file_too() -> None:
    assert checked(junit_file([])).attrib["tests"] == "0"


@pytest.mark.parametrize("name", ["leak", "stale", "odd", "long", "hostile"])
def test_a_report_is_one_failure(name: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(name)
    (case,) = checked(junit(report, file="x.json")).iter("testcase")
    assert case.find("failure") is not None


def test_a_failure_says_what_why_and_how_again(leak: Report) -> None:
    (case,) = checked(junit(leak, file="out/leak.json")).iter("testcase")
    assert case.attrib == {"classname": "inflight", "name": "fix none, protocol P2, model sc"}
    assert case[0].attrib == {"message": "VIOLATED: leak"}
    assert (case[0].text or "").splitlines() == [
        "A read that began before the seal returns what the guest wrote after it.",
        "1,204 executions explored, all of them; 40 late, 37 leak; they stand for 2,310,448 interleavings",
        "replay: sealrace replay out/leak.json",
        "again: sealrace explore inflight --fix none --protocol P2 --model sc --param kernel=v5.16 --param pages=1",
    ]


def test_a_remark_and_a_witness_that_was_asked_for_pass(leak: Report) -> None:
    raced = replace(leak.search, remarks={"flag data-race": 2})
    race = replace(leak, property=replace(leak.property, name="flag data-race"), search=raced)
    (case,) = checked(junit(race, file="x.json")).iter("testcase")
    assert (case[0].tag, (case[0].text or "").splitlines()[0]) == ("system-out", "REMARK: flag data-race")
    for quantifier, tag in (("exists", "system-out"), ("~exists", "failure"), ("forall", "failure")):
        litmus = replace(leak, protocol="litmus", property=replace(leak.property, name=quantifier))
        (case,) = checked(junit(litmus, file="x.json")).iter("testcase")
        assert (case[0].tag, case.attrib["name"]) == (tag, "model sc")
