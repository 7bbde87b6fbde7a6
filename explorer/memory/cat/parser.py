"""From the text of a model file to its syntax tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from explorer.memory.cat.source import CatError, NotSupported, Place, Source
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


def parse(source: Source) -> tuple[Statement, ...]:
    """The statements of a file, in order, includes not followed.

    Raises:
        CatError: the text is not cat, or uses a part of cat that is not supported yet.
    """
    code = _blank_comments(source)
    try:
        tree = _lark().parse(code)
    except UnexpectedToken as error:
        raise _unexpected(error, source, code) from None
    except UnexpectedCharacters as error:
        start = error.pos_in_stream or 0
        raise CatError(f"unexpected character {code[start]!r}", Place(source, start, start + 1)) from None
    builder = _Builder(source)
    return tuple(builder.statement(child) for child in tree.children if isinstance(child, Tree))


@cache
def _lark() -> Lark:
    grammar = files("explorer.memory.cat").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", propagate_positions=True)


def _blank_comments(source: Source) -> str:
    """The text with every comment replaced by spaces, so that offsets stay."""
    text = source.text
    kept: list[str] = []
    opened: list[int] = []  # where the comments around the current position start
    at = 0
    while at < len(text):
        end = at + 1
        if text.startswith("(*", at):
            opened.append(at)
            end = at + 2
            blank = True
        elif opened and text.startswith("*)", at):
            opened.pop()
            end = at + 2
            blank = True
        elif opened:
            blank = True
        elif text.startswith("//", at) or text[at] == "#":
            newline = text.find("\n", at)
            end = newline if newline >= 0 else len(text)
            blank = True
        else:
            if text[at] == '"':
                closing = text.find('"', at + 1)
                end = closing + 1 if closing >= 0 else end
            blank = False
        piece = text[at:end]
        kept.append("".join(c if c == "\n" else " " for c in piece) if blank else piece)
        at = end
    if opened:
        raise CatError("this comment is never closed", Place(source, opened[0], opened[0] + 2))
    return "".join(kept)


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


def _in_words(accepted: set[str]) -> str:
    """What the parser would accept, for a reader who does not know its tokens."""
    words = []
    if "VBAR" in accepted:
        # Behind an expression a further one would be accepted too, as an argument; nobody means that.
        words.append("an operator")
    elif "LSQB" in accepted:
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

    def expression(self, node: Tree[Token]) -> Expression:
        place = self.place(node)
        rule = str(node.data)
        if rule == "name":
            return Name(str(node.children[0]), place)
        if rule in ("let_in", "let_rec_in"):
            return LetIn(self.bindings(node), rule == "let_rec_in", self.expression(_trees(node)[-1]), place)
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


def _trees(node: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in node.children if isinstance(child, Tree)]
