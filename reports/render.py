"""One report in any form."""

from __future__ import annotations

from collections.abc import Callable

from reports.forms.dot import dot
from reports.forms.graph import graphml, node_link
from reports.forms.junit import junit
from reports.forms.mail import mail
from reports.forms.mermaid import mermaid
from reports.forms.sarif import sarif
from reports.forms.shiviz import shiviz
from reports.forms.text import text
from reports.forms.trace import trace
from reports.pages.execution import html
from reports.picture.png import png
from reports.picture.svg import svg
from reports.structure import Report

_FORMS: dict[str, Callable[[Report, str], str]] = {
    "text": lambda report, file: text(report, file=file),
    "mail": lambda report, file: mail(report, file=file),
    "svg": lambda report, file: svg(report),
    "html": lambda report, file: html(report, file=file),
    "dot": lambda report, file: dot(report),
    "mermaid": lambda report, file: mermaid(report),
    "shiviz": lambda report, file: shiviz(report),
    "trace": lambda report, file: trace(report),
    "graphml": lambda report, file: graphml(report),
    "json": lambda report, file: node_link(report),
    "junit": lambda report, file: junit(report, file=file),
    "sarif": lambda report, file: sarif(report, file=file),
}

FORMS = tuple(_FORMS)
"""The names of the forms that are text."""

_IMAGES: dict[str, Callable[[Report], bytes]] = {"png": png}

IMAGES = tuple(_IMAGES)
"""The names of the forms that are not."""


def render(report: Report, form: str, file: str = "REPORT.json", width: int | None = None) -> str:
    """The report in this form, one of ``FORMS`` (``KeyError`` for another).

    ``file`` is the report's file name, shown in the command that replays it; ``width`` the
    columns of the terminal, for text.
    """
    if form == "text" and width is not None:
        return text(report, file=file, width=width)
    return _FORMS[form](report, file)


def render_file(report: Report, form: str, file: str = "REPORT.json") -> bytes:
    """What a file of this form holds, one of ``FORMS`` (in UTF-8) or ``IMAGES``; ``file`` as for ``render``.

    Raises:
        InputError: a library that the form needs is not installed.
    """
    return _IMAGES[form](report) if form in _IMAGES else render(report, form, file).encode()
