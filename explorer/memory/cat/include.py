"""Model files on disk and in the package, with their includes in place."""

from __future__ import annotations

import os
from pathlib import Path

from explorer.memory.cat.library import LIBRARY
from explorer.memory.cat.limits import MAX_FILES, MAX_STATEMENTS, MAX_TEXT
from explorer.memory.cat.parsed import parsed
from explorer.memory.cat.source import BeyondLimit, CatError, Place, Source
from explorer.memory.cat.syntax import Include, Show, Statement

_MODELS = Path(__file__).parent.with_name("models")


_INCLUDES = ("rcu.cat", "compiler.cat")
"""What comes with Sealrace for models to include, besides the models themselves."""

_SUFFIX = "+compiler"

_COMPILED = """"{name} behind a C compiler"

(* The rules of {name} on what a compiler leaves of program order:
   sealrace models show compiler.cat *)

include "compiler.cat"
include "{name}.cat"
"""

_NOT_COMPILED = {"lkmm": "lkmm says itself what a compiler may do with plain accesses"}
"""Models without the suffix, and why."""


def model_names() -> tuple[str, ...]:
    """The models that come with Sealrace, strongest first."""
    return ("sc", "tso", "pso", "armv8", "lkmm")


def compiled_names() -> tuple[str, ...]:
    """The models of hardware among them with ``+compiler``: on what a compiler leaves of program order."""
    return tuple(f"{name}{_SUFFIX}" for name in model_names() if name not in _NOT_COMPILED)


def find_model(name_or_path: str) -> Source:
    """The text of one of ``model_names()`` or ``compiled_names()``, or of the file at a path.

    Raises:
        CatError: there is no such model, or the file cannot be read.
    """
    if name_or_path in model_names():
        return _packaged(f"{name_or_path}.cat")
    if name_or_path in compiled_names():
        name = name_or_path.removesuffix(_SUFFIX)
        return Source(name_or_path, _COMPILED.format(name=name))
    if os.path.exists(name_or_path):
        return read_source(Path(name_or_path), name_or_path, None)
    raise _no_model(name_or_path)


def _no_model(name: str) -> CatError:
    """The error for what names neither a model nor a file; of a suffix it says what is wrong with it."""
    compiled = ", ".join(compiled_names())
    base, plus, suffix = name.rpartition("+")
    if plus and base in model_names() and plus + suffix != _SUFFIX:
        return CatError(f"no memory model '{name}': there is no +{suffix}", None, f"models with a suffix: {compiled}")
    if plus + suffix == _SUFFIX and base in _NOT_COMPILED:
        return CatError(f"no memory model '{name}': {_NOT_COMPILED[base]}", None, f"models with a suffix: {compiled}")
    if plus + suffix == _SUFFIX and os.path.exists(base):
        return CatError(
            f"no memory model '{name}': a file says itself what program order its rules see",
            None,
            'to make them see what a compiler leaves of it, put include "compiler.cat" before them',
        )
    hardware = ", ".join(known for known in model_names() if known not in _NOT_COMPILED)
    return CatError(
        f"no memory model '{name}'",
        None,
        f"a model is one of {hardware} (each also with {_SUFFIX}), {', '.join(_NOT_COMPILED)}, "
        "or the path of a .cat file or of a kernel's tools/memory-model",
    )


def shipped_include(name: str) -> Source | None:
    """The text of a file that comes with Sealrace for models to include (``rcu.cat``, ``compiler.cat``), or None."""
    return _packaged(name) if name in _INCLUDES else None


def statements_of(source: Source) -> tuple[Statement, ...]:
    """The rules of a file: its statements without ``show``, each include replaced by what it names.

    Raises:
        CatError: a syntax error, an include that is not found, or files that include each other.
    """
    return tuple(_Reader().rules(source, (source.file,), None))


class _Reader:
    """Follows includes, and keeps count of what has been read."""

    def __init__(self) -> None:
        self._files = 0
        self._text = 0
        self._statements = 0

    def rules(self, source: Source, chain: tuple[str, ...], named: Place | None) -> list[Statement]:
        """The rules of a file that ``chain[:-1]`` led to, and that is named at a place."""
        self._files += 1
        self._text += len(source.text)
        if self._files > MAX_FILES:
            raise BeyondLimit(f"too large: more than {MAX_FILES} files", named)
        if self._text > MAX_TEXT:
            raise BeyondLimit(f"too large: more than {MAX_TEXT} characters of rules", named or Place(source, 0, 0))
        rules: list[Statement] = []
        for statement in parsed(source):
            self._statements += 1
            if self._statements > MAX_STATEMENTS:
                raise BeyondLimit(f"too large: more than {MAX_STATEMENTS} statements", statement.place)
            match statement:
                case Include(path, place):
                    included = _included(path, place)
                    if included.file in chain:
                        circle = " includes ".join((*chain[chain.index(included.file) :], included.file))
                        raise CatError(f"files include each other: {circle}", place)
                    rules += self.rules(included, (*chain, included.file), place)
                case Show():
                    pass
                case _:
                    rules.append(statement)
        return rules


def _included(path: str, place: Place) -> Source:
    """An include is one of the library, or looked up beside the file that names it, then among our own models."""
    if path in LIBRARY:
        return Source(path, LIBRARY[path])
    directory = place.source.directory
    if directory is not None and os.path.isfile(directory / path):
        return read_source(directory / path, str(directory / path), place)
    packaged = [*(f"{name}.cat" for name in model_names()), *_INCLUDES]
    if path in packaged:
        return _packaged(path)
    raise CatError(
        f"include file '{path}' not found", place, f"looked beside {place.source.file} and for {', '.join(packaged)}"
    )


def _packaged(file: str) -> Source:
    return Source(file, _MODELS.joinpath(file).read_text(encoding="utf-8"))


def read_source(path: Path, shown: str, place: Place | None) -> Source:
    """The text of a file; CatError, at the place that names it, where it cannot be read."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MAX_TEXT + 1)
    except OSError as error:
        raise CatError(f"cannot read the model {shown}: {error.strerror}", place) from None
    except UnicodeDecodeError:
        raise CatError(f"cannot read the model {shown}: it is not UTF-8 text", place) from None
    except ValueError:
        raise CatError(f"cannot read the model {shown}: no file has this name", place) from None
    return Source(shown, text, path.parent)
