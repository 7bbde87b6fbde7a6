"""JUnit XML: verdicts for continuous integration, a test suite per scenario and a test case per cell.

There is no standard of JUnit files; these keep to what Jenkins, GitLab and others read in common: ``testsuites``,
``testsuite``, ``testcase``, and in a test case that did not pass one ``failure``, ``error`` or ``skipped`` with
a message and a text.  A case has no time: what a search took differs from run to run, and equal runs are to be equal
bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from xml.etree import ElementTree as ET

from explorer.visible import visible
from reports.structure import Report
from reports.words import counts, explore_command, finding, is_litmus, is_outcome, is_remark, replay_command, verdict


class Outcome(Enum):
    """How a test case ended."""

    PASSED = "passed"
    FAILED = "failure"
    ERROR = "error"  # nothing is claimed
    SKIPPED = "skipped"  # the cell means nothing


@dataclass(frozen=True)
class Case:
    """One test case.

    ``suite`` is the scenario, ``name`` says fix, protocol and model, ``message`` is one line, and ``text`` the lines
    that say more.  A case that passed shows only its text.
    """

    suite: str
    name: str
    outcome: Outcome
    message: str
    text: str


def junit(report: Report, *, file: str) -> str:
    """One report as a file of one test case: it failed, unless it breaks nothing or is the witness of an ``exists``."""
    passed = is_remark(report) or is_outcome(report) or finding(report) == "WITNESS"
    lines = [
        visible(report.property.sentence),
        counts(report),
        f"replay: {replay_command(report, file)}",
        f"again: {explore_command(report)}",
    ]
    name = (
        f"model {report.model.name}" if is_litmus(report) else case_name(report.fix, report.protocol, report.model.name)
    )
    outcome = Outcome.PASSED if passed else Outcome.FAILED
    return junit_file([Case(report.scenario, name, outcome, verdict(report), "\n".join(lines))])


def case_name(fix: str, protocol: str, model: str) -> str:
    """The name of a cell's test case within its scenario."""
    return f"fix {fix}, protocol {protocol}, model {model}"


def junit_file(cases: Sequence[Case]) -> str:
    """The cases as a JUnit file, suites in the order in which they first come."""
    suites: dict[str, list[Case]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    root = ET.Element("testsuites", {"name": "sealrace", **_counted(cases)})
    for suite, own in suites.items():
        element = ET.SubElement(root, "testsuite", {"name": visible(suite), **_counted(own)})
        for case in own:
            _case(element, case)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, case: Case) -> None:
    names = {"classname": visible(case.suite), "name": visible(case.name)}
    element = ET.SubElement(suite, "testcase", names)
    text = "\n".join(map(visible, case.text.split("\n")))
    if case.outcome is Outcome.PASSED:
        ET.SubElement(element, "system-out").text = "\n".join(part for part in (visible(case.message), text) if part)
        return
    ET.SubElement(element, case.outcome.value, {"message": visible(case.message)}).text = text


def _counted(cases: Sequence[Case]) -> dict[str, str]:
    outcomes = Counter(case.outcome for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": str(outcomes[Outcome.FAILED]),
        "errors": str(outcomes[Outcome.ERROR]),
        "skipped": str(outcomes[Outcome.SKIPPED]),
    }
