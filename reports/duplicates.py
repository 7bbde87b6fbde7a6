"""Keys that stand twice in one JSON object: decoders keep the last one, readers see the first."""

from __future__ import annotations

import json


class _Object(list[tuple[str, object]]):
    """A JSON object as it is written."""


def duplicate_key(content: bytes) -> str | None:
    """The JSON path of the first key that stands twice in its object, None where all differ.

    ``content`` must be sound JSON, nested no deeper than files of this tool are.
    """
    return _duplicate("$", json.loads(content.decode(), object_pairs_hook=_Object))


def _duplicate(path: str, value: object) -> str | None:
    if isinstance(value, _Object):
        seen: dict[str, None] = {}
        for key, part in value:
            place = f"{path}.{key}" if key.isidentifier() else f"{path}[{key!r}]"
            if key in seen:
                return place
            seen[key] = None
            found = _duplicate(place, part)
            if found is not None:
                return found
    elif isinstance(value, list):
        for i, part in enumerate(value):
            found = _duplicate(f"{path}[{i}]", part)
            if found is not None:
                return found
    return None
