"""The style sheet of the picture applied to its elements, for renderers that know no CSS.

Of CSS this understands what ``picture.css`` uses: rules of class and element selectors with descendants, custom
properties, and the cascade by specificity and order.  Rules of a medium (``@media``) and selectors of other kinds
are for browsers, and are passed over: a renderer draws the light picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_INHERITED = ("font-size", "font-weight", "text-anchor", "color")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MEDIUM = re.compile(r"@[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_PART = re.compile(r"[a-z]*(?:\.[\w-]+)*")
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")

Style = Mapping[str, str]
"""Properties of one element."""


@dataclass(frozen=True)
class _Rule:
    """A selector as its parts from outside to inside, each an element's name (or none) and its classes."""

    parts: tuple[tuple[str, frozenset[str]], ...]
    properties: tuple[tuple[str, str], ...]

    @property
    def weight(self) -> tuple[int, int]:
        return sum(len(classes) for _, classes in self.parts), sum(bool(name) for name, _ in self.parts)

    def fits(self, path: Sequence[ET.Element]) -> bool:
        """Whether it selects the last element of a path from the root."""
        *outer, own = self.parts
        if not _is(path[-1], own):
            return False
        above = iter(path[-2::-1])
        return all(any(_is(element, part) for element in above) for part in reversed(outer))


class StyleSheet:
    """The rules of a style sheet."""

    def __init__(self, text: str) -> None:
        plain = _MEDIUM.sub("", _COMMENT.sub("", text))
        # A stable sort: of two rules of one weight the later one wins.
        self._rules = sorted(_rules(plain), key=lambda rule: rule.weight)

    def of(self, path: Sequence[ET.Element], inherited: Style) -> dict[str, str]:
        """The properties of the last element of a path from the root, ``inherited`` being those of its parent."""
        style = {name: value for name, value in inherited.items() if name in _INHERITED or name.startswith("--")}
        for rule in self._rules:
            if rule.fits(path):
                style.update(rule.properties)
        style.update(_declarations(path[-1].get("style", "")))
        return {name: _VARIABLE.sub(lambda found: style.get(found[1], ""), value) for name, value in style.items()}


def _rules(text: str) -> Iterator[_Rule]:
    for selectors, body in _RULE.findall(text):
        for selector in selectors.split(","):
            parts = selector.split()
            if parts and all(_PART.fullmatch(part) for part in parts):
                yield _Rule(tuple(map(_part, parts)), tuple(_declarations(body)))


def _part(selector: str) -> tuple[str, frozenset[str]]:
    name, *classes = selector.split(".")
    return name, frozenset(classes)


def _declarations(body: str) -> Iterator[tuple[str, str]]:
    for declaration in body.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _is(element: ET.Element, part: tuple[str, frozenset[str]]) -> bool:
    name, classes = part
    return (not name or name == local_name(element)) and classes <= set(element.get("class", "").split())


def local_name(element: ET.Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]
