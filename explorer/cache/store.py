"""Results on disk, under the SHA-256 of all that they are made from, as JSON.

A cache never matters: where its folder cannot be read or written, or a file in it is not
what was written, the result is made again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from explorer.version import VERSION

T = TypeVar("T")

MAX_BYTES = 1 << 24
"""A larger file is none of ours."""

MAX_FILES = 100
"""Results of one kind that are kept; beyond it the oldest go."""


def folder() -> Path | None:
    """``$SEALRACE_CACHE``, else ``sealrace`` in the user's cache folder; None where the variable is empty."""
    chosen = os.environ.get("SEALRACE_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # a relative one is to be ignored, says the XDG Base Directory Specification
        base = os.path.expanduser("~/.cache")
    return Path(base, "sealrace") if os.path.isabs(base) else None


def key_of(parts: Iterable[bytes]) -> str:
    """The name of what is made from these parts, with this Python and this version of Sealrace."""
    found = sha256()
    for part in (VERSION.encode(), sys.version.encode(), *parts):
        found.update(b"%d:" % len(part))
        found.update(part)
    return found.hexdigest()


@cache
def makers(here: str, *names: str) -> tuple[bytes, ...] | None:
    """What turns text into a result: the files with these names beside the module ``here``, and lark.

    None where they cannot be read: then nothing is to be kept.
    """
    lark = find_spec("lark")  # not imported: its first file tells its version
    if lark is None or lark.origin is None:
        return None
    beside = (Path(here).with_name(name) for name in names)
    own = (Path(__file__).with_name("trees.py"), Path(__file__))
    try:
        return tuple(path.read_bytes() for path in (Path(lark.origin), *own, *beside))
    except OSError:
        return None


def kept(kind: str, key: str, read: Callable[[Any], T], make: Callable[[], T], write: Callable[[T], Any]) -> T:
    """The result of ``make()``, or what an earlier run has kept of it.

    Args:
        kind: a word for the names of files.
        key: from ``key_of``.
        read: makes the result from JSON; raises any Exception where that is not what ``write`` gave.
        make: makes it anew; what it raises is raised.
        write: makes JSON of it.
    """
    path = _path(kind, key)
    if path is not None:
        # Whatever is wrong with a file shows in ways that depend on what reads it.
        with suppress(Exception):
            return read(_load(path))
    made = make()
    if path is not None:
        with suppress(OSError, ValueError, RecursionError):
            _save(path, json.dumps(write(made), separators=(",", ":")))
    return made


def mark(kind: str, key: str) -> None:
    """Keep that there is something of this key, where that can be kept; it counts as new."""
    path = _path(kind, key)
    if path is not None:
        with suppress(OSError):
            _save(path, "true")


def is_marked(kind: str, key: str) -> bool:
    """Whether an earlier run has kept that."""
    path = _path(kind, key)
    if path is not None:
        with suppress(Exception):
            return bool(_load(path))
    return False


def _path(kind: str, key: str) -> Path | None:
    chosen = folder()
    return None if chosen is None else chosen / f"{kind}-{key}.json"


def _load(path: Path) -> Any:
    """What ``_save`` has written; ValueError or OSError for anything else."""
    if not path.is_file():  # opening a pipe would wait for its other end
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        stored = file.read(MAX_BYTES + 1)
    digest, _, content = stored.partition(b"\n")
    if len(stored) > MAX_BYTES or digest != sha256(content).hexdigest().encode():
        raise ValueError("damaged")
    return json.loads(content)


def _save(path: Path, content: str) -> None:
    """Write a file that is there in whole or not at all, whoever else writes it."""
    import tempfile  # as long to import as all else here, and seldom needed

    encoded = content.encode()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sha256(encoded).hexdigest().encode() + b"\n" + encoded)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
    kind = path.name.partition("-")[0]
    found = sorted(path.parent.glob(f"{kind}-*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in found[MAX_FILES:]:
        old.unlink(missing_ok=True)
