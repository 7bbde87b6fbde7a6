"""The statements of model files, parsed once: kept on disk, for the parser takes longer than all else with a model."""

from __future__ import annotations

from explorer.cache.store import kept, key_of, makers
from explorer.cache.trees import TreeReader, to_json
from explorer.memory.cat.source import Place, Source
from explorer.memory.cat.syntax import Statement

_PARSER = ("parser.py", "comments.py", "limits.py", "source.py", "syntax.py", "grammar.lark")

_READER = TreeReader(Place)


def parsed(source: Source) -> tuple[Statement, ...]:
    """What ``parser.parse`` gives for this file.

    Raises:
        CatError: as there.
    """

    def make() -> tuple[Statement, ...]:
        # lark and its tables are needed for text that has never been read before.
        from explorer.memory.cat.parser import parse

        return parse(source)

    parser = makers(__file__, *_PARSER)
    if parser is None:
        return make()
    return kept(
        "cat",
        key_of((*parser, source.text.encode("utf-8", "surrogatepass"))),
        lambda statements: _READER.read(tuple[Statement, ...], statements, source),
        make,
        lambda statements: to_json(statements, source, Place),
    )
