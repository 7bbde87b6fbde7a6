"""A directory that holds a model in parts, as a kernel tree's ``tools/memory-model`` does.

A ``.cfg`` file names the parts, one ``key file`` a line: ``model`` (the .cat file, read
last), ``bell`` (declarations and relations that it builds on) and ``macros`` (what the
kernel's primitives are made of; the reader of litmus files wants it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from explorer.memory.cat.include import read_source, statements_of
from explorer.memory.cat.parsed import parsed
from explorer.memory.cat.source import CatError, Place, Source
from explorer.memory.cat.syntax import Statement, bound_names

_SETTING = re.compile(r"^(model|bell|macros)[ \t]+(\S+)[ \t\r]*$", re.MULTILINE)

_TIME = "let before = hb | pb | rb"
_PLAIN_TIME = """
let before = hb | pb | rb |
  ((Plain * M | M * Plain) & ([W] ; ww-vis ; [W] | [W] ; wr-vis ; [R] | [R] ; rw-xbstar ; [W]))
"""


@dataclass(frozen=True, slots=True)
class ModelDirectory:
    """The files of a model; the macros are not read as cat."""

    model: Source
    bell: Source | None
    macros: Source | None

    @property
    def text(self) -> str:
        """The rules, as read."""
        return "\n".join(source.text for source in (self.bell, self.model) if source)

    def statements(self) -> tuple[Statement, ...]:
        """The rules, the .bell file first, with the order of effect where the files leave it out.

        The kernel's files have no ``before``.  Its relations of temporal order are hb, pb
        and rb, and for plain accesses what makes one visible to, or executes it before,
        another.
        """
        rules = tuple(rule for source in (self.bell, self.model) if source for rule in statements_of(source))
        named = {name for rule in rules for name in bound_names(rule)}
        if "before" in named or not {"hb", "pb", "rb"} <= named:
            return rules
        time = _PLAIN_TIME if {"Plain", "ww-vis", "wr-vis", "rw-xbstar"} <= named else _TIME
        return (*rules, *parsed(Source("order of effect", time)))


def read_directory(directory: Path) -> ModelDirectory:
    """Read the files that the .cfg file of a directory names.

    Raises:
        CatError: there is not exactly one .cfg file, it names no model or one part twice, or
            a file is missing.
    """
    settings = sorted(directory.glob("*.cfg"))
    if len(settings) != 1:
        found = f"{len(settings)} .cfg files" if settings else "no .cfg file"
        raise CatError(f"{directory} holds {found}: a model directory has one, which names its .cat file")
    cfg = read_source(settings[0], str(settings[0]), None)
    parts: dict[str, Source] = {}
    for line in _SETTING.finditer(cfg.text):
        key, name = line.groups()
        place = Place(cfg, *line.span(2))
        if key in parts:
            raise CatError(f"a second '{key}'", place)
        parts[key] = read_source(directory / name, str(directory / name), place)
    if "model" not in parts:
        raise CatError(f"{cfg.file}: no line 'model FILE.cat'")
    return ModelDirectory(parts["model"], parts.get("bell"), parts.get("macros"))
