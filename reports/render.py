"""One report in any form."""

from __future__ import annotations

from collections.abc import Callable

from reports.forms.dot import dot
from reports.forms.graph import graphml, node_link
from reports.forms.text import text
from reports.pages.execution import html
from reports.picture.svg import svg
from reports.structure import Report

_FORMS: dict[str, Callable[[Report, str], str]] = {
    "text": lambda report, file: text(report, file=file),
    "dot": lambda report, file: dot(report),
    "svg": lambda report, file: svg(report),
    "html": lambda report, file: html(report, file=file),
    "graphml": lambda report, file: graphml(report),
    "json": lambda report, file: node_link(report),
}

FORMS = tuple(_FORMS)
"""The names of the forms."""


def render(report: Report, form: str, file: str = "REPORT.json", width: int | None = None) -> str:
    """The report in this form, one of ``FORMS`` (``KeyError`` for another).

    ``file`` is the report's file name, shown in the command that replays it; ``width`` the
    columns of the terminal, for text.
    """
    if form == "text" and width is not None:
        return text(report, file=file, width=width)
    return _FORMS[form](report, file)
