"""From text to lark's tree of it: the grammar, limits, and syntax errors in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from explorer.litmus.limits import MAX_DEPTH
from explorer.litmus.refusals import refusal
from explorer.litmus.source import LitmusError, Place, Source
from explorer.litmus.tables import litmus_grammar

_SIGNS = {
    "SEMICOLON": "';'",
    "COMMA": "','",
    "RPAR": "')'",
    "RSQB": "']'",
    "RBRACE": "'}'",
    "LBRACE": "'{'",
    "LPAR": "'('",
    "COLON": "':'",
    "EQUAL": "'='",
    "C": "C",
    "TITLE": "the name of the test",
    "PROCESS": "a thread P0, P1, ...",
    "TYPE": "a type",
    "NAME": "a name",
    "INTEGER": "a number",
    "TAG": "a tag",
    "QUANTIFIER": "exists, ~exists or forall",
}


def tree_of(source: Source, code: str, start: Literal["test", "macros", "final"]) -> Tree[Token]:
    """The tree of ``code``, the text of ``source`` with its comments blanked.

    Raises:
        LitmusError: the text is not in the language, or nests more than ``MAX_DEPTH`` deep.
    """
    try:
        tree = litmus_grammar().parse(code, start=start)
    except UnexpectedToken as error:
        raise _unexpected(error, source, code) from None
    except UnexpectedCharacters as error:
        raise refusal(source, code, error.pos_in_stream or 0, "") from None
    _check_depth(tree, source)
    return tree


def _unexpected(error: UnexpectedToken, source: Source, code: str) -> LitmusError:
    words = [word for terminal, word in _SIGNS.items() if terminal in error.accepts]
    expected = f", expected {' or '.join(words)}" if words else ""
    if error.token.type == "$END":
        end = len(code.rstrip())
        return LitmusError(f"syntax error: the file ends here{expected}", Place(source, max(0, end - 1), end))
    return refusal(source, code, error.token.start_pos or 0, expected)


def _check_depth(tree: Tree[Token], source: Source) -> None:
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _below(node)]
    if level:
        place = Place(source, level[0].meta.start_pos, level[0].meta.end_pos)
        raise LitmusError(f"nested too deeply: more than {MAX_DEPTH} levels", place)


def _below(node: Tree[Token]) -> Iterator[Tree[Token]]:
    """What is one level down; an arm is that with braces and without, so that all ways to write a test are alike."""
    for child in node.children:
        if isinstance(child, Tree):
            if node.data == "branch" and child.data == "block":
                yield from _below(child)
            else:
                yield child
