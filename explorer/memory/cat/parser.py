"""From the text of a model file to its syntax tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from explorer.memory.cat.comments import blank_comments
from explorer.memory.cat.limits import MAX_DEPTH
from explorer.memory.cat.source import BeyondLimit, CatError, NotSupported, Place, Source
from explorer.memory.cat.syntax import (
    Apply,
    Binary,
    BinaryOp,
    Binding,
    Check,
    CheckKind,
    EmptyRelation,
    Enumeration,
    Expression,
    Include,
    Instructions,
    Let,
    LetIn,
    Name,
    Show,
    Statement,
    TagEnumeration,
    TagName,
    Try,
    Tuple,
    Unary,
    UnaryOp,
    Universe,
    With,
)

_UNARY = {op.name.lower(): op for op in UnaryOp}
_BINARY = {op.name.lower(): op for op in BinaryOp}

_CHAINED = frozenset({"union", "sequence", "intersection"})
"""Operators of which a chain means the same however it is grouped."""

_CHAIN = 50
"""Operands up to which a chain is grouped to the right, as in herd; a longer one is halved, to be less deep."""


def parse(source: Source) -> tuple[Statement, ...]:
    """The statements of a file, in order, includes not followed.

    Raises:
        CatError: the text is not cat, or uses a part of cat that is not supported yet.
    """
    code = blank_comments(source)
    try:
        tree = _lark().parse(code)
    except UnexpectedToken as error:
        raise _unexpected(error, source, code) from None
    except UnexpectedCharacters as error:
        start = error.pos_in_stream or 0
        raise CatError(f"unexpected character {code[start]!r}", Place(source, start, start + 1)) from None
    statements = _trees(tree)
    _require_shallow(statements, source)
    builder = _Builder(source)
    return tuple(map(builder.statement, statements))


def _require_shallow(statements: list[Tree[Token]], source: Source) -> None:
    """BeyondLimit where something is nested too deeply; the operands of a chain are on one level."""
    level = statements
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level for child in _operands(node)]
    if level:
        place = Place(source, level[0].meta.start_pos, level[0].meta.end_pos)
        raise BeyondLimit(f"nested too deeply: more than {MAX_DEPTH} levels", place)


def _operands(node: Tree[Token]) -> list[Tree[Token]]:
    """The trees directly below one, for a chain of one operator all its operands."""
    operands = _trees(node)
    if node.data in _CHAINED:
        while (last := operands[-1]).data == node.data:
            operands[-1:] = _trees(last)
    return operands


@cache
def _lark() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", propagate_positions=True)


_STATEMENTS = ("acyclic", "irreflexive", "empty", "flag", "let", "include", "show", "with", "enum", "instructions")


def _misspelt(source: Source, code: str, end: int) -> CatError | None:
    """The last line before ``end`` that begins with a name like the word of a statement.

    Such a line continues the expression of the line before, up to a word that cannot stand in one.
    """
    for match in reversed(list(re.finditer(r"^[ \t]*([A-Za-z]+)\b", code[:end], re.MULTILINE))):
        word = match[1]
        if word in _STATEMENTS:
            break
        meant = get_close_matches(word, _STATEMENTS, 1, 0.75)
        if meant and not re.search(rf"\b(?:let|rec|and)\s+{word}\b", code):
            place = Place(source, match.start(1), match.end(1))
            return CatError(f"syntax error: '{word}' begins no statement", place, f"did you mean '{meant[0]}'?")
    return None


def _unexpected(error: UnexpectedToken, source: Source, code: str) -> CatError:
    wrong = error.token
    # The parser reduces before it notices the mistake and then no longer knows all that it would have
    # accepted, so the tokens before the wrong one are fed anew.
    parser = _lark().parse_interactive(code)
    tokens: Iterator[Token] = parser.lexer_thread.lex(parser.parser_state)  # type: ignore[no-untyped-call]
    for token in tokens:
        place = Place(source, token.start_pos or 0, token.end_pos or 0)
        # A tag can stand in the declarations of a .bell file only.
        if token.type == "REFUSED" or (token.type == "TAG" and token.start_pos == wrong.start_pos):
            return NotSupported(_quoted(token), place)
        if token.start_pos == wrong.start_pos and wrong.type != "$END":
            misspelt = _misspelt(source, code, token.start_pos or 0)
            if misspelt is not None:
                return misspelt
            found = f"'{token}' cannot stand here"
            break
        parser.feed_token(token)
    else:
        end = len(code.rstrip())
        found, place = "the file ends here", Place(source, max(0, end - 1), end)
    accepted: set[str] = parser.accepts()  # type: ignore[no-untyped-call]
    return CatError(f"syntax error: {found}, expected {_in_words(accepted)}", place)


def _quoted(token: Token) -> str:
    name = token.removeprefix("'")
    return f"'{name}'"


_ALONE = {"TAG": "a tag ('once)", "LBRACE": "'{'", "LSQB": "'['", "FROM": "'from'", "_OR": "'||'"}
"""What can be expected where nothing else is."""


def _in_words(accepted: set[str]) -> str:
    """What the parser would accept, for a reader who does not know its tokens."""
    words = []
    if "VBAR" in accepted:
        # Behind an expression a further one would be accepted too, as an argument; nobody means that.
        words.append("an operator")
    elif {"LSQB", "TILDE"} <= accepted:
        words.append("an expression")
    elif "NAME" in accepted:
        words.append("a name")
    if "STRING" in accepted and "INCLUDE" not in accepted:
        words.append("a string")
    closing = {"EQUAL": "'='", "COMMA": "','", "RPAR": "')'", "RSQB": "']'", "RBRACE": "'}'", "AS": "'as'"}
    words += [word for terminal, word in closing.items() if terminal in accepted]
    if "INCLUDE" in accepted:
        words.append("a new statement (let, acyclic, irreflexive, empty, flag, with, include, show)")
    elif "ACYCLIC" in accepted:
        words.append("acyclic, irreflexive or empty")
    words += [] if words else sorted(_ALONE.get(terminal, "something else") for terminal in accepted)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


class _Builder:
    """Turns lark's trees into ours."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def place(self, node: Tree[Token]) -> Place:
        return Place(self.source, node.meta.start_pos, node.meta.end_pos)

    def token_place(self, token: Token) -> Place:
        start = token.start_pos or 0
        return Place(self.source, start, start + len(token))

    def statement(self, node: Tree[Token]) -> Statement:
        place = self.place(node)
        match node.data:
            case "let" | "let_rec":
                return Let(self.bindings(node), node.data == "let_rec", place)
            case "check":
                return self.check(node)
            case "include":
                return Include(str(node.children[0]).strip('"'), place)
            case "show":
                return Show(place)
            case "with_from":
                name, source = node.children
                assert isinstance(source, Tree)
                return With(str(name), self.expression(source), place)
            case "enum":
                name, *tags = node.children
                return TagEnumeration(str(name), tuple(map(self.tag, tags)), place)
            case "instructions":
                tag_sets = tuple(self.tag_set(child) for child in _trees(node))
                return Instructions(str(node.children[0]), tag_sets, place)
            case _:
                raise NotSupported(f"'{node.children[0]}'", place)

    def tag(self, token: Token | Tree[Token]) -> TagName:
        assert isinstance(token, Token)
        return TagName(token.removeprefix("'"), self.token_place(token))

    def tag_set(self, node: Tree[Token]) -> tuple[TagName, ...] | Name:
        first = node.children[0]
        assert isinstance(first, Token)
        if first.type == "NAME":
            return Name(str(first), self.token_place(first))
        return tuple(map(self.tag, node.children))

    def check(self, node: Tree[Token]) -> Check:
        flag, negation, kind, expression, name = node.children
        assert isinstance(expression, Tree)
        return Check(
            CheckKind(str(kind)),
            negated=negation is not None,
            flag=flag is not None,
            expression=self.expression(expression),
            name=str(name or ""),
            place=self.place(node),
        )

    def binding(self, node: Tree[Token]) -> Binding:
        if node.data == "tuple_binding":
            *names, body = node.children
            assert isinstance(body, Tree)
            return Binding(tuple(map(str, names)), (), self.expression(body), self.place(node))
        name, parameters, body = node.children
        assert isinstance(name, Token)
        assert isinstance(body, Tree)
        return Binding(
            (str(name),),
            tuple(str(child) for child in parameters.children) if isinstance(parameters, Tree) else (),
            self.expression(body),
            self.token_place(name),
        )

    def bindings(self, node: Tree[Token]) -> tuple[Binding, ...]:
        return tuple(self.binding(child) for child in _trees(node) if child.data in ("binding", "tuple_binding"))

    def chain(self, node: Tree[Token]) -> Expression:
        """``a | b | c``: a tree whose last operand is again one of the same operator, and so on."""
        spine = [node]
        while (last := _trees(spine[-1])[-1]).data == node.data:
            spine.append(last)
        operands = [self.expression(_trees(each)[0]) for each in spine]
        return _grouped(_BINARY[str(node.data)], [*operands, self.expression(last)], list(map(self.place, spine)))

    def expression(self, node: Tree[Token]) -> Expression:
        place = self.place(node)
        rule = str(node.data)
        if rule == "name":
            return Name(str(node.children[0]), place)
        if rule in ("let_in", "let_rec_in"):
            return LetIn(self.bindings(node), rule == "let_rec_in", self.expression(_trees(node)[-1]), place)
        if rule in _CHAINED:
            return self.chain(node)
        operands = tuple(self.expression(child) for child in _trees(node))
        if rule in _UNARY:
            return Unary(_UNARY[rule], operands[0], place)
        if rule in _BINARY:
            return Binary(_BINARY[rule], operands[0], operands[1], place)
        match rule:
            case "universe":
                return Universe(place)
            case "empty_relation":
                return EmptyRelation(place)
            case "enumeration":
                return Enumeration(operands, place)
            case "tuple":
                return Tuple(operands, place)
            case "try_with":
                return Try(operands[0], operands[1], place)
            case _:
                assert rule == "apply", rule
                return Apply(operands[0], operands[1], place)


def _grouped(op: BinaryOp, operands: list[Expression], places: list[Place]) -> Expression:
    """``operands`` with one operator between each two; ``places[i]`` is the stretch from operand i to the last."""
    if len(operands) > _CHAIN:
        cut = len(operands) // 2
        end = operands[cut - 1].place.end
        left = [Place(place.source, place.start, end) for place in places[: cut - 1]]
        halves = _grouped(op, operands[:cut], left), _grouped(op, operands[cut:], places[cut:])
        return Binary(op, *halves, places[0])
    chain = operands[-1]
    for operand, place in zip(operands[-2::-1], places[::-1], strict=True):
        chain = Binary(op, operand, chain, place)
    return chain


def _trees(node: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in node.children if isinstance(child, Tree)]
