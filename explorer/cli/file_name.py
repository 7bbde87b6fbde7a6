"""Names in names of files: what a file's name cannot hold is replaced, and two names never become one.

A name that had to be changed, or is too long, has a short hash of the whole beside what can be read of it.
"""

from __future__ import annotations

import hashlib
import re

LONGEST = 80
"""Characters of a scenario or a test: what stands beside it must fit, too."""

SHORT = 40
"""Characters of what stands beside it: a model, a property."""

LONGEST_STEM = 120
"""Characters of scenario, protocol, fix and form together."""

_NOT_KEPT = re.compile(r"[^A-Za-z0-9_.+-]+")

_PATH = re.compile(r"[A-Za-z0-9_+][A-Za-z0-9_.+]*(/[A-Za-z0-9_.+]+)*\.py:[A-Za-z0-9_.+-]+")
"""A scenario in a file whose path has no "-": what "/" and ":" become can be told from what it had."""

_TAKEN = re.compile(r"flag-.*|.*-[0-9]+")
"""What Sealrace calls files of its own: those of flags, and the second and further ones of a property."""


def plain(text: str) -> str:
    """Text of several names as one of a file or folder; nothing is added, as each name in it is told apart."""
    return _NOT_KEPT.sub("-", text)


def in_file_name(name: str, longest: int = LONGEST) -> str:
    """A protocol, a fix, a test: kept where it can be, else what is left of its beginning, and a hash."""
    return name if _can_stay(name, longest) else _hashed(name, longest)


def model_in_file_name(name: str) -> str:
    return in_file_name(name, SHORT)


def stem_of(*names: str) -> str:
    """Names that are fit for a file, as one; empty ones are left out."""
    stem = "-".join(filter(None, names))
    return stem if len(stem) <= LONGEST_STEM else f"{stem[:LONGEST_STEM].rstrip('-.')}-{_hash_of(stem)}"


def label(name: str) -> str:
    """The same of a property, a goal or a flag, whose file may have a number behind it."""
    return _hashed(name, SHORT) if _TAKEN.fullmatch(name) else in_file_name(name, SHORT)


def scenario_in_file_name(name: str) -> str:
    """A scenario; of one in a file the path too, ``examples-ring.py-ring``.

    Of a long one the end stays, behind the hash.
    """
    written = plain(name).strip("-.")
    if len(written) <= LONGEST and (_can_stay(name, LONGEST) or _PATH.fullmatch(name)):
        return written
    return f"{_hash_of(name)}-{written[-LONGEST:].lstrip('-.')}"


def _can_stay(name: str, longest: int) -> bool:
    return 0 < len(name) <= longest and plain(name) == name and name.strip("-.") == name


def _hashed(name: str, longest: int) -> str:
    return f"{plain(name)[:longest].strip('-.')}-{_hash_of(name)}".lstrip("-")


def _hash_of(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
