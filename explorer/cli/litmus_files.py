"""Which files ``sealrace litmus`` runs, and under which names their reports are written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from explorer.cli.litmus_read import SUFFIX


def find_tests(paths: Sequence[Path]) -> tuple[dict[Path, str], list[str]]:
    """The files named and those below the folders named, in order, each once; and what is wrong with paths.

    With each file goes the name of its report: its path below the folder that was named, or its own name.
    Where two would have one name, all go by their paths below the folder that they share.
    """
    below: dict[Path, Path] = {}
    problems: list[str] = []
    for path in paths:
        found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not found:
            problems.append(f"{path}: there is no {SUFFIX} file in this folder")
        for file in found:
            below.setdefault(file, file.relative_to(path) if path.is_dir() else Path(file.name))
    once = {Path(os.path.abspath(file)): file for file in reversed(below)}
    files = [file for file in below if file in once.values()]
    names = [_name(below[file]) for file in files]
    if len(set(names)) < len(names):
        shared = os.path.commonpath([file.parent for file in once])
        names = [_name(Path(os.path.relpath(file, shared))) for file in files]
    return dict(zip(files, names, strict=True)), problems


def _name(path: Path) -> str:
    return str(path.with_suffix("") if path.suffix == SUFFIX else path)
