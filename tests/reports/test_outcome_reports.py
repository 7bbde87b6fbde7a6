"""Reports of executions that break nothing: every form says what came out, and none that something is violated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser import needs_chromium, opened, scrolls_sideways, serious_findings
from msgspec.structs import replace
from playwright.sync_api import Browser

from explorer.search.violations import OUTCOME
from reports.check import first_fault
from reports.render import FORMS, render
from reports.report import decode_report, encode_report
from reports.structure import LITMUS, Property, Report
from reports.words import bold, counts, explore_command, finding, is_outcome, verdict, write_again_command

SENTENCE = "owner: ftruncate = 0; reader: pread = -EPERM."


@pytest.fixture
def outcome(leak: Report) -> Report:
    """The execution of the leak, as if it had broken nothing."""
    path = tuple(edge for edge in leak.property.path if edge.relation == "rf")
    assert path
    return replace(
        leak,
        property=Property(name=OUTCOME, sentence=SENTENCE, path=path, marks=()),
        search=replace(leak.search, same_outcome=3),
    )


def test_it_is_told_apart(outcome: Report, leak: Report) -> None:
    assert is_outcome(outcome)
    assert not is_outcome(leak)
    assert (finding(outcome), verdict(outcome)) == ("OUTCOME", "OUTCOME: breaks no property")
    assert bold(outcome) == "what one thread read from another"
    assert "; 3 with this outcome" in counts(outcome)
    assert verdict(replace(outcome, protocol=LITMUS)) == "OUTCOME: not of the condition"


def test_it_comes_from_a_survey(outcome: Report) -> None:
    assert explore_command(outcome).startswith("sealrace survey ")
    assert "--no-symmetry" not in explore_command(
        replace(outcome, search=replace(outcome.search, switches=("--no-symmetry",)))
    )
    assert write_again_command(replace(outcome, protocol=LITMUS)).endswith(" --out DIR")


def test_an_example_of_a_goal_comes_from_an_exploration(outcome: Report) -> None:
    reached = replace(outcome, search=replace(outcome.search, same_outcome=0, goal="met-seal"))
    assert first_fault(reached) is None
    assert (finding(reached), verdict(reached)) == ("REACHED", "REACHED: met-seal")
    assert "; this one breaks no property" in counts(reached)
    assert explore_command(reached).startswith("sealrace explore inflight ")
    assert "Result:" in render(outcome, "mail")
    assert "Result:" not in render(reached, "mail")
    nothing = replace(reached, search=replace(reached.search, violating={"late": 0, "leak": 0}))
    assert "; none breaks a property" in counts(nothing)


def test_a_property_of_that_name_is_one(outcome: Report) -> None:
    """Where the search counts it among the properties, it is that of a scenario."""
    own = replace(outcome, search=replace(outcome.search, violating={OUTCOME: 1}))
    assert not is_outcome(own)
    assert first_fault(own) is None


def test_its_file_is_read_back_and_must_count_it(outcome: Report) -> None:
    assert first_fault(outcome) is None
    assert decode_report(encode_report(outcome), "x.json") == outcome
    assert first_fault(replace(outcome, search=replace(outcome.search, same_outcome=0))) == (
        "$.search.same_outcome",
        "counts no execution with this outcome, which this one has",
    )
    executions = outcome.search.executions
    assert first_fault(replace(outcome, search=replace(outcome.search, same_outcome=executions + 1))) == (
        "$.search.same_outcome",
        f"{executions + 1} of {executions} executions",
    )


def test_other_files_do_not_speak_of_it(leak: Report) -> None:
    assert b"same_outcome" not in encode_report(leak)


@pytest.mark.parametrize("form", [form for form in FORMS if form in ("text", "html", "svg", "dot")])
def test_forms_for_people_say_it(form: str, outcome: Report) -> None:
    drawn = " ".join(render(outcome, form).split())
    assert "OUTCOME: breaks no property" in drawn
    assert "pread = -EPERM" in drawn
    assert "VIOLATED: " not in drawn


@needs_chromium
@pytest.mark.parametrize("width", [375, 1440])
def test_its_page_opens(width: int, outcome: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(outcome, "html"), tmp_path, width=width) as page:
        assert not scrolls_sideways(page)
        assert serious_findings(page) == []


def test_it_is_no_finding_for_continuous_integration(outcome: Report) -> None:
    assert 'failures="0"' in render(outcome, "junit")
    (found,) = json.loads(render(outcome, "sarif"))["runs"][0]["results"]
    assert (found["kind"], found["level"]) == ("informational", "none")
