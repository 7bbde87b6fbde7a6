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


_INCLUDES = ("rcu.cat",)
"""What comes with Sealrace for models to include, besides the models themselves."""


def model_names() -> tuple[str, ...]:
    """The models that come with Sealrace, strongest first."""
    return ("sc", "tso", "pso", "armv8", "lkmm")


def find_model(name_or_path: str) -> Source:
    """The text of one of ``model_names()``, or of the file at a path.

    Raises:
        CatError: there is no such model, or the file cannot be read.
    """
    if name_or_path in model_names():
        return _packaged(f"{name_or_path}.cat")
    if not os.path.exists(name_or_path):  # also where no file could have this name
        raise CatError(
            f"no memory model '{name_or_path}'",
            None,
            f"a model is one of {', '.join(model_names())}, "
            "or the path of a .cat file or of a kernel's tools/memory-model",
        )
    return read_source(Path(name_or_path), name_or_path, None)


def shipped_include(name: str) -> Source | None:
    """The text of a file that comes with Sealrace for models to include (``rcu.cat``), or None."""
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
