"""Trees that are parsed, or read from the cache: all that is in them, to compare them by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from explorer.litmus.source import Place as LitmusPlace
from explorer.memory.cat.source import Place as CatPlace


def everything(tree: Any) -> Iterator[object]:
    """All of a tree, with the places that take no part in its comparison."""
    if isinstance(tree, tuple):
        for each in tree:
            yield from everything(each)
    elif is_dataclass(tree) and not isinstance(tree, LitmusPlace | CatPlace):
        yield type(tree)
        for field in fields(tree):
            yield from everything(getattr(tree, field.name))
    else:
        yield tree
