"""Pages from templates: self-contained, with autoescape on and undefined names refused.

A page holds its style, its script and its data, and its content security policy lets it load nothing and run no
other script.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

_HERE = Path(__file__).parent


def render_page(
    template: str,
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    data: object = None,
    served: bool = False,
    **values: object,
) -> str:
    """The template filled with these values.

    ``styles`` and ``scripts`` are names of files in ``static``: the style sheets beside that of all pages, and the
    scripts, which run in one strict function of their own, in this order.  ``data`` is what the scripts read, as
    ``JSON.parse(document.getElementById("data").textContent)``.  A page that is ``served`` may ask its own server, by
    forms and scripts.
    """
    style = "".join(_static(name) for name in ("page.css", *styles))
    script = "".join(_static(name) for name in scripts)
    script = f'"use strict";\n(() => {{\n{script}}})();\n' if script else ""
    return (
        _environment()
        .get_template(template)
        .render(
            values,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(script, served=served),
            data=_embedded(data),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["arrowed"] = _arrowed
    return environment


def _arrowed(action: str) -> Markup:
    """The text with its arrows kept whole where lines are broken."""
    return escape(action).replace("-&gt;", Markup('<span class="to">-&gt;</span>'))


def _static(name: str) -> str:
    return (_HERE / "static" / name).read_text(encoding="utf-8")


def _policy(script: str, *, served: bool) -> str:
    """What the page may load: nothing, or what its own server answers; and run: this script."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    runs = f"'sha256-{digest}'" if script else "'none'"
    asks = "connect-src 'self'; " if served else ""
    sends = "'self'" if served else "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {runs}; {asks}base-uri 'none'; form-action {sends}"
    )


def _embedded(data: object) -> Markup:
    """The data as JSON in ASCII that no parser of HTML takes for a tag."""
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
