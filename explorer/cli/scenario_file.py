"""Scenarios of one's own in a Python file, named on the command line: ``path/to/file.py:name``.

Loading such a file runs it.  Its module goes by the path that was given, which no other module
can; so do its functions in reports, and nothing there tells where on the machine the file lies.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from importlib.abc import ExecutionLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

from explorer.cache.store import is_marked, mark
from explorer.cli.failures import UsageProblem
from explorer.cli.scenario_check import mistake
from explorer.cli.scenario_name import HOW_TO_NAME, is_in_file, split
from explorer.cli.scenario_text import decoded, parsed
from explorer.errors import InputError
from explorer.scenario import Scenario

_HOW_TO_DEFINE = "define one at the top of the file: MINE = Scenario(name=...), see sealrace new"


@dataclass(frozen=True)
class ScenarioFile:
    """A file that has been loaded.

    ``path`` is as given, relative to the current folder where it lies below it.  ``digest`` is the
    SHA-256 of its text.  ``scenarios`` go by their own names here, and carry the full ones.
    """

    path: str
    digest: str
    scenarios: Mapping[str, Scenario]


_loaded: dict[str, ScenarioFile] = {}
"""What this process has loaded, by absolute path."""


def loaded_digest(name: str) -> tuple[str, str]:
    """The file of a scenario that has been loaded, as reports have it, and its digest."""
    file = _loaded[os.path.abspath(split(name)[0])]
    return file.path, file.digest


def scenario_in_file(name: str, digests: Mapping[str, str] | None = None) -> Scenario:
    """The scenario of a name; the file alone names the only one in it.

    ``digests`` are those of files with which a command has begun.  UsageProblem tells what is wrong with the
    file, that it has another one by now, or which scenarios it has.
    """
    path, own = split(name)
    file = load_file(path)
    if file.digest != (digests or {}).get(path, file.digest):
        raise UsageProblem(f"{path}: has changed since this began\n  explore again")
    return _choose(file, own)


def _choose(file: ScenarioFile, own: str) -> Scenario:
    path = file.path
    there_are = ", ".join(f"{path}:{each}" for each in file.scenarios)
    if not own and len(file.scenarios) > 1:
        raise UsageProblem(f"{path}: has {len(file.scenarios)} scenarios\n  name one of them: {there_are}")
    if own and own not in file.scenarios:
        raise UsageProblem(f"{path}: has no scenario named '{own}'\n  there are: {there_are}")
    return file.scenarios[own or next(iter(file.scenarios))]


def load_file(path: str) -> ScenarioFile:
    """Run a file, and take the scenarios that it defines, in their order; UsageProblem where something is wrong.

    A process runs a file once as long as its text is the same.
    """
    shown, _ = split(path)
    return _load(shown, shown)


def _load(path: str, shown: str) -> ScenarioFile:
    """The same of a file that reports show as ``shown``."""
    data = _read(path)
    digest = hashlib.sha256(data).hexdigest()
    known = _loaded.get(os.path.abspath(path))
    if known is not None and (known.path, known.digest) == (shown, digest):
        return known
    text = decoded(path, data)
    tree = parsed(path, text)
    file = ScenarioFile(shown, digest, _scenarios(shown, tree, _run(path, text, shown)))
    _loaded[os.path.abspath(path)] = file
    mark(_NAMED, _place(path))
    return file


_NAMED = "named"
"""The kind of what the cache keeps of files that the user has named."""


def _was_named(path: str) -> bool:
    """Whether the user has run the file at this place by naming it, in this process or an earlier one."""
    return os.path.abspath(path) in _loaded or is_marked(_NAMED, _place(path))


def _place(path: str) -> str:
    return hashlib.sha256(os.fsencode(Path(path).resolve())).hexdigest()


def scenario_for_report(name: str, own: Path | None) -> Scenario:
    """The scenario that a report names; ``own`` is its file where the user names it, wherever it lies.

    A report may come from a stranger.  It has only files run that lie below the current folder, and that the user
    has run before, there, by naming them.
    """
    scenario = split(name)[1]
    shown = name.removesuffix(f":{scenario}")
    if own is not None:
        if not is_in_file(str(own)):
            raise UsageProblem(f"{own}: is no Python file\n  name the file that the scenario is in: --scenario FILE.py")
        return _choose(_load(str(own), shown), scenario)
    path = Path(shown)
    here = Path.cwd().resolve()
    if path.is_absolute() or ".." in path.parts or not path.resolve().is_relative_to(here):
        raise UsageProblem(
            f"{shown}: is not below the current folder, so it is not run because a report names it\n"
            f"  if you trust it, name it yourself: --scenario {shlex.quote(shown)}"
        )
    if not path.exists():
        raise UsageProblem(f"{shown}: there is no such file here\n  if it lies elsewhere, name it: --scenario FILE.py")
    if not _was_named(shown):
        raise UsageProblem(
            f"{shown}: you have not run this file yet, so it is not run because a report names it\n"
            f"  if you trust it, name it yourself: --scenario {shlex.quote(shown)}"
        )
    return scenario_in_file(name)


def _read(path: str) -> bytes:
    file = Path(path)
    if not file.exists():
        raise UsageProblem(f"{path}: there is no such file\n  {HOW_TO_NAME}")
    if not file.is_file():
        # Reading a pipe or a device need not end.
        raise UsageProblem(f"{path}: is {'a folder' if file.is_dir() else 'no file'}\n  {HOW_TO_NAME}")
    return file.read_bytes()


class _Loader(ExecutionLoader):
    """Runs a text that has been read; nothing is written beside the file, and reports find the text here."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text

    def get_filename(self, _fullname: str) -> str:
        return self._path

    def get_source(self, _fullname: str) -> str:
        return self._text


