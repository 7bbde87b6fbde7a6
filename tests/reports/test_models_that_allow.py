"""The models that allow an execution, in every form that names them."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from reports.forms.mail import mail
from reports.forms.text import text
from reports.forms.trace import trace
from reports.pages.execution import html
from reports.report import ReportError, decode_report, encode_report
from reports.structure import Report

WORDS = [
    (("sc", "tso", "pso", "armv8", "lkmm"), "sc allows it (sc, tso, pso, armv8, lkmm)"),
    (("pso", "armv8", "lkmm"), "needs pso or weaker (pso, armv8, lkmm)"),
    (("tso", "pso", "lkmm"), "needs tso or weaker (tso, pso, lkmm)"),
    (("lkmm",), "needs lkmm"),
    ((), "none of sc, tso, pso, armv8, lkmm allows it"),
]


@pytest.mark.parametrize(("names", "words"), WORDS)
def test_each_form_says_it(leak: Report, names: tuple[str, ...], words: str) -> None:
    report = replace(leak, allowed_by=names)
    assert f"\n models     {words}\n" in text(report, file="r.json")
    assert f"\nModels: {words}\n" in mail(report, file="r.json")
    assert f'<div class="soft">Models: {words}</div>' in html(report, file="r.json")
    assert json.loads(trace(report))["otherData"]["models"] == words
    assert decode_report(encode_report(report), "r.json") == report


def test_a_report_of_an_earlier_version_says_nothing(leak: Report) -> None:
    assert leak.allowed_by is None
    assert b'"allowed_by": null' in encode_report(leak)
    assert "models " not in text(leak, file="r.json")
    assert "Models:" not in mail(leak, file="r.json") + html(leak, file="r.json")
    assert "models" not in json.loads(trace(leak))["otherData"]


@pytest.mark.parametrize("names", [("tso", "sc"), ("sc", "sc"), ("x86",)])
def test_other_names_and_orders_are_refused(leak: Report, names: tuple[str, ...]) -> None:
    message = r"^r.json: \$.allowed_by: must name models of sc, tso, pso, armv8, lkmm, each once and in this order\n"
    with pytest.raises(ReportError, match=message):
        decode_report(encode_report(replace(leak, allowed_by=names)), "r.json")
