"""Tests and macro files, parsed once: kept on disk, for the parser takes longer to start than a small test to run.

lark and its tables are imported for text that has never been read before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from explorer.cache.store import kept, key_of, makers
from explorer.cache.trees import TreeReader, to_json
from explorer.litmus.expand import Macro
from explorer.litmus.source import Place, Source
from explorer.litmus.syntax import Litmus

T = TypeVar("T")

_PARSER = (
    *("comments.py", "expand.py", "expressions.py", "grammar.lark", "grammar.py", "limits.py", "macro_parser.py"),
    *("operators.py", "parser.py", "refusals.py", "source.py", "syntax.py", "tables.py"),
)
_READER = TreeReader(Place)


def parsed_test(source: Source, *, keep: bool = True) -> Litmus:
    """What ``parser.parse`` gives for this file.

    Without ``keep`` it is parsed anew and nothing is kept: where the parser has to be started
    anyway, it takes no longer than writing and reading files.

    Raises:
        LitmusError: as there.
    """

    def make() -> Litmus:
        from explorer.litmus.parser import parse

        return parse(source)

    return _kept("litmus", source, Litmus, make) if keep else make()


def parsed_macros(source: Source) -> tuple[Macro, ...]:
    """What ``macro_parser.parse`` gives for this file, in its order.

    Raises:
        LitmusError: as there.
    """

    def make() -> tuple[Macro, ...]:
        from explorer.litmus.macro_parser import parse

        return tuple(parse(source).values())

    return _kept("macros", source, tuple[Macro, ...], make)


def _kept(kind: str, source: Source, declared: Any, make: Callable[[], T]) -> T:
    parser = makers(__file__, *_PARSER)
    if parser is None:
        return make()
    # Macros hold the name of their file.
    name, text = source.file.encode("utf-8", "surrogatepass"), source.text.encode("utf-8", "surrogatepass")
    found: T = kept(
        kind,
        key_of((*parser, name if kind == "macros" else b"", text)),
        lambda stored: _READER.read(declared, stored, source),
        make,
        lambda made: to_json(made, source, Place),
    )
    return found