def _run(path: str, text: str, shown: str) -> ModuleType:
    """The module of a file, which goes by what reports show; it leaves no trace where it fails."""
    spec = spec_from_loader(shown, _Loader(shown, text))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    module.__file__ = os.path.abspath(path)
    # Last, so that no file beside it takes the place of a module that Python or Sealrace needs.
    folder = os.path.dirname(os.path.abspath(path))
    is_new = folder not in sys.path
    if is_new:
        sys.path.append(folder)
    sys.modules[shown] = module
    try:
        # What it prints is no part of what a command prints.
        with redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[shown]
        if is_new:
            sys.path.remove(folder)
        if isinstance(error, KeyboardInterrupt):
            raise
        raise UsageProblem(_failure(shown, error)) from error
    return module


def _failure(path: str, error: BaseException) -> str:
    """Where in the file it was, and what."""
    line = 1
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    place = f"{path}:{line}"
    if isinstance(error, SystemExit):
        return f"{place}: ends the program as it is loaded\n  put what runs by itself below: if __name__ == '__main__':"
    if isinstance(error, InputError):
        return f"{place}: {error}"
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{place}: {text}\n  it was raised as the file was loaded: correct it"


def _scenarios(path: str, tree: ast.Module, module: ModuleType) -> dict[str, Scenario]:
    """The scenarios that the variables of a module hold, alone or in lists, by their own names.

    What the file imports is another file's.
    """
    imported = _imported(tree, module)
    found: dict[str, tuple[str, Scenario]] = {}
    for variable, value in vars(module).items():
        if variable in imported:
            continue
        for each in value if isinstance(value, list | tuple) else [value]:
            if not isinstance(each, Scenario):
                continue
            place = f"{path}:{_line(tree, variable)}: {variable}"
            wrong = mistake(each)
            if wrong:
                raise UsageProblem(f"{place}: {wrong}")
            other, known = found.setdefault(each.name, (variable, each))
            if known is not each:
                raise UsageProblem(
                    f"{place}: its name is '{each.name}', as that of {other} is\n  give it a name of its own"
                )
    if not found:
        raise UsageProblem(f"{path}: there is no scenario in it\n  {_HOW_TO_DEFINE}")
    return {own: replace(each, name=f"{path}:{own}") for own, (_variable, each) in found.items()}


def _imported(tree: ast.Module, module: ModuleType) -> set[str]:
    """The names that import statements at the top of a file bind."""
    names: set[str] = set()
    for node in _at_the_top(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names |= {alias.asname or alias.name for alias in node.names}
        other = sys.modules.get(node.module or "") if isinstance(node, ast.ImportFrom) else None
        if other is not None and node.names[0].name == "*":
            theirs = vars(other)
            names |= {name for name, value in vars(module).items() if theirs.get(name) is value}
    return names


def _at_the_top(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run as the file is loaded: those in functions and classes do not bind its names."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.stmt):
                yield node
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
                waiting.append(node)


def _line(tree: ast.Module, variable: str) -> int:
    """The line that gives a variable its value, the first where none does so by name."""
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == variable and isinstance(node.ctx, ast.Store)
    ]
    return max(lines, default=1)
