"""The tables of the grammar of litmus files: kept on disk, for building them takes longer than reading a test."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from explorer.cache.store import kept, key_of, makers

_GRAMMAR = Path(__file__).with_name("grammar.lark")


@cache
def litmus_grammar() -> Lark:
    """The parser of tests (start ``test``), of macro files (``macros``) and of conditions alone (``final``)."""
    parts = makers(__file__, "tables.py", "grammar.lark")
    return _built() if parts is None else kept("grammar", key_of(parts), _from_json, _built, _to_json)


def _built() -> Lark:
    grammar = _GRAMMAR.read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", propagate_positions=True, start=["test", "macros", "final"])


def _to_json(parser: Lark) -> Any:
    """As lark's own files have it, which are pickled: only lists, objects, text and numbers."""
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    return {"data": data, "memo": memo}


def _from_json(stored: Any) -> Lark:
    data, memo = stored["data"], stored["memo"]
    table = data["parser"]["parser"]
    # JSON has text for keys, lark numbers.
    states = table["states"] = {int(number): actions for number, actions in table["states"].items()}
    shifts = {target for actions in states.values() for action, target in actions.values() if action == 0}
    if not shifts.union(table["start_states"].values(), table["end_states"].values()) <= states.keys():
        raise ValueError("states are missing")
    return Lark.load({"data": data, "memo": {int(number): rule for number, rule in memo.items()}})
