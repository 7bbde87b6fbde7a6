"""Pages from templates: self-contained, with autoescape on and undefined names refused."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"


def render_page(template: str, **values: object) -> str:
    """The template filled with these values; its ``style`` is the style sheet of all pages."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    style = Markup((_TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return environment.get_template(template).render(values, style=style)
