"""The declarations of a .bell file: which tags there are, and which events carry them.

The events and their tags are the engine's, so a declaration defines nothing: it is checked
against what the engine has.  The set of a tag (``Once``) is there in any case.
"""

from __future__ import annotations

from explorer.execution.kinds import Tag
from explorer.memory.cat.source import CatError
from explorer.memory.cat.syntax import Instructions, Name, TagEnumeration, TagName

_CLASSES = ("R", "W", "RMW", "F", "SRCU")
"""Classes of instructions that the engine has events for."""

_TAGS = tuple(tag.value for tag in Tag)


class Declarations:
    """The enumerations that have been declared so far."""

    def __init__(self) -> None:
        self._enumerations: set[str] = set()

    def enumeration(self, declared: TagEnumeration) -> None:
        """``enum NAME = 'tag || ...``; CatError at a tag that no event carries."""
        for tag in declared.tags:
            _require_tag(tag)
        self._enumerations.add(declared.name)

    def instructions(self, declared: Instructions) -> None:
        """``instructions CLASS[...]``; CatError at an unknown class, tag or enumeration."""
        if declared.name not in _CLASSES:
            raise CatError(
                f"there are no events for instructions '{declared.name}'",
                declared.place,
                f"there are {', '.join(_CLASSES)}",
            )
        for tags in declared.tag_sets:
            if isinstance(tags, Name):
                if tags.name not in self._enumerations:
                    raise CatError(f"no enumeration '{tags.name}' is declared above", tags.place)
            else:
                for tag in tags:
                    _require_tag(tag)


def _require_tag(tag: TagName) -> None:
    if tag.name not in _TAGS:
        raise CatError(f"no event carries the tag '{tag.name}'", tag.place, f"there are {', '.join(_TAGS)}")
