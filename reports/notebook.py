"""Reports in notebooks: a report as the value of a cell shows its picture.

Jupyter asks a value for ``_repr_html_`` and ``_repr_svg_``.  A report answers with what this module puts into
``reports.structure.VIEWS``; ``reports.report``, which loads reports, and ``reports.build``, which makes them, load it.
Drawing is imported when a picture is asked for.
"""

from __future__ import annotations

from html import escape

from explorer.visible import visible
from reports.structure import VIEWS, Report


def svg_view(report: Report) -> str:
    """The SVG document."""
    from reports.picture.svg import svg

    return svg(report)


def html_view(report: Report) -> str:
    """What was found in words, the picture, and its key: a part of a page, without script."""
    from reports.picture.svg import picture, picture_key
    from reports.steps import initial_values
    from reports.words import title, verdict

    sentence = escape(visible(report.property.sentence))
    about = escape(f"{verdict(report)}, {title(report)}")
    initially = escape(", ".join(initial_values(report)))
    key = "; ".join(f"{sign} {escape(words)}" for sign, words in picture_key(report))
    return (
        f"<div><p><strong>{sentence}</strong><br/>{about}<br/>initially {initially}</p>\n"
        f"{picture(report, headline=False)}\n<p>{key}</p></div>"
    )


VIEWS.update(svg=svg_view, html=html_view)
