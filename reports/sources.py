"""The text of modelled code, read from the files that accesses name."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib.abc import InspectLoader
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from explorer.execution.event import Source
from reports.structure import SourceText


def source_texts(sources: Iterable[Source]) -> tuple[SourceText, ...]:
    """The text of the modelled functions in which accesses stand, and of their callers in the same files.

    A file that is not found has none.
    """
    placed = list(sources)
    # A nested function's qualified name ends with the name that its definition shows.
    functions = {call.function.rpartition(".")[2] for source in placed for call in source.stack}
    texts = []
    for file in sorted({source.file for source in placed}):
        text = _text(file)
        if text is None:
            continue
        lines = text.split("\n")
        event_lines = {source.line for source in placed if source.file == file}
        nodes = _functions(text)
        names = Counter(name for name, _first, _last in nodes)
        for name, first, last in nodes:
            # A name defined more than once is told apart by the lines that ran.
            ran = any(first <= line <= last for line in event_lines)
            if name in functions and (ran or names[name] == 1):
                body = "\n".join(lines[first - 1 : last])
                texts.append(SourceText(file=file, function=name, first_line=first, text=body))
    return tuple(texts)


@lru_cache(maxsize=64)
def _functions(text: str) -> tuple[tuple[str, int, int], ...]:
    """The coroutine functions of a file with their first and last lines, in their order."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.AsyncFunctionDef)]
    nodes.sort(key=lambda node: node.lineno)
    return tuple((node.name, node.lineno, node.end_lineno or node.lineno) for node in nodes)


def _text(file: str) -> str | None:
    """The text of a Python file, None where there is none; of a scenario file named by its path the text that ran."""
    loader = getattr(sys.modules.get(file), "__loader__", None)
    if isinstance(loader, InspectLoader):
        return loader.get_source(file)
    path = _find(file)
    return None if path is None else path.read_text(encoding="utf-8")


def _find(file: str) -> Path | None:
    """The Python file with this path relative to the import root, through the package or module it starts with.

    The accesses of a litmus test stand in the test's file, which may lie in a package too.
    """
    parts = PurePosixPath(file).parts
    package = parts[0].removesuffix(".py") if parts else ""
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
    path = root.joinpath(*parts[1:])
    return path if path.suffix == ".py" and path.is_file() else None
